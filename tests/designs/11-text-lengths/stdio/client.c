/* Another right client: stdio in both directions. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9011"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0), status = 0;
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("connect"), 1;
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	if (in == NULL || out == NULL)
		return 1;
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	while ((n = getline(&line, &room, stdin)) != -1) {
		if (line[n - 1] == '\n')
			n--;
		if (n > 9999) {
			fputs("too long\n", stderr);
			status = 1;
			continue;
		}
		char head[4], text[9999];
		fprintf(out, "%04zd", n);
		fwrite(line, 1, (size_t)n, out);
		if (fflush(out) == EOF || fread(head, 1, 4, in) != 4)
			return fputs("no answer\n", stderr), 1;
		for (int i = 0; i < 4; i++)
			if (!isdigit((unsigned char)head[i]))
				return fputs("no length\n", stderr), 1;
		size_t len = (size_t)((head[0] - '0') * 1000 +
				      (head[1] - '0') * 100 +
				      (head[2] - '0') * 10 + head[3] - '0');
		if (fread(text, 1, len, in) != len)
			return fputs("half an answer\n", stderr), 1;
		fwrite(text, 1, len, stdout);
		putchar('\n');
	}
	return status;
}
