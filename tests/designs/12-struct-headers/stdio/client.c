/* Another right client: getline() and streams, a prompt, and messages in
 * German. */
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
	int bad = 0, fd = socket(AF_INET, SOCK_STREAM, 0);
	static char answer[1 << 20], room[1 << 16];
	unsigned char head[5];
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	signal(SIGPIPE, SIG_IGN);
	to.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9012"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &to.sin_addr);
	if (connect(fd, (struct sockaddr *)&to, sizeof to)) {
		perror("keine Verbindung");
		return 3;
	}
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	setvbuf(out, room, _IOFBF, sizeof room);
	while ((n = getline(&line, &size, stdin)) >= 0) {
		if (n > 0 && line[n - 1] == '\n')
			n--;
		if (n < 2 || n > 2 + (1 << 20) || line[1] != ' ' ||
		    strchr("ul", line[0]) == NULL) {
			fputs("bitte u TEXT oder l TEXT\n", stderr);
			bad = 4;
			continue;
		}
		n -= 2;
		head[0] = line[0] == 'u' ? 1 : 2;
		head[1] = 0;
		head[2] = (unsigned char)(n / 65536);
		head[3] = (unsigned char)(n / 256 % 256);
		head[4] = (unsigned char)(n % 256);
		fwrite(head, 5, 1, out);
		fwrite(line + 2, 1, (size_t)n, out);
		if (fflush(out) == EOF)
			break;
		int kind = head[0];
		if (fread(head, 5, 1, in) != 1 || head[0] != kind ||
		    head[1] != 0)
			break;
		size_t len = (size_t)head[2] * 65536 + head[3] * 256U + head[4];
		if (len > sizeof answer || fread(answer, 1, len, in) != len)
			break;
		printf("> ");
		fwrite(answer, 1, len, stdout);
		puts("");
		fflush(stdout);
	}
	if (n >= 0) {
		fputs("das war keine Antwort\n", stderr);
		return 5;
	}
	free(line);
	return bad;
}
