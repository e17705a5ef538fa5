/* server.c - takes calls, and does not read before it is told to
 *
 * Grew from lesson 02: until a line comes on its standard input, the server
 * does not call recv().
 *
 * usage: server [PORT [HOST [RCVBUF]]]
 * see also: recv(2), setsockopt(2), socket(7), tcp(7)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9007, BACKLOG = 8, MESSAGE_MAX = 1024 };

/* Hears one caller out, but not before there is a line of input. */
static void serve(int client_fd)
{
	char buf[MESSAGE_MAX];
	size_t total = 0;
	int size;
	socklen_t size_len = sizeof size;

	if (getsockopt(client_fd, SOL_SOCKET, SO_RCVBUF, &size, &size_len) ==
	    -1)
		die("getsockopt");
	printf("SO_RCVBUF is %d\n", size);

	/* Nobody reads now. What comes is kept by the kernel, in the receive
	 * buffer of this connection, as long as there is room. */
	read_line(buf, sizeof buf);

	ssize_t n;
	while ((n = recv_some(client_fd, buf, sizeof buf)) > 0)
		total += (size_t)n;
	if (n == 0)
		printf("recv() returned 0, after %zu bytes\n", total);
	if (n == -1)
		complain("recv");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [RCVBUF]]]", 3);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int size = argc > 3 ? (int)parse_number("RCVBUF", argv[3], 1 << 30) : 0;

	/* Connections inherit the size of their buffers from this socket. */
	int listen_fd = tcp_listen(host, port, BACKLOG);
	if (size > 0 && setsockopt(listen_fd, SOL_SOCKET, SO_RCVBUF, &size,
				   sizeof size) == -1)
		die("setsockopt");
	ready(listen_fd);

	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		printf("accept() returned\n");
		serve(client_fd);
		close(client_fd);
	}
}
