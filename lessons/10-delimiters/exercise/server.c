/* server.c - cuts frames {2H:...:} out of a stream, gives them back in upper
 * case
 *
 * usage: server [PORT [HOST]]
 * see also: recv(2), send(2)
 */
#include <stdbool.h>

#include "../../net.h"

#define START "{2H:"
#define END ":}"

enum { DEFAULT_PORT = 9010, BACKLOG = 8, PAYLOAD_MAX = 4096 };
enum { START_LEN = sizeof START - 1, END_LEN = sizeof END - 1 };
enum { FRAME_MAX = START_LEN + PAYLOAD_MAX + END_LEN };

/* What came from a caller. The bytes from start to end of buf have not been used
 * yet; when start has reached end, there are none. */
struct inbox {
	int fd;
	size_t start;
	size_t end;
	char buf[65536];
};

/* Takes the next byte out of an inbox; receives and waits only if none is left.
 * Returns it, 0 to 255, or -1 at end of stream or, with a complaint, after an
 * error. */
static int next_byte(struct inbox *in)
{
	/* TODO 1: If nothing is left, receive as much as buf has room for: one
	 * recv_some() brings many bytes, and often many frames. Its 0 and its -1
	 * are both our -1; complain about the second. Then take the byte at
	 * start, and move start on: all others stay for the next time. Take it
	 * as an unsigned char, since 0xff is a byte, and no -1. */
	(void)in;
	return -1;
}

/* Skips bytes up to the next start mark, and the mark. Returns whether there is
 * one; the stream may end before. */
static bool skip_to_frame(struct inbox *in)
{
	/* TODO 2: Count how many bytes of START have come in a row. A byte that
	 * does not fit ends the row; look whether it begins a new one: in
	 * "{2{2H:" the second { does. What is skipped is kept nowhere. */
	(void)in;
	(void)next_byte;
	return true;
}

/* Takes the next frame out of an inbox, with its marks. Returns its length; 0 if
 * the stream ended before the next start mark; -1, with a complaint, if it ended
 * inside a frame, or if the frame is too long. */
static ssize_t take_frame(struct inbox *in, char frame[FRAME_MAX])
{
	size_t len = 0;

	/* TODO 3: Skip to the frame; return 0 if there is none. Its first bytes
	 * are those of START. Then add byte after byte, until the last two are
	 * END; return the length then. The colon of START is no part of END:
	 * there is more in "{2H:}" to come. And a frame that is full without an
	 * END is too long. It may never end, so do not wait for it: return -1. */
	(void)in;
	(void)frame;
	(void)skip_to_frame;
	return (ssize_t)len;
}

/* Talks with one caller, until it hangs up or something is wrong with its
 * frames. */
static void serve(int client_fd)
{
	/* TODO 4: Each caller has an inbox of its own: what one has left there
	 * is nothing to another. Take frames as long as there are some. Give each
	 * back in upper case, marks and all (they have no small letters), with
	 * one send_all(). If that fails, complain and return. */
	(void)client_fd;
	(void)take_frame;
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
