/* client.c - says one line to the server, and prints the answer
 *
 * usage: client [PORT [HOST]]      the line comes from standard input
 * see also: socket(2), connect(2), send(2), recv(2)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../lessons/common.h"

enum { DEFAULT_PORT = 9001, MESSAGE_MAX = 1024 };

/* Sends all len bytes of buf. Returns 0, or -1 with errno set. See send(2). */
static int send_all(int fd, const char *buf, size_t len)
{
	/* STEP 1: The same as in the server: call send() until it has taken
	 * everything. */
	size_t sent = 0;

	while (sent < len) {
		ssize_t n = send(fd, buf + sent, len - sent, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		sent += (size_t)n;
	}
	/* STUB: (void)fd; */
	/* STUB: (void)buf; */
	/* STUB: (void)len; */
	/* END 1 */
	return 0;
}

/* Says one line, and prints the answer. */
static void ask(int server_fd, const char *line, size_t len)
{
	/* STEP 2: Send the line with send_all(), and die() if that fails. */
	if (send_all(server_fd, line, len) == -1)
		die("send");
	/* STUB: (void)line; */
	/* STUB: (void)len; */
	/* STUB: (void)send_all; */
	/* END 2 */

	/* STEP 3: Receive the answer into a buffer of MESSAGE_MAX bytes. recv()
	 * waits as long as it takes. -1 is an error; 0 says that the server has
	 * hung up without an answer: die_because("..."). */
	char buf[MESSAGE_MAX];
	ssize_t n = recv(server_fd, buf, sizeof buf, 0);
	if (n == -1)
		die("recv");
	if (n == 0)
		die_because("the server has hung up without an answer");
	/* STUB: (void)server_fd; */
	/* END 3 */

	/* STEP 4: Print the bytes that came, and a newline. recv() puts no zero
	 * byte at the end, so printf("%s") would not know where to stop;
	 * fwrite() is told the length. */
	fwrite(buf, 1, (size_t)n, stdout);
	putchar('\n');
	/* END 4 */
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	char line[MESSAGE_MAX];
	ssize_t len = read_line(line, sizeof line);
	if (len == -1)
		wrong_usage("there is no line on standard input");
	if (len == 0 || len > MESSAGE_MAX)
		die_because("a message is 1 to %d bytes long", MESSAGE_MAX);

	/* STEP 5: Fill a struct sockaddr_in, addr, with the server's address,
	 * as the server does. */
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	if (inet_pton(AF_INET, host, &addr.sin_addr) != 1)
		wrong_usage("HOST is an address like 127.0.0.1, not: %s", host);
	/* STUB: (void)port; */
	/* STUB: (void)host; */
	/* END 5 */

	/* STEP 6: Buy a telephone, server_fd, and call: connect() waits until
	 * the other side's kernel has answered. If nobody has that number it
	 * returns -1: die(). */
	int server_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (server_fd == -1)
		die("socket");
	if (connect(server_fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("connect");
	/* STUB: int server_fd = -1; */
	/* END 6 */

	ask(server_fd, line, (size_t)len);

	/* STEP 7: Hang up. */
	close(server_fd);
	/* END 7 */
	return 0;
}
