/* Another right client: getline, read and write, a prompt, the address's exact
 * length. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int call(const char *where)
{
	int fd;
	if (strchr(where, '/')) {
		struct sockaddr_un to = {.sun_family = AF_UNIX};
		size_t len = strlen(where);
		if (len >= sizeof to.sun_path)
			return -1;
		memcpy(to.sun_path, where, len);
		len += offsetof(struct sockaddr_un, sun_path) + 1;
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		return connect(fd, (void *)&to, (socklen_t)len) ? -1 : fd;
	}
	struct sockaddr_in to = {.sin_family = AF_INET};
	to.sin_port = htons((unsigned short)atoi(where));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	return connect(fd, (void *)&to, sizeof to) ? -1 : fd;
}

int main(int argc, char **argv)
{
	char *line = NULL, answer[1024];
	size_t room = 0;
	ssize_t n;

	signal(SIGPIPE, SIG_IGN);
	int fd = call(argc > 1 ? argv[1] : "9005");
	if (fd < 0) {
		fputs("nobody can be called there\n", stderr);
		return 2;
	}
	printf("> ");
	fflush(stdout);
	while ((n = getline(&line, &room, stdin)) > 0) {
		if (line[n - 1] == '\n')
			n--;
		ssize_t got = -1;
		if (write(fd, line, (size_t)n) == n)
			got = read(fd, answer, sizeof answer);
		if (got <= 0)
			return 3;
		fwrite(answer, (size_t)got, 1, stdout);
		printf("\n> ");
		fflush(stdout);
	}
	free(line);
	return 0;
}
