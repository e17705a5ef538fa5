/* server.c - gives back what callers say, one caller after another
 *
 * Grew from lesson 02 by another kind of address.
 *
 * usage: server [PATH]
 * see also: socket(2), bind(2), listen(2), accept(2), recv(2), send(2)
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common.h"

#define DEFAULT_PATH "/tmp/9005"
enum { BACKLOG = 8, MESSAGE_MAX = 1024 };

/* Talks with one caller, until it hangs up. MSG_NOSIGNAL: if it already has,
 * send() fails with EPIPE; without the flag, SIGPIPE would end the server. */
static void serve(int client_fd)
{
	char buf[MESSAGE_MAX];

	/* recv() waits until the caller says something or hangs up. */
	ssize_t n;
	while ((n = recv(client_fd, buf, sizeof buf, 0)) > 0) {
		printf("recv() returned %zd\n", n);
		if (send(client_fd, buf, (size_t)n, MSG_NOSIGNAL) == -1) {
			complain("send");
			return;
		}
	}
	if (n == 0)
		printf("recv() returned 0\n");
	if (n == -1)
		complain("recv");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PATH]", 1);
	const char *path = argc > 1 ? argv[1] : DEFAULT_PATH;

	struct sockaddr_un addr = {
		.sun_family = AF_UNIX,
	};
	if (path[0] == '\0' || strlen(path) >= sizeof addr.sun_path)
		wrong_usage("PATH is too short or too long: %s", path);
	strcpy(addr.sun_path, path);

	/* Buy a telephone, one that can be used again at once (lesson 02). */
	int listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (listen_fd == -1)
		die("socket");
	int on = 1;
	socklen_t on_len = sizeof on;
	if (setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, on_len) == -1)
		die("setsockopt");

	/* Get a number. */
	if (bind(listen_fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("bind");

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
		printf("accept() returned\n");
		serve(client_fd);
		close(client_fd);
	}
}
