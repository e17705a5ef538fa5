/* client.c - sends its standard input, and does not end before it has arrived
 *
 * Packets have numbers, and are sent again until they are acknowledged. WINDOW
 * of them may be under way at the same time.
 *
 * usage: client [PORT [HOST]]      what is sent comes from standard input
 * see also: connect(2), send(2), recv(2), poll(2), clock_gettime(2), udp(7)
 */
#include <poll.h>

#include "../../net.h"

enum {
	DEFAULT_PORT = 9016,
	HEAD_SIZE = 5,      /* `D` or `A`, and a number */
	PAYLOAD_MAX = 1024, /* bytes of the file in one packet */
	TIMER_MS = 50,      /* then what is under way is sent again */
	SENDS_MAX = 20,     /* of one packet, and then no more */
};

/* TODO 1: The challenge; do it last, and leave the 1 until all else works. With
 * 1 this is stop-and-wait: one packet is under way, and each costs a round
 * trip. With 32 the network is kept busy while the first acknowledgement is on
 * its way back. Nothing else has to change, if steps 2 to 7 are right. */
enum { WINDOW = 1 };

/* A packet as it is sent. */
struct packet {
	size_t size;
	char bytes[HEAD_SIZE + PAYLOAD_MAX];
};

/* The packets under way are those from first to next - 1; packet number n
 * stands in the place n % WINDOW until it has been acknowledged. This is the
 * send buffer of lesson 07. */
static struct packet window[WINDOW];
static uint32_t first; /* the oldest that is not acknowledged */
static uint32_t next;  /* the number of the next new one */

/* Sends packet number `number`, for the first time or again. */
static void send_packet(int fd, uint32_t number)
{
	/* TODO 2: send() it as it stands in the window: the same number, the
	 * same bytes as the first time. That nobody is at the port
	 * (ECONNREFUSED) is like a packet that was lost: it may come back. Any
	 * other error: die(). */
	(void)fd;
	(void)number;
}

/* Makes the next packet out of standard input, and sends it. Returns whether it
 * was the last one, the one without a payload. */
static bool send_next(int fd)
{
	/* TODO 3: Fill the packet's place in the window: the letter D, its
	 * number with put_u32(), and behind them up to PAYLOAD_MAX bytes of
	 * standard input, with fread(). No byte means the end of input (or, if
	 * ferror() says so, a failure: die()): that packet is the end. Send it
	 * with send_packet(), and the next number is one more. */
	(void)fd;
	(void)window;
	(void)send_packet;
	return true;
}

/* Receives one acknowledgement, if there is one. Returns whether it is news. */
static bool take_acknowledgement(int fd)
{
	/* TODO 4: recv(); an error is nothing (ECONNREFUSED: nobody is there
	 * yet; EINTR), and so is what is no acknowledgement: exactly HEAD_SIZE
	 * bytes that begin with A. Its number says which packet is wanted next:
	 * all before it have arrived. It is news if it is beyond first, and not
	 * beyond what was sent; then first moves there. An older one came
	 * late or twice: nothing to do. */
	(void)fd;
	return false;
}

/* Waits for news, TIMER_MS and no longer. Returns whether there was any. */
static bool wait_for_news(int fd)
{
	/* TODO 5: As in lesson 15: note when the time is over, poll() for what
	 * is left of it, and receive. What is no news must not give more time.
	 */
	(void)fd;
	(void)take_acknowledgement;
	return false;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	struct addrinfo *server = look_up(host, port, 0, SOCK_DGRAM);
	bool all_read = false;
	int sends = 1; /* of the oldest packet under way */

	/* A connected socket: the kernel throws away what strangers send. */
	int fd = socket(server->ai_family, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");
	if (connect(fd, server->ai_addr, server->ai_addrlen) == -1)
		die("connect");
	freeaddrinfo(server);

	while (!all_read || first != next) {
		/* TODO 6: Send new packets, with send_next(), as long as the
		 * end is not among them (all_read) and fewer than WINDOW are
		 * under way, that is: between first and next. */
		(void)send_next;

		/* TODO 7: Wait for news. If there is some, another packet is
		 * the oldest, and was sent once. If there is none, all that is
		 * under way is sent again, the oldest first; unless that was
		 * sent SENDS_MAX times: die_because(). */
		(void)sends;
		(void)wait_for_news;
		break;
	}

	close(fd);
	return 0;
}
