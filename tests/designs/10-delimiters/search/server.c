/* Another right server: receives into one buffer, searches there, and moves the
 * rest to the front. A child for each caller. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST (4 + 4096 + 2)

static char *find(char *at, size_t n, const char *mark)
{
	size_t len = strlen(mark);
	for (; n >= len; at++, n--)
		if (memcmp(at, mark, len) == 0)
			return at;
	return NULL;
}

/* Answers what is whole. Returns how many bytes are used up, -1: drop. */
static long work(int fd, char *buf, size_t len)
{
	char *at = buf, *stop = buf + len;
	for (;;) {
		char *frame = find(at, (size_t)(stop - at), "{2H:");
		if (frame == NULL) /* three bytes may begin a mark */
			return len < 3 ? 0
				       : (stop - at < 3 ? at : stop - 3) - buf;
		char *end = find(frame + 4, (size_t)(stop - frame - 4), ":}");
		if ((end == NULL ? stop - 1 : end) - frame > MOST - 2)
			return -1;
		if (end == NULL)
			return frame - buf;
		for (char *p = frame; p < end; p++)
			if (*p >= 'a' && *p <= 'z')
				*p -= 32;
		for (at = frame; at < end + 2;) {
			ssize_t n = write(fd, at, (size_t)(end + 2 - at));
			if (n < 0)
				return -1;
			at += n;
		}
	}
}

static void talk(int fd)
{
	static char buf[3 * MOST];
	size_t len = 0;
	ssize_t n;
	while ((n = read(fd, buf + len, sizeof buf - len)) > 0) {
		len += (size_t)n;
		long used = work(fd, buf, len);
		if (used < 0)
			return;
		len -= (size_t)used;
		memmove(buf, buf + used, len);
	}
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9010"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
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
		if (fork() == 0) {
			close(fd);
			talk(c);
			_exit(0);
		}
		close(c);
	}
}
