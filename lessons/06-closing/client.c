/* client.c - says line after line, then nothing more, and listens
 *
 * Grew from lesson 02 by shutdown(): all said, still listening.
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: shutdown(2), close(2), tcp(7)
 */
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common.h"
#include "../net.h"

enum { DEFAULT_PORT = 9006, MESSAGE_MAX = 1024 };

/* Prints what the server says, up to its end. */
static void hear(int server_fd)
{
	char buf[MESSAGE_MAX];

	ssize_t n;
	while ((n = recv_some(server_fd, buf, sizeof buf)) > 0)
		fwrite(buf, 1, (size_t)n, stdout);
	if (n == -1)
		die("recv");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = tcp_connect(host, port);

	char line[MESSAGE_MAX];
	ssize_t len;
	int status = 0;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len == 0 || len > MESSAGE_MAX) {
			complain_that("a message is 1 to %d bytes long",
				      MESSAGE_MAX);
			status = 1;
			continue;
		}
		if (send_all(server_fd, line, (size_t)len) == -1)
			die("send");
	}

	/* All said: the server sees end of stream. We can still listen. */
	if (shutdown(server_fd, SHUT_WR) == -1)
		die("shutdown");
	complain_that("all said, still listening");
	hear(server_fd);
	close(server_fd);
	return status;
}
