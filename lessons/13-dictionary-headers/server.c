/* server.c - takes messages out of what a caller says, by headers made of lines
 *
 * Grew from lesson 12: the header is a list of lines `name: value`, and its own
 * length goes before it. What strtol() takes for a number is one here, and the
 * last line with a name counts; the exercise looks closer.
 *
 * usage: server [PORT [HOST]]
 * see also: recv(2), memchr(3)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9013, BACKLOG = 8, MESSAGE_MAX = 1024 };

/* Takes the next message out of a reader: the length of the header, the header,
 * and as many bytes as it says. Returns their number, or -1 if anything else
 * comes. */
static ssize_t take_message(struct reader *in, char message[MESSAGE_MAX])
{
	unsigned char header_len[4];
	char header[HEADER_MAX + 1];
	long len = -1;

	if (reader_take(in, header_len, 4) < 4)
		return -1;
	uint32_t left = get_u32(header_len);
	if (left > HEADER_MAX || reader_take(in, header, left) < (ssize_t)left)
		return -1;
	header[left] = '\0'; /* where strtol() stops at the latest */

	/* Line after line. One name is known, the others are passed over. */
	const char *newline;
	for (const char *line = header;
	     (newline = memchr(line, '\n', left)) != NULL; line = newline + 1) {
		size_t line_len = (size_t)(newline - line);
		bool known = line_len > 8 && memcmp(line, "length: ", 8) == 0;
		if (known)
			len = strtol(line + 8, NULL, 10);
		fwrite(line, 1, line_len, stdout);
		printf("%s\n", known ? "" : "   is new to me");
		left -= (uint32_t)line_len + 1;
	}

	if (len < 0 || len > MESSAGE_MAX)
		return -1;
	if (reader_take(in, message, (size_t)len) < len)
		return -1;
	return len;
}

/* Listens to one caller, until it hangs up. */
static void serve(int client_fd)
{
	struct reader in = {.fd = client_fd};
	char message[MESSAGE_MAX];

	ssize_t len;
	while ((len = take_message(&in, message)) != -1) {
		printf("a message of %zd bytes: ", len);
		fwrite(message, 1, (size_t)len, stdout);
		putchar('\n');
	}
	printf("no more messages\n");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int listen_fd = tcp_listen(host, port, BACKLOG);
	ready(listen_fd);

	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		printf("accept() returned\n");
		serve(client_fd);
		close(client_fd);
	}
}
