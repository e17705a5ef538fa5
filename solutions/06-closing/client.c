/* client.c - has the server count what stands on standard input
 *
 * usage: client [PORT [HOST]]      the text comes from standard input
 * see also: shutdown(2), read(2), recv(2)
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../lessons/common.h"
#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9006, BUF_SIZE = 65536 };

/* Says everything that stands on standard input, as it is. */
static void say_all(int server_fd)
{
	/* STEP 1: Until its end, read a piece of standard input and send it.
	 * There are no lines here, only bytes: read(STDIN_FILENO, ...) returns
	 * like recv() how many came, 0 at the end, -1 for an error (EINTR: try
	 * again). A failure ends the program: die(). */
	char buf[BUF_SIZE];

	for (;;) {
		ssize_t n = read(STDIN_FILENO, buf, sizeof buf);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			die("standard input");
		if (n == 0)
			break;
		if (send_all(server_fd, buf, (size_t)n) == -1)
			die("send");
	}
	/* STUB: (void)server_fd; */
	/* END 1 */

	/* STEP 2: All said: close your half of the connection, and only that.
	 * Without it the server waits for more, and you for its answer. */
	if (shutdown(server_fd, SHUT_WR) == -1)
		die("shutdown");
	/* END 2 */
}

/* Prints all that the server says. Ends the program if that is nothing. */
static void hear_all(int server_fd)
{
	/* STEP 3: Receive and print, as it is, until the server has said all.
	 * A reset, or an end before the first byte, is a failure: die() or
	 * die_because(). */
	char buf[BUF_SIZE];
	size_t total = 0;

	ssize_t n;
	while ((n = recv_some(server_fd, buf, sizeof buf)) > 0) {
		fwrite(buf, 1, (size_t)n, stdout);
		total += (size_t)n;
	}
	if (n == -1)
		die("recv");
	if (total == 0)
		die_because("the server has hung up without an answer");
	/* STUB: (void)server_fd; */
	/* END 3 */
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = tcp_connect(host, port);
	say_all(server_fd);
	hear_all(server_fd);
	close(server_fd);
	return 0;
}
