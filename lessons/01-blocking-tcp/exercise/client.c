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

#include "../../common.h"

enum { DEFAULT_PORT = 9001, MESSAGE_MAX = 1024 };

/* Sends all len bytes of buf. Returns 0, or -1 with errno set. See send(2). */
static int send_all(int fd, const char *buf, size_t len)
{
	/* TODO 1: The same as in the server: call send() until it has taken
	 * everything. */
	(void)fd;
	(void)buf;
	(void)len;
	return 0;
}

/* Says one line, and prints the answer. */
static void ask(int server_fd, const char *line, size_t len)
{
	/* TODO 2: Send the line with send_all(), and die() if that fails. */
	(void)line;
	(void)len;
	(void)send_all;

	/* TODO 3: Receive the answer into a buffer of MESSAGE_MAX bytes. recv()
	 * waits as long as it takes. -1 is an error; 0 says that the server has
	 * hung up without an answer: die_because("..."). */
	(void)server_fd;

	/* TODO 4: Print the bytes that came, and a newline. recv() puts no zero
	 * byte at the end, so printf("%s") would not know where to stop;
	 * fwrite() is told the length. */
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

	/* TODO 5: Fill a struct sockaddr_in, addr, with the server's address,
	 * as the server does. */
	(void)port;
	(void)host;

	/* TODO 6: Buy a telephone, server_fd, and call: connect() waits until
	 * the other side's kernel has answered. If nobody has that number it
	 * returns -1: die(). */
	int server_fd = -1;

	ask(server_fd, line, (size_t)len);

	/* TODO 7: Hang up. */
	return 0;
}
