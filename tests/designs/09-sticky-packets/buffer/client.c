/* Another right client: getline, one byte a read, a prompt before each line. */
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
	char *line = NULL, in[16], out[16];
	size_t room = 0;
	ssize_t n;
	int refused = 0;

	signal(SIGPIPE, SIG_IGN);
	to.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9009"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &to.sin_addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		perror("connect");
		return 2;
	}
	printf("up to 16 bytes> ");
	fflush(stdout);
	while ((n = getline(&line, &room, stdin)) >= 0) {
		if (n > 0 && line[n - 1] == '\n')
			n--;
		if (n > 16) {
			fputs("too long\n", stderr);
			refused = 3;
			continue;
		}
		for (int i = 0; i < 16; i++)
			out[i] = i < n ? line[i] : ' ';
		for (int i = 0; i < 16; i += 4)
			if (write(fd, out + i, 4) != 4)
				goto gone;
		for (int i = 0; i < 16; i++)
			if (read(fd, in + i, 1) != 1)
				goto gone;
		for (n = 16; n > 0 && in[n - 1] == ' ';)
			n--;
		fwrite(in, (size_t)n, 1, stdout);
		printf("\nup to 16 bytes> ");
		fflush(stdout);
	}
	free(line);
	return refused;
gone:
	fputs("there is no server any more\n", stderr);
	free(line);
	return 4;
}
