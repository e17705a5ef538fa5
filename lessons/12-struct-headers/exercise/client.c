/* client.c - has lines turned into upper or lower case, as their first letter
 * asks
 *
 * usage: client [PORT [HOST]]      lines `u TEXT` or `l TEXT`
 * see also: htonl(3), recv(2), send(2)
 */
#include "../../net.h"

enum { DEFAULT_PORT = 9012 };
enum { HEADER_SIZE = 5, BODY_MAX = 1048576 };
enum { KIND_UPPER = 1, KIND_LOWER = 2 };

/* What a header says, as in the server. */
struct head {
	uint8_t kind;
	uint32_t len;
};

/* Writes a header into the HEADER_SIZE bytes at `at`. */
static void pack(void *at, const struct head *head)
{
	/* TODO 1: The same as in the server. */
	(void)at;
	(void)head;
}

/* Reads the header in the HEADER_SIZE bytes at `at`. */
static struct head unpack(const void *at)
{
	struct head head = {0};

	/* TODO 2: The same as in the server. */
	(void)at;
	return head;
}

/* Takes exactly len bytes of the answer. Ends the program if they do not come:
 * there is nothing to go on with. */
static void must_take(struct reader *in, void *buf, size_t len)
{
	ssize_t n = reader_take(in, buf, len);
	if (n == -1)
		die("recv");
	if ((size_t)n < len)
		die_because("the server has hung up");
}

/* Has the text of len bytes turned into upper or lower case, and prints it. */
static void ask(struct reader *in, uint8_t kind, const char *text, size_t len)
{
	static char message[HEADER_SIZE + BODY_MAX];

	/* TODO 3: pack() a header with the kind and the length, copy the text
	 * behind it with memcpy(), and send both with one call. die() if that
	 * fails. */
	(void)len;
	(void)text;
	(void)pack;

	/* TODO 4: must_take() the header of the answer, and unpack() it. The
	 * answer has the kind of the question and at most BODY_MAX bytes; if
	 * not, it is none: die_because(). Then take the body. Print it, these
	 * bytes and no others, and a newline. */
	(void)in;
	(void)kind;
	(void)message;
	(void)must_take;
	(void)unpack;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = tcp_connect(host, port);
	struct reader in = {.fd = server_fd};
	int status = 0;

	/* TODO 5: read_line() until it returns -1. A line is `u` or `l`, one
	 * space, and a TEXT of 0 to BODY_MAX bytes. ask() for it. Any other is
	 * not sent: complain, go on, and the status is 1 at the end. */
	(void)in;
	(void)ask;

	close(server_fd);
	return status;
}
