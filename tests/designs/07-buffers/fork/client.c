/* Another right client: a child sends, the parent receives. The child tells
 * over a pipe how much it has sent, before it closes its half. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void put(int to, const char *buf, size_t len, const char *what)
{
	while (len > 0) {
		ssize_t n = write(to, buf, len);
		if (n == -1 && errno != EINTR) {
			perror(what);
			exit(1);
		}
		if (n > 0) {
			buf += n;
			len -= (size_t)n;
		}
	}
}

static void say(int fd, int report)
{
	static char buf[100000];
	unsigned long long said = 0;
	ssize_t n;

	while ((n = read(0, buf, sizeof buf)) > 0) {
		put(fd, buf, (size_t)n, "send");
		said += (unsigned long long)n;
	}
	if (n == -1)
		exit(1);
	put(report, (char *)&said, sizeof said, "report");
	shutdown(fd, SHUT_WR);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *at;
	static char buf[100000];
	unsigned long long said, came = 0;
	int report[2];
	ssize_t n;

	signal(SIGPIPE, SIG_IGN);
	if (getaddrinfo(argc > 2 ? argv[2] : "127.0.0.1",
			argc > 1 ? argv[1] : "9007", &hints, &at) != 0)
		return 2;
	int fd = socket(at->ai_family, at->ai_socktype, 0);
	if (fd == -1 || connect(fd, at->ai_addr, at->ai_addrlen) == -1)
		return perror("connect"), 1;
	if (argc > 3) {
		int size = atoi(argv[3]);
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	}
	freeaddrinfo(at);
	if (pipe(report) == -1)
		return perror("pipe"), 1;
	pid_t child = fork();
	if (child == -1)
		return perror("fork"), 1;
	if (child == 0)
		say(fd, report[1]);
	while ((n = read(fd, buf, sizeof buf)) > 0) {
		put(1, buf, (size_t)n, "output");
		came += (unsigned long long)n;
	}
	if (n == -1)
		perror("receive");
	fcntl(report[0], F_SETFL, O_NONBLOCK);
	int all = n == 0 &&
		  read(report[0], &said, sizeof said) == sizeof said &&
		  came >= said;
	if (!all) {
		fputs("not all of it came back\n", stderr);
		kill(child, SIGKILL);
	}
	waitpid(child, NULL, 0);
	return all ? 0 : 1;
}
