/* client.c - has commands run by the server, all on one connection, and puts
 * each output where it belongs
 *
 * usage: client [PORT [HOST]]      the commands come from standard input
 * see also: send(2), recv(2)
 */
#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9013 };
enum { COMMAND_MAX = 65536, OUTPUT_MAX = 16777216, DIGITS_MAX = 10 };

/* Takes len bytes of an answer, and prints them, as they come. Ends the program
 * if they do not come. */
static void pass_on(struct reader *in, uint64_t len, FILE *to)
{
	/* STEP 1: reader_some() returns what is there, at most what you ask for:
	 * so many bytes as are left of len, and no more, since behind them stands
	 * something else. fwrite() them to the stream `to`. Anything else than
	 * bytes is the end of the program: die(), die_because(). At the end
	 * fflush(to), so that the two outputs keep their order. */
	char buf[65536];

	while (len > 0) {
		ssize_t n = reader_some(
			in, buf, len < sizeof buf ? (size_t)len : sizeof buf);
		if (n == -1)
			die("recv");
		if (n == 0)
			die_because("the server has hung up");
		fwrite(buf, 1, (size_t)n, to);
		len -= (uint64_t)n;
	}
	fflush(to);
	/* STUB: (void)in; */
	/* STUB: (void)len; */
	/* STUB: (void)to; */
	/* END 1 */
}

/* Has one command run, and prints the answer. Returns whether the outputs came;
 * ends the program if there is no answer. */
static bool ask(struct reader *in, const char *command, size_t len)
{
	struct header header = {0};

	/* STEP 2: Send a header with the command-length, and the command:
	 * header_add(), send_header(). Those of net.h do what you wrote in the
	 * server. */
	header_add(&header, "command-length", "%zu", len);
	if (send_header(in->fd, &header, command, len) == -1)
		die("send");
	/* STUB: (void)command; */
	/* STUB: (void)len; */
	/* END 2 */

	/* STEP 3: recv_header() returns 1 if there is one. header_number() finds
	 * exit-status, stdout-length and stderr-length, which are never longer
	 * than OUTPUT_MAX. If anything is missing, it is no answer: die. */
	uint64_t status, out_len, error_len;
	if (recv_header(in, &header) != 1)
		die_because("there is no answer");
	if (!header_number(&header, "exit-status", DIGITS_MAX, &status) ||
	    !header_number(&header, "stdout-length", DIGITS_MAX, &out_len) ||
	    !header_number(&header, "stderr-length", DIGITS_MAX, &error_len) ||
	    out_len > OUTPUT_MAX || error_len > OUTPUT_MAX)
		die_because("the answer's header is none");
	/* STUB: (void)in; */
	/* STUB: (void)header; */
	/* END 3 */

	/* STEP 4: Each output where it belongs, and `exit status N` and a newline
	 * to standard error. If the header says `error` (header_value()),
	 * complain with its value, and return false. */
	pass_on(in, out_len, stdout);
	pass_on(in, error_len, stderr);
	fprintf(stderr, "exit status %llu\n", (unsigned long long)status);

	size_t why_len;
	const char *why = header_value(&header, "error", &why_len);
	if (why != NULL) {
		fprintf(stderr, "%s: error: ", program_name);
		fwrite(why, 1, why_len, stderr);
		fputc('\n', stderr);
		return false;
	}
	/* STUB: (void)pass_on; */
	/* END 4 */
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

	/* STEP 5: read_line() until it returns -1. A command is 1 to COMMAND_MAX
	 * bytes; any other line is not sent: complain, go on. If that happened,
	 * or an answer said `error`, status is 1 at the end. */
	static char line[COMMAND_MAX];
	ssize_t len;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len == 0 || len > COMMAND_MAX) {
			complain_that("a command is 1 to %d bytes long",
				      COMMAND_MAX);
			status = 1;
		} else if (!ask(&in, line, (size_t)len)) {
			status = 1;
		}
	}
	/* STUB: (void)in; */
	/* STUB: (void)ask; */
	/* END 5 */

	close(server_fd);
	return status;
}
