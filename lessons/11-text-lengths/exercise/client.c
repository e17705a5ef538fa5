/* client.c - sends each line behind its length, prints the message in the answer
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: recv(2), send(2)
 */
#include "../../net.h"

enum { DEFAULT_PORT = 9011, LENGTH_SIZE = 4, MESSAGE_MAX = 9999 };
enum { FRAME_MAX = LENGTH_SIZE + MESSAGE_MAX };

/* Writes a length, 0 to MESSAGE_MAX, as four digits, and nothing behind them. */
static void put_length(char digits[LENGTH_SIZE], size_t length)
{
	/* TODO 1: The last digit is what is left after a division by ten; the
	 * same with the quotient for the one before it, and so on: 0003, 0120,
	 * 9999. If you take snprintf(3), it puts a zero byte behind the digits:
	 * have room for it, and do not let it replace the message's first byte. */
	(void)digits;
	(void)length;
}

/* Reads a length: exactly four bytes, each of them 0 to 9. Returns it, or -1 if
 * they are anything else. */
static int parse_length(const char digits[LENGTH_SIZE])
{
	int length = 0;

	/* TODO 2: The same as in the server. */
	(void)digits;
	return length;
}

/* Takes the next frame out of a reader: a length, and so many bytes of message.
 * Returns the length of the frame; 0 if the stream ended before its first byte;
 * -1, with a complaint, after anything that is no frame. */
static ssize_t take_frame(struct reader *in, char frame[FRAME_MAX])
{
	ssize_t n = 0;

	/* TODO 3: The same as in the server: the length, then the message. */
	(void)in;
	(void)frame;
	(void)parse_length;
	return n;
}

/* Sends one line as a frame. Ends the program if that fails. */
static void send_frame(int server_fd, const char *line, size_t len)
{
	/* TODO 4: The length, and behind it the line, in one piece of memory
	 * and with one send_all(). die() if that fails. */
	(void)server_fd;
	(void)line;
	(void)len;
	(void)put_length;
}

/* Takes one answer out of a reader, and prints the message in it. Ends the
 * program if there is none. */
static void print_answer(struct reader *in)
{
	/* TODO 5: Take one frame. Without one, die_because(). Print what is
	 * behind the length, and a newline. */
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

	/* TODO 6: One reader for the whole conversation. Then a line, a frame,
	 * an answer, until read_line() returns -1. An empty line is an empty
	 * message. A line of more than MESSAGE_MAX bytes is not sent: complain,
	 * go on, and let status be 1 at the end. */
	(void)send_frame;
	(void)print_answer;

	close(server_fd);
	return status;
}
