/* Another right server: one poll loop that serves all callers at once. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 64

static struct pollfd set[MOST + 1];
static int used = 1;

static void drop(int i)
{
	close(set[i].fd);
	set[i] = set[--used];
}

static int answer(int fd)
{
	char b[2048];
	ssize_t n = read(fd, b, sizeof b), sent = 0;
	if (n < 0 && errno == EINTR)
		return 1; /* poll() will tell of it again */
	if (n <= 0)
		return 0;
	for (int i = 0; i < n; i++)
		if (b[i] >= 'a' && b[i] <= 'z')
			b[i] += 'A' - 'a';
	while (sent < n) {
		ssize_t k = write(fd, b + sent, n - sent);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return 0;
		sent += k;
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a;
	int on = 1;
	signal(SIGPIPE, SIG_IGN);
	memset(&a, 0, sizeof a);
	a.sin_family = AF_INET;
	a.sin_port = htons(atoi(argc > 1 ? argv[1] : "9002"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &a.sin_addr);
	set[0].fd = socket(AF_INET, SOCK_STREAM, 0);
	set[0].events = POLLIN;
	setsockopt(set[0].fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(set[0].fd, (struct sockaddr *)&a, sizeof a) ||
	    listen(set[0].fd, 100)) {
		perror("start");
		return 1;
	}
	for (;;) {
		poll(set, used, -1);
		for (int i = used - 1; i > 0; i--)
			if (set[i].revents && !answer(set[i].fd))
				drop(i);
		if (set[0].revents && used <= MOST) {
			int fd = accept(set[0].fd, NULL, NULL);
			if (fd >= 0) {
				set[used].fd = fd;
				set[used].revents = 0;
				set[used++].events = POLLIN;
			} else if (errno == EMFILE || errno == ENFILE) {
				poll(NULL, 0, 100); /* until one is free */
			}
		}
	}
}
