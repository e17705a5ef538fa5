/* client.c - a chat by turns with the operator of a server
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: connect(2), recv(2), send(2)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../common.h"

enum { DEFAULT_PORT = 9003, MESSAGE_MAX = 1024 };

#define BYEBYE "byebye"
enum { BYEBYE_LEN = sizeof BYEBYE - 1 };

/* Sends all len bytes of buf. Returns 0, or -1 with errno set. See send(2). */
static int send_all(int fd, const char *buf, size_t len)
{
	size_t sent = 0;

	while (sent < len) {
		ssize_t n = send(fd, buf + sent, len - sent, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		sent += (size_t)n;
	}
	return 0;
}

/* Tells whether a message is the last one of a call: exactly `byebye`. */
static bool is_byebye(const char *buf, size_t len)
{
	/* TODO 1: Compare the length and the bytes, with memcmp(3): a message
	 * is no C string, and `byebye!` is not the end. */
	(void)buf;
	(void)len;
	return false;
}

/* The operator's turn: waits for the message, however long, and prints it.
 * Returns false if it was the last one. Ends the program if none can come. */
static bool hear(int server_fd)
{
	/* TODO 2: Receive a message (and again after EINTR). If it cannot be
	 * received, or the server has hung up: die() or die_because(). */
	(void)server_fd;
	(void)is_byebye;

	/* TODO 3: Print it, these bytes and a newline. Tell whether the call
	 * goes on. */
	return false;
}

/* Our turn: the next line goes to the operator, BYEBYE at the end of input.
 * Returns false if that was the last message. Ends the program if it cannot be
 * sent. Sets *status to 1 if a line was left out. */
static bool speak(int server_fd, int *status)
{
	char line[MESSAGE_MAX];

	/* TODO 4: Read a line. One that is empty or longer than MESSAGE_MAX
	 * cannot be sent: complain_that("..."), set *status to 1, and read
	 * another. */
	(void)line;
	(void)status;

	/* TODO 5: At the end of input, the message is BYEBYE. */

	/* TODO 6: Send it, and tell whether the call goes on. */
	(void)server_fd;
	(void)send_all;
	return false;
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

	int server_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (server_fd == -1)
		die("socket");
	if (connect(server_fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("connect");

	/* TODO 7: hear() and speak() by turns, as long as the call goes on. The
	 * operator speaks first. */
	int status = 0;
	(void)hear;
	(void)speak;

	close(server_fd);
	return status;
}
