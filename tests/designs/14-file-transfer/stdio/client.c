/* The same with streams of the C library, and lines by getline(). */
#include <fcntl.h>
#include <sys/stat.h>

#include "../../lessons/cksum.h"
#include "../../lessons/net.h"

static FILE *in, *out;
static char lines[4097];
static int failures;
static char work[] = ".download";

static void quit(int number)
{
	unlink(work);
	_exit(128 + number);
}

static void gone(void)
{
	unlink(work);
	die_because("the server is gone, or talks nonsense");
}

static void get_header(void)
{
	unsigned char l[4];
	if (fread(l, 1, 4, in) != 4)
		gone();
	size_t len = (size_t)l[0] << 24 | (size_t)l[1] << 16 |
		     (size_t)l[2] << 8 | l[3];
	if (len > 4096 || fread(lines, 1, len, in) != len)
		gone();
	lines[len] = '\0';
}

static const char *find(const char *name)
{
	size_t n = strlen(name);
	for (char *at = lines; at != NULL && *at != '\0';) {
		char *end = strchr(at, '\n');
		if (strncmp(at, name, n) == 0 && at[n] == ':')
			return at + n + 2;
		at = end == NULL ? NULL : end + 1;
	}
	gone();
	return NULL;
}

static void put_header(const char *text)
{
	size_t len = strlen(text);
	unsigned char l[4] = {0, 0, (unsigned char)(len >> 8),
			      (unsigned char)len};
	fwrite(l, 1, 4, out);
	fwrite(text, 1, len, out);
	if (fflush(out) != 0)
		gone();
}

static int is_ok(const char *what)
{
	get_header();
	const char *status = find("status");
	if (strncmp(status, "ok\n", 3) == 0)
		return 1;
	fprintf(stderr, "%s: %.*s\n", what, (int)strcspn(status, "\n"), status);
	failures++;
	return 0;
}

static int wrong(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	failures++;
	return 0;
}

static int good(const char *name)
{
	if (*name == '\0' || *name == '.' || strlen(name) > 255)
		return 0;
	for (; *name != '\0'; name++)
		if (*name == '/' || (unsigned char)*name < 32 || *name == 127)
			return 0;
	return 1;
}

static int put(const char *path)
{
	static char block[30000], request[700];
	struct cksum sum = {0};
	struct stat st;
	const char *name = strrchr(path, '/');
	name = name == NULL ? path : name + 1;

	if (!good(name))
		return wrong(path, "no name for a file");
	if (lstat(path, &st) == -1 || !S_ISREG(st.st_mode))
		return wrong(path, "no such plain file");
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return wrong(path, "cannot be read");
	snprintf(request, sizeof request,
		 "size: %lld\nname: %s\ncommand: put\n", (long long)st.st_size,
		 name);
	put_header(request);
	if (!is_ok(path))
		return fclose(file);
	for (off_t left = st.st_size; left > 0;) {
		size_t n = fread(block, 1,
				 left < (off_t)sizeof block ? (size_t)left
							    : sizeof block,
				 file);
		if (n == 0)
			gone();
		cksum_add(&sum, block, n);
		if (fwrite(block, 1, n, out) != n)
			gone();
		left -= (off_t)n;
	}
	fclose(file);
	snprintf(request, sizeof request, "cksum: %lu\n",
		 (unsigned long)cksum_end(&sum));
	put_header(request);
	if (is_ok(path))
		printf("%lu %lld %s\n", (unsigned long)cksum_end(&sum),
		       (long long)st.st_size, path);
	return 0;
}

/* Receives a body into file. Returns its checksum, and whether all is well. */
static unsigned long body(FILE *file, int *right)
{
	static char block[30000];
	struct cksum sum = {0};
	unsigned long long left = strtoull(find("size"), NULL, 10);

	while (left > 0) {
		size_t n = fread(
			block, 1,
			left < sizeof block ? (size_t)left : sizeof block, in);
		if (n == 0)
			gone();
		cksum_add(&sum, block, n);
		fwrite(block, 1, n, file);
		left -= n;
	}
	*right = fflush(file) == 0 && !ferror(file);
	get_header();
	*right &= strtoull(find("cksum"), NULL, 10) == cksum_end(&sum);
	return cksum_end(&sum);
}

static int get(const char *name)
{
	static char request[700];
	struct stat st;
	int right;

	if (!good(name))
		return wrong(name, "no name for a file");
	if (lstat(name, &st) == 0)
		return wrong(name, "is here already");
	snprintf(request, sizeof request, "command: get\nname: %s\n", name);
	put_header(request);
	if (!is_ok(name))
		return 0;
	FILE *file = fopen(work, "wb");
	if (file == NULL)
		gone();
	unsigned long sum = body(file, &right);
	fseek(file, 0, SEEK_END);
	long long size = ftell(file);
	if (fclose(file) != 0)
		right = 0;
	if (right && link(work, name) == 0)
		printf("%lu %lld %s\n", sum, size, name);
	else
		wrong(name, "not kept: it was not whole and right, or the name "
			    "was taken");
	unlink(work);
	return 0;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, quit);
	int fd = tcp_connect(argc > 2 ? argv[2] : "127.0.0.1",
			     argc > 1 ? parse_port(argv[1]) : 9014);
	in = fdopen(fd, "rb");
	out = fdopen(dup(fd), "wb");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	while ((len = getline(&line, &room, stdin)) != -1) {
		if (len > 0 && line[len - 1] == '\n')
			line[--len] = '\0';
		int right = 1;
		if (strncmp(line, "put ", 4) == 0) {
			put(line + 4);
		} else if (strncmp(line, "get ", 4) == 0) {
			get(line + 4);
		} else if (strcmp(line, "list") == 0) {
			put_header("command: list\n");
			if (is_ok("list"))
				body(stdout, &right);
		} else {
			right = 0;
		}
		if (!right)
			wrong(line, "did not work");
	}
	return failures > 0;
}
