/* Another right server: a child for each caller, and a stream in each
 * direction, from which fread() takes whole records. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct record {
	char text[16];
};

static void talk(int fd)
{
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	struct record record;

	while (fread(&record, sizeof record, 1, in) == 1) {
		for (size_t i = 0; i < sizeof record; i++)
			if (record.text[i] >= 'a' && record.text[i] <= 'z')
				record.text[i] = (char)(record.text[i] - 32);
		if (fwrite(&record, sizeof record, 1, out) != 1 ||
		    fflush(out) != 0)
			break;
	}
}

int main(int argc, char **argv)
{
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0), client;
	struct sockaddr_in at = {.sin_family = AF_INET};

	signal(SIGCHLD, SIG_IGN);
	at.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9009"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &at.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
	    listen(fd, 3) != 0) {
		perror("cannot listen");
		return 1;
	}
	puts("ready to serve");
	fflush(stdout);
	for (;;) {
		client = accept(fd, NULL, NULL);
		if (client < 0)
			continue;
		if (fork() == 0) {
			close(fd);
			talk(client);
			_exit(0);
		}
		close(client);
	}
}
