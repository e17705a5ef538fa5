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

#include "../../common.h"

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
	/* TODO 1: Your send_all() of lesson 01: call send() until it has taken
	 * everything. MSG_NOSIGNAL makes a difference now: without it, one
	 * caller who has left takes the whole program along. */
	(void)fd;
	(void)buf;
	(void)len;
	return 0;
}

/* Talks with one caller, until it hangs up or cannot be reached any more. */
static void serve(int client_fd)
{
	/* TODO 2: The conversation loop. Receive a message, answer it, receive
	 * the next. Three things end the loop, and none of them the server:
	 * recv() returned 0, end of stream, the caller is done; it returned -1,
	 * an error (but EINTR: try again); the answer cannot be sent. Complain
	 * about the last two, and return. */
	(void)client_fd;
	(void)to_upper;
	(void)send_all;
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

	/* TODO 3: Let the server start again at once on the same port, also
	 * when connections of its last run are still dying (TIME-WAIT): turn on
	 * SO_REUSEADDR, before bind(). */

	if (bind(listen_fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("bind");
	if (listen(listen_fd, BACKLOG) == -1)
		die("listen");
	ready(listen_fd);

	/* TODO 4: The connection loop, without an end: accept() a caller,
	 * serve() it, close() its descriptor, which is easily forgotten and
	 * then runs out. accept() may fail, and does not end the server either:
	 * EINTR and ECONNABORTED (a caller who left early) mean try again; what
	 * remains, such as no descriptors, will not pass by trying again at
	 * once: complain, and sleep() a second. */
	(void)serve;
}
