/* client.c - says line after line to everybody on a network
 *
 * Compare lesson 15: one sendto(), and every server hears it. That must be
 * allowed first. Nobody answers.
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: socket(2), setsockopt(2), sendto(2), ip(7), socket(7)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9017, MESSAGE_MAX = 1024 };

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.255.255.255";
	struct addrinfo *server = look_up(host, port, 0, SOCK_DGRAM);

	/* A letter box of our own. The first sendto() puts a free port on it. */
	int fd = socket(server->ai_family, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");

	/* Who disturbs everybody must say that he means it. */
	int on = 1;
	if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) == -1)
		die("setsockopt");

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
