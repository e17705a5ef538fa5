/* Another right client: select(), MSG_DONTWAIT in place of O_NONBLOCK, a small
 * buffer in each direction, and an output that never keeps the input waiting:
 * a pipe that select() calls writable takes PIPE_BUF bytes. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PIPE_BUF
#define PIPE_BUF 512
#endif

static struct {
	char bytes[9999];
	size_t n;
	int ended;
	unsigned long long total;
} out, in;

static void drop(char *bytes, size_t *n, size_t k)
{
	memmove(bytes, bytes + k, *n - k);
	*n -= k;
}

static int bad(const char *what)
{
	perror(what);
	return 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9007"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0), size, closed = 0;
	if (argc > 3 && (size = atoi(argv[3])) > 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == -1)
		return bad("connect");

	while (!in.ended || in.n > 0) {
		fd_set r, w;
		ssize_t k;
		FD_ZERO(&r);
		FD_ZERO(&w);
		if (!out.ended && out.n < sizeof out.bytes)
			FD_SET(0, &r);
		if (!in.ended && in.n < sizeof in.bytes)
			FD_SET(fd, &r);
		if (out.n > 0)
			FD_SET(fd, &w);
		if (in.n > 0)
			FD_SET(1, &w);
		if (select(fd + 1, &r, &w, NULL, NULL) == -1) {
			if (errno == EINTR)
				continue;
			return bad("select");
		}
		if (FD_ISSET(0, &r)) {
			k = read(0, out.bytes + out.n,
				 sizeof out.bytes - out.n);
			if (k == -1)
				return bad("input");
			out.ended = k == 0;
			out.n += (size_t)k;
		}
		if (FD_ISSET(fd, &w)) {
			k = send(fd, out.bytes, out.n,
				 MSG_NOSIGNAL | MSG_DONTWAIT);
			if (k == -1 && errno != EAGAIN)
				return bad("send");
			if (k > 0) {
				drop(out.bytes, &out.n, (size_t)k);
				out.total += (unsigned long long)k;
			}
		}
		if (FD_ISSET(fd, &r)) {
			k = recv(fd, in.bytes + in.n, sizeof in.bytes - in.n,
				 MSG_DONTWAIT);
			if (k == -1 && errno != EAGAIN)
				return bad("receive");
			if (k == 0 && !closed)
				return fputs("hung up\n", stderr), 1;
			in.ended = k == 0;
			in.n += k > 0 ? (size_t)k : 0;
		}
		if (FD_ISSET(1, &w)) {
			k = write(1, in.bytes,
				  in.n < PIPE_BUF ? in.n : PIPE_BUF);
			if (k == -1)
				return bad("output");
			drop(in.bytes, &in.n, (size_t)k);
			in.total += (unsigned long long)k;
		}
		if (out.ended && out.n == 0 && !closed) {
			closed = 1;
			shutdown(fd, SHUT_WR);
		}
	}
	if (in.total < out.total)
		return fputs("bytes are missing\n", stderr), 1;
	return 0;
}
