/* server.c - answers one caller in upper case, and ends
 *
 * usage: server [PORT [HOST]]
 * see also: socket(2), bind(2), listen(2), accept(2), recv(2), send(2)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../lessons/common.h"

enum { DEFAULT_PORT = 9001, BACKLOG = 8, MESSAGE_MAX = 1024 };

/* Turns the letters a to z into A to Z and leaves every other byte alone. A
 * message is no C string: its length counts, and a zero byte is a byte. Not
 * toupper(3), which knows more letters in some languages. */
static void to_upper(char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (buf[i] >= 'a' && buf[i] <= 'z')
			buf[i] -= 'a' - 'A';
}

/* Sends all len bytes of buf. Returns 0, or -1 with errno set. See send(2). */
static int send_all(int fd, const char *buf, size_t len)
{
	/* STEP 1: Call send() until it has taken everything. It returns how
	 * many bytes it took, and that may be fewer than you gave it: go on
	 * with the rest. -1 is an error, except that EINTR in errno says that
	 * a signal came first: then try again. The last argument is
	 * MSG_NOSIGNAL (lesson 02 tells why). */
	size_t sent = 0;

	while (sent < len) {
		ssize_t n = send(fd, buf + sent, len - sent, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		sent += (size_t)n;
	}
	/* STUB: (void)fd; */
	/* STUB: (void)buf; */
	/* STUB: (void)len; */
	/* END 1 */
	return 0;
}

/* Talks with one caller: one message comes, one answer goes. */
static void serve(int client_fd)
{
	/* STEP 2: Receive the message into a buffer of MESSAGE_MAX bytes.
	 * recv() waits until something has come. It returns how many bytes that
	 * was, 0 if the caller has hung up without a word, and -1 for an error:
	 * complain("recv") and return, as that is no failure of ours. */
	char buf[MESSAGE_MAX];
	ssize_t n = recv(client_fd, buf, sizeof buf, 0);
	if (n == -1) {
		complain("recv");
		return;
	}
	/* STUB: (void)client_fd; */
	/* END 2 */

	/* STEP 3: Answer with to_upper() and send_all(): the bytes that came,
	 * so many and no more. */
	to_upper(buf, (size_t)n);
	if (send_all(client_fd, buf, (size_t)n) == -1)
		complain("send");
	/* STUB: (void)to_upper; */
	/* STUB: (void)send_all; */
	/* END 3 */
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	/* STEP 4: Fill a struct sockaddr_in, addr: the family is AF_INET; the
	 * port goes through htons(), which puts its two bytes in the order of
	 * the network; inet_pton() reads host into sin_addr, and returns 1 if
	 * host is an address. If it is none: wrong_usage("..."). */
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	if (inet_pton(AF_INET, host, &addr.sin_addr) != 1)
		wrong_usage("HOST is an address like 127.0.0.1, not: %s", host);
	/* STUB: (void)port; */
	/* STUB: (void)host; */
	/* END 4 */

	/* STEP 5: Buy a telephone: a TCP socket, listen_fd. If a call fails,
	 * here or further down, die() with its name. Before the telephone gets
	 * its number, turn on SO_REUSEADDR with setsockopt() (lesson 02 tells
	 * why). */
	int listen_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (listen_fd == -1)
		die("socket");

	int on = 1;
	socklen_t on_len = sizeof on;
	if (setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, on_len) == -1)
		die("setsockopt");
	/* END 5 */

	/* STEP 6: Get a number: bind() listen_fd to addr. */
	if (bind(listen_fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("bind");
	/* END 6 */

	/* STEP 7: Switch it on: listen(). Then ready(listen_fd) prints the line
	 * that tells everybody so. */
	if (listen(listen_fd, BACKLOG) == -1)
		die("listen");
	ready(listen_fd);
	/* END 7 */

	/* STEP 8: Pick up: accept() waits until somebody calls, and returns a
	 * new descriptor, client_fd, for this one call. It also writes down who
	 * calls: give it a second struct sockaddr_in, client_addr, and the
	 * address of a socklen_t that holds its size. */
	struct sockaddr_in client_addr;
	socklen_t client_len = sizeof client_addr;
	int client_fd =
		accept(listen_fd, (struct sockaddr *)&client_addr, &client_len);
	if (client_fd == -1)
		die("accept");
	/* STUB: int client_fd = -1; */
	/* END 8 */

	/* STEP 9: Print a line with the caller's ADDR:PORT, for example
	 * `a call from 127.0.0.1:40712`. inet_ntop() writes an address as text:
	 * it takes the family, where the address lies (sin_addr), an array of
	 * INET_ADDRSTRLEN characters, and its size. ntohs() turns the port's
	 * two bytes back into a number. */
	char text[INET_ADDRSTRLEN];
	inet_ntop(AF_INET, &client_addr.sin_addr, text, sizeof text);
	printf("a call from %s:%d\n", text, ntohs(client_addr.sin_port));
	/* END 9 */

	serve(client_fd);

	/* STEP 10: Hang up: close() both descriptors. */
	close(client_fd);
	close(listen_fd);
	/* END 10 */
	return 0;
}
