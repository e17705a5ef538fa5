/* client.c - says line after line, each behind a header made of lines
 *
 * Grew from lesson 12: the header is text again, and has a line more than the
 * server knows.
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: send(2), snprintf(3)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9013, MESSAGE_MAX = 1024 };

/* Says one line. The header's length, the header and the line go out together;
 * the zero byte that snprintf() puts behind the header does not. */
static void say(int server_fd, const char *line, size_t len)
{
	static int number; /* of the line: what this client has learnt since */
	char frame[4 + HEADER_MAX + MESSAGE_MAX];

	int header_len = snprintf(frame + 4, HEADER_MAX,
				  "number: %d\nlength: %zu\n", ++number, len);
	put_u32(frame, (uint32_t)header_len);
	memcpy(frame + 4 + header_len, line, len);
	len += 4 + (size_t)header_len;

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
