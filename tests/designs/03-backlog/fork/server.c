/* Another right server: a child process for each call, one after another;
 * the operator's lines are read byte by byte, so that none is kept back. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AGAIN, OVER };

static int get_line(char *line, int room)
{
	int n = 0;
	char c;
	while (read(0, &c, 1) == 1) {
		if (c == '\n')
			return n;
		if (n < room)
			line[n] = c;
		n++;
	}
	return n > 0 ? n : -1;
}

static int call(int fd)
{
	char text[1024];
	for (;;) {
		int n = get_line(text, sizeof text);
		if (n < 0) {
			send(fd, "byebye", 6, 0);
			return OVER;
		}
		if (n == 0 || n > (int)sizeof text) {
			fputs("that was no message\n", stderr);
			continue;
		}
		if (send(fd, text, (size_t)n, 0) < 0 ||
		    (n == 6 && !memcmp(text, "byebye", 6)))
			return AGAIN;
		n = (int)recv(fd, text, sizeof text, 0);
		if (n <= 0)
			return AGAIN;
		if (write(1, text, (size_t)n) < 0 || write(1, "\n", 1) < 0)
			return OVER;
		if (n == 6 && !memcmp(text, "byebye", 6))
			return AGAIN;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int on = 1, status = AGAIN;
	signal(SIGPIPE, SIG_IGN);
	a.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9003"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &a.sin_addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 32))
		return perror("server"), 1;
	while (status == AGAIN) {
		int caller = accept(fd, NULL, NULL);
		pid_t child = fork();
		if (child == 0)
			_exit(call(caller));
		close(caller);
		waitpid(child, &status, 0);
		status = WIFEXITED(status) ? WEXITSTATUS(status) : AGAIN;
	}
	return 0;
}
