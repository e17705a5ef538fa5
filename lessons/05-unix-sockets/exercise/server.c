/* server.c - answers in upper case, one caller after another
 *
 * usage: server [PORT [HOST] | PATH]
 * see also: unix(7), bind(2), umask(2), unlink(2), sigaction(2)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../common.h"

enum { BACKLOG = 8, MESSAGE_MAX = 1024 };

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
	size_t sent = 0;

	while (sent < len) {
		ssize_t n = send(fd, buf + sent, len - sent, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		sent += (size_t)n;
	}
	return 0;
}

/* Talks with one caller, until it hangs up or cannot be reached any more. */
static void serve(int client_fd)
{
	char buf[MESSAGE_MAX];

	for (;;) {
		ssize_t n = recv(client_fd, buf, sizeof buf, 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			complain("recv");
		if (n <= 0)
			return;

		to_upper(buf, (size_t)n);
		if (send_all(client_fd, buf, (size_t)n) == -1) {
			complain("send");
			return;
		}
	}
}

/* An address of one family or the other. All begin with the family, so .any
 * is right for both; bind() and connect() look there first. */
union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_un un;
};

/* Fills in addr: a path if where holds a '/', a port of host if not. Returns
 * how long the address is. Ends the program if it is none. */
static socklen_t make_address(union address *addr, const char *where,
			      const char *host)
{
	memset(addr, 0, sizeof *addr);

	/* TODO 1: If where holds a '/', it is a path: fill in addr->un, its
	 * family AF_UNIX and the path with its zero byte, and return the size
	 * of addr->un. A path that does not fit into sun_path is refused with
	 * die_because(): half a path is another file. */

	addr->in.sin_family = AF_INET;
	addr->in.sin_port = htons(parse_port(where));
	if (inet_pton(AF_INET, host, &addr->in.sin_addr) != 1)
		wrong_usage("HOST is an address like 127.0.0.1, not: %s", host);
	return sizeof addr->in;
}

/* The socket file to remove at the end. */
static const char *socket_path;

/* Runs when SIGTERM or SIGINT has come: takes the file away, and ends. Both
 * calls may be made in a handler, where exit() and printf() may not. */
static void remove_and_end(int signal_number)
{
	(void)signal_number;
	unlink(socket_path);
	_exit(0);
}

/* Makes way for a new socket at the path in addr, if what is there is a socket
 * that nobody listens at. Ends the program if it is anything else. */
static void remove_stale(const union address *addr, socklen_t addr_len)
{
	/* TODO 2: Look with lstat(). Nothing there (ENOENT): return. No socket
	 * (S_ISSOCK() says so): die_because(), and leave it alone. A socket:
	 * call it, with a socket of your own that does not wait (O_NONBLOCK).
	 * Only ECONNREFUSED says that nobody listens: unlink() it then. In
	 * every other case somebody does, or you cannot know: end. */
	(void)addr;
	(void)addr_len;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST] | PATH]", 2);
	const char *where = argc > 1 ? argv[1] : "9005";
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	union address addr;
	socklen_t addr_len = make_address(&addr, where, host);

	/* TODO 3: Make a stream socket of the address's own family. */
	int listen_fd = -1;

	int on = 1;
	socklen_t on_len = sizeof on;
	if (setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, on_len) == -1)
		die("setsockopt");

	bool unix_path = addr.any.sa_family == AF_UNIX;
	if (unix_path)
		remove_stale(&addr, addr_len);

	/* TODO 4: bind() makes the file. Its mode is 0777 without the bits of
	 * the umask: let nobody but the owner read and write it, so that nobody
	 * else can call. Set the umask before bind(), put it back after. */
	int bound = bind(listen_fd, &addr.any, addr_len);
	if (bound == -1)
		die("bind");

	/* TODO 5: If it is a path, let SIGTERM and SIGINT call
	 * remove_and_end(), with sigaction(). Set socket_path before. */
	(void)remove_and_end;
	(void)socket_path;

	if (listen(listen_fd, BACKLOG) == -1)
		die("listen");
	ready(listen_fd);

	for (;;) {
		int client_fd = accept(listen_fd, NULL, NULL);
		if (client_fd == -1) {
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			complain("accept");
			sleep(1);
			continue;
		}
		serve(client_fd);
		close(client_fd);
	}
}
