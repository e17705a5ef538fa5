/* client.c - has lines turned into upper or lower case, as their first letter
 * asks
 *
 * usage: client [PORT [HOST]]      lines `u TEXT` or `l TEXT`
 * see also: htonl(3), recv(2), send(2)
 */
#include "../../lessons/net.h"

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
	/* STEP 1: The same as in the server. */
	unsigned char *byte = at;

	byte[0] = head->kind;
	byte[1] = (unsigned char)(head->len >> 24);
	byte[2] = (unsigned char)(head->len >> 16);
	byte[3] = (unsigned char)(head->len >> 8);
	byte[4] = (unsigned char)head->len;
	/* STUB: (void)at; */
	/* STUB: (void)head; */
	/* END 1 */
}

/* Reads the header in the HEADER_SIZE bytes at `at`. */
static struct head unpack(const void *at)
{
	struct head head = {0};

	/* STEP 2: The same as in the server. */
	const unsigned char *byte = at;

	head.kind = byte[0];
	head.len = (uint32_t)byte[1] << 24 | (uint32_t)byte[2] << 16 |
		   (uint32_t)byte[3] << 8 | (uint32_t)byte[4];
	/* STUB: (void)at; */
	/* END 2 */
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

	/* STEP 3: pack() a header with the kind and the length, copy the text
	 * behind it with memcpy(), and send both with one call. die() if that
	 * fails. */
	struct head head = {.kind = kind, .len = (uint32_t)len};
	pack(message, &head);
	memcpy(message + HEADER_SIZE, text, len);
	if (send_all(in->fd, message, HEADER_SIZE + len) == -1)
		die("send");
	/* STUB: (void)len; */
	/* STUB: (void)text; */
	/* STUB: (void)pack; */
	/* END 3 */

	/* STEP 4: must_take() the header of the answer, and unpack() it. The
	 * answer has the kind of the question and at most BODY_MAX bytes; if
	 * not, it is none: die_because(). Then take the body. Print it, these
	 * bytes and no others, and a newline. */
	must_take(in, message, HEADER_SIZE);
	head = unpack(message);
	if (head.kind != kind || head.len > BODY_MAX)
		die_because("an answer of kind %d, %lu bytes", head.kind,
			    (unsigned long)head.len);
	must_take(in, message, head.len);
	fwrite(message, 1, head.len, stdout);
	putchar('\n');
	/* STUB: (void)in; */
	/* STUB: (void)kind; */
	/* STUB: (void)message; */
	/* STUB: (void)must_take; */
	/* STUB: (void)unpack; */
	/* END 4 */
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = tcp_connect(host, port);
	struct reader in = {.fd = server_fd};
	int status = 0;

	/* STEP 5: read_line() until it returns -1. A line is `u` or `l`, one
	 * space, and a TEXT of 0 to BODY_MAX bytes. ask() for it. Any other is
	 * not sent: complain, go on, and the status is 1 at the end. */
	static char line[2 + BODY_MAX];
	ssize_t len;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len < 2 || len > 2 + BODY_MAX || line[1] != ' ' ||
		    (line[0] != 'u' && line[0] != 'l')) {
			complain_that("a line is u TEXT or l TEXT, with up to "
				      "%d bytes of TEXT",
				      BODY_MAX);
			status = 1;
			continue;
		}
		ask(&in, line[0] == 'u' ? KIND_UPPER : KIND_LOWER, line + 2,
		    (size_t)len - 2);
	}
	/* STUB: (void)in; */
	/* STUB: (void)ask; */
	/* END 5 */

	close(server_fd);
	return status;
}
