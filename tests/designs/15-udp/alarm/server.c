/* server.c - three processes share the socket; whoever wakes up first answers */
#include "../../lessons/net.h"

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	int fd = udp_bind(argc > 2 ? argv[2] : "127.0.0.1",
			  argc > 1 ? parse_port(argv[1]) : 9015);
	ready(fd);
	if (fork() == 0)
		fork();
	for (;;) {
		char buf[1500];
		struct sockaddr_storage from;
		socklen_t from_len = sizeof from;
		ssize_t n = recvfrom(fd, buf, sizeof buf, 0,
				     (struct sockaddr *)&from, &from_len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			die("recvfrom");
		bool fits = n <= 1024;
		to_upper(buf, (size_t)n);
		if (sendto(fd, fits ? buf : "too long", fits ? (size_t)n : 8, 0,
			   (struct sockaddr *)&from, from_len) == -1)
			complain("sendto");
	}
}
