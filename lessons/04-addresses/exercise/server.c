/* server.c - tells each caller both ends, and whether they share a network
 *
 * usage: server [PORT [HOST [PREFIX]]]
 * see also: getaddrinfo(3), getsockname(2), getpeername(2), ipv6(7)
 */
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../common.h"

enum { DEFAULT_PORT = 9004, BACKLOG = 8, MESSAGE_MAX = 1024 };

/* Whether two IPv4 addresses lie in one network, whose mask has prefix ones
 * from the left. Two IPv6 addresses never do, in this exercise. */
static bool same_network(const struct sockaddr_storage *a,
			 const struct sockaddr_storage *b, int prefix)
{
	/* TODO 1: Look at ss_family: only for AF_INET is each of the two a
	 * struct sockaddr_in. Bring the addresses into the order of this
	 * machine (ntohl()), make the mask, and compare address AND mask. A
	 * shift by 32 bits is undefined, so prefix 0 wants a mask of its own. */
	(void)a;
	(void)b;
	(void)prefix;
	return false;
}

/* Writes an address into text, in numbers: `127.0.0.1 9004`, `::1 9004`. */
static void address_text(const struct sockaddr_storage *addr, socklen_t len,
			 char *text, size_t size)
{
	/* TODO 2: getnameinfo() does it for every family. Ask for numbers,
	 * NI_NUMERICHOST | NI_NUMERICSERV: else it looks names up. */
	(void)addr;
	(void)len;
	snprintf(text, size, "? ?");
}

/* Tells one caller what it is, and what we are. */
static void serve(int client_fd, int prefix)
{
	/* TODO 3: Ask for both ends of this connection, getsockname() and
	 * getpeername(), in a struct sockaddr_storage each, which has room for
	 * any family. The caller may be gone already: complain and return then.
	 * Send `you ADDR PORT me ADDR PORT same-network yes` (or no) and a
	 * newline. */
	(void)client_fd;
	(void)prefix;
	(void)address_text;
	(void)same_network;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [PREFIX]]]", 3);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int prefix = argc > 3 ? (int)parse_number("PREFIX", argv[3], 32) : 24;
	int listen_fd = -1;

	/* TODO 4: Look HOST up with getaddrinfo(), both families, SOCK_STREAM.
	 * Its errors are told by gai_strerror(), not by errno. Go through the
	 * list until bind() succeeds, with a new socket for each; die() if none
	 * is left. SO_REUSEADDR as in lesson 02; on an AF_INET6 socket also
	 * IPV6_V6ONLY (of IPPROTO_IPV6), so that :: means IPv6 alone on every
	 * system. */
	(void)port;
	(void)host;

	if (listen(listen_fd, BACKLOG) == -1)
		die("listen");
	ready(listen_fd);

	for (;;) {
		int client_fd = accept(listen_fd, NULL, NULL);
		if (client_fd == -1) {
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			complain("accept");
			sleep(1);
			continue;
		}
		serve(client_fd, prefix);
		close(client_fd);
	}
}
