/* Another right server: stdio in both directions; a thread for each caller. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void *talk(void *arg)
{
	int fd = *(int *)arg, c, row = 0;
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	char text[4098];
	free(arg);
	if (in == NULL || out == NULL)
		abort();
	while ((c = getc(in)) != EOF) {
		row = c == "{2H:"[row] ? row + 1 : c == '{';
		if (row < 4)
			continue;
		size_t n = 0;
		while ((c = getc(in)) != EOF) {
			text[n++] = (char)c;
			if (n > 1 && c == '}' && text[n - 2] == ':')
				break;
			if (n == sizeof text) {
				c = EOF;
				break;
			}
		}
		if (c == EOF)
			break;
		for (size_t i = 0; i < n; i++)
			if (text[i] >= 'a' && text[i] <= 'z')
				text[i] -= 32;
		fputs("{2H:", out);
		fwrite(text, 1, n, out);
		if (fflush(out) == EOF)
			break;
		row = 0;
	}
	fclose(out);
	fclose(in);
	return NULL;
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9010"));
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
		int *c = malloc(sizeof *c);
		pthread_t thread;
		if (c == NULL || (*c = accept(fd, NULL, NULL)) == -1) {
			free(c);
			continue;
		}
		if (pthread_create(&thread, NULL, talk, c) == 0)
			pthread_detach(thread);
	}
}
