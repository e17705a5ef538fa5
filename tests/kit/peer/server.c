/*
 * server.c - an upper-case server with one mistake, chosen at compile time by
 * -DMISTAKE=NAME; the programs that peer.bats plays with.
 *
 * Usage: server [PORT]
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum mistake {
	NONE,
	NO_HTONS,
	NO_HTONL,
	OTHER_PORT,
	UDP,
	NO_LISTEN,
	ENDS_AT_ONCE,
	LOWER_CASE,
	STOPS_AT_NUL,
	SPINS_AT_END,
	KEEPS_SOCKETS,
	LEAVES_ZOMBIES,
	CRASHES,
	FLOODS,
	FORKS,
	OVERFLOWS,
	ANY_ADDRESS,
	ONE_RECV,
	PEEKS,
	NAPS,
	TERSE,
	TWO_SENDS,
	TWO_SENDS_AT_ONCE,
	HOARDS,
	TRICKLES,
	NEVER_STOPS,
	MISALIGNED
};

#ifndef MISTAKE
#define MISTAKE NONE
#endif

static void serve(int client_fd)
{
	char buf[1024] = {0};
	ssize_t n;
	int on = 1;
	if (MISTAKE == TWO_SENDS_AT_ONCE || MISTAKE == TRICKLES)
		setsockopt(client_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	while (MISTAKE == PEEKS &&
	       recv(client_fd, buf, 4, MSG_PEEK | MSG_WAITALL) == 4 &&
	       recv(client_fd, buf, 4, 0) == 4)
		send(client_fd, buf, 4, 0);
	if (MISTAKE == NAPS)
		nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
	while ((n = recv(client_fd, buf, sizeof buf, 0)) > 0) {
		if (MISTAKE == TERSE && buf[n - 1] != '\n')
			continue;
		for (ssize_t i = 0; i < n && MISTAKE != LOWER_CASE; i++)
			if (buf[i] >= 'a' && buf[i] <= 'z')
				buf[i] = (char)(buf[i] - 'a' + 'A');
		if (MISTAKE == STOPS_AT_NUL)
			n = (ssize_t)strnlen(buf, (size_t)n);
		if (MISTAKE == OVERFLOWS) {
			volatile char small[4];
			for (ssize_t i = 0; i < n; i++)
				small[i] = buf[i];
			(void)small;
		}
		if (MISTAKE == CRASHES)
			raise(SIGSEGV);
		while (MISTAKE == FLOODS)
			puts("and again the same line, and again, and again");
		while (MISTAKE == FORKS)
			if (fork() == 0)
				pause();
		if (MISTAKE == LEAVES_ZOMBIES && fork() == 0)
			_exit(0);
		if (MISTAKE == HOARDS && malloc(1 << 20) == NULL)
			break;
		if (MISTAKE == MISALIGNED) {
			static unsigned number[2];
			volatile char *byte = (char *)number + 1;
			*(volatile unsigned *)byte = 1;
		}
		if (MISTAKE == TWO_SENDS || MISTAKE == TWO_SENDS_AT_ONCE) {
			send(client_fd, buf, 1, 0);
			send(client_fd, buf + 1, (size_t)n - 1, 0);
			continue;
		}
		for (ssize_t i = 0; i < n && MISTAKE == TRICKLES; i++) {
			send(client_fd, buf + i, 1, 0);
			nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
		}
		if (MISTAKE == TRICKLES)
			continue;
		while (MISTAKE == NEVER_STOPS &&
		       send(client_fd, buf, sizeof buf, MSG_NOSIGNAL) > 0)
			;
		send(client_fd, buf, (size_t)n, 0);
	}
	while (MISTAKE == SPINS_AT_END)
		recv(client_fd, buf, sizeof buf, 0);
	if (MISTAKE != KEEPS_SOCKETS)
		close(client_fd);
}

int main(int argc, char **argv)
{
	int port = argc > 1 ? atoi(argv[1]) : 9000, on = 1;
	struct sockaddr_in addr = {
	    .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)(port + (MISTAKE == OTHER_PORT))),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	if (MISTAKE == NO_HTONS)
		addr.sin_port = (uint16_t)port;
	if (MISTAKE == NO_HTONL)
		addr.sin_addr.s_addr = INADDR_LOOPBACK;
	if (MISTAKE == ANY_ADDRESS)
		addr.sin_addr.s_addr = htonl(INADDR_ANY);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (MISTAKE == ENDS_AT_ONCE) {
		fputs("server: I have no mind to\nusage: server [PORT]\n",
		      stderr);
		return 3;
	}
	int fd = socket(AF_INET, MISTAKE == UDP ? SOCK_DGRAM : SOCK_STREAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&addr, sizeof addr) == -1) {
		perror("server: bind");
		return 1;
	}
	if (MISTAKE == UDP || MISTAKE == NO_LISTEN)
		pause();
	listen(fd, 5);
	printf("listening on 127.0.0.1:%d\n", port);
	while (1) {
		int client_fd = accept(fd, NULL, NULL);
		if (client_fd != -1)
			serve(client_fd);
	}
}
