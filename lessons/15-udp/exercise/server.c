/* server.c - answers every datagram in upper case, whoever sent it
 *
 * usage: server [PORT [HOST]]
 * see also: socket(2), bind(2), recvfrom(2), sendto(2), udp(7)
 */
#include "../../net.h"

enum { DEFAULT_PORT = 9015, MESSAGE_MAX = 1024 };

/* Waits for one datagram, and answers it. Nothing that comes, and nothing that
 * fails for one caller, ends the server. */
static void serve(int fd)
{
	/* TODO 1: Receive one datagram with recvfrom(), and learn who sent it.
	 * A datagram that is larger than the buffer is cut, and nothing tells
	 * you: make the buffer one byte larger than a message may be. The
	 * address length must hold the size of the struct before each call. If
	 * recvfrom() fails, complain (not of EINTR) and return. */
	(void)fd;

	/* TODO 2: What to answer: the message in upper case, which may be no
	 * byte at all, or the eight bytes `too long`. */

	/* TODO 3: Send the answer with sendto(), in one datagram, to the
	 * address that the question came from. If that fails, complain. */
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	struct addrinfo *list = look_up(host, port, AI_PASSIVE, SOCK_DGRAM);

	/* TODO 4: Make a socket for datagrams, of the family list->ai_family,
	 * and bind() it to the address in list. No SO_REUSEADDR: it would let
	 * two servers have the same port. */
	int fd = -1;

	freeaddrinfo(list);
	ready(fd);
	for (;;)
		serve(fd);
}
