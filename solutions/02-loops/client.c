/* client.c - says line after line, and prints the answers, until `q`
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: connect(2), send(2), recv(2)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../lessons/common.h"

enum { DEFAULT_PORT = 9002, MESSAGE_MAX = 1024 };

/* Sends all len bytes of buf. Returns 0, or -1 with errno set. See send(2). */
static int send_all(int fd, const char *buf, size_t len)
{
	/* STEP 1: The same as in the server: call send() until it has taken
	 * everything. */
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

/* Says one line, and prints the answer. Ends the program if there is none. */
static void ask(int server_fd, const char *line, size_t len)
{
	/* STEP 2: Send the line and receive the answer, as in lesson 01, and
	 * call recv() again after EINTR. The server may be gone by now: send()
	 * fails, or recv() does, or returns 0. die() or die_because() then. */
	if (send_all(server_fd, line, len) == -1)
		die("send");

	char buf[MESSAGE_MAX];
	ssize_t n;
	do {
		n = recv(server_fd, buf, sizeof buf, 0);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		die("recv");
	if (n == 0)
		die_because("the server has hung up");
	/* STUB: (void)server_fd; */
	/* STUB: (void)line; */
	/* STUB: (void)len; */
	/* STUB: (void)send_all; */
	/* END 2 */

	/* STEP 3: Print the bytes that came, these and no others, and a
	 * newline. */
	fwrite(buf, 1, (size_t)n, stdout);
	putchar('\n');
	/* END 3 */
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

	/* STEP 4: The conversation loop: read_line() until it returns -1, the
	 * end of input, or the line is exactly `q`. An empty line sends no
	 * byte, so the server would wait for the question and we for the
	 * answer, for ever: do not send it. The same for a line longer than
	 * MESSAGE_MAX: complain_that("..."), go on with the next line, and let
	 * the exit status be 1 at the end. */
	char line[MESSAGE_MAX];
	ssize_t len;
	int status = 0;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len == 1 && line[0] == 'q')
			break;
		if (len == 0 || len > MESSAGE_MAX) {
			complain_that("a message is 1 to %d bytes long",
				      MESSAGE_MAX);
			status = 1;
			continue;
		}
		ask(server_fd, line, (size_t)len);
	}
	/* STUB: (void)ask; */
	/* STUB: int status = 0; */
	/* END 4 */

	close(server_fd);
	return status;
}
