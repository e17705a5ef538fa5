/* client.c - says line after line, each between marks, and does not wait
 *
 * Grew from lesson 09 by the marks.
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: send(2), tcp(7)
 */
#include "../net.h"

#define START "{2H:"
#define END ":}"

enum { DEFAULT_PORT = 9010, MESSAGE_MAX = 1024 };
enum { START_LEN = sizeof START - 1, END_LEN = sizeof END - 1 };

/* Says one line. Start mark, line and end mark go out together. */
static void say(int server_fd, const char *line, size_t len)
{
	char frame[START_LEN + MESSAGE_MAX + END_LEN];

	memcpy(frame, START, START_LEN);
	memcpy(frame + START_LEN, line, len);
	memcpy(frame + START_LEN + len, END, END_LEN);
	len += START_LEN + END_LEN;

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
