/* client.c - another design: a timer's signal rings in a pipe, and doubles go at the end
 *
 * usage: client [PORT [ADDRESS/PREFIX]]
 */
#include <poll.h>
#include <sys/time.h>

#include "../../lessons/net.h"

static int bell[2];

static void ring(int number)
{
	int reason = errno;

	(void)number;
	if (write(bell[1], "", 1) == -1)
		_exit(1);
	errno = reason;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [ADDRESS/PREFIX]]", 2);
	unsigned a, b, c, d, prefix;
	int end = 0, on = 1;
	const char *network = argc > 2 ? argv[2] : "127.0.0.1/8";

	if (sscanf(network, "%u.%u.%u.%u/%u%n", &a, &b, &c, &d, &prefix,
		   &end) != 5 ||
	    network[end] != '\0' || prefix < 1 || prefix > 30)
		wrong_usage("not such a network: %s", network);
	uint32_t own = a << 24 | b << 16 | c << 8 | d;
	uint32_t mask = ~(UINT32_MAX >> prefix);
	struct sockaddr_in all = {
		.sin_family = AF_INET,
		.sin_port = htons(argc > 1 ? parse_port(argv[1]) : 9017),
		.sin_addr.s_addr = htonl((own & mask) + ~mask),
	};
	char *lines[5000];
	size_t count = 0;

	if (pipe(bell) == -1)
		die("pipe");
	struct sigaction action = {.sa_handler = ring};
	sigaction(SIGALRM, &action, NULL);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
	/* alarm() knows whole seconds only. */
	struct itimerval half = {.it_value.tv_usec = 500000};
	if (setitimer(ITIMER_REAL, &half, NULL) == -1)
		die("setitimer");
	if (sendto(fd, "who is there?", 13, 0, (struct sockaddr *)&all,
		   sizeof all) == -1)
		die("sendto");
	for (;;) {
		struct pollfd both[] = {
			{.fd = bell[0], .events = POLLIN},
			{.fd = fd, .events = POLLIN},
		};
		if (poll(both, 2, -1) == -1 && errno != EINTR)
			die("poll");
		else if (both[0].revents != 0)
			break;
		else if (both[1].revents == 0)
			continue;
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		char buf[2000], text[INET_ADDRSTRLEN];
		ssize_t n = recvfrom(fd, buf, sizeof buf - 1, 0,
				     (struct sockaddr *)&from, &len),
			i;
		if (n < 6 || n > 69 || memcmp(buf, "here ", 5) != 0)
			continue;
		for (i = 5; i < n && buf[i] > ' ' && buf[i] < 127; i++)
			;
		if (i < n ||
		    (ntohl(from.sin_addr.s_addr) & mask) != (own & mask))
			continue;
		inet_ntop(AF_INET, &from.sin_addr, text, sizeof text);
		if (count == 5000 || (lines[count] = malloc(100)) == NULL)
			continue;
		snprintf(lines[count++], 100, "%s %.*s", text, (int)n - 5,
			 buf + 5);
	}
	qsort(lines, count, sizeof lines[0], by_bytes);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(lines[i - 1], lines[i]) != 0)
			printf("%s\n", lines[i]);
		if (i > 0)
			free(lines[i - 1]);
	}
	if (count > 0)
		free(lines[count - 1]);
	return 0;
}
