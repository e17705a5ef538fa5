/* Another right server: looks at the length with MSG_PEEK, and takes length and
 * message together. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int talk(int fd)
{
	char frame[4 + 9999];
	ssize_t n;
	while ((n = recv(fd, frame, 4, MSG_PEEK | MSG_WAITALL)) == 4) {
		int len = 4, factor = 1000;
		for (int i = 0; i < 4; i++, factor /= 10) {
			if (frame[i] < '0' || frame[i] > '9')
				return 0;
			len += factor * (frame[i] - '0');
		}
		if (recv(fd, frame, (size_t)len, MSG_WAITALL) != len)
			return 0;
		for (int i = 4; i < len; i++)
			if (frame[i] >= 'a' && frame[i] <= 'z')
				frame[i] -= 'a' - 'A';
		if (send(fd, frame, (size_t)len, MSG_NOSIGNAL) != len)
			return 0;
	}
	return n == 0;
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9011"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
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
		if (!talk(c))
			fprintf(stderr, "server: a caller was dropped\n");
		close(c);
	}
}
