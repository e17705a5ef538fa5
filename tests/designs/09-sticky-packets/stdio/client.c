/* Another right client: streams, and a record made by fwrite() and fputc(),
 * which go out together at fflush(). */
#define _POSIX_C_SOURCE 200809L
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
	char text[17], answer[16];
	int c, n, fd, failed = 0;

	signal(SIGPIPE, SIG_IGN);
	if (getaddrinfo(argc > 2 ? argv[2] : "127.0.0.1",
			argc > 1 ? argv[1] : "9009", &hints, &list) != 0)
		return 2;
	fd = socket(list->ai_family, SOCK_STREAM, 0);
	if (connect(fd, list->ai_addr, list->ai_addrlen) != 0) {
		perror("connect");
		return 2;
	}
	freeaddrinfo(list);
	FILE *in = fdopen(fd, "rb"), *out = fdopen(dup(fd), "wb");
	while ((c = getchar()) != EOF) {
		for (n = 0; c != EOF && c != '\n'; c = getchar())
			if (n < 17)
				text[n++] = (char)c;
		if (n > 16) {
			fprintf(stderr, "not sent: %.16s...\n", text);
			failed = 1;
			continue;
		}
		fwrite(text, 1, (size_t)n, out);
		while (n++ < 16)
			fputc(' ', out);
		if (fflush(out) != 0 || fread(answer, 16, 1, in) != 1) {
			fprintf(stderr, "no answer\n");
			failed = 1;
			break;
		}
		for (n = 16; n > 0 && answer[n - 1] == ' '; n--)
			;
		fwrite(answer, 1, (size_t)n, stdout);
		putchar('\n');
		fflush(stdout);
	}
	fclose(in);
	fclose(out);
	return failed;
}
