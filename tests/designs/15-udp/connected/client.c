/* client.c - a connected UDP socket: the kernel keeps strangers out, and one
 * recv() with SO_RCVTIMEO waits for the second. A refusal is told at once. */
#include <arpa/inet.h>
#include <sys/time.h>

#include "../../lessons/common.h"

enum { ROOM = 65536 };

int main(int argc, char *argv[])
{
	static char line[ROOM], buf[ROOM];
	int status = 0;

	start(argc, argv, "[PORT [HOST]]", 2);
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(argc > 1 ? parse_port(argv[1]) : 9015),
	};
	if (inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1",
		      &addr.sin_addr) != 1)
		wrong_usage("HOST is an IPv4 address");
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("connect");
	struct timeval second = {.tv_sec = 1};
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second) ==
	    -1)
		die("setsockopt");

	for (;;) {
		printf("? ");
		fflush(stdout);
		ssize_t len = read_line(line, sizeof line);
		if (len == -1 || (len == 3 && memcmp(line, "bye", 3) == 0))
			break;
		ssize_t n = -1;
		if (len <= ROOM) {
			n = send(fd, line, (size_t)len, 0);
			/* A refusal of an earlier one: this one is not sent. */
			if (n == -1 && errno == ECONNREFUSED)
				n = send(fd, line, (size_t)len, 0);
		} else {
			errno = EMSGSIZE;
		}
		if (n == -1) {
			complain("send");
			status = 1;
			continue;
		}
		n = recv(fd, buf, sizeof buf, 0);
		if (n == -1) {
			puts("no answer");
			status = 1;
			continue;
		}
		for (ssize_t i = 0; i < n; i++)
			putchar(buf[i]);
		puts("");
	}
	return status;
}
