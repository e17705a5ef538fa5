/* Another right client: getline(), writev(), and a search in one buffer. */
#define _DEFAULT_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static char buf[8192];
static size_t len;

static char *find(char *at, size_t n, const char *mark)
{
	size_t k = strlen(mark);
	for (; n >= k; at++, n--)
		if (memcmp(at, mark, k) == 0)
			return at;
	return NULL;
}

static void hear(int fd)
{
	for (;;) {
		char *frame = find(buf, len, "{2H:"), *end = NULL;
		if (frame != NULL)
			end = find(frame + 4, len - (size_t)(frame + 4 - buf),
				   ":}");
		if (end != NULL) {
			fwrite(frame + 4, 1, (size_t)(end - frame - 4), stdout);
			puts("");
			fflush(stdout);
			len -= (size_t)(end + 2 - buf);
			memmove(buf, end + 2, len);
			return;
		}
		/* Room for more: drop the noise before a frame. */
		char *keep = frame != NULL ? frame
			     : len > 3     ? buf + len - 3
					   : buf;
		len -= (size_t)(keep - buf);
		memmove(buf, keep, len);
		ssize_t n =
			len >= 4102 ? 0 : read(fd, buf + len, sizeof buf - len);
		if (n <= 0) {
			fprintf(stderr, "no answer\n");
			exit(1);
		}
		len += (size_t)n;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9010"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0), status = 0;
	signal(SIGPIPE, SIG_IGN);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("connect"), 1;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	while ((n = getline(&line, &size, stdin)) != -1) {
		if (line[n - 1] == '\n')
			n--;
		if (n > 4096 || find(line, (size_t)n, ":}") != NULL) {
			fprintf(stderr, "can't be sent\n");
			status = 1;
			continue;
		}
		struct iovec part[] = {
			{"{2H:", 4}, {line, (size_t)n}, {":}", 2}};
		if (writev(fd, part, 3) != n + 6)
			return perror("send"), 1;
		hear(fd);
	}
	return status;
}
