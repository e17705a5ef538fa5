/* client.c - joins rooms and leaves them, says something, prints what it hears
 *
 * IPv4 multicast is not in POSIX, though every system has it: _DEFAULT_SOURCE
 * asks the headers for more than the standard.
 *
 * usage: client [PORT [INTERFACE]]     lines: join R, leave R, say R TEXT
 * see also: setsockopt(2), bind(2), poll(2), ip(7)
 */
#define _DEFAULT_SOURCE
#include <poll.h>

#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9018, TEXT_MAX = 1024, LINE_MAX_LEN = 1200, ROOMS = 3 };

/* A room is a group, and a socket for it while we are in. */
static struct room {
	const char *name, *group;
	int fd;
} room[ROOMS] = {
	{"red", "239.255.18.1", -1},
	{"green", "239.255.18.2", -1},
	{"blue", "239.255.18.3", -1},
};

/* What came from standard input and has not been used yet. stdio would keep
 * lines where poll() does not see them. */
static struct {
	size_t len;
	bool ended;
	char buf[LINE_MAX_LEN + 1];
} input;

/* Takes the next line out of the input. Returns its length, or -1 if none is
 * complete. One that is too long comes as one of LINE_MAX_LEN + 1 bytes. */
static ssize_t take_line(char *line)
{
	char *end = memchr(input.buf, '\n', input.len);
	static bool skips;

	if (end == NULL && input.len < sizeof input.buf &&
	    (!input.ended || input.len == 0))
		return -1;
	size_t len = end != NULL ? (size_t)(end - input.buf) : input.len;
	size_t used = end != NULL ? len + 1 : len;
	bool rest = skips;
	memcpy(line, input.buf, len);
	skips = end == NULL;
	input.len -= used;
	memmove(input.buf, input.buf + used, input.len);
	return rest ? take_line(line) : (ssize_t)len;
}

/* Reads more of standard input, which has something to read. */
static void read_more(void)
{
	ssize_t n =
		read(0, input.buf + input.len, sizeof input.buf - input.len);
	if (n == -1 && errno != EINTR)
		die("standard input");
	if (n == 0)
		input.ended = true;
	if (n > 0)
		input.len += (size_t)n;
}

/* Returns the address of a room: its group, and our port. */
static struct sockaddr_in address_of(const struct room *at, in_port_t port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_port = htons(port)};

	inet_pton(AF_INET, at->group, &addr.sin_addr);
	return addr;
}

/* Joins a room. Who is in already stays in. Returns 0, or -1 with a
 * complaint. */
static int join(struct room *at, in_port_t port, struct in_addr interface)
{
	/* STEP 1: Make a socket of its own for the room, if there is none.
	 * bind() it to the group's address, so that nothing else comes to it.
	 * Others on this machine want the same address: SO_REUSEADDR. Then join:
	 * IP_ADD_MEMBERSHIP, of IPPROTO_IP, with a struct ip_mreq of group and
	 * interface. If anything fails, complain, close, return -1. */
	struct sockaddr_in addr = address_of(at, port);
	struct ip_mreq member = {.imr_multiaddr = addr.sin_addr,
				 .imr_interface = interface};
	int on = 1;

	if (at->fd != -1)
		return 0;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1) {
		complain("socket");
		return -1;
	}
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1 ||
	    bind(fd, (struct sockaddr *)&addr, sizeof addr) == -1 ||
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member,
		       sizeof member) == -1) {
		complain("join");
		close(fd);
		return -1;
	}
	at->fd = fd;
	/* STUB: (void)at; */
	/* STUB: (void)port; */
	/* STUB: (void)interface; */
	/* STUB: (void)address_of; */
	/* END 1 */
	return 0;
}

/* Leaves a room. Who is not in it stays out. */
static void leave(struct room *at)
{
	/* STEP 2: Close the room's socket, if there is one: a socket that is
	 * closed has left. */
	if (at->fd != -1)
		close(at->fd);
	at->fd = -1;
	/* STUB: (void)at; */
	/* END 2 */
}

/* Says something in a room, whether we are in it or not. Returns 0, or -1 with
 * a complaint. */
