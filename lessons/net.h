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
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
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

/* Lesson 08. Ends the program, which runs what its callers say, unless host is
 * an address of loopback, which nobody on another machine can call: 127.x.y.z
 * or ::1. See inet_pton(3). */
static inline void only_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;

	if (inet_pton(AF_INET, host, &four) == 1 &&
	    ntohl(four.s_addr) >> 24 == 127)
		return;
	if (inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six))
		return;
	wrong_usage("it runs what callers say, so HOST is a loopback address, "
		    "not: %s",
		    host);
}

/* Lesson 08. Closes fd in a child when it becomes another program: a command
 * must not inherit what is ours. See FD_CLOEXEC in fcntl(2). */
static inline void keep_from_commands(int fd)
{
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		complain("fcntl");
}

/* Lesson 08. Waits for the end of a child. Returns its exit status, or 128 and
 * the number of the signal that ended it; 127 if there is no such child. See
 * waitpid(2). */
static inline int wait_for(pid_t pid)
{
	int end;

	while (waitpid(pid, &end, 0) == -1)
		if (errno != EINTR)
			return 127;
	return WIFSIGNALED(end) ? 128 + WTERMSIG(end) : WEXITSTATUS(end);
}

/* Lesson 10. A connection, and what came from it and has not been used yet:
 * the bytes from start to end of buf. Begin one with
 * `struct reader in = { .fd = fd };`. */
struct reader {
	int fd;
	size_t start;
	size_t end;
	char buf[65536];
};

/* Lesson 10. Takes what is there out of a reader, at least one byte and at most
 * size; receives and waits only if nothing is left over. Returns how many, 0 at
 * end of stream, -1 with errno set. */
static inline ssize_t reader_some(struct reader *in, void *buf, size_t size)
{
	if (in->start == in->end) {
		if (size >= sizeof in->buf)
			return recv_some(in->fd, buf, size);
		ssize_t n = recv_some(in->fd, in->buf, sizeof in->buf);
		if (n <= 0)
			return n;
		in->start = 0;
		in->end = (size_t)n;
	}
	size_t n = in->end - in->start;
	if (n > size)
		n = size;
	memcpy(buf, in->buf + in->start, n);
	in->start += n;
	return (ssize_t)n;
}

/* Lessons 09 and 10. Takes exactly len bytes out of a reader. Returns len; less
 * (0 if nothing came) when the stream ended before; -1 with errno set. */
static inline ssize_t reader_take(struct reader *in, void *buf, size_t len)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = reader_some(in, (char *)buf + have, len - have);
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

/* Lesson 12. Writes a number into the four bytes at `at`, the highest byte
 * first: the order of the network, whatever this machine's own is. */
static inline void put_u32(void *at, uint32_t number)
{
	unsigned char *byte = at;

	byte[0] = (unsigned char)(number >> 24);
	byte[1] = (unsigned char)(number >> 16);
	byte[2] = (unsigned char)(number >> 8);
	byte[3] = (unsigned char)number;
}

/* Lesson 12. Returns the number in the four bytes at `at`, the highest first. */
static inline uint32_t get_u32(const void *at)
{
	const unsigned char *byte = at;

	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 |
	       (uint32_t)byte[2] << 8 | (uint32_t)byte[3];
}

/* Lesson 13. Sends count pieces of memory as if they were one, so that a header
 * and its body leave together. Changes the list of pieces. Returns 0, or -1
 * with errno set. See sendmsg(2). */
