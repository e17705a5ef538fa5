/* client.c - sends its input to an echo server and prints what comes back,
 * both at once
 *
 * usage: client [PORT [HOST [SNDBUF]]]
 * see also: poll(2), fcntl(2), read(2), write(2), send(2), shutdown(2)
 */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>

#include "../../lessons/net.h"

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
	/* STEP 1: fcntl() with F_GETFL returns the flags of fd, with F_SETFL it
	 * sets them. Add O_NONBLOCK to those that are there. */
	int before = fcntl(fd, F_GETFL);

	if (before == -1 || fcntl(fd, F_SETFL, before | O_NONBLOCK) == -1)
		die("fcntl");
	/* STUB: (void)fd; */
	/* END 1 */
}

/* Fills the buffer, which is empty, from standard input. */
static void read_input(struct talk *talk)
{
	/* STEP 2: Call read() once, for the whole buffer: it brings what is
	 * there. Set first and last, or input_ended if it returned 0. EINTR is
	 * no error, poll() will say it again; any other is the end: die(). */
	ssize_t n = read(STDIN_FILENO, talk->buf, sizeof talk->buf);

	if (n == -1 && errno == EINTR)
		return;
	if (n == -1)
		die("standard input");
	if (n == 0)
		talk->input_ended = true;
	talk->first = 0;
	talk->last = (size_t)n;
	/* STUB: (void)talk; */
	/* END 2 */
}

/* Sends what the send buffer has room for, of what is in the buffer. */
static void send_some(struct talk *talk)
{
	/* STEP 3: Call send() once, for all that waits. It may take a part:
	 * count what it took in first and in said, the rest goes another time.
	 * EAGAIN says that there is no room now, EINTR is no error either: then
	 * nothing has gone. Any other error is the end. */
	ssize_t n = send(talk->server_fd, talk->buf + talk->first,
			 talk->last - talk->first, MSG_NOSIGNAL);

	if (n == -1 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n == -1)
		die("send");
	talk->first += (size_t)n;
	talk->said += (uint64_t)n;
	/* STUB: (void)talk; */
	/* END 3 */
}

/* Prints all len bytes of buf, at once and as they are. */
static void print_all(const char *buf, size_t len)
{
	/* STEP 4: Like send_all(), with write(STDOUT_FILENO, ...): it may take
	 * a part, too. It may wait as well, for whoever reads our output. */
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, buf, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			die("standard output");
		buf += n;
		len -= (size_t)n;
	}
	/* STUB: (void)buf; */
	/* STUB: (void)len; */
	/* END 4 */
}

/* Receives and prints what has come from the server. Returns false at the end
 * of its stream. */
static bool hear_some(struct talk *talk)
{
	/* STEP 5: Call recv_some() once, print_all() what came, and count it in
	 * came. A failure is the end, but for EAGAIN: nothing is there. */
	static char buf[BUF_SIZE];

	ssize_t n = recv_some(talk->server_fd, buf, sizeof buf);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return true;
	if (n == -1)
		die("recv");
	print_all(buf, (size_t)n);
	talk->came += (uint64_t)n;
	return n > 0;
	/* STUB: (void)talk; */
	/* STUB: (void)print_all; */
	/* STUB: return false; */
	/* END 5 */
}

/* Waits until something can be done without waiting, and does it. Returns
 * false when the server has said all. */
static bool go_on(struct talk *talk)
{
	bool empty = talk->first == talk->last;

	/* STEP 6: Tell poll() what you want to know. Of standard input: is
	 * there something to read (POLLIN)? But only if the buffer is empty,
	 * and the input has not ended; else give poll() -1 for the descriptor,
	 * which it ignores. Of the socket: has something come (POLLIN)? And if
	 * the buffer is not empty: is there room (POLLOUT)? Nothing else, or
	 * poll() returns at once, for ever. Wait without a limit. EINTR is no
	 * error: return true. */
	bool want_input = empty && !talk->input_ended;
	struct pollfd input = {
		.fd = want_input ? STDIN_FILENO : -1,
		.events = POLLIN,
	};
	struct pollfd server = {
		.fd = talk->server_fd,
		.events = empty ? POLLIN : POLLIN | POLLOUT,
	};
	struct pollfd fds[] = {input, server};
	if (poll(fds, 2, -1) == -1) {
		if (errno == EINTR)
			return true;
		die("poll");
	}
	/* END 6 */

	/* STEP 7: Look at the revents of each, and do what can be done: read,
	 * send, hear. One does not exclude another. The end of a pipe may come
	 * as POLLHUP alone, a reset as POLLERR: read() and recv_some() tell
	 * what it is, so call them for any bit but POLLOUT. */
	if (fds[0].revents != 0)
		read_input(talk);
	if ((fds[1].revents & POLLOUT) != 0)
		send_some(talk);
	if ((fds[1].revents & ~POLLOUT) != 0 && !hear_some(talk))
		return false;
	/* END 7 */

	/* STEP 8: When the input has ended, and all of it has gone, and not
	 * earlier: close your half, once. Then return true: it goes on. */
	if (talk->input_ended && talk->first == talk->last &&
	    !talk->half_closed) {
		if (shutdown(talk->server_fd, SHUT_WR) == -1)
			die("shutdown");
		talk->half_closed = true;
	}
	return true;
	/* STUB: (void)read_input; */
	/* STUB: (void)send_some; */
	/* STUB: (void)hear_some; */
	/* STUB: (void)empty; */
	/* STUB: return false; */
	/* END 8 */
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

	/* STEP 9: The server has said all. Was that the end, or did it hang up
	 * before you had closed your half, or with less than you have sent? */
	if (!talk.half_closed || talk.came < talk.said)
		die_because("the server has hung up before it was done");
	/* END 9 */
	close(talk.server_fd);
	return 0;
}
