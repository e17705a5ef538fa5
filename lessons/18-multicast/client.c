/* client.c - says line after line to all who have joined a group
 *
 * Compare lesson 17: no permission is needed, but an interface, and how far
 * it may go. IPv4 multicast is not in POSIX, though every system has it:
 * _DEFAULT_SOURCE asks the headers for more than the standard.
 *
 * usage: client [PORT [GROUP [INTERFACE [TTL]]]]
 *        the lines come from standard input
 * see also: socket(2), setsockopt(2), sendto(2), ip(7), socket(7)
 */
#define _DEFAULT_SOURCE
#include "../net.h"

enum { DEFAULT_PORT = 9018, MESSAGE_MAX = 1024 };

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [GROUP [INTERFACE [TTL]]]]", 4);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "239.255.18.1";
	const char *interface = argc > 3 ? argv[3] : "127.0.0.1";
	long hops = argc > 4 ? parse_number("TTL", argv[4], 255) : 1;
	unsigned char ttl = (unsigned char)hops;
	struct addrinfo *server = look_up(host, port, 0, SOCK_DGRAM);

	/* A letter box of our own. The first sendto() puts a free port on it. */
	int fd = socket(server->ai_family, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");

	/* A group is on no network of its own: say which way out, and how many
	 * networks far. Each router takes one off, and 0 goes no further. */
	struct in_addr out;
	if (inet_pton(AF_INET, interface, &out) != 1)
		wrong_usage("INTERFACE is an address of ours");
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof out) == -1)
		die("IP_MULTICAST_IF");
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) ==
	    -1)
		die("IP_MULTICAST_TTL");

	char line[MESSAGE_MAX];
	ssize_t len;
	int status = 0;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len > MESSAGE_MAX) {
			complain_that("a message has at most %d bytes",
				      MESSAGE_MAX);
			status = 1;
			continue;
		}
		if (sendto(fd, line, (size_t)len, 0, server->ai_addr,
			   server->ai_addrlen) == -1)
			die("sendto");
	}
	freeaddrinfo(server);
	close(fd);
	return status;
}
