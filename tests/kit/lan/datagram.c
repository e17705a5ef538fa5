/*
 * datagram - sends or hears datagrams on the campus.
 *
 * usage: datagram hear PORT [GROUP ADDRESS]     until one says `end`
 *        datagram send HOST PORT TTL TEXT ...   each TEXT in one of its own
 *
 * `hear` says `ready`, then for each datagram its text and its sender; it
 * joins GROUP on the interface that has ADDRESS.
 */
#define _DEFAULT_SOURCE /* multicast is not POSIX */

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int hear(int argc, char **argv)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons((in_port_t)atoi(argv[2])),
	};
	if (bind(fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("bind");
	if (argc == 5) {
		struct ip_mreq group;
		inet_pton(AF_INET, argv[3], &group.imr_multiaddr);
		inet_pton(AF_INET, argv[4], &group.imr_interface);
		if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group,
			       sizeof group) == -1)
			die("IP_ADD_MEMBERSHIP");
	}
	printf("ready\n");
	for (;;) {
		char text[1024];
		socklen_t len = sizeof addr;
		ssize_t n = recvfrom(fd, text, sizeof text - 1, 0,
				     (struct sockaddr *)&addr, &len);
		if (n == -1)
			die("recvfrom");
		text[n] = '\0';
		if (strcmp(text, "end") == 0)
			return 0;
		printf("%s from %s\n", text, inet_ntoa(addr.sin_addr));
	}
}

static int send_all(char **argv)
{
	struct addrinfo hints = {
		.ai_family = AF_INET,
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *to;
	int error = getaddrinfo(argv[2], argv[3], &hints, &to);
	if (error != 0) {
		fprintf(stderr, "%s: %s\n", argv[2], gai_strerror(error));
		return 1;
	}
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int on = 1, ttl = atoi(argv[4]);
	if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) == -1 ||
	    setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl) == -1 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) ==
		    -1)
		die("setsockopt");
	for (char **text = argv + 5; *text != NULL; text++)
		if (sendto(fd, *text, strlen(*text), 0, to->ai_addr,
			   to->ai_addrlen) == -1)
			die("sendto");
	freeaddrinfo(to);
	return 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc >= 3 && strcmp(argv[1], "hear") == 0)
		return hear(argc, argv);
	if (argc >= 6 && strcmp(argv[1], "send") == 0)
		return send_all(argv);
	return 2;
}
