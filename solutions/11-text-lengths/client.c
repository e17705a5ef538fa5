/* client.c - sends each line behind its length, prints the message in the answer
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: recv(2), send(2)
 */
#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9011, LENGTH_SIZE = 4, MESSAGE_MAX = 9999 };
enum { FRAME_MAX = LENGTH_SIZE + MESSAGE_MAX };

/* Writes a length, 0 to MESSAGE_MAX, as four digits, and nothing behind them. */
static void put_length(char digits[LENGTH_SIZE], size_t length)
{
	/* STEP 1: The last digit is what is left after a division by ten; the
	 * same with the quotient for the one before it, and so on: 0003, 0120,
	 * 9999. If you take snprintf(3), it puts a zero byte behind the digits:
	 * have room for it, and do not let it replace the message's first byte. */
	for (int i = LENGTH_SIZE - 1; i >= 0; i--) {
		digits[i] = (char)('0' + length % 10);
		length /= 10;
	}
	/* STUB: (void)digits; */
	/* STUB: (void)length; */
	/* END 1 */
}

/* Reads a length: exactly four bytes, each of them 0 to 9. Returns it, or -1 if
 * they are anything else. */
static int parse_length(const char digits[LENGTH_SIZE])
{
	int length = 0;

	/* STEP 2: The same as in the server. */
	for (int i = 0; i < LENGTH_SIZE; i++) {
		if (digits[i] < '0' || digits[i] > '9')
			return -1;
		length = 10 * length + (digits[i] - '0');
	}
	/* STUB: (void)digits; */
	/* END 2 */
	return length;
}

/* Takes the next frame out of a reader: a length, and so many bytes of message.
 * Returns the length of the frame; 0 if the stream ended before its first byte;
 * -1, with a complaint, after anything that is no frame. */
static ssize_t take_frame(struct reader *in, char frame[FRAME_MAX])
{
	ssize_t n = 0;

	/* STEP 3: The same as in the server: the length, then the message. */
	n = reader_take(in, frame, LENGTH_SIZE);
	if (n == 0)
		return 0;
	if (n == -1) {
		complain("recv");
		return -1;
	}
	if (n < LENGTH_SIZE) {
		complain_that("the stream ended inside a length");
		return -1;
	}
	int length = parse_length(frame);
	if (length == -1) {
		complain_that("a length is four digits");
		return -1;
	}
	n = reader_take(in, frame + LENGTH_SIZE, (size_t)length);
	if (n == -1) {
		complain("recv");
		return -1;
	}
	if (n < length) {
		complain_that("the stream ended inside a message");
		return -1;
	}
	n = LENGTH_SIZE + length;
	/* STUB: (void)in; */
	/* STUB: (void)frame; */
	/* STUB: (void)parse_length; */
	/* END 3 */
	return n;
}

/* Sends one line as a frame. Ends the program if that fails. */
static void send_frame(int server_fd, const char *line, size_t len)
{
	/* STEP 4: The length, and behind it the line, in one piece of memory
	 * and with one send_all(). die() if that fails. */
	char frame[FRAME_MAX];

	put_length(frame, len);
	memcpy(frame + LENGTH_SIZE, line, len);
	if (send_all(server_fd, frame, LENGTH_SIZE + len) == -1)
		die("send");
	/* STUB: (void)server_fd; */
	/* STUB: (void)line; */
	/* STUB: (void)len; */
	/* STUB: (void)put_length; */
	/* END 4 */
}

/* Takes one answer out of a reader, and prints the message in it. Ends the
 * program if there is none. */
static void print_answer(struct reader *in)
{
	/* STEP 5: Take one frame. Without one, die_because(). Print what is
	 * behind the length, and a newline. */
	char frame[FRAME_MAX];

	ssize_t len = take_frame(in, frame);
	if (len <= 0)
		die_because("there is no answer");
	fwrite(frame + LENGTH_SIZE, 1, (size_t)len - LENGTH_SIZE, stdout);
	putchar('\n');
	/* STUB: (void)in; */
	/* STUB: (void)take_frame; */
	/* END 5 */
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int status = 0;

	int server_fd = tcp_connect(host, port);

	/* STEP 6: One reader for the whole conversation. Then a line, a frame,
	 * an answer, until read_line() returns -1. An empty line is an empty
	 * message. A line of more than MESSAGE_MAX bytes is not sent: complain,
	 * go on, and let status be 1 at the end. */
	struct reader in = {.fd = server_fd};
	char line[MESSAGE_MAX];

	ssize_t len;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len > MESSAGE_MAX) {
			complain_that("a message has at most %d bytes",
				      MESSAGE_MAX);
			status = 1;
			continue;
		}
		send_frame(server_fd, line, (size_t)len);
		print_answer(&in);
	}
	/* STUB: (void)send_frame; */
	/* STUB: (void)print_answer; */
	/* END 6 */

	close(server_fd);
	return status;
}
