/* Another right client: sends and listens at once, and has sent all it will
 * when the server has closed its half. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9006"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0), some = 0;
	char out[3000], in[100];
	ssize_t n;

	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("connect"), 1;
	struct pollfd both[2] = {{.fd = fd, .events = POLLIN},
				 {.fd = STDIN_FILENO, .events = POLLIN}};
	for (;;) {
		if (poll(both, 2, -1) == -1)
			return perror("poll"), 1;
		if (both[0].revents != 0) {
			n = recv(fd, in, sizeof in, 0);
			if (n == -1)
				return perror("recv"), 1;
			if (n == 0)
				break;
			some = 1;
			fwrite(in, 1, (size_t)n, stdout);
		}
		if (both[1].revents != 0) {
			n = read(STDIN_FILENO, out, sizeof out);
			if (n <= 0) {
				shutdown(fd, SHUT_WR);
				both[1].fd = -1;
			}
			for (ssize_t k, at = 0; at < n; at += k)
				if ((k = send(fd, out + at, (size_t)(n - at),
					      MSG_NOSIGNAL)) == -1)
					return perror("send"), 1;
		}
	}
	return some ? 0 : (fputs("no answer\n", stderr), 1);
}
