/* client.c - another design: one socket for all, which looks at the destination
 * of each datagram, and speaks as well
 *
 * usage: client [PORT [INTERFACE]]
 */
#define _DEFAULT_SOURCE
#define _GNU_SOURCE /* struct in_pktinfo */
#include <poll.h>

#include "../../lessons/net.h"

static const char *const names[] = {"red", "green", "blue"};
static struct in_addr groups[3], interface;
static bool in[3];
static int fd;

static bool change(int i, bool join)
{
	struct ip_mreq member = {groups[i], interface};

	if (in[i] != join &&
	    setsockopt(fd, IPPROTO_IP,
		       join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &member,
		       sizeof member) == -1) {
		complain("setsockopt");
		return false;
	}
	in[i] = join;
	return true;
}

static bool obey(const char *line, size_t len, in_port_t port)
{
	for (int i = 0; i < 3; i++) {
		char text[16];
		int n = snprintf(text, sizeof text, "join %s", names[i]);
		if (len == (size_t)n && memcmp(line, text, len) == 0)
			return change(i, true);
		n = snprintf(text, sizeof text, "leave %s", names[i]);
		if (len == (size_t)n && memcmp(line, text, len) == 0)
			return change(i, false);
		n = snprintf(text, sizeof text, "say %s ", names[i]);
		if (len < (size_t)n || memcmp(line, text, (size_t)n) != 0 ||
		    len - (size_t)n > 1024)
			continue;
		struct sockaddr_in to = {.sin_family = AF_INET,
					 .sin_port = htons(port),
					 .sin_addr = groups[i]};
		if (sendto(fd, line + n, len - (size_t)n, 0,
			   (struct sockaddr *)&to, sizeof to) != -1)
			return true;
		complain("sendto");
		return false;
	}
	complain_that("what?");
	return false;
}

static void hear(void)
{
	char buf[2000], control[256];
	struct iovec into = {buf, sizeof buf};
	struct msghdr msg = {.msg_iov = &into,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof control};
	ssize_t n = recvmsg(fd, &msg, 0);

	for (struct cmsghdr *at = CMSG_FIRSTHDR(&msg); n != -1 && at != NULL;
	     at = CMSG_NXTHDR(&msg, at)) {
		struct in_pktinfo info;
		if (at->cmsg_level != IPPROTO_IP || at->cmsg_type != IP_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(at), sizeof info);
		for (int i = 0; i < 3; i++) {
			if (!in[i] || info.ipi_addr.s_addr != groups[i].s_addr)
				continue;
			printf("%s: ", names[i]);
			fwrite(buf, 1, (size_t)n, stdout);
			puts("");
		}
	}
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [INTERFACE]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : 9018;
	struct sockaddr_in any = {.sin_family = AF_INET,
				  .sin_port = htons(port)};
	int on = 1, status = 0;
	size_t have = 0;
	char line[4096];

	if (inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &interface) !=
	    1)
		wrong_usage("no interface");
	for (int i = 0; i < 3; i++)
		groups[i].s_addr = htonl(0xefff1201 + (uint32_t)i);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1 ||
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) == -1 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &interface,
		       sizeof interface) == -1 ||
	    bind(fd, (struct sockaddr *)&any, sizeof any) == -1)
		die("a socket");
	for (;;) {
		struct pollfd both[] = {{.fd = 0, .events = POLLIN},
					{.fd = fd, .events = POLLIN}};
		if (poll(both, 2, -1) == -1)
			continue;
		if (both[1].revents != 0)
			hear();
		if (both[0].revents == 0)
			continue;
		/* A byte at a time: slow, and simple. */
		char byte;
		ssize_t n = read(0, &byte, 1);
		if (n == 1 && byte != '\n') {
			line[have] = byte;
			have += have < sizeof line - 1;
		}
		if ((n == 1 && byte == '\n') || (n == 0 && have > 0)) {
			status |= !obey(line, have, port);
			have = 0;
		}
		if (n == 0)
			return status;
	}
}
