/* Another right server: a thread for each caller. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int all_sent(int fd, const char *c, size_t n)
{
	ssize_t k = 0;
	for (; n > 0; c += k, n -= (size_t)k)
		while ((k = send(fd, c, n, MSG_NOSIGNAL)) < 0)
			if (errno != EINTR)
				return 0;
	return 1;
}

static void *talk(void *argument)
{
	int fd = (int)(intptr_t)argument;
	char c[512];
	ssize_t n;
	while ((n = recv(fd, c, sizeof c, 0)) > 0 ||
	       (n < 0 && errno == EINTR)) {
		for (ssize_t i = 0; i < n; i++)
			if (c[i] >= 'a' && c[i] <= 'z')
				c[i] = (char)(c[i] & ~0x20);
		if (n > 0 && !all_sent(fd, c, (size_t)n))
			break;
	}
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9002"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("bind"), 1;
	listen(fd, SOMAXCONN);
	printf("Waiting on port %s...\n", argc > 1 ? argv[1] : "9002");
	for (;;) {
		int client = accept(fd, NULL, NULL);
		pthread_t thread;
		if (client < 0) {
			struct timespec moment = {0, 50000000};
			nanosleep(&moment, NULL);
		} else if (pthread_create(&thread, NULL, talk,
					  (void *)(intptr_t)client) != 0) {
			close(client);
		} else {
			pthread_detach(thread);
		}
	}
}
