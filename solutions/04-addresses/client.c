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

#include "../../lessons/common.h"

enum { DEFAULT_PORT = 9004, MESSAGE_MAX = 1024 };

/* Calls host at one address after another until one answers. Returns the
 * connected socket; ends the program if there is none. */
static int call(const char *host, in_port_t port)
{
	/* STEP 1: Look host up with getaddrinfo(): both families, SOCK_STREAM,
	 * the port as text. It does not set errno: its error is told by
	 * gai_strerror(). */
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICSERV,
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *list;
	char service[8];
	snprintf(service, sizeof service, "%d", port);
	int error = getaddrinfo(host, service, &hints, &list);
	if (error != 0)
		die_because("%s: %s", host, gai_strerror(error));
	/* STUB: (void)host; */
	/* STUB: (void)port; */
	/* END 1 */

	/* STEP 2: Go through the list (ai_next). For each address make a new
	 * socket of its family and connect(); one that fails is closed, and the
	 * next is tried. If none is left, die() with the reason of the last
	 * connect(): close() may change errno. freeaddrinfo() at the end. */
	int fd = -1;
	for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
		if (fd == -1)
			continue;
		if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
			break;
		int reason = errno;
		close(fd);
		errno = reason;
		fd = -1;
	}
	if (fd == -1)
		die("connect");
	freeaddrinfo(list);
	/* STUB: int fd = -1; */
	/* END 2 */
	return fd;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = call(host, port);

	/* STEP 3: Print all that the server says, until it hangs up. If it
	 * hangs up without a word, die_because(). */
	char buf[MESSAGE_MAX];
	size_t heard = 0;
	for (;;) {
		ssize_t n = recv(server_fd, buf, sizeof buf, 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			die("recv");
		if (n == 0)
			break;
		fwrite(buf, 1, (size_t)n, stdout);
		heard += (size_t)n;
	}
	if (heard == 0)
		die_because("the server has hung up without a word");
	/* END 3 */

	close(server_fd);
	return 0;
}
