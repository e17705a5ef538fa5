/* client.c - asks line by line, in records of 16 bytes, and prints the answers
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: send(2), recv(2), tcp(7)
 */
#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9009, RECORD_SIZE = 16 };

/* Receives one record, all of it, however many pieces it comes in, and no byte
 * of the next one. Returns how many bytes came: RECORD_SIZE; less (0 if there
 * was nothing) when the stream ended before; -1 with errno set. */
static ssize_t recv_record(int fd, char *record)
{
	size_t have = 0;

	/* STEP 1: The same as in the server: receive until the record is
	 * complete. */
	while (have < RECORD_SIZE) {
		ssize_t n = recv_some(fd, record + have, RECORD_SIZE - have);
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	/* STUB: (void)fd; */
	/* STUB: (void)record; */
	/* END 1 */
	return (ssize_t)have;
}

/* Says one line, and prints the answer. Ends the program if there is none. */
static void ask(int server_fd, const char *line, size_t len)
{
	char record[RECORD_SIZE];

	/* STEP 2: Make a record of the line: its len bytes, which may be none,
	 * and spaces behind them, up to the end. memset() fills, memcpy()
	 * copies; the functions whose names begin with str stop at a zero byte.
	 * Then send the record, whole, with one send_all(). */
	memset(record, ' ', sizeof record);
	memcpy(record, line, len);
	if (send_all(server_fd, record, sizeof record) == -1)
		die("send");
	/* STUB: (void)server_fd; */
	/* STUB: (void)line; */
	/* STUB: (void)len; */
	/* END 2 */

	/* STEP 3: Receive the answer, one whole record. An error, or an end of
	 * the stream before it is complete, is a failure, and nothing of it is
	 * printed: die() or die_because(). */
	ssize_t n = recv_record(server_fd, record);
	if (n == -1)
		die("recv");
	if (n < RECORD_SIZE)
		die_because("the server has hung up");
	/* STUB: (void)recv_record; */
	/* END 3 */

	/* STEP 4: Print it without the spaces at its end, and a newline. Go
	 * back from the end as long as there is a space, and stop at the
	 * beginning: it may be all spaces. Any other byte is printed as it is.
	 */
	size_t text_len = sizeof record;
	while (text_len > 0 && record[text_len - 1] == ' ')
		text_len--;
	fwrite(record, 1, text_len, stdout);
	putchar('\n');
	/* STUB: (void)record; */
	/* END 4 */
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int status = 0;

	int server_fd = tcp_connect(host, port);

	/* STEP 5: Lesson 02's loop: read_line() until it returns -1. A line
	 * longer than a record is not sent, not even a part of it: complain, go
	 * on, and status is 1 at the end. An empty line is asked like any
	 * other: its record is 16 spaces. */
	char line[RECORD_SIZE];
	ssize_t len;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len > RECORD_SIZE) {
			complain_that("a message is at most %d bytes long",
				      RECORD_SIZE);
			status = 1;
			continue;
		}
		ask(server_fd, line, (size_t)len);
	}
	/* STUB: (void)ask; */
	/* END 5 */

	close(server_fd);
	return status;
}
