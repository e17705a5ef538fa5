/* Another right server: a thread for each caller. It looks at a record without
 * taking it, until all of it is there, and only then takes it. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void *talk(void *argument)
{
	int fd = (int)(intptr_t)argument;
	char record[16];
	ssize_t n;

	for (;;) {
		n = recv(fd, record, 16, MSG_PEEK | MSG_WAITALL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 16 || recv(fd, record, 16, 0) != 16)
			break;
		for (int i = 0; i < 16; i++)
			if (record[i] >= 'a' && record[i] <= 'z')
				record[i] &= ~0x20;
		struct iovec two[] = {{record, 7}, {record + 7, 9}};
		struct msghdr all = {.msg_iov = two, .msg_iovlen = 2};
		if (sendmsg(fd, &all, MSG_NOSIGNAL) != 16)
			break;
	}
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};

	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9009"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("bind"), 1;
	listen(fd, 5);
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
