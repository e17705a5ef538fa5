/* server.c - another design: bound to 0.0.0.0, arithmetic with bytes, recvmsg()
 *
 * usage: server [PORT [ADDRESS/PREFIX [NAME]]]
 */
#include "../../lessons/net.h"

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [ADDRESS/PREFIX [NAME]]]", 3);
	int a, b, c, d, prefix, end = 0, on = 1;
	const char *network = argc > 2 ? argv[2] : "127.0.0.1/8";
	const char *name = argc > 3 ? argv[3] : "nobody";
	struct sockaddr_in any = {.sin_family = AF_INET};

	any.sin_port = htons(argc > 1 ? parse_port(argv[1]) : 9017);
	if (sscanf(network, "%d.%d.%d.%d/%d%n", &a, &b, &c, &d, &prefix,
		   &end) != 5 ||
	    network[end] != '\0' || prefix < 1 || prefix > 30)
		wrong_usage("not such a network: %s", network);

	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&any, sizeof any) == -1)
		die("bind");
	printf("%s is here\n", name);
	for (;;) {
		char buf[2048];
		struct sockaddr_in from;
		struct iovec into = {.iov_base = buf, .iov_len = sizeof buf};
		struct msghdr msg = {
			.msg_name = &from,
			.msg_namelen = sizeof from,
			.msg_iov = &into,
			.msg_iovlen = 1,
		};
		if (recvmsg(fd, &msg, 0) != 13 ||
		    memcmp(buf, "who is there?", 13) != 0)
			continue;
		struct iovec parts[] = {
			{.iov_base = (void *)"here ", .iov_len = 5},
			{.iov_base = (void *)name, .iov_len = strlen(name)},
		};
		msg.msg_iov = parts;
		msg.msg_iovlen = 2;
		if (sendmsg(fd, &msg, 0) == -1)
			complain("sendmsg");
	}
}
