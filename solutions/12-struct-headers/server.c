/* server.c - answers in upper or lower case; a header of five bytes says which
 *
 * usage: server [PORT [HOST]]
 * see also: htonl(3), recv(2), send(2)
 */
#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9012, BACKLOG = 8 };
enum { HEADER_SIZE = 5, BODY_MAX = 1048576 };
enum { KIND_UPPER = 1, KIND_LOWER = 2 };

/* What a header says. It never travels as it lies here, with its padding and
 * in this machine's own order: pack() and unpack() stand between. */
struct head {
	uint8_t kind;
	uint32_t len;
};

/* Writes a header into the HEADER_SIZE bytes at `at`. */
static void pack(void *at, const struct head *head)
{
	/* STEP 1: One byte is the kind. Four are the length, the highest byte
	 * first, whatever the order of this machine is: byte 1 is what is left
	 * of the length when it is shifted right by 24 bits, and so on. */
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

	/* STEP 2: The other way round: shift each byte left to where it
	 * belongs, and put them together with |. They must be unsigned, or a
	 * byte above 127 makes a negative number; and uint32_t before they are
	 * shifted, since an int has no room for 255 << 24. */
	const unsigned char *byte = at;

	head.kind = byte[0];
	head.len = (uint32_t)byte[1] << 24 | (uint32_t)byte[2] << 16 |
		   (uint32_t)byte[3] << 8 | (uint32_t)byte[4];
	/* STUB: (void)at; */
	/* END 2 */
	return head;
}

/* Turns the letters A to Z of len bytes into a to z, and leaves the others. */
static void to_lower(char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (buf[i] >= 'A' && buf[i] <= 'Z')
			buf[i] += 'a' - 'A';
}

/* Receives one message: what its header says, and the body. Returns whether
 * there is one; false at the end of stream, and, with a complaint, for anything
 * that is no message. */
static bool recv_message(struct reader *in, struct head *head, char *body)
{
	/* STEP 3: reader_take() the HEADER_SIZE bytes of the header. Nothing at
	 * all (0) is the end of the conversation. Fewer are a broken header, -1
	 * is an error: complain. unpack() it. */
	char header[HEADER_SIZE];

	ssize_t n = reader_take(in, header, sizeof header);
	if (n == 0)
		return false;
	if (n == -1) {
		complain("recv");
		return false;
	}
	if (n < HEADER_SIZE) {
		complain_that("the stream ended inside a header");
		return false;
	}
	*head = unpack(header);
	/* STUB: (void)in; */
	/* STUB: (void)head; */
	/* STUB: (void)unpack; */
	/* END 3 */

	/* STEP 4: Believe nothing. A kind that is none of ours, a length above
	 * BODY_MAX: complain and return false, before the length is used for
	 * anything. Then reader_take() the body, exactly so many bytes; none is
	 * a message, too. */
	if (head->kind != KIND_UPPER && head->kind != KIND_LOWER) {
		complain_that("a message of kind %d", head->kind);
		return false;
	}
	if (head->len > BODY_MAX) {
		complain_that("a message of %lu bytes",
			      (unsigned long)head->len);
		return false;
	}
	n = reader_take(in, body, head->len);
	if (n == -1) {
		complain("recv");
		return false;
	}
	if ((size_t)n < head->len) {
		complain_that("the stream ended inside a message");
		return false;
	}
	return true;
	/* STUB: (void)body; */
	/* STUB: return false; */
	/* END 4 */
}

/* Talks with one caller, until it hangs up, says what is no message, or cannot
 * be reached any more. */
static void serve(int client_fd)
{
	/* Header and body of one message lie side by side. static: a megabyte
	 * is too much for the stack. */
	static char message[HEADER_SIZE + BODY_MAX];
	char *body = message + HEADER_SIZE;
	struct reader in = {.fd = client_fd};
	struct head head;

	/* STEP 5: The conversation loop: for each message turn the body into
	 * upper or lower case, put the header before it with pack(), and send
	 * both with one call: in two, each answer would take 40 ms. */
	while (recv_message(&in, &head, body)) {
		if (head.kind == KIND_UPPER)
			to_upper(body, head.len);
		else
			to_lower(body, head.len);

		pack(message, &head);
		if (send_all(client_fd, message, HEADER_SIZE + head.len) ==
		    -1) {
			complain("send");
			return;
		}
	}
	/* STUB: (void)body; */
	/* STUB: (void)in; */
	/* STUB: (void)head; */
	/* STUB: (void)pack; */
	/* STUB: (void)to_lower; */
	/* STUB: (void)recv_message; */
	/* END 5 */
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
		serve(client_fd);
		close(client_fd);
	}
}
