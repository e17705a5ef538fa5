/* server.c - answers in upper case, one caller after another
 *
 * usage: server [PORT [HOST]]
 * see also: accept(2), recv(2), send(2), setsockopt(2), signal(7)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../lessons/common.h"

enum { DEFAULT_PORT = 9002, BACKLOG = 8, MESSAGE_MAX = 1024 };

/* Turns the letters a to z into A to Z and leaves every other byte alone. A
 * message is no C string: its length counts, and a zero byte is a byte. Not
 * toupper(3), which knows more letters in some languages. */
static void to_upper(char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (buf[i] >= 'a' && buf[i] <= 'z')
			buf[i] -= 'a' - 'A';
}

/* Sends all len bytes of buf. Returns 0, or -1 with errno set. See send(2). */
static int send_all(int fd, const char *buf, size_t len)
{
	/* STEP 1: Your send_all() of lesson 01: call send() until it has taken
	 * everything. MSG_NOSIGNAL makes a difference now: without it, one
	 * caller who has left takes the whole program along. */
	size_t sent = 0;

	while (sent < len) {
		ssize_t n = send(fd, buf + sent, len - sent, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		sent += (size_t)n;
	}
	/* STUB: (void)fd; */
	/* STUB: (void)buf; */
	/* STUB: (void)len; */
	/* END 1 */
	return 0;
}

/* Talks with one caller, until it hangs up or cannot be reached any more. */
static void serve(int client_fd)
{
	/* STEP 2: The conversation loop. Receive a message, answer it, receive
	 * the next. Three things end the loop, and none of them the server:
	 * recv() returned 0, end of stream, the caller is done; it returned -1,
	 * an error (but EINTR: try again); the answer cannot be sent. Complain
	 * about the last two, and return. */
	char buf[MESSAGE_MAX];

	for (;;) {
		ssize_t n = recv(client_fd, buf, sizeof buf, 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			complain("recv");
		if (n <= 0)
			return;

		to_upper(buf, (size_t)n);
		if (send_all(client_fd, buf, (size_t)n) == -1) {
			complain("send");
			return;
		}
	}
	/* STUB: (void)client_fd; */
	/* STUB: (void)to_upper; */
	/* STUB: (void)send_all; */
	/* END 2 */
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	if (inet_pton(AF_INET, host, &addr.sin_addr) != 1)
		wrong_usage("HOST is an address like 127.0.0.1, not: %s", host);

	int listen_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (listen_fd == -1)
		die("socket");

	/* STEP 3: Let the server start again at once on the same port, also
	 * when connections of its last run are still dying (TIME-WAIT): turn on
	 * SO_REUSEADDR, before bind(). */
	int on = 1;
	socklen_t on_len = sizeof on;
	if (setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, on_len) == -1)
		die("setsockopt");
	/* END 3 */

	if (bind(listen_fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("bind");
	if (listen(listen_fd, BACKLOG) == -1)
		die("listen");
	ready(listen_fd);

	/* STEP 4: The connection loop, without an end: accept() a caller,
	 * serve() it, close() its descriptor, which is easily forgotten and
	 * then runs out. accept() may fail, and does not end the server either:
	 * EINTR and ECONNABORTED (a caller who left early) mean try again; what
	 * remains, such as no descriptors, will not pass by trying again at
	 * once: complain, and sleep() a second. */
	for (;;) {
		int client_fd = accept(listen_fd, NULL, NULL);
		if (client_fd == -1) {
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			complain("accept");
			sleep(1);
			continue;
		}
		serve(client_fd);
		close(client_fd);
	}
	/* STUB: (void)serve; */
	/* END 4 */
}
