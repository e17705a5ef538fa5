/* Another right server: one poll loop, and for each caller a machine that is fed
 * byte by byte. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 32

struct caller {
	int have; /* bytes of frame */
	int want; /* its length, once it is known */
	char frame[4 + 9999];
};

static struct pollfd set[MOST + 1];
static struct caller callers[MOST + 1];
static int used = 1;

static int put(int fd, const char *at, int n)
{
	while (n > 0) {
		ssize_t k = send(fd, at, (size_t)n, MSG_NOSIGNAL);
		if (k < 0)
			return 0;
		at += k;
		n -= (int)k;
	}
	return 1;
}

static int feed(struct caller *who, int fd, char c)
{
	if (who->have < 4) {
		if (c < '0' || c > '9')
			return 0;
		who->want = 10 * who->want + c - '0';
	} else if (c >= 'a' && c <= 'z') {
		c -= 32;
	}
	who->frame[who->have++] = c;
	if (who->have >= 4 && who->have == 4 + who->want) {
		int n = who->have;
		who->have = who->want = 0;
		return put(fd, who->frame, n);
	}
	return 1;
}

static int answer(int i)
{
	char b[1000];
	ssize_t n = recv(set[i].fd, b, sizeof b, 0);
	for (ssize_t k = 0; k < n; k++)
		if (!feed(&callers[i], set[i].fd, b[k])) {
			fprintf(stderr, "nonsense\n");
			return 0;
		}
	if (n <= 0 && callers[i].have > 0)
		fprintf(stderr, "broken off\n");
	return n > 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int on = 1;
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9011"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	set[0].fd = socket(AF_INET, SOCK_STREAM, 0);
	set[0].events = POLLIN;
	setsockopt(set[0].fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(set[0].fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("bind"), 1;
	listen(set[0].fd, 50);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		poll(set, (nfds_t)used, -1);
		for (int i = used - 1; i > 0; i--)
			if (set[i].revents && !answer(i)) {
				close(set[i].fd);
				set[i] = set[--used];
				callers[i] = callers[used];
			}
		if (set[0].revents && used <= MOST) {
			int fd = accept(set[0].fd, NULL, NULL);
			if (fd < 0)
				continue;
			set[used].fd = fd;
			set[used].revents = 0;
			callers[used].have = callers[used].want = 0;
			set[used++].events = POLLIN;
		}
	}
}
