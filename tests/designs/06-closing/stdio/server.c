/* Another right server: stdio in both directions, the state of a word in a
 * character. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void talk(int fd)
{
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	unsigned long long lines = 0, words = 0, bytes = 0;
	int before = ' ', c;

	if (in == NULL || out == NULL)
		abort();
	while ((c = getc(in)) != EOF && c != 0) {
		int gap = c == ' ' || (c >= '\t' && c <= '\r');
		int was = before == ' ' || (before >= '\t' && before <= '\r');
		words += !gap && was;
		lines += c == '\n';
		bytes++;
		before = c;
	}
	if (c == 0) {
		fputs("not text\n", out);
		fflush(out);
		shutdown(fd, SHUT_WR);
		while (getc(in) != EOF)
			;
	} else if (!ferror(in)) {
		fprintf(out, "%llu ", lines);
		fprintf(out, "%llu ", words);
		fprintf(out, "%llu\n", bytes);
	}
	fclose(out);
	fclose(in);
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9006"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	signal(SIGPIPE, SIG_IGN);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("bind"), 1;
	listen(fd, 5);
	puts("listening on a port");
	fflush(stdout);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		if (c != -1)
			talk(c);
	}
}
