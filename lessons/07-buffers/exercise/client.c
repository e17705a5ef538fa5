/* client.c - sends its input to an echo server and prints what comes back,
 * both at once
 *
 * usage: client [PORT [HOST [SNDBUF]]]
 * see also: poll(2), fcntl(2), read(2), write(2), send(2), shutdown(2)
 */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>

#include "../../net.h"

enum { DEFAULT_PORT = 9007, BUF_SIZE = 65536 };

/* How far the conversation is. */
struct talk {
	int server_fd;
	char buf[BUF_SIZE];  /* holds what was read and is not sent yet: */
	size_t first, last;  /* the bytes from first up to, not with, last */
	bool input_ended;    /* standard input has ended */
	bool half_closed;    /* and we have told the server */
	uint64_t said, came; /* how many bytes went out, and came back */
};

/* Makes the calls on fd return at once: where they would wait they fail with
 * EAGAIN instead. */
static void never_wait(int fd)
{
	/* TODO 1: fcntl() with F_GETFL returns the flags of fd, with F_SETFL it
	 * sets them. Add O_NONBLOCK to those that are there. */
	(void)fd;
}

/* Fills the buffer, which is empty, from standard input. */
static void read_input(struct talk *talk)
{
	/* TODO 2: Call read() once, for the whole buffer: it brings what is
	 * there. Set first and last, or input_ended if it returned 0. EINTR is
	 * no error, poll() will say it again; any other is the end: die(). */
	(void)talk;
}

/* Sends what the send buffer has room for, of what is in the buffer. */
static void send_some(struct talk *talk)
{
	/* TODO 3: Call send() once, for all that waits. It may take a part:
	 * count what it took in first and in said, the rest goes another time.
	 * EAGAIN says that there is no room now, EINTR is no error either: then
	 * nothing has gone. Any other error is the end. */
	(void)talk;
}

/* Prints all len bytes of buf, at once and as they are. */
static void print_all(const char *buf, size_t len)
{
	/* TODO 4: Like send_all(), with write(STDOUT_FILENO, ...): it may take
	 * a part, too. It may wait as well, for whoever reads our output. */
	(void)buf;
	(void)len;
}

/* Receives and prints what has come from the server. Returns false at the end
 * of its stream. */
static bool hear_some(struct talk *talk)
{
	/* TODO 5: Call recv_some() once, print_all() what came, and count it in
	 * came. A failure is the end, but for EAGAIN: nothing is there. */
	(void)talk;
	(void)print_all;
	return false;
}

/* Waits until something can be done without waiting, and does it. Returns
 * false when the server has said all. */
static bool go_on(struct talk *talk)
{
	bool empty = talk->first == talk->last;

	/* TODO 6: Tell poll() what you want to know. Of standard input: is
	 * there something to read (POLLIN)? But only if the buffer is empty,
	 * and the input has not ended; else give poll() -1 for the descriptor,
	 * which it ignores. Of the socket: has something come (POLLIN)? And if
	 * the buffer is not empty: is there room (POLLOUT)? Nothing else, or
	 * poll() returns at once, for ever. Wait without a limit. EINTR is no
	 * error: return true. */

	/* TODO 7: Look at the revents of each, and do what can be done: read,
	 * send, hear. One does not exclude another. The end of a pipe may come
	 * as POLLHUP alone, a reset as POLLERR: read() and recv_some() tell
	 * what it is, so call them for any bit but POLLOUT. */

	/* TODO 8: When the input has ended, and all of it has gone, and not
	 * earlier: close your half, once. Then return true: it goes on. */
	(void)read_input;
	(void)send_some;
	(void)hear_some;
	(void)empty;
	return false;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [SNDBUF]]]", 3);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int size = argc > 3 ? (int)parse_number("SNDBUF", argv[3], 1 << 30) : 0;

	static struct talk talk;
	talk.server_fd = tcp_connect(host, port);
	if (size > 0 && setsockopt(talk.server_fd, SOL_SOCKET, SO_SNDBUF, &size,
				   sizeof size) == -1)
		die("setsockopt");
	never_wait(talk.server_fd);

	while (go_on(&talk))
		;

	/* TODO 9: The server has said all. Was that the end, or did it hang up
	 * before you had closed your half, or with less than you have sent? */
	close(talk.server_fd);
	return 0;
}
