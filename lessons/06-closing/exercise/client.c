/* client.c - has the server count what stands on standard input
 *
 * usage: client [PORT [HOST]]      the text comes from standard input
 * see also: shutdown(2), read(2), recv(2)
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../common.h"
#include "../../net.h"

enum { DEFAULT_PORT = 9006, BUF_SIZE = 65536 };

/* Says everything that stands on standard input, as it is. */
static void say_all(int server_fd)
{
	/* TODO 1: Until its end, read a piece of standard input and send it.
	 * There are no lines here, only bytes: read(STDIN_FILENO, ...) returns
	 * like recv() how many came, 0 at the end, -1 for an error (EINTR: try
	 * again). A failure ends the program: die(). */
	(void)server_fd;

	/* TODO 2: All said: close your half of the connection, and only that.
	 * Without it the server waits for more, and you for its answer. */
}

/* Prints all that the server says. Ends the program if that is nothing. */
static void hear_all(int server_fd)
{
	/* TODO 3: Receive and print, as it is, until the server has said all.
	 * A reset, or an end before the first byte, is a failure: die() or
	 * die_because(). */
	(void)server_fd;
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
