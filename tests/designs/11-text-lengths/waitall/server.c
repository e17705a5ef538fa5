/* Another right server: MSG_WAITALL, two receives and two sends a message; a
 * child for each caller. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int put(int fd, const char *at, size_t n)
{
	while (n > 0) {
		ssize_t k = send(fd, at, n, MSG_NOSIGNAL);
		if (k < 0)
			return 0;
		at += k;
		n -= (size_t)k;
	}
	return 1;
}

static const char *talk(int fd)
{
	char head[4], text[9999];
	ssize_t n;
	while ((n = recv(fd, head, 4, MSG_WAITALL)) == 4) {
		int len = 0;
		for (int i = 0; i < 4; i++) {
			const char *digit = memchr("0123456789", head[i], 10);
			if (digit == NULL)
				return "no length";
			len = 10 * len + (*digit & 15);
		}
		if (len > 0 && recv(fd, text, (size_t)len, MSG_WAITALL) != len)
			return "no message";
		for (int i = 0; i < len; i++)
			if (text[i] >= 'a' && text[i] <= 'z')
				text[i] ^= 32;
		if (!put(fd, head, 4) || !put(fd, text, (size_t)len))
			return "no receiver";
	}
	return n == 0 ? NULL : "no whole length";
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9011"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	signal(SIGCHLD, SIG_IGN);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("bind"), 1;
	listen(fd, 5);
	puts("listening");
	fflush(stdout);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		if (c == -1)
			continue;
		if (fork() == 0) {
			close(fd);
			const char *wrong = talk(c);
			if (wrong != NULL)
				fprintf(stderr, "server: %s\n", wrong);
			_exit(0);
		}
		close(c);
	}
}
