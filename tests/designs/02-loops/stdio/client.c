/* Another right client: getline, read, a prompt before each question. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	char *line = NULL, answer[1024];
	size_t room = 0;
	ssize_t n;
	int bad = 0;

	signal(SIGPIPE, SIG_IGN);
	to.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9002"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &to.sin_addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		perror("connect");
		return 2;
	}
	printf("> ");
	fflush(stdout);
	while ((n = getline(&line, &room, stdin)) >= 0) {
		if (n > 0 && line[n - 1] == '\n')
			n--;
		if (n == 1 && *line == 'q')
			break;
		if (n < 1 || n > 1024) {
			fputs("this cannot be sent\n", stderr);
			bad = 4;
			continue;
		}
		ssize_t got, at = 0;
		while (at < n &&
		       ((got = write(fd, line + at, (size_t)(n - at))) > 0 ||
			errno == EINTR))
			at += got > 0 ? got : 0;
		do
			got = at < n ? 0 : read(fd, answer, sizeof answer);
		while (got < 0 && errno == EINTR);
		if (got <= 0) {
			fputs("the server is not there any more\n", stderr);
			return 3;
		}
		fwrite(answer, (size_t)got, 1, stdout);
		printf("\n> ");
		fflush(stdout);
	}
	free(line);
	return bad;
}
