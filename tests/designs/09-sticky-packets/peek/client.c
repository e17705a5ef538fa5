/* Another right client: snprintf() is given room for its zero byte, and recv()
 * waits for all, in a loop, since a signal may end it early. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	char line[4096], record[18];
	int bad = 0;

	a.sin_port = htons((in_port_t)atoi(argc > 1 ? argv[1] : "9009"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("connect"), 9;
	for (int c = getchar(); c != EOF; c = getchar()) {
		int len = 0, got = 0, n;
		for (; c != EOF && c != '\n'; c = getchar(), len++)
			if (len < 4096)
				line[len] = (char)c;
		if (len > 16) {
			fprintf(stderr, "%d bytes are too many\n", len);
			bad = 9;
			continue;
		}
		snprintf(record, sizeof record, "%-16s", "");
		memcpy(record, line, (size_t)len);
		if (send(fd, record, 16, MSG_NOSIGNAL) != 16)
			return perror("send"), 9;
		while (got < 16) {
			n = (int)recv(fd, record + got, (size_t)(16 - got),
				      MSG_WAITALL);
			if (n < 0 && errno == EINTR)
				continue;
			if (n <= 0)
				return fputs("hung up\n", stderr), 9;
			got += n;
		}
		while (got > 0 && record[got - 1] == 0x20)
			got--;
		fwrite(record, 1, (size_t)got, stdout);
		puts("");
		fflush(stdout);
	}
	return bad;
}
