/* Another right client: stdio in both directions. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9006"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0), c, some = 0;
	signal(SIGPIPE, SIG_IGN);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("connect"), 1;
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	if (in == NULL || out == NULL)
		return 1;
	while ((c = getchar()) != EOF)
		putc(c, out);
	if (fflush(out) == EOF)
		return perror("send"), 1;
	shutdown(fd, SHUT_WR);
	while ((c = getc(in)) != EOF) {
		putchar(c);
		some = 1;
	}
	if (ferror(in) || !some)
		return fputs("no answer\n", stderr), 1;
	return 0;
}
