/* client.c - has commands run by the server, and prints what they print
 *
 * Grew from lesson 02. WRONG ON PURPOSE: it takes what one recv() returns for
 * the whole answer, as lesson 02 did.
 *
 * usage: client [PORT [HOST]]      the commands come from standard input
 * see also: send(2), recv(2)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9008, MESSAGE_MAX = 1024 };

/* Says one line, and prints the answer, or what it takes for it. */
static void ask(int server_fd, const char *line, size_t len)
{
	char buf[MESSAGE_MAX];

	if (send_all(server_fd, line, len) == -1)
		die("send");

	/* At most as many bytes as there is room for. More may have come, and
	 * more may be on its way. */
	ssize_t n = recv_some(server_fd, buf, sizeof buf);
	if (n == -1)
		die("recv");
	if (n == 0)
		die_because("the server has hung up");
	printf("recv() returned %zd:\n", n);
	fwrite(buf, 1, (size_t)n, stdout);
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = tcp_connect(host, port);

	char line[MESSAGE_MAX];
	ssize_t len;
	int status = 0;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len == 0 || len > MESSAGE_MAX) {
			complain_that("a message is 1 to %d bytes long",
				      MESSAGE_MAX);
			status = 1;
			continue;
		}
		ask(server_fd, line, (size_t)len);
	}
	close(server_fd);
	return status;
}
