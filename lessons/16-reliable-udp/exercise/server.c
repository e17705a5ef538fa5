/* server.c - writes what one sender after another sends into a file, whole
 *
 * Whatever the network does: the packets have numbers, and each is answered
 * with the next number that is wanted.
 *
 * usage: server [PORT [HOST [FILE]]]      FILE: received
 * see also: recvfrom(2), sendto(2), rename(2), udp(7)
 */
#include <limits.h>
#include <poll.h>

#include "../../net.h"

enum {
	DEFAULT_PORT = 9016,
	HEAD_SIZE = 5,      /* `D` or `A`, and a number */
	PAYLOAD_MAX = 1024, /* bytes of the file in one packet */
	PATIENCE_MS = 3000, /* a sender that is silent for so long has gone */
};

/* The sender that is served, or was served last; of nobody, all is zero. */
struct transfer {
	struct sockaddr_storage sender;
	uint32_t wanted; /* the number of the next packet */
	FILE *file;      /* what has come so far; NULL: the end has come */
	int64_t forget_at; /* if it says nothing until then, on now_ms()'s clock */
};

static char part_name[PATH_MAX]; /* beside FILE: what has come so far */

/* Waits for a packet, but not longer than for the sender that is known: it
 * gives up after a second of silence, and who has been silent for three has
 * gone. Returns whether there may be a packet. (After the end it is remembered
 * as well, since its last packet may come again. TCP calls that TIME-WAIT.) */
static bool wait_for_packet(int fd, struct transfer *transfer)
{
	struct pollfd want = {.fd = fd, .events = POLLIN};
	bool known = transfer->sender.ss_family != 0;
	int64_t left = transfer->forget_at - now_ms();

	if (!known)
		left = -1; /* for ever */
	else if (left < 0)
		left = 0;
	if (poll(&want, 1, (int)left) != 0)
		return true;
	if (transfer->file != NULL) {
		complain_that("the sender has gone");
		fclose(transfer->file);
		unlink(part_name);
	}
	*transfer = (struct transfer){.file = NULL};
	return false;
}

/* Acknowledges: sends `A` and the number that is wanted next. */
static void acknowledge(int fd, const struct transfer *transfer, socklen_t len)
{
	/* TODO 1: Five bytes: the letter A, and the number with put_u32(), to
	 * the sender's address, whose length is len. If sendto() fails,
	 * complain; the sender will ask again. */
	(void)fd;
	(void)transfer;
	(void)len;
}

/* Begins a transfer: nothing has come. Returns whether that could be done. */
static bool begin(struct transfer *transfer,
		  const struct sockaddr_storage *sender)
{
	FILE *file = fopen(part_name, "wb");

	if (file == NULL) {
		complain(part_name);
		return false;
	}
	*transfer = (struct transfer){.sender = *sender, .file = file};
	return true;
}

/* Gives a transfer up: the file could not be written. Without acknowledgements
 * its sender will give up, too. */
static void abandon(struct transfer *transfer)
{
	complain(part_name);
	if (transfer->file != NULL)
		fclose(transfer->file);
	unlink(part_name);
	*transfer = (struct transfer){.file = NULL};
}

/* Ends a transfer. Returns whether FILE is there: at once, and whole. */
static bool finish(struct transfer *transfer, const char *name)
{
	/* TODO 2: fclose() writes the last bytes, and fails if the disk is
	 * full; then rename() the part to its name. At the end nothing is open:
	 * transfer->file is NULL, also if one of them failed. */
	(void)transfer;
	(void)name;
	return false;
}

/* Takes the payload of the packet that was wanted; no byte is the end. Returns
 * whether it is in the file. */
static bool take(struct transfer *transfer, const char *payload, size_t len,
		 const char *name)
{
	/* TODO 3: The next packet is wanted from now on. No byte: finish().
	 * Else write it to the file. */
	(void)transfer;
	(void)payload;
	(void)len;
	(void)name;
	(void)finish;
	return false;
}

/* Receives one packet, and does what it asks for. */
static void serve(int fd, struct transfer *transfer, const char *name)
{
	char packet[HEAD_SIZE + PAYLOAD_MAX + 1];
	struct sockaddr_storage sender = {0};
	socklen_t len = sizeof sender;

	ssize_t n = recvfrom(fd, packet, sizeof packet, 0,
			     (struct sockaddr *)&sender, &len);
	if (n == -1) {
		if (errno != EINTR)
			complain("recvfrom");
		return;
	}

	/* TODO 4: Throw away what is no packet: fewer than HEAD_SIZE bytes,
	 * more than HEAD_SIZE + PAYLOAD_MAX (that is why there is room for one
	 * more), or one that does not begin with D. */
	uint32_t number = get_u32(packet + 1);
	const char *payload = packet + HEAD_SIZE;
	size_t payload_len = (size_t)n - HEAD_SIZE;
	bool known = same_address(&sender, &transfer->sender);

	/* TODO 5: As long as a file is open, a packet of anybody but its sender
	 * is thrown away, without an answer. If none is open, packet 0 begins a
	 * transfer, whoever sends it. But not if the sender is known: then it
	 * is the end, or something before it, that comes again, since its
	 * acknowledgement was lost. Any other packet is thrown away. */
	(void)known;
	(void)number;
	(void)begin;
	transfer->forget_at = now_ms() + PATIENCE_MS;

	/* TODO 6: If it is the packet that is wanted, take() it; if that fails,
	 * abandon() the transfer and return. And acknowledge, whatever its
	 * number was: a packet that comes again says that its acknowledgement
	 * was lost. */
	(void)payload;
	(void)payload_len;
	(void)take;
	(void)abandon;
	(void)acknowledge;
	(void)name;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [FILE]]]", 3);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	const char *name = argc > 3 ? argv[3] : "received";
	struct transfer transfer = {.file = NULL};

	int len = snprintf(part_name, sizeof part_name, "%s.part", name);
	if (len < 0 || (size_t)len >= sizeof part_name)
		wrong_usage("FILE is too long: %s", name);

	int fd = udp_bind(host, port);
	ready(fd);
	for (;;)
		if (wait_for_packet(fd, &transfer))
			serve(fd, &transfer, name);
}
