/* Another right client: MSG_WAITALL, and two sends a message. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static _Noreturn void stop(const char *why)
{
	fprintf(stderr, "client: %s\n", why);
	exit(1);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9011"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0), c = 0, status = 0;
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("connect"), 1;
	while (c != EOF) {
		char head[8], text[9999];
		size_t n = 0;
		while ((c = getchar()) != EOF && c != '\n') {
			if (n < sizeof text)
				text[n] = (char)c;
			n++;
		}
		if (c == EOF && n == 0)
			break;
		if (n > sizeof text) {
			fprintf(stderr, "client: that is too much\n");
			status = 1;
			continue;
		}
		snprintf(head, sizeof head, "%04d", (int)n % 10000);
		if (send(fd, head, 4, MSG_NOSIGNAL) != 4 ||
		    (n > 0 && send(fd, text, n, MSG_NOSIGNAL) != (ssize_t)n))
			stop("nobody is there");
		if (recv(fd, head, 4, MSG_WAITALL) != 4)
			stop("no answer");
		int len = 0;
		for (int i = 0; i < 4; i++) {
			if (head[i] < '0' || head[i] > '9')
				stop("what language is that?");
			len = 10 * len + head[i] - '0';
		}
		if (len > 0 && recv(fd, text, (size_t)len, MSG_WAITALL) != len)
			stop("half an answer");
		fwrite(text, 1, (size_t)len, stdout);
		puts("");
		fflush(stdout);
	}
	return status;
}
