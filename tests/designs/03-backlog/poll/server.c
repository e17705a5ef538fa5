/* Another right server: poll watches the operator and the caller; lines are
 * cut by hand, so that a caller who drops is noticed at once. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char typed[8192];
static size_t have;
static int input_ended;

/* Takes a line of what was typed. Returns its length, -1 if there is none. */
static long take_line(char *line)
{
	char *end = memchr(typed, '\n', have);
	if (end == NULL)
		return -1;
	size_t n = (size_t)(end - typed);
	memcpy(line, typed, n);
	have -= n + 1;
	memmove(typed, end + 1, have);
	return (long)n;
}

/* Talks with one caller. Returns 0 when the operator has gone. */
static int call(int fd)
{
	char line[8192];
	int mine = 1;
	for (;;) {
		struct pollfd p[2] = {{fd, POLLIN, 0}, {0, POLLIN, 0}};
		long n = mine ? take_line(line) : -1;
		if (mine && n < 0 && input_ended) {
			send(fd, "byebye", 6, 0);
			return 0;
		}
		if (n == 0 || n > 1024)
			continue; /* not a message: the next line */
		if (n > 0) {
			if (send(fd, line, (size_t)n, 0) < 0)
				return 1;
			if (n == 6 && memcmp(line, "byebye", 6) == 0)
				return 1;
			mine = 0;
			continue;
		}
		if (poll(p, input_ended ? 1 : 2, -1) < 0)
			continue;
		if (p[1].revents && !input_ended) {
			ssize_t k = read(0, typed + have, sizeof typed - have);
			input_ended = k <= 0;
			have += k > 0 ? (size_t)k : 0;
		}
		if (p[0].revents) {
			ssize_t k = recv(fd, line, 1024, 0);
			if (k <= 0)
				return 1;
			printf("<< %.*s\n", (int)k, line);
			fflush(stdout);
			if (k == 6 && memcmp(line, "byebye", 6) == 0)
				return 1;
			mine = 1;
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int on = 1, more = 1;
	signal(SIGPIPE, SIG_IGN);
	a.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9003"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 10))
		return perror("server"), 1;
	while (more) {
		int caller = accept(fd, NULL, NULL);
		if (caller < 0)
			continue;
		more = call(caller);
		close(caller);
	}
	return 0;
}
