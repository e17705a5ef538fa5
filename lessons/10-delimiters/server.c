/* server.c - cuts messages out of what a caller says, however it arrives
 *
 * Grew from lesson 09 by marks around the messages, and by an inbox that keeps
 * what has come and has not been used yet.
 *
 * usage: server [PORT [HOST]]
 * see also: recv(2), tcp(7)
 */
#include "../net.h"

#define START "{2H:"
#define END ":}"

enum { DEFAULT_PORT = 9010, BACKLOG = 8, BUF_SIZE = 32, MESSAGE_MAX = 1024 };
enum { START_LEN = sizeof START - 1, END_LEN = sizeof END - 1 };

/* What came from a caller. The bytes from start to end of buf have not been used
 * yet; when start has reached end, there are none. */
struct inbox {
	int fd;
	size_t start;
	size_t end;
	char buf[BUF_SIZE];
};

/* Is busy with something else until a line comes on standard input. Only then
 * receives: what is there, as far as there is room. What the caller said
 * meanwhile has waited in the receive buffer (lesson 07). */
static ssize_t recv_when_told(int fd, char *buf, size_t size)
{
	char line[80];

	read_line(line, sizeof line);
	return recv_some(fd, buf, size);
}

/* Takes the next byte out of an inbox; receives only if none is left. Returns
 * it, 0 to 255, or -1 if none will come. */
static int next_byte(struct inbox *in)
{
	if (in->start == in->end) {
		ssize_t n = recv_when_told(in->fd, in->buf, sizeof in->buf);
		if (n == -1)
			complain("recv");
		if (n <= 0)
			return -1;
		printf("recv() returned %zd: ", n);
		fwrite(in->buf, 1, (size_t)n, stdout);
		putchar('\n');
		in->start = 0;
		in->end = (size_t)n;
	}
	return (unsigned char)in->buf[in->start++];
}

/* Takes the next message out of an inbox: START, the message, END. Returns its
 * length, or -1 if anything else comes. */
static ssize_t take_message(struct inbox *in,
			    char message[MESSAGE_MAX + END_LEN])
{
	for (size_t i = 0; i < START_LEN; i++)
		if (next_byte(in) != START[i])
			return -1;
	for (size_t len = 0; len < MESSAGE_MAX + END_LEN;) {
		int c = next_byte(in);
		if (c == -1)
			return -1;
		message[len++] = (char)c;
		if (len >= END_LEN &&
		    memcmp(message + len - END_LEN, END, END_LEN) == 0)
			return (ssize_t)len - END_LEN;
	}
	return -1;
}

/* Listens to one caller, until it hangs up. */
static void serve(int client_fd)
{
	struct inbox in = {.fd = client_fd};
	char message[MESSAGE_MAX + END_LEN];

	ssize_t len;
	while ((len = take_message(&in, message)) != -1) {
		printf("a message: ");
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
