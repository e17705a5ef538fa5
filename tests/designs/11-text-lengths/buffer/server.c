/* Another right server: one buffer, filled with whatever comes; what is whole is
 * answered from there, the rest is moved to the front. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int digits(const char *at, size_t n)
{
	for (size_t i = 0; i < n && i < 4; i++)
		if (at[i] < '0' || at[i] > '9')
			return 0;
	return 1;
}

static void talk(int fd)
{
	static char buf[20006];
	size_t len = 0;
	ssize_t n;
	while ((n = read(fd, buf + len, sizeof buf - len)) > 0) {
		char *at = buf, *stop = buf + len + n;
		for (;;) {
			size_t left = (size_t)(stop - at);
			if (!digits(at, left)) {
				fprintf(stderr, "server: no digits\n");
				return;
			}
			if (left < 4)
				break;
			char head[5] = "";
			size_t want = 4 + (size_t)atoi(memcpy(head, at, 4));
			if (left < want)
				break;
			for (size_t i = 0; i < want; i++)
				if (at[i] >= 'a' && at[i] <= 'z')
					at[i] -= 32;
			while (want > 0) {
				ssize_t k = write(fd, at, want);
				if (k < 0) {
					perror("server");
					return;
				}
				at += k;
				want -= (size_t)k;
			}
		}
		len = (size_t)(stop - at);
		memmove(buf, at, len);
	}
	if (n < 0 || len > 0)
		fprintf(stderr, "server: the caller broke off\n");
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9011"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	signal(SIGPIPE, SIG_IGN);
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
		talk(c);
		close(c);
	}
}
