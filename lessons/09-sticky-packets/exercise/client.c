/* client.c - asks line by line, in records of 16 bytes, and prints the answers
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: send(2), recv(2), tcp(7)
 */
#include "../../net.h"

enum { DEFAULT_PORT = 9009, RECORD_SIZE = 16 };

/* Receives one record, all of it, however many pieces it comes in, and no byte
 * of the next one. Returns how many bytes came: RECORD_SIZE; less (0 if there
 * was nothing) when the stream ended before; -1 with errno set. */
static ssize_t recv_record(int fd, char *record)
{
	size_t have = 0;

	/* TODO 1: The same as in the server: receive until the record is
	 * complete. */
	(void)fd;
	(void)record;
	return (ssize_t)have;
}

/* Says one line, and prints the answer. Ends the program if there is none. */
static void ask(int server_fd, const char *line, size_t len)
{
	char record[RECORD_SIZE];

	/* TODO 2: Make a record of the line: its len bytes, which may be none,
	 * and spaces behind them, up to the end. memset() fills, memcpy()
	 * copies; the functions whose names begin with str stop at a zero byte.
	 * Then send the record, whole, with one send_all(). */
	(void)server_fd;
	(void)line;
	(void)len;

	/* TODO 3: Receive the answer, one whole record. An error, or an end of
	 * the stream before it is complete, is a failure, and nothing of it is
	 * printed: die() or die_because(). */
	(void)recv_record;

	/* TODO 4: Print it without the spaces at its end, and a newline. Go
	 * back from the end as long as there is a space, and stop at the
	 * beginning: it may be all spaces. Any other byte is printed as it is.
	 */
	(void)record;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int status = 0;

	int server_fd = tcp_connect(host, port);

	/* TODO 5: Lesson 02's loop: read_line() until it returns -1. A line
	 * longer than a record is not sent, not even a part of it: complain, go
	 * on, and status is 1 at the end. An empty line is asked like any
	 * other: its record is 16 spaces. */
	(void)ask;

	close(server_fd);
	return status;
}
