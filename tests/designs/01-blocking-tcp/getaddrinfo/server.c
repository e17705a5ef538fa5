/* Another right server: getaddrinfo, read and write, a message of its own. */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct addrinfo hints, *info;
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char host[64], service[16];
	static unsigned char text[4096];
	int on = 1;

	signal(SIGPIPE, SIG_IGN);
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_INET;
	hints.ai_socktype = SOCK_STREAM;
	hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
	if (getaddrinfo(argc > 2 ? argv[2] : "127.0.0.1",
			argc > 1 ? argv[1] : "9001", &hints, &info) != 0) {
		fprintf(stderr, "no such address\n");
		return 5;
	}
	int fd = socket(info->ai_family, info->ai_socktype, info->ai_protocol);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, info->ai_addr, info->ai_addrlen) != 0 ||
	    listen(fd, 1) != 0) {
		perror("cannot listen");
		return 7;
	}
	freeaddrinfo(info);
	int caller = accept(fd, (struct sockaddr *)&from, &len);
	if (caller < 0) {
		perror("cannot accept");
		return 8;
	}
	getnameinfo((struct sockaddr *)&from, len, host, sizeof(host), service,
		    sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV);
	printf("* * * welcome, %s:%s! * * *\n", host, service);
	ssize_t got = read(caller, text, sizeof(text));
	for (ssize_t i = 0; i < got; i++) {
		unsigned char c = text[i];
		if (c < 128 && islower(c))
			c = (unsigned char)toupper(c);
		if (write(caller, &c, 1) != 1) /* a byte at a time */
			break;
	}
	close(caller);
	return 0;
}
