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

#include "../../lessons/common.h"

enum { DEFAULT_PORT = 9004, BACKLOG = 8, MESSAGE_MAX = 1024 };

/* Whether two IPv4 addresses lie in one network, whose mask has prefix ones
 * from the left. Two IPv6 addresses never do, in this exercise. */
static bool same_network(const struct sockaddr_storage *a,
			 const struct sockaddr_storage *b, int prefix)
{
	/* STEP 1: Look at ss_family: only for AF_INET is each of the two a
	 * struct sockaddr_in. Bring the addresses into the order of this
	 * machine (ntohl()), make the mask, and compare address AND mask. A
	 * shift by 32 bits is undefined, so prefix 0 wants a mask of its own. */
	if (a->ss_family != AF_INET || b->ss_family != AF_INET)
		return false;
	uint32_t mask = prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
	uint32_t x = ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr);
	uint32_t y = ntohl(((const struct sockaddr_in *)b)->sin_addr.s_addr);
	return (x & mask) == (y & mask);
	/* STUB: (void)a; */
	/* STUB: (void)b; */
	/* STUB: (void)prefix; */
	/* STUB: return false; */
	/* END 1 */
}

/* Writes an address into text, in numbers: `127.0.0.1 9004`, `::1 9004`. */
static void address_text(const struct sockaddr_storage *addr, socklen_t len,
			 char *text, size_t size)
{
	/* STEP 2: getnameinfo() does it for every family. Ask for numbers,
	 * NI_NUMERICHOST | NI_NUMERICSERV: else it looks names up. */
	char host[INET6_ADDRSTRLEN], port[8];

	if (getnameinfo((const struct sockaddr *)addr, len, host, sizeof host,
			port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(text, size, "? ?");
	else
		snprintf(text, size, "%s %s", host, port);
	/* STUB: (void)addr; */
	/* STUB: (void)len; */
	/* STUB: snprintf(text, size, "? ?"); */
	/* END 2 */
}

/* Tells one caller what it is, and what we are. */
static void serve(int client_fd, int prefix)
{
	/* STEP 3: Ask for both ends of this connection, getsockname() and
	 * getpeername(), in a struct sockaddr_storage each, which has room for
	 * any family. The caller may be gone already: complain and return then.
	 * Send `you ADDR PORT me ADDR PORT same-network yes` (or no) and a
	 * newline. */
	struct sockaddr_storage me, you;
	socklen_t me_len = sizeof me, you_len = sizeof you;
	char me_text[64], you_text[64], buf[MESSAGE_MAX];

	if (getsockname(client_fd, (struct sockaddr *)&me, &me_len) == -1) {
		complain("getsockname");
		return;
	}
	if (getpeername(client_fd, (struct sockaddr *)&you, &you_len) == -1) {
		complain("getpeername");
		return;
	}
	address_text(&me, me_len, me_text, sizeof me_text);
	address_text(&you, you_len, you_text, sizeof you_text);
	snprintf(buf, sizeof buf, "you %s me %s same-network %s\n", you_text,
		 me_text, same_network(&me, &you, prefix) ? "yes" : "no");

	size_t len = strlen(buf), sent = 0;
	while (sent < len) {
		ssize_t n =
			send(client_fd, buf + sent, len - sent, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			complain("send");
			return;
		}
		sent += (size_t)n;
	}
	/* STUB: (void)client_fd; */
	/* STUB: (void)prefix; */
	/* STUB: (void)address_text; */
	/* STUB: (void)same_network; */
	/* END 3 */
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [PREFIX]]]", 3);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int prefix = argc > 3 ? (int)parse_number("PREFIX", argv[3], 32) : 24;
	int listen_fd = -1;

	/* STEP 4: Look HOST up with getaddrinfo(), both families, SOCK_STREAM.
	 * Its errors are told by gai_strerror(), not by errno. Go through the
	 * list until bind() succeeds, with a new socket for each; die() if none
	 * is left. SO_REUSEADDR as in lesson 02; on an AF_INET6 socket also
	 * IPV6_V6ONLY (of IPPROTO_IPV6), so that :: means IPv6 alone on every
	 * system. */
	struct addrinfo hints = {
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *list;
	char service[8];
	snprintf(service, sizeof service, "%d", port);
	int error = getaddrinfo(host, service, &hints, &list);
	if (error != 0)
		die_because("%s: %s", host, gai_strerror(error));
	for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		listen_fd =
			socket(a->ai_family, a->ai_socktype, a->ai_protocol);
		if (listen_fd == -1)
			continue;
		int on = 1;
		socklen_t on_len = sizeof on;
		if (setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on,
			       on_len) == -1)
			die("setsockopt");
		if (a->ai_family == AF_INET6 &&
		    setsockopt(listen_fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
			       on_len) == -1)
			die("setsockopt");
		if (bind(listen_fd, a->ai_addr, a->ai_addrlen) == 0)
			break;
		int reason = errno;
		close(listen_fd);
		errno = reason;
		listen_fd = -1;
	}
	if (listen_fd == -1)
		die("bind");
	freeaddrinfo(list);
	/* STUB: (void)port; */
	/* STUB: (void)host; */
	/* END 4 */

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
