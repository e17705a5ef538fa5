/* Another right server: a child talks, the parent waits for it. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int converse(int fd)
{
	unsigned char first[10], rest[1014];
	struct iovec parts[2] = {{first, sizeof first}, {rest, sizeof rest}};
	ssize_t n = readv(fd, parts, 2);
	if (n <= 0)
		return 0;
	for (int i = 0; i < n; i++) {
		unsigned char *c = i < 10 ? &first[i] : &rest[i - 10];
		if (*c >= 'a' && *c <= 'z')
			*c = (unsigned char)(*c - 32);
	}
	parts[0].iov_len = n < 10 ? (size_t)n : 10;
	parts[1].iov_len = n < 10 ? 0 : (size_t)n - 10;
	while (parts[0].iov_len + parts[1].iov_len > 0) {
		ssize_t k = writev(fd, parts, 2);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return 1;
		for (int i = 0; i < 2; i++) { /* step over what is gone */
			size_t gone = (size_t)k < parts[i].iov_len
					      ? (size_t)k
					      : parts[i].iov_len;
			parts[i].iov_base = (char *)parts[i].iov_base + gone;
			parts[i].iov_len -= gone;
			k -= (ssize_t)gone;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in me = {0}, you;
	socklen_t size = sizeof you;
	int status, on = 1;
	me.sin_family = AF_INET;
	me.sin_port =
		htons((uint16_t)strtol(argc > 1 ? argv[1] : "9001", NULL, 10));
	if (!inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &me.sin_addr))
		return 9;
	int door = socket(PF_INET, SOCK_STREAM, IPPROTO_TCP);
	setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(door, (void *)&me, sizeof me) || listen(door, 3)) {
		perror("starting");
		return 1;
	}
	puts("ready when you are");
	int fd = accept(door, (void *)&you, &size);
	printf("caller: %s:%d\n", inet_ntoa(you.sin_addr),
	       (int)ntohs(you.sin_port));
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(converse(fd));
	close(fd);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