static inline int send_parts(int fd, struct iovec *part, size_t count)
{
	while (count > 0) {
		if (part->iov_len == 0) {
			part++;
			count--;
			continue;
		}
		struct msghdr msg = {.msg_iov = part, .msg_iovlen = count};
		ssize_t n = sendmsg(fd, &msg, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;

		/* What was taken may end anywhere, also inside a piece. */
		size_t taken = (size_t)n;
		while (count > 0 && taken >= part->iov_len) {
			taken -= part->iov_len;
			part++;
			count--;
		}
		if (count > 0) {
			part->iov_base = (char *)part->iov_base + taken;
			part->iov_len -= taken;
		}
	}
	return 0;
}

/* Lesson 13. A header: len bytes of lines `name: value`, each with its newline.
 * It travels behind its length, four bytes, the highest first. */
enum { HEADER_MAX = 4096 };
struct header {
	size_t len;
	char text[HEADER_MAX];
};

/* Lesson 13. Adds the line `name: value` to a header. Takes the value as
 * printf(3) does. The line must have room: the names and the values are ours. */
static inline void header_add(struct header *header, const char *name,
			      const char *format, ...)
{
	size_t room = sizeof header->text - header->len;
	char *at = header->text + header->len;
	va_list list;

	int name_len = snprintf(at, room, "%s: ", name);
	if (name_len < 0 || (size_t)name_len >= room)
		die_because("a header has no room for: %s", name);
	va_start(list, format);
	int len =
		vsnprintf(at + name_len, room - (size_t)name_len, format, list);
	va_end(list);
	if (len < 0 || (size_t)len >= room - (size_t)name_len)
		die_because("a header has no room for: %s", name);
	at[name_len + len] = '\n';
	header->len += (size_t)(name_len + len) + 1;
}

/* Lesson 13. Sends a header and the len bytes of its body (0 if it has none, or
 * if they follow later) together. Returns 0, or -1 with errno set. */
static inline int send_header(int fd, const struct header *header,
			      const void *body, size_t len)
{
	unsigned char length[4];

	put_u32(length, (uint32_t)header->len);
	struct iovec part[] = {
		{.iov_base = length, .iov_len = sizeof length},
		{.iov_base = (void *)header->text, .iov_len = header->len},
		{.iov_base = (void *)body, .iov_len = len},
	};
	return send_parts(fd, part, sizeof part / sizeof part[0]);
}

/* Lesson 13. Tells whether a header is made of lines `name: value` and nothing
 * else; a name has the characters a to z and -, a value any but a newline. */
static inline bool header_is_good(const struct header *header)
{
	const char *at = header->text;
	const char *end = header->text + header->len;

	while (at < end) {
		const char *name = at;
		while (at < end && ((*at >= 'a' && *at <= 'z') || *at == '-'))
			at++;
		if (at == name || end - at < 2 || at[0] != ':' || at[1] != ' ')
			return false;
		at = memchr(at, '\n', (size_t)(end - at));
		if (at == NULL)
			return false;
		at++;
	}
	return true;
}

/* Lesson 13. Receives a header. Returns 1, or 0 if the stream ended before its
 * first byte; -1, with a complaint, if it broke off, is too long, or is none. */
static inline int recv_header(struct reader *in, struct header *header)
{
	unsigned char length[4];

	ssize_t n = reader_take(in, length, sizeof length);
	if (n == 0)
		return 0;
	if (n == -1) {
		complain("recv");
		return -1;
	}
	if ((size_t)n < sizeof length) {
		complain_that("the stream ended inside the length of a header");
		return -1;
	}
	uint32_t len = get_u32(length);
	if (len == 0 || len > HEADER_MAX) {
		complain_that("a header of %lu bytes", (unsigned long)len);
		return -1;
	}
	n = reader_take(in, header->text, len);
	if (n == -1) {
		complain("recv");
		return -1;
	}
	if ((size_t)n < len) {
		complain_that("the stream ended inside a header");
		return -1;
	}
	header->len = len;
	if (!header_is_good(header)) {
		complain_that("a header that is no list of name: value");
		return -1;
	}
	return 1;
}

/* Lesson 13. Looks for a name in a header that is good. Returns the value (no C
 * string: *len says how long it is), or NULL if the name is missing or is there
 * more than once. */
static inline const char *header_value(const struct header *header,
				       const char *name, size_t *len)
{
	const char *at = header->text;
	const char *end = header->text + header->len;
	const char *value = NULL;
	size_t name_len = strlen(name);

	*len = 0;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *colon = memchr(at, ':', (size_t)(end - at));
		if ((size_t)(colon - at) == name_len &&
		    memcmp(at, name, name_len) == 0) {
			if (value != NULL)
				return NULL;
			value = colon + 2;
			*len = (size_t)(newline - value);
		}
		at = newline + 1;
	}
	return value;
}

/* Lesson 13. Looks for a name whose value is a number of 1 to `digits` digits
 * (19 at most, so that it fits). Returns whether it is there, once, and the
 * number in *number. strtoull(3) would let signs, spaces and more through. */
static inline bool header_number(const struct header *header, const char *name,
				 size_t digits, uint64_t *number)
{
	size_t len;
	const char *value = header_value(header, name, &len);

	if (value == NULL || len == 0 || len > digits)
		return false;
	*number = 0;
	for (size_t i = 0; i < len; i++) {
		if (value[i] < '0' || value[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t)(value[i] - '0');
	}
	return true;
}

/* Lesson 15. Makes a UDP socket with the address host and port. Returns it; ends
 * the program if that cannot be done. */
static inline int udp_bind(const char *host, in_port_t port)
{
	struct addrinfo *list = look_up(host, port, AI_PASSIVE, SOCK_DGRAM);

	int fd = socket(list->ai_family, list->ai_socktype, 0);
	if (fd == -1)
		die("socket");
	if (bind(fd, list->ai_addr, list->ai_addrlen) == -1)
		die("bind");
	freeaddrinfo(list);
	return fd;
}

/* Lesson 15. Returns milliseconds on a clock that nobody sets: only differences
 * mean something. See CLOCK_MONOTONIC in clock_gettime(2). */
static inline int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Lesson 15. Tells whether two addresses, IPv4 or IPv6, are the same address
 * and the same port. Their other bytes may differ, so memcmp() is no answer. */
static inline bool same_address(const struct sockaddr_storage *a,
				const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET) {
		const struct sockaddr_in *x = (const void *)a;
		const struct sockaddr_in *y = (const void *)b;
		return x->sin_port == y->sin_port &&
		       x->sin_addr.s_addr == y->sin_addr.s_addr;
	}
	const struct sockaddr_in6 *x = (const void *)a;
	const struct sockaddr_in6 *y = (const void *)b;
	return x->sin6_port == y->sin6_port &&
	       memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr) == 0;
}

#endif
