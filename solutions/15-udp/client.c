/* client.c - asks line by line, and waits a second for each answer
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: sendto(2), recvfrom(2), poll(2), clock_gettime(2), udp(7)
 */
#include <poll.h>
#include <time.h>

#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9015, DATAGRAM_MAX = 65507, WAIT_MS = 1000 };

/* Milliseconds on a clock that nobody sets: only differences mean something. */
static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Tells whether a datagram's sender is the server: the same family, the same
 * address, and the same port. */
static bool is_from(const struct sockaddr_storage *sender,
		    const struct sockaddr *server)
{
	/* STEP 1: Compare the fields, and not the memory of the structs, which
	 * holds more than an address. Look at the family first; AF_INET has
	 * sin_port and sin_addr, AF_INET6 has sin6_port and sin6_addr. */
	if (sender->ss_family != server->sa_family)
		return false;
	if (server->sa_family == AF_INET) {
		const struct sockaddr_in *a = (const void *)sender;
		const struct sockaddr_in *b = (const void *)server;
		return a->sin_port == b->sin_port &&
		       a->sin_addr.s_addr == b->sin_addr.s_addr;
	}
	const struct sockaddr_in6 *a = (const void *)sender;
	const struct sockaddr_in6 *b = (const void *)server;
	return a->sin6_port == b->sin6_port &&
	       memcmp(&a->sin6_addr, &b->sin6_addr, sizeof a->sin6_addr) == 0;
	/* STUB: (void)sender; */
	/* STUB: (void)server; */
	/* STUB: return false; */
	/* END 1 */
}

/* Waits a second for a datagram from the server. Returns its length, which may
 * be 0, or -1 if none has come. */
static ssize_t wait_for_answer(int fd, const struct sockaddr *server, char *buf,
			       size_t size)
{
	/* STEP 2: Note when the second is over, and until then: poll() for what
	 * is left of it, receive, look who it was. A stranger's datagram counts
	 * for nothing, and must not give the server more time. Nor does
	 * ECONNREFUSED end the wait: it says that nobody was there when a
	 * datagram came, and that is no answer. (An answer that comes after its
	 * second is taken for that of the next line. Lesson 16 has numbers.) */
	int64_t deadline = milliseconds() + WAIT_MS, left;

	while ((left = deadline - milliseconds()) > 0) {
		struct pollfd want = {.fd = fd, .events = POLLIN};
		int count = poll(&want, 1, (int)left);
		if (count == -1 && errno != EINTR)
			die("poll");
		if (count < 1)
			continue;

		struct sockaddr_storage sender;
		socklen_t len = sizeof sender;
		ssize_t n = recvfrom(fd, buf, size, 0,
				     (struct sockaddr *)&sender, &len);
		if (n != -1 && is_from(&sender, server))
			return n;
		if (n == -1 && errno != EINTR && errno != ECONNREFUSED) {
			complain("recvfrom");
			return -1;
		}
	}
	/* STUB: (void)fd; */
	/* STUB: (void)server; */
	/* STUB: (void)buf; */
	/* STUB: (void)size; */
	/* STUB: (void)milliseconds; */
	/* STUB: (void)is_from; */
	/* END 2 */
	return -1;
}

/* Sends one line, and prints the answer. Returns whether one came. */
static bool ask(int fd, const struct addrinfo *server, const char *line,
		size_t len)
{
	char buf[DATAGRAM_MAX];
	ssize_t n = -1;

	/* STEP 3: Send the line in one datagram to server->ai_addr; an empty
	 * line, too. If that fails, complain and return false, without waiting.
	 * Then wait for the answer. */
	if (sendto(fd, line, len, 0, server->ai_addr, server->ai_addrlen) ==
	    -1) {
		complain("sendto");
		return false;
	}
	n = wait_for_answer(fd, server->ai_addr, buf, sizeof buf);
	/* STUB: (void)fd; */
	/* STUB: (void)server; */
	/* STUB: (void)line; */
	/* STUB: (void)len; */
	/* STUB: (void)wait_for_answer; */
	/* END 3 */

	if (n == -1) {
		printf("no answer\n");
		return false;
	}
	fwrite(buf, 1, (size_t)n, stdout);
	putchar('\n');
	return true;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	struct addrinfo *server = look_up(host, port, 0, SOCK_DGRAM);

	/* STEP 4: Make a socket for datagrams. No bind(): the first sendto()
	 * gives it a free port of its own. */
	int fd = socket(server->ai_family, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");
	/* STUB: int fd = -1; */
	/* END 4 */

	/* STEP 5: Ask line by line, until read_line() returns -1 or the line is
	 * exactly `bye`, which is not sent. A line that fits in no datagram
	 * gets a complaint. Whatever goes wrong with one line, the next is
	 * asked; the exit status is 1 at the end. */
	char line[DATAGRAM_MAX];
	ssize_t len;
	int status = 0;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len == 3 && memcmp(line, "bye", 3) == 0)
			break;
		if (len > DATAGRAM_MAX) {
			complain_that("a datagram has at most %d bytes",
				      DATAGRAM_MAX);
			status = 1;
		} else if (!ask(fd, server, line, (size_t)len)) {
			status = 1;
		}
	}
	/* STUB: (void)ask; */
	/* STUB: int status = 0; */
	/* END 5 */

	freeaddrinfo(server);
	close(fd);
	return status;
}
