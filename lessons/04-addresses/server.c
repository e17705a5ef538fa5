/* server.c - tells each caller the two ends of its connection
 *
 * Grew from lesson 02: an address has a name, and a family.
 *
 * usage: server [PORT [HOST]]
 * see also: getaddrinfo(3), getnameinfo(3), getsockname(2), getpeername(2)
 */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common.h"

enum { DEFAULT_PORT = 9004, BACKLOG = 8, MESSAGE_MAX = 1024 };

/* Writes an address of any family into text: `127.0.0.1 9004`. */
static void address_text(const struct sockaddr_storage *addr, socklen_t len,
			 char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN], port[8];

	if (getnameinfo((const struct sockaddr *)addr, len, host, sizeof host,
			port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV))
		snprintf(text, size, "? ?");
	else
		snprintf(text, size, "%s %s", host, port);
}

/* Tells one caller which addresses the connection has. */
static void serve(int client_fd)
{
	struct sockaddr_storage me, you;
	int type;
	socklen_t me_len = sizeof me, you_len = sizeof you, len = sizeof type;
	char me_text[64], you_text[64], buf[MESSAGE_MAX];

	if (getsockname(client_fd, (struct sockaddr *)&me, &me_len) == -1 ||
	    getpeername(client_fd, (struct sockaddr *)&you, &you_len) == -1 ||
	    getsockopt(client_fd, SOL_SOCKET, SO_TYPE, &type, &len) == -1) {
		complain("getsockname, getpeername or getsockopt");
		return;
	}
	printf("family %s, type %s\n",
	       me.ss_family == AF_INET6 ? "AF_INET6" : "AF_INET",
	       type == SOCK_STREAM ? "SOCK_STREAM" : "another");
	address_text(&me, me_len, me_text, sizeof me_text);
	address_text(&you, you_len, you_text, sizeof you_text);
	snprintf(buf, sizeof buf, "me %s\nyou %s\n", me_text, you_text);
	if (send(client_fd, buf, strlen(buf), MSG_NOSIGNAL) == -1)
		complain("send");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	/* Look the number up: a name may have several, of two families. */
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

	/* Buy a telephone of that family (the first will do here). */
	int listen_fd =
		socket(list->ai_family, list->ai_socktype, list->ai_protocol);
	if (listen_fd == -1)
		die("socket");
	int on = 1;
	socklen_t on_len = sizeof on;
	if (setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, on_len) == -1)
		die("setsockopt");

	/* Get a number. */
	if (bind(listen_fd, list->ai_addr, list->ai_addrlen) == -1)
		die("bind");
	freeaddrinfo(list);

	/* Switch it on: from here on the kernel takes calls for us. */
	if (listen(listen_fd, BACKLOG) == -1)
		die("listen");
	ready(listen_fd);

	/* Pick up: accept() waits until somebody calls. */
	for (;;) {
		int client_fd = accept(listen_fd, NULL, NULL);
		if (client_fd == -1) {
			complain("accept");
			sleep(1); /* it may fail again at once, and again */
			continue;
		}
		serve(client_fd);
		close(client_fd);
	}
}
