/* client.c - calls a name, and prints what the server says
 *
 * Grew from lesson 02: HOST may be a name, with several addresses.
 *
 * usage: client [PORT [HOST]]
 * see also: getaddrinfo(3), gai_strerror(3), connect(2)
 */
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common.h"

enum { DEFAULT_PORT = 9004, MESSAGE_MAX = 1024 };

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	/* Look the number up. */
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

	/* Call one after another, each with a telephone of its family, until
	 * one answers. */
	int server_fd = -1;
	for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		server_fd =
			socket(a->ai_family, a->ai_socktype, a->ai_protocol);
		if (server_fd == -1)
			continue;
		if (connect(server_fd, a->ai_addr, a->ai_addrlen) == 0)
			break;
		complain("connect");
		close(server_fd);
		server_fd = -1;
	}
	freeaddrinfo(list);
	if (server_fd == -1)
		die_because("no address of %s answers", host);

	/* The server speaks, until it hangs up. */
	char buf[MESSAGE_MAX];
	ssize_t n;
	while ((n = recv(server_fd, buf, sizeof buf, 0)) > 0)
		fwrite(buf, 1, (size_t)n, stdout);
	if (n == -1)
		die("recv");
	close(server_fd);
	return 0;
}
