/* client.c - sends each line as a frame {2H:...:}, prints what is in the answer
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: recv(2), send(2)
 */
#include <stdbool.h>

#include "../../lessons/net.h"

#define START "{2H:"
#define END ":}"

enum { DEFAULT_PORT = 9010, PAYLOAD_MAX = 4096 };
enum { START_LEN = sizeof START - 1, END_LEN = sizeof END - 1 };
enum { FRAME_MAX = START_LEN + PAYLOAD_MAX + END_LEN };

/* What came from the server. The bytes from start to end of buf have not been
 * used yet; when start has reached end, there are none. */
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
	/* STEP 1: The same as in the server. */
	if (in->start == in->end) {
		ssize_t n = recv_some(in->fd, in->buf, sizeof in->buf);
		if (n == -1)
			complain("recv");
		if (n <= 0)
			return -1;
		in->start = 0;
		in->end = (size_t)n;
	}
	return (unsigned char)in->buf[in->start++];
	/* STUB: (void)in; */
	/* STUB: return -1; */
	/* END 1 */
}

/* Skips bytes up to the next start mark, and the mark. Returns whether there is
 * one; the stream may end before. */
static bool skip_to_frame(struct inbox *in)
{
	/* STEP 2: The same as in the server. */
	size_t matched = 0;

	while (matched < START_LEN) {
		int c = next_byte(in);
		if (c == -1)
			return false;
		if (c == START[matched])
			matched++;
		else
			matched = c == START[0] ? 1 : 0;
	}
	/* STUB: (void)in; */
	/* STUB: (void)next_byte; */
	/* END 2 */
	return true;
}

/* Takes the next frame out of an inbox, with its marks. Returns its length; 0 if
 * the stream ended before the next start mark; -1, with a complaint, if it ended
 * inside a frame, or if the frame is too long. */
static ssize_t take_frame(struct inbox *in, char frame[FRAME_MAX])
{
	size_t len = 0;

	/* STEP 3: The same as in the server. Programs that speak the same
	 * format share this code; here it stands twice, so that each file can
	 * be read alone. */
	if (!skip_to_frame(in))
		return 0;
	memcpy(frame, START, START_LEN);
	len = START_LEN;

	while (len < FRAME_MAX) {
		int c = next_byte(in);
		if (c == -1) {
			complain_that("the stream ended inside a frame");
			return -1;
		}
		frame[len++] = (char)c;
		if (len >= START_LEN + END_LEN &&
		    memcmp(frame + len - END_LEN, END, END_LEN) == 0)
			return (ssize_t)len;
	}
	complain_that("a frame of more than %d bytes", PAYLOAD_MAX);
	return -1;
	/* STUB: (void)in; */
	/* STUB: (void)frame; */
	/* STUB: (void)skip_to_frame; */
	/* STUB: return (ssize_t)len; */
	/* END 3 */
}

/* Tells whether END stands anywhere in len bytes of a line. */
static bool has_end_mark(const char *line, size_t len)
{
	/* STEP 4: Compare at every place where END may begin. The line is no C
	 * string, so strstr(3) is no help. */
	for (size_t i = 0; i + END_LEN <= len; i++)
		if (memcmp(line + i, END, END_LEN) == 0)
			return true;
	/* STUB: (void)line; */
	/* STUB: (void)len; */
	/* END 4 */
	return false;
}

/* Sends one line as a frame. Ends the program if that fails. */
static void send_frame(int server_fd, const char *line, size_t len)
{
	/* STEP 5: Put START, the line and END one behind the other, and send
	 * them with one send_all(). die() if that fails. */
	char frame[FRAME_MAX];

	memcpy(frame, START, START_LEN);
	memcpy(frame + START_LEN, line, len);
	memcpy(frame + START_LEN + len, END, END_LEN);
	if (send_all(server_fd, frame, START_LEN + len + END_LEN) == -1)
		die("send");
	/* STUB: (void)server_fd; */
	/* STUB: (void)line; */
	/* STUB: (void)len; */
	/* END 5 */
}

/* Takes one answer out of an inbox, and prints it. Ends the program if there is
 * none. */
static void print_answer(struct inbox *in)
{
	/* STEP 6: Take one frame: one question, one answer. Without one,
	 * die_because(): the server has hung up, or does not know the format.
	 * Print what is between the marks, and a newline. */
	char frame[FRAME_MAX];

	ssize_t len = take_frame(in, frame);
	if (len <= 0)
		die_because("the server has hung up without an answer");
	fwrite(frame + START_LEN, 1, (size_t)len - START_LEN - END_LEN, stdout);
	putchar('\n');
	/* STUB: (void)in; */
	/* STUB: (void)take_frame; */
	/* END 6 */
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int status = 0;

	int server_fd = tcp_connect(host, port);

	/* STEP 7: One inbox for the whole conversation: what is left over after
	 * one answer belongs to the next. Then a line, a frame, an answer, until
	 * read_line() returns -1. An empty line is an empty message, and is sent.
	 * A line that is longer than PAYLOAD_MAX, or has an end mark in it, is
	 * not: complain, go on, and let status be 1 at the end. */
	struct inbox in = {.fd = server_fd};
	char line[PAYLOAD_MAX];

	ssize_t len;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len > PAYLOAD_MAX) {
			complain_that("a message has at most %d bytes",
				      PAYLOAD_MAX);
			status = 1;
		} else if (has_end_mark(line, (size_t)len)) {
			complain_that("a message must not have %s in it", END);
			status = 1;
		} else {
			send_frame(server_fd, line, (size_t)len);
			print_answer(&in);
		}
	}
	/* STUB: (void)has_end_mark; */
	/* STUB: (void)send_frame; */
	/* STUB: (void)print_answer; */
	/* END 7 */

	close(server_fd);
	return status;
}
