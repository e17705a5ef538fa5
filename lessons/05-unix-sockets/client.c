/* client.c - says line after line, and prints what comes back
 *
 * Grew from lesson 02 by another kind of address.
 *
 * usage: client [PATH]      the lines come from standard input
 * see also: socket(2), connect(2), send(2), recv(2)
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../common.h"

#define DEFAULT_PATH "/tmp/9005"
enum { MESSAGE_MAX = 1024 };

/* Says one line, and prints the answer. */
static void ask(int server_fd, const char *line, size_t len)
{
	char buf[MESSAGE_MAX];

	if (send(server_fd, line, len, MSG_NOSIGNAL) == -1)
		die("send");

	/* recv() waits until the answer comes, or the server hangs up. */
	ssize_t n = recv(server_fd, buf, sizeof buf, 0);
	if (n == -1)
		die("recv");
	if (n == 0)
		die_because("the server has hung up");
	fwrite(buf, 1, (size_t)n, stdout);
	putchar('\n');
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PATH]", 1);
	const char *path = argc > 1 ? argv[1] : DEFAULT_PATH;

	struct sockaddr_un addr = {
		.sun_family = AF_UNIX,
	};
	if (path[0] == '\0' || strlen(path) >= sizeof addr.sun_path)
		wrong_usage("PATH is too short or too long: %s", path);
	strcpy(addr.sun_path, path);

	/* Buy a telephone; it needs no number of its own to make a call. */
	int server_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (server_fd == -1)
		die("socket");

	/* Call: connect() waits until the other kernel has answered. */
	if (connect(server_fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("connect");

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
