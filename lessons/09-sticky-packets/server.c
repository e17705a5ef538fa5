/* server.c - receives what a caller has said when it is told to
 *
 * Grew from lesson 02 by being busy before each recv(), until a line comes on
 * its standard input; an empty one will do.
 *
 * usage: server [PORT [HOST]]
 * see also: recv(2), tcp(7)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9009, BACKLOG = 8, BUF_SIZE = 10 };

/* Is busy with something else until a line comes on standard input. Only then
 * receives: what is there, as far as there is room. What the caller said
 * meanwhile has waited in the receive buffer (lesson 07). */
static ssize_t recv_when_told(int fd, char *buf, size_t size)
{
	char line[80];

	read_line(line, sizeof line);
	return recv_some(fd, buf, size);
}

/* Listens to one caller, until it hangs up. */
static void serve(int client_fd)
{
	char buf[BUF_SIZE];

	ssize_t n;
	while ((n = recv_when_told(client_fd, buf, sizeof buf)) > 0) {
		printf("recv() returned %zd: ", n);
		fwrite(buf, 1, (size_t)n, stdout);
		putchar('\n');
	}
	if (n == 0)
		printf("recv() returned 0\n");
	if (n == -1)
		complain("recv");
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
