/* client.c - calls a name at every address it has, and prints what it hears
 *
 * usage: client [PORT [HOST]]
 * see also: getaddrinfo(3), gai_strerror(3), connect(2)
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../common.h"

enum { DEFAULT_PORT = 9004, MESSAGE_MAX = 1024 };

/* Calls host at one address after another until one answers. Returns the
 * connected socket; ends the program if there is none. */
static int call(const char *host, in_port_t port)
{
	/* TODO 1: Look host up with getaddrinfo(): both families, SOCK_STREAM,
	 * the port as text. It does not set errno: its error is told by
	 * gai_strerror(). */
	(void)host;
	(void)port;

	/* TODO 2: Go through the list (ai_next). For each address make a new
	 * socket of its family and connect(); one that fails is closed, and the
	 * next is tried. If none is left, die() with the reason of the last
	 * connect(): close() may change errno. freeaddrinfo() at the end. */
	int fd = -1;
	return fd;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = call(host, port);

	/* TODO 3: Print all that the server says, until it hangs up. If it
	 * hangs up without a word, die_because(). */

	close(server_fd);
	return 0;
}
