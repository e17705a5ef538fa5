/* Another right server: one process, poll(), nonblocking descriptors, and for
 * each caller what it is at: a state machine that eats byte after byte. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CALLERS = 32, MOST = 1048576 };

struct caller {
	unsigned char head[5];
	unsigned have;        /* bytes of the header */
	unsigned long len, n; /* of the body */
	char *out;            /* header and body of the answer */
	size_t ready, gone, room;
};

static struct pollfd p[CALLERS + 1];
static struct caller of[CALLERS + 1];

static void drop(int i)
{
	close(p[i].fd);
	free(of[i].out);
	memset(&of[i], 0, sizeof of[i]);
	p[i].fd = -1;
}

/* Room for so many bytes of output, as they come, not as they are announced. */
static int room(struct caller *c, size_t more)
{
	if (c->gone == c->ready)
		c->gone = c->ready = 0;
	if (c->ready + more > c->room) {
		size_t want = (c->ready + more) * 2;
		char *big = realloc(c->out, want);
		if (big == NULL)
			return -1;
		c->out = big;
		c->room = want;
	}
	return 0;
}

static int eat(struct caller *c, const unsigned char *b, size_t n)
{
	while (n > 0) {
		if (c->have < 5) {
			c->head[c->have++] = *b++;
			n--;
			if (c->have == 1 && (c->head[0] < 1 || c->head[0] > 2))
				return -1;
			if (c->have < 5)
				continue;
			c->len = (unsigned long)c->head[1] << 24 |
				 (unsigned long)c->head[2] << 16 |
				 (unsigned long)c->head[3] << 8 | c->head[4];
			c->n = 0;
			if (c->len > MOST || room(c, 5) < 0)
				return -1;
			memcpy(c->out + c->ready, c->head, 5);
			c->ready += 5;
		}
		size_t part = c->len - c->n < n ? c->len - c->n : n;
		if (room(c, part) < 0)
			return -1;
		for (size_t i = 0; i < part; i++) {
			int ch = b[i];
			if (c->head[0] == 1 && ch >= 'a' && ch <= 'z')
				ch -= 32;
			if (c->head[0] == 2 && ch >= 'A' && ch <= 'Z')
				ch += 32;
			c->out[c->ready++] = (char)ch;
		}
		c->n += part;
		b += part;
		n -= part;
		if (c->n == c->len)
			c->have = 0;
	}
	return 0;
}

/* What may leave: whole answers only, so that a message that breaks off has
 * no answer. */
static size_t whole(const struct caller *c)
{
	return c->ready - (c->have == 5 ? 5 + c->n : 0);
}

static void look(int i)
{
	static unsigned char b[65536];
	struct caller *c = &of[i];
	if (p[i].revents & (POLLIN | POLLHUP | POLLERR)) {
		ssize_t n = recv(p[i].fd, b, sizeof b, 0);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0 || eat(c, b, (size_t)n) < 0) {
			drop(i);
			return;
		}
	}
	while (c->gone < whole(c)) {
		ssize_t n = send(p[i].fd, c->out + c->gone, whole(c) - c->gone,
				 MSG_NOSIGNAL);
		if (n == -1 && errno == EAGAIN)
			break;
		if (n == -1) {
			drop(i);
			return;
		}
		c->gone += (size_t)n;
	}
	/* Who does not take answers is not listened to. */
	p[i].events = c->gone < whole(c) ? POLLOUT : POLLIN;
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
	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < CALLERS; i++)
		p[i].fd = -1;
	p[CALLERS].fd = fd;
	p[CALLERS].events = POLLIN;
	puts("ready");
	fflush(stdout);
	for (;;) {
		if (poll(p, CALLERS + 1, -1) == -1)
			continue;
		for (int i = 0; i < CALLERS; i++)
			if (p[i].fd != -1 && p[i].revents)
				look(i);
		if (!(p[CALLERS].revents & POLLIN))
			continue;
		int c = accept(fd, NULL, NULL), i = 0;
		while (i < CALLERS && p[i].fd != -1)
			i++;
		if (c == -1)
			continue;
		if (i == CALLERS) {
			close(c);
			continue;
		}
		fcntl(c, F_SETFL, O_NONBLOCK);
		p[i].fd = c;
		p[i].events = POLLIN;
		p[i].revents = 0;
	}
}
