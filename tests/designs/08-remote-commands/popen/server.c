/* Another right server: popen(), the whole answer in memory, and a line before
 * the command that sets its descriptors up. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../../lessons/net.h"

static void talk(int fd)
{
	static const char first[] = "exec </dev/null 2>&1\n";
	char text[sizeof first + 4097];
	size_t head = strlen(first), len = 0, room = 1 << 16, used = 0;
	ssize_t n;
	memcpy(text, first, head);
	while ((n = recv_some(fd, text + head + len, 4097 - len)) > 0)
		if ((len += (size_t)n) > 4096)
			return;
	text[head + len] = 0;
	if (n < 0 || len == 0 || strlen(text) != head + len)
		return;
	signal(SIGPIPE, SIG_DFL);
	FILE *f = popen(text, "r");
	signal(SIGPIPE, SIG_IGN);
	if (f == NULL)
		return;
	char *all = malloc(room);
	size_t k;
	while ((k = fread(all + used, 1, room - used - 64, f)) > 0) {
		used += k;
		if (used + 128 > room)
			all = realloc(all, room *= 2);
	}
	int end = pclose(f);
	used += (size_t)sprintf(all + used, "%sexit status %d\n",
				used > 0 && all[used - 1] != '\n' ? "\n" : "",
				WIFSIGNALED(end) ? 128 + WTERMSIG(end)
						 : WEXITSTATUS(end));
	send_all(fd, all, used);
	free(all);
}

int main(int argc, char **argv)
{
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	start(argc, argv, "port host", 2);
	signal(SIGPIPE, SIG_IGN);
	struct addrinfo *list = look_up(host, 0, AI_NUMERICHOST, SOCK_STREAM);
	const unsigned char *a = (const void *)list->ai_addr;
	if (!(list->ai_family == AF_INET && a[4] == 127) &&
	    strcmp(host, "::1") != 0)
		die_because("no: %s is not loopback", host);
	freeaddrinfo(list);
	int l = tcp_listen(host, argc > 1 ? parse_port(argv[1]) : 9008, 5);
	fcntl(l, F_SETFD, FD_CLOEXEC);
	ready(l);
	for (;;) {
		int fd = tcp_accept(l);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		talk(fd);
		close(fd);
	}
}
