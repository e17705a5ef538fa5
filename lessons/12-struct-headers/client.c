/* client.c - says line after line, each behind a header of bytes, and shows how
 * else the header might look
 *
 * Grew from lesson 11 by the header: a struct, and how its fields get onto the
 * wire.
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: send(2), htonl(3)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9012, HEADER_SIZE = 5, KIND = 1, MESSAGE_MAX = 1024 };

/* What a header says, as C keeps it. */
struct head {
	uint8_t kind;
	uint32_t length;
};

/* Prints the bytes of a header, and which length a server would read there. */
static void show(const char *what, const void *header, size_t size)
{
	const unsigned char *byte = header;
	uint32_t length;

	printf("%s:", what);
	for (size_t i = 0; i < size; i++)
		printf(" %02x", byte[i]);
	memcpy(&length, byte + 1, sizeof length);
	printf("   length %lu\n", (unsigned long)ntohl(length));
}

/* Says one line. Header and line go out together. */
static void say(int server_fd, const char *line, size_t len)
{
	char frame[HEADER_SIZE + MESSAGE_MAX];
	struct head head;

	/* As it lies in memory. What no field fills is ee, for us to see. */
	memset(&head, 0xee, sizeof head);
	head.kind = KIND;
	head.length = (uint32_t)len;
	show("the struct   ", &head, sizeof head);

	/* Field by field: without padding. */
	frame[0] = (char)head.kind;
	memcpy(frame + 1, &head.length, sizeof head.length);
	show("its fields   ", frame, HEADER_SIZE);

	/* The length in the order of the network: this one is sent. */
	head.length = htonl(head.length);
	memcpy(frame + 1, &head.length, sizeof head.length);
	show("after htonl()", frame, HEADER_SIZE);
	memcpy(frame + HEADER_SIZE, line, len);
	len += HEADER_SIZE;

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
