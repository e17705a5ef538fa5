/* server.c - takes messages out of what a caller says, by their headers
 *
 * Grew from lesson 11 by a header of bytes before each message, in the place of
 * digits: its kind, and its length as a number in the order of the network.
 *
 * usage: server [PORT [HOST]]
 * see also: recv(2), ntohl(3)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9012, BACKLOG = 8, HEADER_SIZE = 5, MESSAGE_MAX = 1024 };

/* Takes the next message out of a reader: a header, one byte of kind and four
 * of length, and so many bytes. Returns the length, -1 if anything else comes.
 */
static ssize_t take_message(struct reader *in, int *kind,
			    char message[MESSAGE_MAX])
{
	unsigned char header[HEADER_SIZE];
	uint32_t len;

	if (reader_take(in, header, HEADER_SIZE) < HEADER_SIZE)
		return -1;
	*kind = header[0];
	memcpy(&len, header + 1, sizeof len);
	len = ntohl(len);
	if (len > MESSAGE_MAX)
		return -1;
	if (reader_take(in, message, len) < (ssize_t)len)
		return -1;
	return (ssize_t)len;
}

/* Listens to one caller, until it hangs up. */
static void serve(int client_fd)
{
	struct reader in = {.fd = client_fd};
	char message[MESSAGE_MAX];

	int kind;
	ssize_t len;
	while ((len = take_message(&in, &kind, message)) != -1) {
		printf("a message of kind %d, %zd bytes: ", kind, len);
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
