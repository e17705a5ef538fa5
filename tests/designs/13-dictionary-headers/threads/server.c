/* Another right server: a thread for each caller, and two more for the outputs of
 * each command; buffers grow as the outputs do. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 16777216 };

struct drain {
	int fd;
	pid_t pid;
	char *data;
	size_t n, room;
	int too_long;
};

static pthread_mutex_t forking = PTHREAD_MUTEX_INITIALIZER;

static void *drain(void *argument)
{
	struct drain *d = argument;
	for (;;) {
		if (d->n == d->room) {
			d->room = d->room * 2 + 4096;
			d->data = realloc(d->data, d->room);
			if (d->data == NULL)
				abort();
		}
		ssize_t n = read(d->fd, d->data + d->n, d->room - d->n);
		if (n <= 0)
			break;
		d->n += (size_t)n;
		if (d->n > MOST) {
			d->too_long = 1;
			kill(-d->pid, SIGKILL);
			break;
		}
	}
	close(d->fd);
	return NULL;
}

static int get(int fd, void *to, size_t n)
{
	char *at = to;
	while (n > 0) {
		ssize_t k = recv(fd, at, n, 0);
		if (k <= 0)
			return -1;
		at += k;
		n -= (size_t)k;
	}
	return 0;
}

static int put(int fd, const char *at, size_t n)
{
	while (n > 0) {
		ssize_t k = send(fd, at, n, MSG_NOSIGNAL);
		if (k < 0)
			return -1;
		at += k;
		n -= (size_t)k;
	}
	return 0;
}

static int answer(int fd, const char *command)
{
	int out[2], err[2], end = 0;
	struct drain d[2] = {0};
	pthread_t t[2];

	pthread_mutex_lock(&forking);
	if (pipe(out) || pipe(err))
		abort();
	for (int i = 0; i < 2; i++) {
		fcntl(out[i], F_SETFD, FD_CLOEXEC);
		fcntl(err[i], F_SETFD, FD_CLOEXEC);
	}
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		setpgid(0, 0);
		dup2(null, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		execl("/bin/sh", "sh", "-c", command, (char *)0);
		_exit(127);
	}
	setpgid(pid, pid);
	close(out[1]);
	close(err[1]);
	pthread_mutex_unlock(&forking);
	d[0].fd = out[0];
	d[1].fd = err[0];
	d[0].pid = d[1].pid = pid;
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, drain, &d[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	waitpid(pid, &end, 0);

	int too_long = d[0].too_long || d[1].too_long;
	if (too_long)
		d[0].n = d[1].n = 0;
	char *all = malloc(4 + 300 + d[0].n + d[1].n);
	int n = snprintf(all + 4, 300,
			 "stdout-length: %zu\nstderr-length: %zu\n"
			 "exit-status: %d\n%s",
			 d[0].n, d[1].n,
			 WIFSIGNALED(end) ? 128 + WTERMSIG(end)
					  : WEXITSTATUS(end),
			 too_long ? "error: output too long\n" : "");
	uint32_t length = htonl((uint32_t)n);
	memcpy(all, &length, 4);
	memcpy(all + 4 + n, d[0].data, d[0].n);
	memcpy(all + 4 + n + d[0].n, d[1].data, d[1].n);
	int ok = put(fd, all, 4 + (size_t)n + d[0].n + d[1].n);
	free(all);
	free(d[0].data);
	free(d[1].data);
	return ok;
}

/* The command's length in a header, as a C string of len bytes; -1. */
static long find(char *header, size_t len)
{
	long found = -1;
	char *line = header;
	if (strlen(header) != len && memchr(header, 0, len) == NULL)
		return -1;
	while (line < header + len) {
		char *end = memchr(line, '\n', len - (size_t)(line - header));
		size_t name = strspn(line, "abcdefghijklmnopqrstuvwxyz-");
		if (end == NULL || name == 0 || line + name + 2 > end ||
		    memcmp(line + name, ": ", 2) != 0)
			return -1;
		if (name == 14 && memcmp(line, "command-length", 14) == 0) {
			size_t digits = strspn(line + 16, "0123456789");
			if (found != -1 || digits == 0 || digits > 10 ||
			    line + 16 + digits != end)
				return -1;
			found = atol(line + 16);
		}
		line = end + 1;
	}
	return found;
}

static void *talk(void *argument)
{
	int fd = (int)(intptr_t)argument;
	char *header = malloc(4097), *command = malloc(65537);
	uint32_t n;
	while (get(fd, &n, 4) == 0) {
		n = ntohl(n);
		if (n == 0 || n > 4096 || get(fd, header, n) < 0)
			break;
		header[n] = 0;
		long len = find(header, n);
		if (len < 1 || len > 65536 || get(fd, command, (size_t)len) < 0)
			break;
		command[len] = 0;
		if (strlen(command) != (size_t)len || answer(fd, command) < 0)
			break;
	}
	free(header);
	free(command);
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in me = {.sin_family = AF_INET};
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	me.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9013"));
	if (inet_pton(AF_INET, host, &me.sin_addr) != 1 ||
	    ntohl(me.sin_addr.s_addr) >> 24 != 127) {
		fputs("only here\n", stderr);
		return 9;
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&me, sizeof me) || listen(fd, 64)) {
		perror("start");
		return 1;
	}
	puts("waiting");
	fflush(stdout);
	for (;;) {
		pthread_t thread;
		int c = accept(fd, NULL, NULL);
		if (c == -1)
			continue;
		fcntl(c, F_SETFD, FD_CLOEXEC);
		if (pthread_create(&thread, NULL, talk, (void *)(intptr_t)c))
			close(c);
		else
			pthread_detach(thread);
	}
}
