/* server.c - takes messages out of what a caller says, by their lengths
 *
 * Grew from lesson 10 by a length before each message, where there were marks
 * around it. The inbox stands in net.h now, as struct reader. WRONG ON PURPOSE:
 * it takes for a length whatever strtol() takes for a number.
 *
 * usage: server [PORT [HOST]]
 * see also: recv(2), strtol(3)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9011, BACKLOG = 8, LENGTH_SIZE = 4, MESSAGE_MAX = 1024 };

/* Takes the next message out of a reader: its length in four digits, and so many
 * bytes. Returns the length, or -1 if anything else comes. */
static ssize_t take_message(struct reader *in, char message[MESSAGE_MAX])
{
	char digits[LENGTH_SIZE + 1] = {0}; /* a C string, for strtol() */

	if (reader_take(in, digits, LENGTH_SIZE) < LENGTH_SIZE)
		return -1;
	long len = strtol(digits, NULL, 10);
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
