/* Another right server: two streams on one connection, a process for each
 * caller, and the header taken apart by getc(). */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static char body[1 << 20];

static void talk(int fd)
{
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	static char room[1 << 16];
	int kind;

	setvbuf(out, room, _IOFBF, sizeof room);
	while ((kind = getc(in)) == 1 || kind == 2) {
		unsigned long n = 0;
		for (int i = 0; i < 4; i++) {
			int c = getc(in);
			if (c == EOF)
				return;
			n = n * 256 + (unsigned long)c;
		}
		if (n > sizeof body || fread(body, 1, n, in) != n)
			return;
		putc(kind, out);
		for (int i = 24; i >= 0; i -= 8)
			putc((int)(n >> i & 255), out);
		for (unsigned long i = 0; i < n; i++) {
			int c = (unsigned char)body[i];
			if (c < 128)
				c = kind == 1 ? toupper(c) : tolower(c);
			putc(c, out);
		}
		if (fflush(out) == EOF)
			return;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in me = {.sin_family = AF_INET};
	socklen_t size = sizeof me;
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	me.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9012"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &me.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&me, sizeof me) || listen(fd, 64) ||
	    getsockname(fd, (struct sockaddr *)&me, &size)) {
		perror("start");
		return 1;
	}
	printf("up on port %d\n", ntohs(me.sin_port));
	fflush(stdout);
	for (;;) {
		int c = accept(fd, NULL, NULL);
		if (c == -1)
			continue;
		if (fork() == 0) {
			close(fd);
			talk(c);
			_exit(0);
		}
		close(c);
	}
}
