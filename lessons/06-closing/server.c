/* server.c - hears a caller out, and only then says how much that was
 *
 * Grew from lesson 02 by an answer that comes after the end of stream. What
 * lessons 01 to 04 taught stands in net.h now.
 *
 * usage: server [PORT [HOST]]
 * see also: shutdown(2), close(2), tcp(7)
 */
#include <stdio.h>
#include <unistd.h>

#include "../common.h"
#include "../net.h"

enum { DEFAULT_PORT = 9006, BACKLOG = 8, MESSAGE_MAX = 1024, TIMES = 1 };

/* Hears one caller out, until it has said all, and answers (TIMES times: the
 * README needs a long answer). */
static void serve(int client_fd)
{
	char buf[MESSAGE_MAX];
	size_t total = 0;

	ssize_t n;
	while ((n = recv_some(client_fd, buf, sizeof buf)) > 0) {
		printf("recv() returned %zd\n", n);
		total += (size_t)n;
	}
	if (n == -1) {
		complain("recv");
		return;
	}

	/* End of stream: nothing more will come. Our own half is open still. */
	printf("recv() returned 0\n");
	int len = snprintf(buf, sizeof buf, "%zu bytes came\n", total);
	for (int i = 0; i < TIMES; i++)
		if (send_all(client_fd, buf, (size_t)len) == -1) {
			complain("send");
			return;
		}
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int listen_fd = tcp_listen(host, port, BACKLOG);
	ready(listen_fd);

	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		printf("accept() returned\n");
		serve(client_fd);
		close(client_fd);
	}
}
