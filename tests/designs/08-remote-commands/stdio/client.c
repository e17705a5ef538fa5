/* Another right client: a stream for the answer, which is kept until its end;
 * the first failure is the end. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int bad = 0;

	signal(SIGPIPE, SIG_IGN);
	to.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9008"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &to.sin_addr);
	while ((n = getline(&line, &room, stdin)) >= 0) {
		if (n > 0 && line[n - 1] == '\n')
			n--;
		if (n < 1 || n > 4096) {
			fputs("too long, or nothing\n", stderr);
			bad = 5;
			continue;
		}
		int fd = socket(AF_INET, SOCK_STREAM, 0), c, some = 0;
		ssize_t k = connect(fd, (struct sockaddr *)&to, sizeof to), at;
		for (at = 0; k >= 0 && at < n; at += k)
			k = write(fd, line + at, (size_t)(n - at));
		if (k < 0 || shutdown(fd, SHUT_WR)) {
			perror("call");
			return 4;
		}
		FILE *f = fdopen(fd, "r");
		while ((c = getc(f)) != EOF) {
			putchar(c);
			some = 1;
		}
		fflush(stdout);
		if (ferror(f) || !some) {
			fputs("no whole answer\n", stderr);
			return 6;
		}
		fclose(f);
	}
	free(line);
	return bad;
}
