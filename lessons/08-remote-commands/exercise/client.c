/* client.c - has commands run by the server, and prints the whole answers
 *
 * usage: client [PORT [HOST]]      the commands come from standard input
 * see also: send(2), shutdown(2), recv(2)
 */
#include <stdbool.h>

#include "../../net.h"

enum { DEFAULT_PORT = 9008, COMMAND_MAX = 4096 };

/* Has one command run, and prints the answer. Returns whether one came whole.
 * Ends the program if the server cannot be called. */
static bool ask(const char *host, in_port_t port, const char *command,
		size_t len)
{
	bool whole = true;

	/* TODO 1: The end of stream is the end of the answer, so each command
	 * has a connection of its own. Call with tcp_connect(), send the
	 * command, and say with shutdown(SHUT_WR) that this was all of it. If
	 * that fails, complain; the answer is not whole. */
	(void)host;
	(void)port;
	(void)command;
	(void)len;

	/* TODO 2: Print what comes, as it comes, until recv_some() returns 0;
	 * the answer has its own newlines. An error, or an end before the first
	 * byte, gets a complaint, and the answer is not whole. Hang up. */
	return whole;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int status = 0;

	/* TODO 3: Lesson 02's loop: read_line() until it returns -1. A line that
	 * is empty, or longer than COMMAND_MAX, is not sent: complain, go on. If
	 * that happened, or an answer was not whole, status is 1 at the end. */
	(void)port;
	(void)host;
	(void)ask;
	return status;
}
