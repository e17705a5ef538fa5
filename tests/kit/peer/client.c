/*
 * client.c - sends its standard input and prints the answer, line by line.
 *
 * Usage: client [PORT]      -DMISTAKE=NO_HTONS: to the wrong port; -DDATAGRAMS:
 * over UDP; -DDATAGRAMS -DMISTAKE=TCP: it calls nobody and sends
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { NONE, NO_HTONS, TCP };

#ifndef MISTAKE
#define MISTAKE NONE
#endif

int main(int argc, char **argv)
{
	char line[1024];
	int port = argc > 1 ? atoi(argv[1]) : 9000;
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_port = htons((uint16_t)port),
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (MISTAKE == NO_HTONS)
		addr.sin_port = (uint16_t)port;
#ifdef DATAGRAMS
	int fd = socket(AF_INET, MISTAKE == TCP ? SOCK_STREAM : SOCK_DGRAM, 0);
#else
	int fd = socket(AF_INET, SOCK_STREAM, 0);
#endif
	if (MISTAKE != TCP &&
	    connect(fd, (struct sockaddr *)&addr, sizeof addr) == -1) {
		perror("client: connect");
		return 1;
	}
	while (fgets(line, sizeof line, stdin) != NULL) {
		size_t n = strcspn(line, "\n");
		send(fd, line, n, 0);
		ssize_t got = recv(fd, line, sizeof line, 0);
		if (got <= 0)
			return 1;
		printf("%.*s\n", (int)got, line);
		fflush(stdout);
	}
	return 0;
}
