/* client.c - has commands run by the server, and prints the whole answers
 *
 * usage: client [PORT [HOST]]      the commands come from standard input
 * see also: send(2), shutdown(2), recv(2)
 */
#include <stdbool.h>

#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9008, COMMAND_MAX = 4096 };

/* Has one command run, and prints the answer. Returns whether one came whole.
 * Ends the program if the server cannot be called. */
static bool ask(const char *host, in_port_t port, const char *command,
		size_t len)
{
	bool whole = true;

	/* STEP 1: The end of stream is the end of the answer, so each command
	 * has a connection of its own. Call with tcp_connect(), send the
	 * command, and say with shutdown(SHUT_WR) that this was all of it. If
	 * that fails, complain; the answer is not whole. */
	int server_fd = tcp_connect(host, port);
	if (send_all(server_fd, command, len) == -1) {
		complain("send");
		whole = false;
	} else if (shutdown(server_fd, SHUT_WR) == -1) {
		complain("shutdown");
		whole = false;
	}
	/* STUB: (void)host; */
	/* STUB: (void)port; */
	/* STUB: (void)command; */
	/* STUB: (void)len; */
	/* END 1 */

	/* STEP 2: Print what comes, as it comes, until recv_some() returns 0;
	 * the answer has its own newlines. An error, or an end before the first
	 * byte, gets a complaint, and the answer is not whole. Hang up. */
	char buf[4096];
	bool something = false;
	ssize_t n;
	while ((n = recv_some(server_fd, buf, sizeof buf)) > 0) {
		fwrite(buf, 1, (size_t)n, stdout);
		something = true;
	}
	if (n == -1)
		complain("recv");
	else if (!something)
		complain_that("the server has hung up without an answer");
	close(server_fd);
	if (n == -1 || !something)
		whole = false;
	/* END 2 */
	return whole;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int status = 0;

	/* STEP 3: Lesson 02's loop: read_line() until it returns -1. A line that
	 * is empty, or longer than COMMAND_MAX, is not sent: complain, go on. If
	 * that happened, or an answer was not whole, status is 1 at the end. */
	char line[COMMAND_MAX];
	ssize_t len;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len == 0 || len > COMMAND_MAX) {
			complain_that("a command is 1 to %d bytes long",
				      COMMAND_MAX);
			status = 1;
		} else if (!ask(host, port, line, (size_t)len)) {
			status = 1;
		}
	}
	/* STUB: (void)port; */
	/* STUB: (void)host; */
	/* STUB: (void)ask; */
	/* END 3 */
	return status;
}
