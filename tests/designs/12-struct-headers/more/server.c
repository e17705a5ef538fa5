/* Another right server: no buffer of its own; header and body are sent with two
 * calls, the first of which says that more will come, so that they leave
 * together. */
#include "../../lessons/net.h"

#ifndef MSG_MORE
#define MSG_MORE 0 /* then without Nagle: see serve() */
#endif
#include <netinet/tcp.h>

static bool whole(int fd, char *to, size_t n)
{
	for (size_t have = 0; have < n;) {
		ssize_t k = recv_some(fd, to + have, n - have);
		if (k <= 0)
			return false;
		have += (size_t)k;
	}
	return true;
}

static void serve(int fd)
{
	static char body[1048576];
	unsigned char head[5];
	int on = 1;

	if (MSG_MORE == 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	while (whole(fd, (char *)head, sizeof head)) {
		uint32_t n = get_u32(head + 1);
		if ((head[0] != 1 && head[0] != 2) || n > sizeof body ||
		    !whole(fd, body, n))
			return;
		for (uint32_t i = 0; i < n; i++) {
			if (head[0] == 1 && body[i] >= 'a' && body[i] <= 'z')
				body[i] += 'A' - 'a';
			if (head[0] == 2 && body[i] >= 'A' && body[i] <= 'Z')
				body[i] += 'a' - 'A';
		}
		int more = n > 0 ? MSG_MORE : 0;
		if (send(fd, head, 5, MSG_NOSIGNAL | more) != 5 ||
		    send_all(fd, body, n) == -1)
			return;
	}
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : 9012;
	int listen_fd = tcp_listen(argc > 2 ? argv[2] : "127.0.0.1", port, 9);
	ready(listen_fd);
	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		serve(client_fd);
		close(client_fd);
	}
}