static int say(const struct room *at, in_port_t port, struct in_addr interface,
	       const char *text, size_t len)
{
	/* STEP 3: Send the text in one datagram to the group. Choose the
	 * interface first: IP_MULTICAST_IF. A socket of its own will do, for
	 * one datagram; you need not be in the room. */
	struct sockaddr_in addr = address_of(at, port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd == -1) {
		complain("socket");
		return -1;
	}
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &interface,
		       sizeof interface) == -1 ||
	    sendto(fd, text, len, 0, (struct sockaddr *)&addr, sizeof addr) ==
		    -1) {
		complain("say");
		close(fd);
		return -1;
	}
	close(fd);
	/* STUB: (void)at; */
	/* STUB: (void)port; */
	/* STUB: (void)interface; */
	/* STUB: (void)text; */
	/* STUB: (void)len; */
	/* END 3 */
	return 0;
}

/* Prints one datagram that has come to a room. */
static void hear(const struct room *at)
{
	/* STEP 4: Receive it, and print `R: TEXT`. fwrite() prints bytes, where
	 * printf() would want a C string. */
	char buf[TEXT_MAX];
	ssize_t n = recv(at->fd, buf, sizeof buf, 0);

	if (n == -1) {
		complain("recv");
		return;
	}
	printf("%s: ", at->name);
	fwrite(buf, 1, (size_t)n, stdout);
	putchar('\n');
	/* STUB: (void)at; */
	/* END 4 */
}

/* Tells whether the len bytes at `at` are `VERB ROOM`, with one space. */
static bool is(const char *at, size_t len, const char *verb, const char *name)
{
	char words[16];
	int size = snprintf(words, sizeof words, "%s %s", verb, name);

	return len == (size_t)size && memcmp(at, words, len) == 0;
}

/* Does what a line says. Returns 0, or -1 with a complaint. */
static int obey(const char *line, size_t len, in_port_t port,
		struct in_addr interface)
{
	if (len > LINE_MAX_LEN) {
		complain_that("the line is too long");
		return -1;
	}
	for (struct room *at = room; at < room + ROOMS; at++) {
		size_t said = strlen("say ") + strlen(at->name);

		if (is(line, len, "join", at->name))
			return join(at, port, interface);
		if (is(line, len, "leave", at->name)) {
			leave(at);
			return 0;
		}
		if (len > said && is(line, said, "say", at->name) &&
		    line[said] == ' ' && len - said - 1 <= TEXT_MAX)
			return say(at, port, interface, line + said + 1,
				   len - said - 1);
	}
	complain_that("no such line: join R, leave R, say R TEXT");
	return -1;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [INTERFACE]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	struct in_addr interface;
	const char *text = argc > 2 ? argv[2] : "127.0.0.1";
	if (inet_pton(AF_INET, text, &interface) != 1)
		wrong_usage("INTERFACE is an address of ours, not: %s", text);

	char line[LINE_MAX_LEN + 1];
	int status = 0;
	for (;;) {
		/* A line that is complete, or whatever comes first. */
		ssize_t len = take_line(line);
		if (len != -1) {
			if (obey(line, (size_t)len, port, interface) == -1)
				status = 1;
			continue;
		}
		if (input.ended)
			break;

		/* STEP 5: poll() standard input and the sockets of the rooms: one
		 * whose descriptor is -1 is left out by itself. Then
		 * read_more(), if there is something to read or its end, and
		 * hear() each room that something has come to. */
		struct pollfd want[1 + ROOMS] = {{.fd = 0, .events = POLLIN}};
		for (int i = 0; i < ROOMS; i++) {
			want[1 + i].fd = room[i].fd;
			want[1 + i].events = POLLIN;
		}
		if (poll(want, 1 + ROOMS, -1) == -1 && errno != EINTR)
			die("poll");
		if (want[0].revents != 0)
			read_more();
		for (int i = 0; i < ROOMS; i++)
			if (want[1 + i].revents != 0)
				hear(&room[i]);
		/* STUB: (void)hear; */
		/* STUB: read_more(); */
		/* END 5 */
	}
	return status;
}
