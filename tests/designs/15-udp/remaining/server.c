/* server.c - recvmsg() and sendmsg(): MSG_TRUNC in msg_flags says that a
 * datagram was cut to the buffer, which holds exactly a message. */
#include <sys/uio.h>

#include "../../lessons/net.h"

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	int fd = udp_bind(argc > 2 ? argv[2] : "127.0.0.1",
			  argc > 1 ? parse_port(argv[1]) : 9015);
	ready(fd);
	for (;;) {
		char buf[1024];
		struct sockaddr_storage from;
		struct iovec part = {.iov_base = buf, .iov_len = sizeof buf};
		struct msghdr msg = {
			.msg_name = &from,
			.msg_namelen = sizeof from,
			.msg_iov = &part,
			.msg_iovlen = 1,
		};
		ssize_t n = recvmsg(fd, &msg, 0);
		if (n == -1)
			continue;
		to_upper(buf, (size_t)n);
		part.iov_len = (size_t)n;
		if (msg.msg_flags & MSG_TRUNC) {
			part.iov_base = (void *)"too long";
			part.iov_len = 8;
		}
		msg.msg_flags = 0;
		if (sendmsg(fd, &msg, 0) == -1)
			complain("sendmsg");
	}
}
