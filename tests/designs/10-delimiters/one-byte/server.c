/* Another right server: one recv() a byte. Slow, and right. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void talk(int fd)
{
	char window[4] = {0}, c, frame[4102];
	while (read(fd, &c, 1) == 1) {
		memmove(window, window + 1, 3);
		window[3] = c;
		if (memcmp(window, "{2H:", 4) != 0)
			continue;
		size_t n = 4;
		memcpy(frame, window, 4);
		memset(window, 0, 4);
		do {
			if (n == sizeof frame || read(fd, &c, 1) != 1)
				return;
			if (c >= 'a' && c <= 'z')
				c -= 32;
			frame[n++] = c;
		} while (n < 6 || c != '}' || frame[n - 2] != ':');
		for (size_t i = 0; i < n; i++)
			if (write(fd, frame + i, 1) != 1)
				return;
	}
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9010"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	signal(SIGPIPE, SIG_IGN);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("bind"), 1;
	listen(fd, 5);
	puts("listening");
	fflush(stdout);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		if (c == -1)
			continue;
		talk(c);
		close(c);
	}
}
