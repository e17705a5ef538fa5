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

#include "../../common.h"
#include "../../net.h"

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
	/* TODO 1: Look at every byte. 0x0a ends a line. The bytes 0x09 to 0x0d
	 * and 0x20 stand between words, all others are in one. A word counts
	 * where it begins. It may have begun in the bytes that came before
	 * these: that is what in_word is for. */
	(void)counts;
	(void)buf;
	(void)len;
	return true;
}

/* Tells the caller that this is no text, and leaves it in good order. */
static void refuse(int client_fd)
{
	/* TODO 2: Send "not text\n"; if that fails, complain and return. Then
	 * say that nothing more will come: shutdown(), for writing alone. The
	 * caller is still sending. If you closed now, what you have not read
	 * would turn the goodbye into a reset. So receive, and throw away what
	 * comes, until recv_some() returns 0, or -1. main() closes then. */
	(void)client_fd;
}

/* Counts what one caller says, and tells it the result. */
static void serve(int client_fd)
{
	/* TODO 3: Receive and count() until recv_some() returns 0: the caller
	 * has said all, and is waiting for its answer. At the first zero byte,
	 * refuse() and return; at an error, complain and return. The counts
	 * begin at 0 for each caller. */
	(void)client_fd;
	(void)count;
	(void)refuse;

	/* TODO 4: Send the three numbers, with a space between them and a
	 * newline at the end. snprintf() makes the text (PRIu64 is the format
	 * of a uint64_t) and returns its length. Then return: main() closes. */
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

		/* TODO 5: Hang up. A caller who has closed its half is kept in
		 * CLOSE-WAIT until you do. */
	}
}
