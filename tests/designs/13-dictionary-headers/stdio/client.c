/* Another right client: streams, getline() for the lines of the header too, and
 * a prompt. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The number behind name in a header that has all its newlines; -1. */
static long value(const char *header, size_t len, const char *name)
{
	long found = -1;
	size_t name_len = strlen(name);
	for (const char *at = header; at < header + len;) {
		const char *end = strchr(at, '\n');
		if (strncmp(at, name, name_len) == 0 && at[name_len] == ':') {
			size_t digits = strspn(at + name_len + 2, "0123456789");
			if (found != -1 || digits < 1 || digits > 10 ||
			    at + name_len + 2 + digits != end)
				return -1;
			found = atol(at + name_len + 2);
		}
		at = end + 1;
	}
	return found;
}

static int copy(FILE *from, FILE *to, long n)
{
	for (; n > 0; n--) {
		int c = getc(from);
		if (c == EOF)
			return -1;
		putc(c, to);
	}
	fflush(to);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	int bad = 0, fd = socket(AF_INET, SOCK_STREAM, 0);
	static char room[1 << 17];
	char *line = NULL, header[4097];
	size_t size = 0;
	ssize_t n;

	signal(SIGPIPE, SIG_IGN);
	to.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "9013"));
	inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &to.sin_addr);
	if (connect(fd, (struct sockaddr *)&to, sizeof to)) {
		perror("call");
		return 3;
	}
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	setvbuf(out, room, _IOFBF, sizeof room);
	while (fputs("$ ", stdout), fflush(stdout),
	       (n = getline(&line, &size, stdin)) >= 0) {
		if (n > 0 && line[n - 1] == '\n')
			n--;
		if (n < 1 || n > 65536) {
			fputs("no, not that\n", stderr);
			bad = 4;
			continue;
		}
		int len = snprintf(header, sizeof header,
				   "client: stdio\ncommand-length: %zd\n", n);
		fwrite((char[]){0, 0, (char)(len >> 8), (char)len}, 1, 4, out);
		fwrite(header, 1, (size_t)len, out);
		fwrite(line, 1, (size_t)n, out);
		fflush(out);

		unsigned char b[4];
		size_t m = 0;
		if (fread(b, 1, 4, in) != 4 || b[0] + b[1] != 0 ||
		    (m = b[2] * 256U + b[3]) < 1 || m > 4096 ||
		    fread(header, 1, m, in) != m || header[m - 1] != '\n')
			goto none;
		header[m] = '\0';
		long status = value(header, m, "exit-status");
		long o = value(header, m, "stdout-length");
		long e = value(header, m, "stderr-length");
		if (status < 0 || o < 0 || e < 0 || o > 1 << 24 ||
		    e > 1 << 24 || copy(in, stdout, o) || copy(in, stderr, e))
			goto none;
		fprintf(stderr, "exit status %ld\n", status);
		char *why = strstr(header, "error: ");
		if (why != NULL && (why == header || why[-1] == '\n')) {
			fprintf(stderr, "it says %s", why);
			bad = 5;
		}
	}
	free(line);
	return bad;
none:
	fputs("that was no answer\n", stderr);
	return 6;
}
