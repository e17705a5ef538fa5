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

#include "../../common.h"

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
	/* TODO 1: Call send() until it has taken everything. It returns how
	 * many bytes it took, and that may be fewer than you gave it: go on
	 * with the rest. -1 is an error, except that EINTR in errno says that
	 * a signal came first: then try again. The last argument is
	 * MSG_NOSIGNAL (lesson 02 tells why). */
	(void)fd;
	(void)buf;
	(void)len;
	return 0;
}

/* Talks with one caller: one message comes, one answer goes. */
static void serve(int client_fd)
{
	/* TODO 2: Receive the message into a buffer of MESSAGE_MAX bytes.
	 * recv() waits until something has come. It returns how many bytes that
	 * was, 0 if the caller has hung up without a word, and -1 for an error:
	 * complain("recv") and return, as that is no failure of ours. */
	(void)client_fd;

	/* TODO 3: Answer with to_upper() and send_all(): the bytes that came,
	 * so many and no more. */
	(void)to_upper;
	(void)send_all;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	/* TODO 4: Fill a struct sockaddr_in, addr: the family is AF_INET; the
	 * port goes through htons(), which puts its two bytes in the order of
	 * the network; inet_pton() reads host into sin_addr, and returns 1 if
	 * host is an address. If it is none: wrong_usage("..."). */
	(void)port;
	(void)host;

	/* TODO 5: Buy a telephone: a TCP socket, listen_fd. If a call fails,
	 * here or further down, die() with its name. Before the telephone gets
	 * its number, turn on SO_REUSEADDR with setsockopt() (lesson 02 tells
	 * why). */

	/* TODO 6: Get a number: bind() listen_fd to addr. */

	/* TODO 7: Switch it on: listen(). Then ready(listen_fd) prints the line
	 * that tells everybody so. */

	/* TODO 8: Pick up: accept() waits until somebody calls, and returns a
	 * new descriptor, client_fd, for this one call. It also writes down who
	 * calls: give it a second struct sockaddr_in, client_addr, and the
	 * address of a socklen_t that holds its size. */
	int client_fd = -1;

	/* TODO 9: Print a line with the caller's ADDR:PORT, for example
	 * `a call from 127.0.0.1:40712`. inet_ntop() writes an address as text:
	 * it takes the family, where the address lies (sin_addr), an array of
	 * INET_ADDRSTRLEN characters, and its size. ntohs() turns the port's
	 * two bytes back into a number. */

	serve(client_fd);

	/* TODO 10: Hang up: close() both descriptors. */
	return 0;
}
