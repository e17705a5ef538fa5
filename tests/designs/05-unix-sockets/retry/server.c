/* Another right server: binds first, looks only when that fails, chmod, and a
 * thread that waits for the signal. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *path;
static sigset_t stop;

static void *wait_for_stop(void *nothing)
{
	int which;
	(void)nothing;
	sigwait(&stop, &which);
	if (path != NULL)
		unlink(path);
	exit(0);
}

static void *talk(void *argument)
{
	int fd = (int)(intptr_t)argument;
	char c[512];
	ssize_t n;
	while ((n = recv(fd, c, sizeof c, 0)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			if (c[i] >= 'a' && c[i] <= 'z')
				c[i] = (char)(c[i] & ~0x20);
		if (send(fd, c, (size_t)n, MSG_NOSIGNAL) != n)
			break;
	}
	close(fd);
	return NULL;
}

static int nobody_listens(struct sockaddr_un *un)
{
	struct stat info;
	if (lstat(un->sun_path, &info) != 0 || !S_ISSOCK(info.st_mode))
		return 0;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int refused = connect(fd, (struct sockaddr *)un, sizeof *un) == -1 &&
		      errno == ECONNREFUSED;
	close(fd);
	return refused;
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "9005";
	pthread_t thread;
	int fd, on = 1;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);

	if (strchr(where, '/') != NULL) {
		struct sockaddr_un un = {.sun_family = AF_UNIX};
		if (strlen(where) >= sizeof un.sun_path)
			return fputs("path too long\n", stderr), 1;
		strcpy(un.sun_path, where);
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		if (bind(fd, (struct sockaddr *)&un, sizeof un) != 0 &&
		    (errno != EADDRINUSE || !nobody_listens(&un) ||
		     unlink(where) != 0 ||
		     bind(fd, (struct sockaddr *)&un, sizeof un) != 0))
			return fputs("cannot have this path\n", stderr), 1;
		path = where;
		chmod(where, 0600);
	} else {
		struct sockaddr_in in = {.sin_family = AF_INET};
		in.sin_port = htons((uint16_t)atoi(where));
		in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
		if (bind(fd, (struct sockaddr *)&in, sizeof in) != 0)
			return perror("bind"), 1;
	}
	pthread_create(&thread, NULL, wait_for_stop, NULL);
	listen(fd, SOMAXCONN);
	for (;;) {
		int client = accept(fd, NULL, NULL);
		if (client < 0) {
			sleep(1);
			continue;
		}
		if (pthread_create(&thread, NULL, talk,
				   (void *)(intptr_t)client) != 0)
			close(client);
		else
			pthread_detach(thread);
	}
}
