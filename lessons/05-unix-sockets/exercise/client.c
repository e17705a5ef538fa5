/* client.c - says line after line, and prints the answers, until `q`
 *
 * usage: client [PORT [HOST] | PATH]   the lines come from standard input
 * see also: unix(7), connect(2), send(2), recv(2)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../common.h"

enum { MESSAGE_MAX = 1024 };

/* Sends all len bytes of buf. Returns 0, or -1 with errno set. See send(2). */
static int send_all(int fd, const char *buf, size_t len)
{
	size_t sent = 0;

	while (sent < len) {
		ssize_t n = send(fd, buf + sent, len - sent, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		sent += (size_t)n;
	}
	return 0;
}

/* Says one line, and prints the answer. Ends the program if there is none. */
static void ask(int server_fd, const char *line, size_t len)
{
	if (send_all(server_fd, line, len) == -1)
		die("send");

	char buf[MESSAGE_MAX];
	ssize_t n;
	do {
		n = recv(server_fd, buf, sizeof buf, 0);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		die("recv");
	if (n == 0)
		die_because("the server has hung up");

	fwrite(buf, 1, (size_t)n, stdout);
	putchar('\n');
}

/* An address of one family or the other. All begin with the family, so .any
 * is right for both; bind() and connect() look there first. */
union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_un un;
};

/* Fills in addr: a path if where holds a '/', a port of host if not. Returns
 * how long the address is. Ends the program if it is none. */
static socklen_t make_address(union address *addr, const char *where,
			      const char *host)
{
	memset(addr, 0, sizeof *addr);

	/* TODO 1: If where holds a '/', it is a path: fill in addr->un, its
	 * family AF_UNIX and the path with its zero byte, and return the size
	 * of addr->un. A path that does not fit into sun_path is refused with
	 * die_because(): half a path is another file. */

	addr->in.sin_family = AF_INET;
	addr->in.sin_port = htons(parse_port(where));
	if (inet_pton(AF_INET, host, &addr->in.sin_addr) != 1)
		wrong_usage("HOST is an address like 127.0.0.1, not: %s", host);
	return sizeof addr->in;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST] | PATH]", 2);
	const char *where = argc > 1 ? argv[1] : "9005";
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	union address addr;
	socklen_t addr_len = make_address(&addr, where, host);

	/* TODO 2: Make a stream socket of the address's own family. */
	int server_fd = -1;
	if (connect(server_fd, &addr.any, addr_len) == -1)
		die("connect");

	char line[MESSAGE_MAX];
	ssize_t len;
	int status = 0;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len == 1 && line[0] == 'q')
			break;
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
