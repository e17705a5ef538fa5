/* client.c - SO_RCVTIMEO, set anew before each recvfrom() to what is left; the
 * addresses are compared as memory, which is right for IPv4 where both are
 * filled with zeros first. */
#include <arpa/inet.h>
#include <stdbool.h>
#include <sys/time.h>
#include <time.h>

#include "../../lessons/common.h"

static char line[65507], buf[1024];
static struct sockaddr_in server;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool ask(int fd, size_t len)
{
	if (sendto(fd, line, len, 0, (struct sockaddr *)&server,
		   sizeof server) == -1) {
		complain("sendto");
		return false;
	}
	for (double end = now() + 1, left; (left = end - now()) > 0;) {
		/* 0 would mean: no limit. */
		struct timeval limit = {
			.tv_sec = (time_t)left,
			.tv_usec = (suseconds_t)((left - (int)left) * 1e6) + 1,
		};
		if (limit.tv_usec > 999999)
			limit.tv_usec = 999999;
		if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit,
			       sizeof limit) == -1)
			die("setsockopt");
		struct sockaddr_in from;
		socklen_t from_len = sizeof from;
		memset(&from, 0, sizeof from);
		ssize_t n = recvfrom(fd, buf, sizeof buf, 0,
				     (struct sockaddr *)&from, &from_len);
		if (n == -1 || memcmp(&from, &server, sizeof from) != 0)
			continue;
		fwrite(buf, 1, (size_t)n, stdout);
		printf("\n");
		return true;
	}
	printf("no answer\n");
	return false;
}

int main(int argc, char *argv[])
{
	ssize_t len;
	bool well = true;

	start(argc, argv, "[PORT [HOST]]", 2);
	server.sin_family = AF_INET;
	server.sin_port = htons(argc > 1 ? parse_port(argv[1]) : 9015);
	server.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(PF_INET, SOCK_DGRAM, IPPROTO_UDP);
	if (fd == -1)
		die("socket");
	while ((len = read_line(line, sizeof line)) >= 0) {
		if (len == 3 && strncmp(line, "bye", 3) == 0)
			break;
		if ((size_t)len > sizeof line) {
			fprintf(stderr, "too much at once\n");
			well = false;
			continue;
		}
		well = ask(fd, (size_t)len) && well;
	}
	exit(well ? EXIT_SUCCESS : EXIT_FAILURE);
}
