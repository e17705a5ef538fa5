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
	int fd = *(int *)arg;
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	char head[5] = "", text[9999];
	size_t n;
	free(arg);
	if (in == NULL || out == NULL)
		abort();
	while ((n = fread(head, 1, 4, in)) == 4 &&
	       strspn(head, "0123456789") == 4) {
		size_t len = (size_t)atoi(head);
		if (fread(text, 1, len, in) != len)
			break;
		n = 0;
		for (size_t i = 0; i < len; i++)
			if (text[i] >= 'a' && text[i] <= 'z')
				text[i] -= 32;
		fprintf(out, "%04zu", len);
		fwrite(text, 1, len, out);
		if (fflush(out) == EOF)
			break;
	}
	if (n != 0 || ferror(in))
		fprintf(stderr, "a caller who does not know the format\n");
	else if (!feof(in))
		fprintf(stderr, "half a message\n");
	else
		fprintf(stderr, "a caller has left\n");
	fclose(out);
	fclose(in);
	return NULL;
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9011"));
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
