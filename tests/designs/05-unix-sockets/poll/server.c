/* Another right server: poll, a pipe from the handler, sockaddr_storage. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int stop[2];

static void on_stop(int n)
{
	int kept = errno;
	(void)n;
	if (write(stop[1], "", 1) < 0)
		_exit(1);
	errno = kept;
}

static int answer(int fd)
{
	char b[2048];
	ssize_t n = read(fd, b, sizeof b);
	if (n <= 0)
		return 0;
	for (int i = 0; i < n; i++)
		if (b[i] >= 'a' && b[i] <= 'z')
			b[i] = (char)(b[i] + 'A' - 'a');
	return write(fd, b, (size_t)n) == n;
}

int main(int argc, char **argv)
{
	char *where = argc > 1 ? argv[1] : "9005";
	char *path = strchr(where, '/') ? where : NULL;
	struct sockaddr_storage a;
	struct sockaddr_un *un = (struct sockaddr_un *)&a;
	struct sockaddr_in *in = (struct sockaddr_in *)&a;
	struct pollfd set[64];
	nfds_t used = 2;
	int on = 1;

	signal(SIGPIPE, SIG_IGN);
	memset(&a, 0, sizeof a);
	if (path) {
		struct stat info;
		un->sun_family = AF_UNIX;
		if ((size_t)snprintf(un->sun_path, sizeof un->sun_path, "%s",
				     path) >= sizeof un->sun_path) {
			fprintf(stderr, "%s: too long\n", path);
			return 3;
		}
		if (!lstat(path, &info)) {
			int probe = socket(AF_UNIX, SOCK_STREAM, 0);
			if (!S_ISSOCK(info.st_mode) ||
			    !connect(probe, (void *)&a, sizeof *un) ||
			    errno != ECONNREFUSED) {
				fprintf(stderr, "%s: in use\n", path);
				return 3;
			}
			close(probe);
			unlink(path);
		}
		umask(0177);
	} else {
		in->sin_family = AF_INET;
		in->sin_port = htons((unsigned short)atoi(where));
		inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1",
			  &in->sin_addr);
	}
	set[1].fd = socket(a.ss_family, SOCK_STREAM, 0);
	setsockopt(set[1].fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (pipe(stop) ||
	    bind(set[1].fd, (void *)&a, path ? sizeof *un : sizeof *in)) {
		perror("start");
		return 1;
	}
	signal(SIGTERM, on_stop);
	listen(set[1].fd, 50);
	set[0].fd = stop[0];
	set[0].events = set[1].events = POLLIN;
	for (;;) {
		if (poll(set, used, -1) < 0)
			continue;
		if (set[0].revents)
			break;
		for (nfds_t i = used - 1; i > 1; i--)
			if (set[i].revents && !answer(set[i].fd)) {
				close(set[i].fd);
				set[i] = set[--used];
			}
		if (set[1].revents && used < 64) {
			int fd = accept(set[1].fd, NULL, NULL);
			if (fd >= 0) {
				set[used].fd = fd;
				set[used].revents = 0;
				set[used++].events = POLLIN;
			}
		}
	}
	if (path)
		unlink(path);
	return 0;
}
