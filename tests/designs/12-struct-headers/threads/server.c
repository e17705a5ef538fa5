/* Another right server: a thread for each caller, memory for each body when its
 * length has been looked at, memcpy() and htonl(), and sendmsg() with two
 * pieces. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int get(int fd, void *to, size_t n)
{
	char *at = to;
	while (n > 0) {
		ssize_t k = recv(fd, at, n, MSG_WAITALL);
		if (k <= 0)
			return -1;
		at += k;
		n -= (size_t)k;
	}
	return 0;
}

static int put(int fd, struct iovec *v)
{
	struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};
	while (v[0].iov_len + v[1].iov_len > 0) {
		ssize_t k = sendmsg(fd, &m, MSG_NOSIGNAL);
		if (k < 0)
			return -1;
		for (int i = 0; i < 2; i++) {
			size_t part = v[i].iov_len < (size_t)k ? v[i].iov_len
							       : (size_t)k;
			v[i].iov_base = (char *)v[i].iov_base + part;
			v[i].iov_len -= part;
			k -= (ssize_t)part;
		}
	}
	return 0;
}

static void *talk(void *argument)
{
	int fd = (int)(intptr_t)argument;
	unsigned char head[5];

	while (get(fd, head, sizeof head) == 0) {
		uint32_t n;
		memcpy(&n, head + 1, sizeof n);
		n = ntohl(n);
		if (head[0] < 1 || head[0] > 2 || n > 1048576)
			break;
		unsigned char *body = malloc(n + 1);
		if (body == NULL)
			break;
		int ok = get(fd, body, n);
		unsigned from = head[0] == 1 ? 'a' : 'A';
		for (uint32_t i = 0; i < n; i++)
			if (body[i] - from < 26U)
				body[i] ^= 32;
		struct iovec v[2] = {{head, sizeof head}, {body, n}};
		if (ok == 0)
			ok = put(fd, v);
		free(body);
		if (ok < 0)
			break;
	}
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in me = {.sin_family = AF_INET};
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	me.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9012"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &me.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&me, sizeof me) || listen(fd, 64)) {
		perror("start");
		return 1;
	}
	puts("waiting");
	fflush(stdout);
	for (;;) {
		pthread_t thread;
		int c = accept(fd, NULL, NULL);
		if (c == -1)
			continue;
		if (pthread_create(&thread, NULL, talk, (void *)(intptr_t)c))
			close(c);
		else
			pthread_detach(thread);
	}
}
