/* server.c - gives everything back as it comes: an echo server
 *
 * This program is given complete. It does what most servers do: it receives,
 * answers, and does not receive again before send() has taken the answer.
 *
 * usage: server [PORT [HOST]]
 * see also: recv(2), send(2), setsockopt(2), socket(7)
 */
#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9007, BACKLOG = 8, BUF_SIZE = 65536 };

/* Asks for small buffers in the kernel, for all connections of listen_fd. Who
 * sends and does not receive is stopped soon then, on every system. */
static void ask_for_small_buffers(int listen_fd)
{
	int size = BUF_SIZE;

	if (setsockopt(listen_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) ==
		    -1 ||
	    setsockopt(listen_fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) ==
		    -1)
		die("setsockopt");
}

/* Gives back what one caller says, until it has said all. */
static void serve(int client_fd)
{
	static char buf[BUF_SIZE];

	ssize_t n;
	while ((n = recv_some(client_fd, buf, sizeof buf)) > 0) {
		if (send_all(client_fd, buf, (size_t)n) == -1) {
			complain("send");
			return;
		}
	}
	if (n == -1)
		complain("recv");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int listen_fd = tcp_listen(host, port, BACKLOG);
	ask_for_small_buffers(listen_fd);
	ready(listen_fd);

	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		serve(client_fd);
		close(client_fd);
	}
}
