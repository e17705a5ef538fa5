/* client.c - sends line after line, each in a datagram with a number
 *
 * Compare lesson 15: a number stands before each message. WRONG ON PURPOSE: it
 * waits for nobody, and never sends anything again.
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: sendto(2), udp(7)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9016, NUMBER_SIZE = 4, MESSAGE_MAX = 1024 };

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	struct addrinfo *server = look_up(host, port, 0, SOCK_DGRAM);

	int fd = socket(server->ai_family, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");

	/* The number, and behind it the line. */
	char packet[NUMBER_SIZE + MESSAGE_MAX];
	uint32_t number = 0;
	ssize_t len;
	int status = 0;
	while ((len = read_line(packet + NUMBER_SIZE, MESSAGE_MAX)) != -1) {
		if (len > MESSAGE_MAX) {
			complain_that("a message has at most %d bytes",
				      MESSAGE_MAX);
			status = 1;
			continue;
		}
		put_u32(packet, number++);
		if (sendto(fd, packet, NUMBER_SIZE + (size_t)len, 0,
			   server->ai_addr, server->ai_addrlen) == -1)
			die("sendto");
	}
	freeaddrinfo(server);
	close(fd);
	return status;
}
