/* Another right client: stdio in both directions. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int hear(FILE *in)
{
	char text[4098];
	size_t n = 0;
	int c, row = 0;
	while (row < 4) {
		if ((c = getc(in)) == EOF)
			return 0;
		row = c == "{2H:"[row] ? row + 1 : c == '{';
	}
	while (n < sizeof text && (c = getc(in)) != EOF) {
		text[n++] = (char)c;
		if (n > 1 && c == '}' && text[n - 2] == ':') {
			fwrite(text, 1, n - 2, stdout);
			putchar('\n');
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9010"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0), c = 0, status = 0;
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("connect"), 1;
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	if (in == NULL || out == NULL)
		return 1;
	while (c != EOF) {
		char line[4097];
		size_t n = 0;
		int bad = 0;
		while ((c = getchar()) != EOF && c != '\n') {
			if (n > 0 && c == '}' && line[n - 1] == ':')
				bad = 1;
			line[n] = (char)c;
			if (n < 4096)
				n++;
			else
				bad = 1;
		}
		if (c == EOF && n == 0)
			break;
		if (bad) {
			fputs("no line like this\n", stderr);
			status = 1;
			continue;
		}
		fputs("{2H:", out);
		fwrite(line, 1, n, out);
		fputs(":}", out);
		if (fflush(out) == EOF || !hear(in))
			return fputs("no answer\n", stderr), 1;
	}
	return status;
}
