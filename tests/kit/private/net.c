/*
 * net - what a program finds in the network it runs in.
 *
 * usage: net look NAME       the addresses of a name, a line each
 *        net connect ADDR    how an attempt to connect to port 9 begins
 *        net send ADDR       how an attempt to send a datagram there ends
 *        net hear ADDR       sends to ADDR, a group or a broadcast address, by
 *                            loopback, and prints what arrives
 */
#define _DEFAULT_SOURCE /* multicast is not POSIX */

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int look(const char *name)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
	int error = getaddrinfo(name, "9", &hints, &list);
	if (error != 0) {
		printf("%s\n", gai_strerror(error));
		return 1;
	}
	for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
		char text[NI_MAXHOST];
		getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, NULL,
			    0, NI_NUMERICHOST);
		printf("%s\n", text);
	}
	freeaddrinfo(list);
	return 0;
}

/* The result of the last call in words. */
static int said(int result)
{
	printf("%s\n", result == -1 ? strerror(errno) : "done");
	return result == -1;
}

static struct sockaddr_in address(const char *text)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
	};
	inet_pton(AF_INET, text, &addr.sin_addr);
	return addr;
}

static int hear(const char *text)
{
	struct sockaddr_in to = address(text);
	struct in_addr loopback = {htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int on = 1;
	struct timeval limit = {.tv_sec = 2};
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback);
	struct ip_mreq group = {
		.imr_multiaddr = to.sin_addr,
		.imr_interface = loopback,
	};
	if (IN_MULTICAST(ntohl(to.sin_addr.s_addr)) &&
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group,
		       sizeof group) == -1)
		return said(-1);
	struct sockaddr_in any = {.sin_family = AF_INET};
	socklen_t len = sizeof any;
	bind(fd, (struct sockaddr *)&any, sizeof any);
	getsockname(fd, (struct sockaddr *)&any, &len);
	to.sin_port = any.sin_port;
	if (sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to) == -1)
		return said(-1);
	char byte;
	return said((int)recv(fd, &byte, 1, 0));
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	if (strcmp(argv[1], "look") == 0)
		return look(argv[2]);
	if (strcmp(argv[1], "hear") == 0)
		return hear(argv[2]);
	struct sockaddr_in to = address(argv[2]);
	if (strcmp(argv[1], "connect") == 0) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		return said(connect(fd, (struct sockaddr *)&to, sizeof to));
	}
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int on = 1;
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
	return said(
		(int)sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to));
}
