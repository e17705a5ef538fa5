/* Another right server: a thread for each caller, reads of an odd size, a table
 * for the bytes. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void *talk(void *argument)
{
	int fd = (int)(intptr_t)argument;
	static const char gaps[256] = {['\t'] = 1, ['\n'] = 1, ['\v'] = 1,
				       ['\f'] = 1, ['\r'] = 1, [' '] = 1};
	uint64_t lines = 0, words = 0, bytes = 0;
	unsigned char c[777], last = ' ';
	char answer[100] = "not text\n";
	ssize_t n;

	while ((n = recv(fd, c, sizeof c, 0)) > 0 ||
	       (n < 0 && errno == EINTR)) {
		for (ssize_t i = 0; i < n; i++) {
			if (c[i] == 0)
				goto said;
			lines += c[i] == '\n';
			words += gaps[last] && !gaps[c[i]];
			bytes++;
			last = c[i];
		}
	}
	if (n < 0)
		goto done;
	snprintf(answer, sizeof answer, "%llu %llu %llu\n",
		 (unsigned long long)lines, (unsigned long long)words,
		 (unsigned long long)bytes);
said:
	for (size_t i = 0; i < strlen(answer); i++)
		if (send(fd, answer + i, 1, MSG_NOSIGNAL) != 1)
			break;
	shutdown(fd, SHUT_WR);
	while ((n = recv(fd, c, sizeof c, 0)) > 0 || (n < 0 && errno == EINTR))
		;
done:
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9006"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("bind"), 1;
	listen(fd, 5);
	puts("listening on a port");
	fflush(stdout);
	for (;;) {
		pthread_t thread;
		int c = accept(fd, NULL, NULL);
		if (c == -1)
			continue;
		if (pthread_create(&thread, NULL, talk, (void *)(intptr_t)c) !=
		    0)
			return 1;
		pthread_detach(thread);
	}
}
