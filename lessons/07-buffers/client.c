/* client.c - sends until send() would wait, and says how much that was
 *
 * Grew from lesson 02: it asks poll() before it sends, and nobody answers.
 *
 * usage: client [PORT [HOST [SNDBUF]]]
 * see also: poll(2), send(2), setsockopt(2), socket(7), tcp(7)
 */
#include <poll.h>

#include "../net.h"

enum { DEFAULT_PORT = 9007, MESSAGE_MAX = 1024, PATIENCE = 300 };

/* Waits until there is room in the send buffer, at most so many milliseconds
 * (-1: without a limit). Returns 1, or 0 if there was none. */
static int wait_for_room(int server_fd, int milliseconds)
{
	struct pollfd socket = {.fd = server_fd, .events = POLLOUT};

	int ready = poll(&socket, 1, milliseconds);
	if (ready == -1)
		die("poll");
	return ready;
}

/* Sends as long as send() need not wait. Returns how many bytes went. */
static size_t send_what_goes(int server_fd)
{
	static const char buf[MESSAGE_MAX];
	size_t total = 0;

	while (wait_for_room(server_fd, PATIENCE)) {
		ssize_t n = send(server_fd, buf, sizeof buf, MSG_NOSIGNAL);
		if (n == -1)
			die("send");
		total += (size_t)n;
	}
	return total;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [SNDBUF]]]", 3);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int size = argc > 3 ? (int)parse_number("SNDBUF", argv[3], 1 << 30) : 0;
	socklen_t size_len = sizeof size;

	int server_fd = tcp_connect(host, port);
	if (size > 0 &&
	    setsockopt(server_fd, SOL_SOCKET, SO_SNDBUF, &size, size_len) == -1)
		die("setsockopt");
	if (getsockopt(server_fd, SOL_SOCKET, SO_SNDBUF, &size, &size_len) ==
	    -1)
		die("getsockopt");
	printf("SO_SNDBUF is %d\n", size);

	printf("send() took %zu bytes, and would wait now\n",
	       send_what_goes(server_fd));
	wait_for_room(server_fd, -1);
	printf("there is room again\n");
	close(server_fd);
	return 0;
}
