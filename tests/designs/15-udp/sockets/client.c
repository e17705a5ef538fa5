/* client.c - a new socket for each question, so that no late answer is taken
 * for the next; it never waits in recvfrom(), but sleeps and looks. */
#include <fcntl.h>
#include <time.h>

#include "../../lessons/net.h"

static bool same_end(const struct sockaddr *a, socklen_t a_len,
		     const struct sockaddr *b, socklen_t b_len)
{
	char host[2][64], port[2][8];
	int how = NI_NUMERICHOST | NI_NUMERICSERV;
	return getnameinfo(a, a_len, host[0], 64, port[0], 8, how) == 0 &&
	       getnameinfo(b, b_len, host[1], 64, port[1], 8, how) == 0 &&
	       strcmp(host[0], host[1]) == 0 && strcmp(port[0], port[1]) == 0;
}

static bool ask(const struct addrinfo *to, const char *line, size_t len)
{
	int fd = socket(to->ai_family, SOCK_DGRAM, 0);
	if (fd == -1 || fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		die("socket");
	if (sendto(fd, line, len, 0, to->ai_addr, to->ai_addrlen) == -1) {
		complain("sendto");
		close(fd);
		return false;
	}
	struct timespec now, end;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += 1;
	do {
		char buf[65536];
		struct sockaddr_storage from;
		socklen_t from_len = sizeof from;
		ssize_t n = recvfrom(fd, buf, sizeof buf, 0,
				     (struct sockaddr *)&from, &from_len);
		if (n >= 0 && same_end((struct sockaddr *)&from, from_len,
				       to->ai_addr, to->ai_addrlen)) {
			fwrite(buf, 1, (size_t)n, stdout);
			puts("");
			close(fd);
			return true;
		}
		struct timespec nap = {.tv_nsec = n < 0 ? 5000000 : 0};
		nanosleep(&nap, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec ||
		 (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
	close(fd);
	puts("no answer");
	return false;
}

int main(int argc, char *argv[])
{
	static char line[70000];
	int errors = 0;

	start(argc, argv, "[PORT [HOST]]", 2);
	struct addrinfo *to =
		look_up(argc > 2 ? argv[2] : "127.0.0.1",
			argc > 1 ? parse_port(argv[1]) : 9015, 0, SOCK_DGRAM);
	for (;;) {
		ssize_t len = read_line(line, sizeof line);
		if (len < 0 || (len == 3 && !strncmp(line, "bye", 3)))
			return errors > 0;
		/* The kernel says what fits: EMSGSIZE. */
		if (len > (ssize_t)sizeof line)
			len = sizeof line;
		errors += !ask(to, line, (size_t)len);
	}
}
