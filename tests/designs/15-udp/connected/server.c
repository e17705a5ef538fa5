/* server.c - one buffer that any datagram fits into, IPv4 alone, talkative */
#include <arpa/inet.h>

#include "../../lessons/common.h"

int main(int argc, char *argv[])
{
	static char buf[65536];

	start(argc, argv, "[PORT [HOST]]", 2);
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(argc > 1 ? parse_port(argv[1]) : 9015),
	};
	if (inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1",
		      &addr.sin_addr) != 1)
		wrong_usage("HOST is an IPv4 address");
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("bind");
	ready(fd);

	struct sockaddr_in from;
	socklen_t from_len;
	for (;;) {
		from_len = sizeof from;
		ssize_t n = recvfrom(fd, buf, sizeof buf, 0,
				     (struct sockaddr *)&from, &from_len);
		if (n == -1)
			continue;
		printf("%s:%d says something\n", inet_ntoa(from.sin_addr),
		       ntohs(from.sin_port));
		for (ssize_t i = 0; i < n; i++)
			if (buf[i] >= 'a' && buf[i] <= 'z')
				buf[i] = (char)(buf[i] - 32);
		if (n > 1024)
			sendto(fd, "too long", 8, 0, (struct sockaddr *)&from,
			       from_len);
		else
			sendto(fd, buf, (size_t)n, 0, (struct sockaddr *)&from,
			       from_len);
	}
}
