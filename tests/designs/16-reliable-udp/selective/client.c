/* Selective repeat: each packet has a timer of its own, and only what is late is
 * sent again. The socket is not connected; the sender is looked at by hand. */
#include <sys/time.h>
#include <time.h>

#include "../../lessons/net.h"

enum { MANY = 32, SIZE = 1024 };

static struct slot {
	unsigned char bytes[5 + SIZE];
	size_t len;
	double sent_at;
	int sends;
} slots[MANY];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int sock;
static struct addrinfo *to;

static void transmit(struct slot *slot)
{
	slot->sent_at = now();
	slot->sends++;
	if (sendto(sock, slot->bytes, slot->len, 0, to->ai_addr,
		   to->ai_addrlen) == -1)
		complain("sendto");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	to = look_up(argc > 2 ? argv[2] : "127.0.0.1",
		     argc > 1 ? parse_port(argv[1]) : 9016, 0, SOCK_DGRAM);
	sock = socket(to->ai_family, SOCK_DGRAM, 0);
	if (sock == -1)
		die("socket");
	struct timeval tick = {.tv_usec = 5000};
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof tick);

	struct sockaddr_storage server = {0};
	memcpy(&server, to->ai_addr, to->ai_addrlen);

	uint32_t lowest = 0, count = 0;
	bool finished = false;
	while (!finished || lowest < count) {
		while (!finished && count < lowest + MANY) {
			struct slot *slot = &slots[count % MANY];
			size_t n = fread(slot->bytes + 5, 1, SIZE, stdin);
			slot->bytes[0] = 'D';
			put_u32(slot->bytes + 1, count++);
			slot->len = 5 + n;
			slot->sends = 0;
			finished = n == 0;
			transmit(slot);
		}

		unsigned char ack[64];
		struct sockaddr_storage who;
		socklen_t who_len = sizeof who;
		ssize_t n = recvfrom(sock, ack, sizeof ack, 0,
				     (struct sockaddr *)&who, &who_len);
		if (n == 5 && ack[0] == 'A' && same_address(&who, &server)) {
			uint32_t next = get_u32(ack + 1);
			if (next > lowest && next <= count)
				lowest = next;
		}

		/* Only the oldest: what is behind it may have arrived. */
		struct slot *oldest = &slots[lowest % MANY];
		if (lowest < count && now() - oldest->sent_at >= 0.05) {
			if (oldest->sends == 20)
				die_because("20 times, and nobody heard it");
			transmit(oldest);
		}
	}
	return 0;
}
