/* server.c - a chat by turns with one caller; the others wait
 *
 * usage: server [PORT [HOST]]      the operator is at standard input
 * see also: listen(2), accept(2), recv(2), send(2)
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

enum { DEFAULT_PORT = 9003, BACKLOG = 8, MESSAGE_MAX = 1024 };

#define BYEBYE "byebye"
enum { BYEBYE_LEN = sizeof BYEBYE - 1 };

/* What comes after a turn: the other one's turn, the next call, or the end of
 * the program, since the operator has no more to say. */
enum next { NEXT_TURN, NEXT_CALL, NOTHING };

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

/* The operator's turn: the next line goes to the caller. */
static enum next speak(int client_fd)
{
	char line[MESSAGE_MAX];

	/* TODO 2: Read the operator's next line. One that is empty or longer
	 * than MESSAGE_MAX cannot be sent: complain_that("..."), and read
	 * another. */
	(void)line;

	/* TODO 3: At the end of input say BYEBYE, and there is NOTHING more. */

	/* TODO 4: Send the line. If that fails, complain. If it fails, or if the
	 * line was the last one of this call, the NEXT_CALL may come. */
	(void)client_fd;
	(void)send_all;
	(void)is_byebye;
	return NEXT_TURN;
}

/* The caller's turn: waits for its message, however long, and prints it. */
static enum next hear(int client_fd)
{
	/* TODO 5: Receive a message (and again after EINTR). If it cannot be
	 * received, or the caller has hung up, complain: NEXT_CALL. */
	(void)client_fd;

	/* TODO 6: Print it, these bytes and a newline. If it was the last one
	 * of this call: NEXT_CALL. */
	return NEXT_TURN;
}

/* Talks with one caller. The operator speaks first, then both by turns. */
static enum next serve(int client_fd)
{
	/* TODO 7: speak() and hear() by turns, as long as there is a NEXT_TURN.
	 * Return what comes next. */
	(void)client_fd;
	(void)speak;
	(void)hear;
	return NOTHING;
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

	int on = 1;
	socklen_t on_len = sizeof on;
	if (setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, on_len) == -1)
		die("setsockopt");

	if (bind(listen_fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("bind");

	/* TODO 8: Listen, with room for BACKLOG callers who wait. This is said
	 * once, for as long as the server lives: while you talk with one
	 * caller, the kernel takes the others' calls and keeps them in order.
	 * Then ready(). */

	/* TODO 9: Take the next call as long as there is more to say: accept()
	 * (with lesson 02's care when it fails), a line that tells the operator
	 * that somebody is there, serve(), close(). */
	(void)serve;

	close(listen_fd);
	return 0;
}
