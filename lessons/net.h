/* net.h - the bricks: what earlier lessons taught, collected
 *
 * From lesson 06 on a program is its one new idea and little else; the rest
 * comes from here. Each function says which lesson taught it, so reading this
 * file is a summary of the course. Set-up (listening, connecting) ends the
 * program when it fails, since nothing can go on without it; talking returns
 * -1 and leaves the decision to the caller, since one lost connection must not
 * end a server.
 */
#ifndef NET_H
#define NET_H

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "common.h"

/* Lesson 01. Turns the letters a to z of len bytes into A to Z and leaves every
 * other byte alone: a message is bytes, and no C string. */
static inline void to_upper(char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (buf[i] >= 'a' && buf[i] <= 'z')
			buf[i] -= 'a' - 'A';
}

/* Lesson 01. Sends all len bytes of buf. Returns 0, or -1 with errno set. See
 * send(2). */
static inline int send_all(int fd, const void *buf, size_t len)
{
	const char *next = buf;

	while (len > 0) {
		ssize_t n = send(fd, next, len, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		next += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Lesson 02. Receives what is there, at least one byte and at most size; waits
 * if there is none. Returns how many bytes came, 0 at end of stream, -1 with
 * errno set. An interrupted call is tried again. See recv(2). */
static inline ssize_t recv_some(int fd, void *buf, size_t size)
{
	ssize_t n;

	do {
		n = recv(fd, buf, size, 0);
	} while (n == -1 && errno == EINTR);
	return n;
}

/* Lesson 02. Waits for a caller. Returns the descriptor of its connection. A
 * failure does not end a server: a caller who left early, a signal, mean try
 * again; no free descriptor means complain and wait a second. See accept(2). */
static inline int tcp_accept(int listen_fd)
{
	for (;;) {
		int client_fd = accept(listen_fd, NULL, NULL);
		if (client_fd != -1)
			return client_fd;
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		complain("accept");
		sleep(1);
	}
}

/* Lesson 04. Looks a host and a port up. Takes the flags of getaddrinfo(3) and
 * the type of socket; returns the list of candidates, to be freed with
 * freeaddrinfo(3). Ends the program if there is none. */
static inline struct addrinfo *look_up(const char *host, in_port_t port,
				       int flags, int type)
{
	struct addrinfo hints = {
		.ai_flags = flags | AI_NUMERICSERV,
		.ai_family = AF_UNSPEC,
		.ai_socktype = type,
	};
	struct addrinfo *list;
	char service[sizeof "65535"];

	snprintf(service, sizeof service, "%u", (unsigned)port);
	int error = getaddrinfo(host, service, &hints, &list);
	if (error == EAI_SYSTEM)
		die(host);
	if (error != 0)
		die_because("%s: %s", host, gai_strerror(error));
	return list;
}

/* Lessons 01 to 04. Makes a TCP socket that listens at host and port, with
 * room for backlog callers who wait (lesson 03), and SO_REUSEADDR, so that the
 * server can be started again at once (02). Returns it; ends the program if
 * that cannot be done. */
static inline int tcp_listen(const char *host, in_port_t port, int backlog)
{
	struct addrinfo *list = look_up(host, port, AI_PASSIVE, SOCK_STREAM);
	int on = 1;

	int listen_fd = socket(list->ai_family, list->ai_socktype, 0);
	if (listen_fd == -1)
		die("socket");
	if (setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ==
	    -1)
		die("setsockopt");
	if (list->ai_family == AF_INET6 &&
	    setsockopt(listen_fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) ==
		    -1)
		die("setsockopt");
	if (bind(listen_fd, list->ai_addr, list->ai_addrlen) == -1)
		die("bind");
	if (listen(listen_fd, backlog) == -1)
		die("listen");
	freeaddrinfo(list);
	return listen_fd;
}

/* Lesson 04. Connects to host and port over TCP: tries every address of the
 * host until one answers, each with a socket of its own. Returns the socket;
 * ends the program if none answers, with the reason of the last. */
static inline int tcp_connect(const char *host, in_port_t port)
{
	struct addrinfo *list = look_up(host, port, 0, SOCK_STREAM);
	int reason = 0;

	for (struct addrinfo *at = list; at != NULL; at = at->ai_next) {
		int fd = socket(at->ai_family, at->ai_socktype, 0);
		if (fd != -1 && connect(fd, at->ai_addr, at->ai_addrlen) == 0) {
			freeaddrinfo(list);
			return fd;
		}
		reason = errno;
		if (fd != -1)
			close(fd);
	}
	freeaddrinfo(list);
	errno = reason;
	die("connect");
}

#endif
