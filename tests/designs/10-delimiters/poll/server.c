/* Another right server: one poll loop, and for each caller a machine that is fed
 * byte by byte. */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 32

struct caller {
	int state; /* 0 to 3: so much of the start mark; 4: inside; 5: after : */
	int len;
	char text[4 + 4096 + 2];
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
	static const char start[] = "{2H:";
	if (who->state < 4) {
		if (c == start[who->state])
			who->state++;
		else
			who->state = c == '{';
		if (who->state == 4) {
			memcpy(who->text, start, 4);
			who->len = 4;
		}
		return 1;
	}
	if (who->len == (int)sizeof who->text)
		return 0;
	if (c == '}' && who->state == 5) {
		who->text[who->len++] = c;
		who->state = 0;
		return put(fd, who->text, who->len);
	}
	who->state = c == ':' ? 5 : 4;
	who->text[who->len++] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
	return who->len < (int)sizeof who->text;
}

static int answer(int i)
{
	char b[1000];
	ssize_t n = recv(set[i].fd, b, sizeof b, 0);
	for (ssize_t k = 0; k < n; k++)
		if (!feed(&callers[i], set[i].fd, b[k]))
			return 0;
	return n > 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int on = 1;
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9010"));
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
			callers[used].state = 0;
			set[used++].events = POLLIN;
		}
	}
}
