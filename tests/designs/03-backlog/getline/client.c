/* Another right client: getline and read, with other words on the screen. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	char *line = NULL, heard[1024];
	size_t room = 0;

	signal(SIGPIPE, SIG_IGN);
	to.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9003"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &to.sin_addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0), bad = 0;
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		return perror("connect"), 1;
	for (;;) {
		ssize_t n = read(fd, heard, sizeof heard);
		if (n <= 0) {
			fputs("the line is dead\n", stderr);
			return 1;
		}
		printf("operator: ");
		fwrite(heard, 1, (size_t)n, stdout);
		printf("\nyou: ");
		fflush(stdout);
		if (n == 6 && memcmp(heard, "byebye", 6) == 0)
			return bad;
		do {
			n = getline(&line, &room, stdin);
			if (n > 0 && line[n - 1] == '\n')
				n--;
			if (n == 0 || n > 1024)
				bad = 1, fputs("not that\n", stderr);
		} while (n == 0 || n > 1024);
		const char *text = n < 0 ? "byebye" : line;
		n = n < 0 ? 6 : n;
		if (write(fd, text, (size_t)n) != n)
			return perror("write"), 1;
		if (n == 6 && memcmp(text, "byebye", 6) == 0)
			return bad;
	}
}
