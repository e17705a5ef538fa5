/* client.c - has commands run by the server, all on one connection, and puts
 * each output where it belongs
 *
 * usage: client [PORT [HOST]]      the commands come from standard input
 * see also: send(2), recv(2)
 */
#include "../../net.h"

enum { DEFAULT_PORT = 9013 };
enum { COMMAND_MAX = 65536, OUTPUT_MAX = 16777216, DIGITS_MAX = 10 };

/* Takes len bytes of an answer, and prints them, as they come. Ends the program
 * if they do not come. */
static void pass_on(struct reader *in, uint64_t len, FILE *to)
{
	/* TODO 1: reader_some() returns what is there, at most what you ask for:
	 * so many bytes as are left of len, and no more, since behind them stands
	 * something else. fwrite() them to the stream `to`. Anything else than
	 * bytes is the end of the program: die(), die_because(). At the end
	 * fflush(to), so that the two outputs keep their order. */
	(void)in;
	(void)len;
	(void)to;
}

/* Has one command run, and prints the answer. Returns whether the outputs came;
 * ends the program if there is no answer. */
static bool ask(struct reader *in, const char *command, size_t len)
{
	struct header header = {0};

	/* TODO 2: Send a header with the command-length, and the command:
	 * header_add(), send_header(). Those of net.h do what you wrote in the
	 * server. */
	(void)command;
	(void)len;

	/* TODO 3: recv_header() returns 1 if there is one. header_number() finds
	 * exit-status, stdout-length and stderr-length, which are never longer
	 * than OUTPUT_MAX. If anything is missing, it is no answer: die. */
	(void)in;
	(void)header;

	/* TODO 4: Each output where it belongs, and `exit status N` and a newline
	 * to standard error. If the header says `error` (header_value()),
	 * complain with its value, and return false. */
	(void)pass_on;
	return true;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = tcp_connect(host, port);
	struct reader in = {.fd = server_fd};
	int status = 0;

	/* TODO 5: read_line() until it returns -1. A command is 1 to COMMAND_MAX
	 * bytes; any other line is not sent: complain, go on. If that happened,
	 * or an answer said `error`, status is 1 at the end. */
	(void)in;
	(void)ask;

	close(server_fd);
	return status;
}
