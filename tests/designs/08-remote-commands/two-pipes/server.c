/* Another right server: a process for each caller, a pipe for each output, and
 * poll() for both. */
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
#include <sys/wait.h>
#include <unistd.h>

static int put(int fd, const char *b, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, b, len, MSG_NOSIGNAL);
		if (n < 0)
			return -1;
		b += n;
		len -= (size_t)n;
	}
	return 0;
}

static void talk(int fd)
{
	char cmd[5000], b[8192], last = '\n';
	size_t len = 0;
	ssize_t n;
	while ((n = read(fd, cmd + len, sizeof cmd - 1 - len)) > 0)
		if ((len += (size_t)n) > 4096)
			return;
	cmd[len] = 0;
	if (n < 0 || len == 0 || strlen(cmd) != len)
		return;
	int o[2], e[2], end;
	if (pipe(o) || pipe(e))
		return;
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);
		dup2(null, 0);
		dup2(o[1], 1);
		dup2(e[1], 2);
		for (int i = 3; i < 64; i++)
			close(i);
		execl("/bin/sh", "sh", "-c", cmd, (char *)0);
		_exit(127);
	}
	close(o[1]);
	close(e[1]);
	struct pollfd p[2] = {{o[0], POLLIN, 0}, {e[0], POLLIN, 0}};
	while (p[0].fd >= 0 || p[1].fd >= 0) {
		poll(p, 2, -1);
		for (int i = 0; i < 2; i++) {
			if (p[i].fd < 0 || !p[i].revents)
				continue;
			n = read(p[i].fd, b, sizeof b);
			if (n <= 0)
				p[i].fd = -1;
			else if (put(fd, b, (size_t)n) < 0)
				p[0].fd = p[1].fd = -1;
			else
				last = b[n - 1];
		}
	}
	close(o[0]);
	close(e[0]);
	waitpid(pid, &end, 0);
	n = snprintf(b, sizeof b, "%sexit status %d\n",
		     last == '\n' ? "" : "\n",
		     WIFSIGNALED(end) ? 128 + WTERMSIG(end) : WEXITSTATUS(end));
	put(fd, b, (size_t)n);
}

int main(int argc, char **argv)
{
	int port = atoi(argc > 1 ? argv[1] : "9008"), on = 1;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	struct sockaddr_in a = {.sin_family = AF_INET};
	struct sockaddr_in6 b = {.sin6_family = AF_INET6};
	int six = strcmp(host, "::1") == 0;
	a.sin_port = b.sin6_port = htons((unsigned short)port);
	b.sin6_addr = in6addr_loopback;
	if (!six && (strncmp(host, "127.", 4) != 0 ||
		     inet_pton(AF_INET, host, &a.sin_addr) != 1)) {
		fputs("loopback only\n", stderr);
		return 3;
	}
	int l = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(l, six ? (struct sockaddr *)&b : (struct sockaddr *)&a,
		 six ? sizeof b : sizeof a) ||
	    listen(l, 16)) {
		perror("start");
		return 1;
	}
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int fd = accept(l, 0, 0);
		if (fd < 0) {
			sleep(1);
			continue;
		}
		if (fork() == 0) {
			close(l);
			signal(SIGCHLD, SIG_DFL);
			talk(fd);
			_exit(0);
		}
		close(fd);
	}
}
