/* Another right server: it reads a lot, then cuts. One process serves all
 * callers with poll(); each has a buffer, in which whole records are turned
 * and sent together, and what is left over stays for the next time. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CALLERS = 40, ROOM = 5000, SIZE = 16 };

static struct pollfd fds[CALLERS + 1];
static struct caller {
	size_t have;
	unsigned char bytes[ROOM];
} callers[CALLERS + 1];

/* Returns 0 when the caller is gone. */
static int hear(int fd, struct caller *caller)
{
	ssize_t n = read(fd, caller->bytes + caller->have, ROOM - caller->have);
	size_t whole, sent = 0;

	if (n <= 0)
		return 0;
	caller->have += (size_t)n;
	whole = caller->have - caller->have % SIZE;
	for (size_t i = 0; i < whole; i++)
		if (caller->bytes[i] > 96 && caller->bytes[i] < 123)
			caller->bytes[i] ^= 32;
	while (sent < whole) {
		n = write(fd, caller->bytes + sent, whole - sent);
		if (n < 0)
			return 0;
		sent += (size_t)n;
	}
	caller->have -= whole;
	memmove(caller->bytes, caller->bytes + whole, caller->have);
	return 1;
}

int main(int argc, char **argv)
{
	int on = 1, n = 1;
	struct sockaddr_in at = {.sin_family = AF_INET};

	signal(SIGPIPE, SIG_IGN);
	at.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9009"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &at.sin_addr);
	fds[0].fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fds[0].fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fds[0].fd, (struct sockaddr *)&at, sizeof at) != 0 ||
	    listen(fds[0].fd, 20) != 0) {
		perror("start");
		return 1;
	}
	fds[0].events = POLLIN;
	for (;;) {
		poll(fds, (nfds_t)n, -1);
		for (int i = n - 1; i > 0; i--) {
			if (!fds[i].revents || hear(fds[i].fd, &callers[i]))
				continue;
			close(fds[i].fd);
			fds[i] = fds[--n];
			callers[i] = callers[n];
		}
		if (!fds[0].revents || n > CALLERS)
			continue;
		fds[n].fd = accept(fds[0].fd, NULL, NULL);
		if (fds[n].fd < 0)
			continue;
		fds[n].events = POLLIN;
		fds[n].revents = 0;
		callers[n++].have = 0;
	}
}
