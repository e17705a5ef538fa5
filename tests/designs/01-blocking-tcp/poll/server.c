/* Another right server: nothing blocks but poll. */
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
#include <unistd.h>

static void ready_for(int fd, short what)
{
	struct pollfd p;
	p.fd = fd;
	p.events = what;
	while (poll(&p, 1, -1) < 1)
		;
}

int main(int argc, char *argv[])
{
	struct sockaddr_in a, from;
	socklen_t len = sizeof from;
	char in[1024];
	int on = 1, fd, caller;
	ssize_t n, done = 0;

	signal(SIGPIPE, SIG_IGN);
	memset(&a, 0, sizeof a);
	a.sin_family = AF_INET;
	a.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9001"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	if (a.sin_addr.s_addr == INADDR_NONE)
		exit(3);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0) {
		perror("bind");
		exit(1);
	}
	listen(fd, 5);
	ready_for(fd, POLLIN);
	caller = accept(fd, (struct sockaddr *)&from, &len);
	fcntl(caller, F_SETFL, O_NONBLOCK);
	printf("%s:%hu is here\n", inet_ntoa(from.sin_addr),
	       ntohs(from.sin_port));
	ready_for(caller, POLLIN);
	n = recv(caller, in, sizeof in, 0);
	for (ssize_t i = 0; i < n; i++)
		if ('a' <= in[i] && in[i] <= 'z')
			in[i] ^= 0x20;
	while (done < n) {
		ready_for(caller, POLLOUT);
		ssize_t k = send(caller, in + done, (size_t)(n - done), 0);
		if (k < 0 && errno != EAGAIN)
			break;
		done += k > 0 ? k : 0;
	}
	shutdown(caller, SHUT_WR);
	return 0;
}
