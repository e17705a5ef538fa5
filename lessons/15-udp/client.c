/* client.c - says line after line, and prints what comes back, until bye
 *
 * Compare lesson 02: no connect(), each datagram is addressed. WRONG ON
 * PURPOSE: it takes any datagram for its answer, whoever sent it, and if none
 * comes it waits for ever.
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: socket(2), sendto(2), recvfrom(2), udp(7)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9015, MESSAGE_MAX = 1024 };

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	struct addrinfo *server = look_up(host, port, 0, SOCK_DGRAM);

	/* A letter box of our own. The first sendto() puts a free port on it. */
	int fd = socket(server->ai_family, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");

	char line[MESSAGE_MAX], buf[MESSAGE_MAX];
	ssize_t n, len;
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
		if (len == 3 && memcmp(line, "bye", 3) == 0)
			break;

		/* Waits for a datagram. Nobody promises that one comes. */
		n = recvfrom(fd, buf, sizeof buf, 0, NULL, NULL);
		if (n == -1)
			die("recvfrom");
		fwrite(buf, 1, (size_t)n, stdout);
		putchar('\n');
		if (n == 3 && memcmp(buf, "bye", 3) == 0)
			break;
	}
	freeaddrinfo(server);
	close(fd);
	return status;
}
