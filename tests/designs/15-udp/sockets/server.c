/* server.c - poll(), then all that is there, without waiting */
#include <fcntl.h>
#include <poll.h>

#include "../../lessons/net.h"

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	int fd = udp_bind(argc > 2 ? argv[2] : "127.0.0.1",
			  argc > 1 ? parse_port(argv[1]) : 9015);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		die("fcntl");
	ready(fd);
	struct pollfd want = {.fd = fd, .events = POLLIN};
	while (poll(&want, 1, -1) != -1 || errno == EINTR) {
		struct {
			struct sockaddr_storage addr;
			socklen_t len;
		} from = {.len = sizeof from.addr};
		char buf[1025];
		ssize_t n;
		while ((n = recvfrom(fd, buf, sizeof buf, 0,
				     (struct sockaddr *)&from.addr,
				     &from.len)) >= 0) {
			if (n > 1024)
				memcpy(buf, "too long", (size_t)(n = 8));
			else
				to_upper(buf, (size_t)n);
			sendto(fd, buf, (size_t)n, 0,
			       (struct sockaddr *)&from.addr, from.len);
			from.len = sizeof from.addr;
		}
	}
	die("poll");
}
