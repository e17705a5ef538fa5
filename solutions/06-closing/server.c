/* server.c - counts the lines, words and bytes that a caller says
 *
 * usage: server [PORT [HOST]]
 * see also: shutdown(2), close(2), recv(2), wc(1)
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../lessons/common.h"
#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9006, BACKLOG = 8, BUF_SIZE = 65536 };

/* What has been counted so far, and whether its last byte was in a word. */
struct counts {
	uint64_t lines;
	uint64_t words;
	uint64_t bytes;
	bool in_word;
};

/* Adds len bytes of buf to the counts. Returns true, or false if one of them
 * is the zero byte: then it is no text, and the counts mean nothing. */
static bool count(struct counts *counts, const char *buf, size_t len)
{
	/* STEP 1: Look at every byte. 0x0a ends a line. The bytes 0x09 to 0x0d
	 * and 0x20 stand between words, all others are in one. A word counts
	 * where it begins. It may have begun in the bytes that came before
	 * these: that is what in_word is for. */
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)buf[i];

		if (c == 0)
			return false;
		if (c == '\n')
			counts->lines++;
		bool in_word = c != ' ' && (c < 0x09 || c > 0x0d);
		if (in_word && !counts->in_word)
			counts->words++;
		counts->in_word = in_word;
	}
	counts->bytes += len;
	/* STUB: (void)counts; */
	/* STUB: (void)buf; */
	/* STUB: (void)len; */
	/* END 1 */
	return true;
}

/* Tells the caller that this is no text, and leaves it in good order. */
static void refuse(int client_fd)
{
	/* STEP 2: Send "not text\n"; if that fails, complain and return. Then
	 * say that nothing more will come: shutdown(), for writing alone. The
	 * caller is still sending. If you closed now, what you have not read
	 * would turn the goodbye into a reset. So receive, and throw away what
	 * comes, until recv_some() returns 0, or -1. main() closes then. */
	static const char answer[] = "not text\n";
	char buf[BUF_SIZE];

	if (send_all(client_fd, answer, sizeof answer - 1) == -1) {
		complain("send");
		return;
	}
	if (shutdown(client_fd, SHUT_WR) == -1) {
		complain("shutdown");
		return;
	}
	while (recv_some(client_fd, buf, sizeof buf) > 0)
		;
	/* STUB: (void)client_fd; */
	/* END 2 */
}

/* Counts what one caller says, and tells it the result. */
static void serve(int client_fd)
{
	/* STEP 3: Receive and count() until recv_some() returns 0: the caller
	 * has said all, and is waiting for its answer. At the first zero byte,
	 * refuse() and return; at an error, complain and return. The counts
	 * begin at 0 for each caller. */
	struct counts counts = {.bytes = 0};
	char buf[BUF_SIZE];

	ssize_t n;
	while ((n = recv_some(client_fd, buf, sizeof buf)) > 0) {
		if (!count(&counts, buf, (size_t)n)) {
			refuse(client_fd);
			return;
		}
	}
	if (n == -1) {
		complain("recv");
		return;
	}
	/* STUB: (void)client_fd; */
	/* STUB: (void)count; */
	/* STUB: (void)refuse; */
	/* END 3 */

	/* STEP 4: Send the three numbers, with a space between them and a
	 * newline at the end. snprintf() makes the text (PRIu64 is the format
	 * of a uint64_t) and returns its length. Then return: main() closes. */
	char answer[80];

	int len = snprintf(answer, sizeof answer,
			   "%" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
			   counts.lines, counts.words, counts.bytes);
	if (send_all(client_fd, answer, (size_t)len) == -1)
		complain("send");
	/* END 4 */
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

		/* STEP 5: Hang up. A caller who has closed its half is kept in
		 * CLOSE-WAIT until you do. */
		close(client_fd);
		/* END 5 */
	}
}
