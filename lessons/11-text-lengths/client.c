/* client.c - says line after line, each behind its length, and does not wait
 *
 * Grew from lesson 10 by a length before each line, where there were marks
 * around it.
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: send(2), tcp(7)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9011, LENGTH_SIZE = 4, MESSAGE_MAX = 1024 };

/* Says one line. Length and line go out together; the zero byte that snprintf()
 * puts behind the digits does not. */
static void say(int server_fd, const char *line, size_t len)
{
	char frame[LENGTH_SIZE + MESSAGE_MAX];

	snprintf(frame, sizeof frame, "%04zu", len);
	memcpy(frame + LENGTH_SIZE, line, len);
	len += LENGTH_SIZE;

	ssize_t n = send(server_fd, frame, len, MSG_NOSIGNAL);
	if (n == -1)
		die("send");
	printf("send() returned %zd\n", n);
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = tcp_connect(host, port);

	char line[MESSAGE_MAX];
	ssize_t len;
	int status = 0;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len > MESSAGE_MAX) {
			complain_that("a message is at most %d bytes long",
				      MESSAGE_MAX);
			status = 1;
			continue;
		}
		say(server_fd, line, (size_t)len);
	}
	close(server_fd);
	return status;
}
