/* Another right client: getaddrinfo, getline, prompts on the screen. */
#define _POSIX_C_SOURCE 200809L
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct addrinfo hints, *info;
	char *line = NULL, answer[2000];
	size_t room = 0;

	signal(SIGPIPE, SIG_IGN);
	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	printf("what shall I say? ");
	fflush(stdout);
	ssize_t n = getline(&line, &room, stdin);
	if (n <= 0 || line[0] == '\n') {
		fputs("you said nothing\n", stderr);
		return 3;
	}
	if (line[n - 1] == '\n')
		n--;
	int fd = -1;
	if (getaddrinfo(argc > 2 ? argv[2] : "127.0.0.1",
			argc > 1 ? argv[1] : "9001", &hints, &info) == 0)
		fd = socket(info->ai_family, info->ai_socktype, 0);
	if (fd < 0 || connect(fd, info->ai_addr, info->ai_addrlen) != 0) {
		perror("cannot connect");
		return 4;
	}
	for (ssize_t k, at = 0; at < n; at += k) {
		k = write(fd, line + at, n - at);
		if (k < 0) {
			perror("cannot write");
			return 5;
		}
	}
	n = read(fd, answer, sizeof(answer));
	if (n <= 0) {
		fputs("no answer\n", stderr);
		return 6;
	}
	printf("the answer: ");
	for (ssize_t i = 0; i < n; i++)
		putchar(answer[i]);
	printf("\nthank you\n");
	freeaddrinfo(info);
	free(line);
	return 0;
}
