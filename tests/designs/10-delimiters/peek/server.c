/* Another right server: looks with MSG_PEEK, and takes only what it uses. What
 * is not yet whole stays in the kernel; SO_RCVLOWAT lets it sleep until more has
 * come. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sleeps until at least n bytes are there. Returns how many there are, 0 if no
 * more will come. */
static ssize_t look(int fd, char *buf, size_t size, int n)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLRDHUP};
	setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &n, sizeof n);
	for (;;) {
		poll(&p, 1, -1);
		ssize_t there = recv(fd, buf, size, MSG_PEEK | MSG_DONTWAIT);
		if (there >= n)
			return there;
		/* A window that is nearly full wakes us early. */
		if (p.revents & (POLLRDHUP | POLLHUP | POLLERR))
			return 0;
	}
}

static void talk(int fd)
{
	char buf[4102];
	int want = 1;
	for (;;) {
		ssize_t n = look(fd, buf, sizeof buf, want);
		if (n == 0)
			return;
		char *at = memmem(buf, (size_t)n, "{2H:", 4);
		size_t skip = at != NULL ? (size_t)(at - buf)
			      : n > 3    ? (size_t)n - 3
					 : 0;
		if (skip > 0) {
			recv(fd, buf, skip, 0);
			want = 4;
			continue;
		}
		want = (int)n + 1;
		if (at == NULL)
			continue;
		char *end = memmem(buf + 4, (size_t)n - 4, ":}", 2);
		if (end == NULL) {
			if (n == (ssize_t)sizeof buf)
				return;
			continue;
		}
		size_t len = (size_t)(end + 2 - buf);
		recv(fd, buf, len, MSG_WAITALL);
		for (size_t i = 0; i < len; i++)
			if (buf[i] >= 'a' && buf[i] <= 'z')
				buf[i] -= 32;
		for (size_t done = 0; done < len;) {
			ssize_t k =
				send(fd, buf + done, len - done, MSG_NOSIGNAL);
			if (k < 0)
				return;
			done += (size_t)k;
		}
		want = 1;
	}
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9010"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("bind"), 1;
	listen(fd, 5);
	puts("listening");
	fflush(stdout);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		if (c == -1)
			continue;
		talk(c);
		close(c);
	}
}
