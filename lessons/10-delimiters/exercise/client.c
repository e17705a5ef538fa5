/* client.c - sends each line as a frame {2H:...:}, prints what is in the answer
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: recv(2), send(2)
 */
#include <stdbool.h>

#include "../../net.h"

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
	/* TODO 1: The same as in the server. */
	(void)in;
	return -1;
}

/* Skips bytes up to the next start mark, and the mark. Returns whether there is
 * one; the stream may end before. */
static bool skip_to_frame(struct inbox *in)
{
	/* TODO 2: The same as in the server. */
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

	/* TODO 3: The same as in the server. Programs that speak the same
	 * format share this code; here it stands twice, so that each file can
	 * be read alone. */
	(void)in;
	(void)frame;
	(void)skip_to_frame;
	return (ssize_t)len;
}

/* Tells whether END stands anywhere in len bytes of a line. */
static bool has_end_mark(const char *line, size_t len)
{
	/* TODO 4: Compare at every place where END may begin. The line is no C
	 * string, so strstr(3) is no help. */
	(void)line;
	(void)len;
	return false;
}

/* Sends one line as a frame. Ends the program if that fails. */
static void send_frame(int server_fd, const char *line, size_t len)
{
	/* TODO 5: Put START, the line and END one behind the other, and send
	 * them with one send_all(). die() if that fails. */
	(void)server_fd;
	(void)line;
	(void)len;
}

/* Takes one answer out of an inbox, and prints it. Ends the program if there is
 * none. */
static void print_answer(struct inbox *in)
{
	/* TODO 6: Take one frame: one question, one answer. Without one,
	 * die_because(): the server has hung up, or does not know the format.
	 * Print what is between the marks, and a newline. */
	(void)in;
	(void)take_frame;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int status = 0;

	int server_fd = tcp_connect(host, port);

	/* TODO 7: One inbox for the whole conversation: what is left over after
	 * one answer belongs to the next. Then a line, a frame, an answer, until
	 * read_line() returns -1. An empty line is an empty message, and is sent.
	 * A line that is longer than PAYLOAD_MAX, or has an end mark in it, is
	 * not: complain, go on, and let status be 1 at the end. */
	(void)has_end_mark;
	(void)send_frame;
	(void)print_answer;

	close(server_fd);
	return status;
}
