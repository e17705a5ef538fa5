/* server.c - answers in upper or lower case; a header of five bytes says which
 *
 * usage: server [PORT [HOST]]
 * see also: htonl(3), recv(2), send(2)
 */
#include "../../net.h"

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
	/* TODO 1: One byte is the kind. Four are the length, the highest byte
	 * first, whatever the order of this machine is: byte 1 is what is left
	 * of the length when it is shifted right by 24 bits, and so on. */
	(void)at;
	(void)head;
}

/* Reads the header in the HEADER_SIZE bytes at `at`. */
static struct head unpack(const void *at)
{
	struct head head = {0};

	/* TODO 2: The other way round: shift each byte left to where it
	 * belongs, and put them together with |. They must be unsigned, or a
	 * byte above 127 makes a negative number; and uint32_t before they are
	 * shifted, since an int has no room for 255 << 24. */
	(void)at;
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
	/* TODO 3: reader_take() the HEADER_SIZE bytes of the header. Nothing at
	 * all (0) is the end of the conversation. Fewer are a broken header, -1
	 * is an error: complain. unpack() it. */
	(void)in;
	(void)head;
	(void)unpack;

	/* TODO 4: Believe nothing. A kind that is none of ours, a length above
	 * BODY_MAX: complain and return false, before the length is used for
	 * anything. Then reader_take() the body, exactly so many bytes; none is
	 * a message, too. */
	(void)body;
	return false;
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

	/* TODO 5: The conversation loop: for each message turn the body into
	 * upper or lower case, put the header before it with pack(), and send
	 * both with one call: in two, each answer would take 40 ms. */
	(void)body;
	(void)in;
	(void)head;
	(void)pack;
	(void)to_lower;
	(void)recv_message;
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
