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

enum { DEFAULT_PORT = 9004 };

/* Calls host at one address after another until one answers. Returns the
 * connected socket; ends the program if there is none. */
static int call(const char *host, in_port_t port)
{
	/* Look host up with getaddrinfo(): both families, SOCK_STREAM,
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

	/* Go through the list (ai_next). For each address make a new
	 * socket of its family and connect(); one that fails is closed, and the
	 * next is tried. die() if none is left. freeaddrinfo() at the end. */
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
	return fd;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = call(host, port);

	/* Print all that the server says, until it hangs up. If it
	 * hangs up without a word, die_because(). */
	FILE *in = fdopen(server_fd, "r");
	if (in == NULL)
		die("fdopen");
	int byte;
	size_t heard = 0;
	while ((byte = getc(in)) != EOF) {
		putchar(byte);
		heard++;
	}
	if (ferror(in))
		die("read");
	if (heard == 0)
		die_because("the server has said nothing");
	fclose(in);
	return 0;
}
