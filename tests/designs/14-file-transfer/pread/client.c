/* The same without a reader and without moving a file's position: pread() and
 * pwrite() at a place that is counted. What was fetched is written into a file
 * without any name of its own kind: mkstemp() finds one. */
#include <fcntl.h>
#include <sys/stat.h>

#include "../../lessons/cksum.h"
#include "../../lessons/net.h"

static int server_fd;
static int status;
static char part[] = ".XXXXXX";

static void remove_part(void)
{
	if (strcmp(part, ".XXXXXX") != 0)
		unlink(part);
}

static void interrupted(int number)
{
	remove_part();
	_exit(128 + number);
}

/* Receives exactly len bytes, or ends the program. */
static void want(void *buf, size_t len)
{
	for (size_t have = 0; have < len;) {
		ssize_t n =
			recv_some(server_fd, (char *)buf + have, len - have);
		if (n == -1)
			die("recv");
		if (n == 0)
			die_because("the server has left");
		have += (size_t)n;
	}
}

static void want_header(struct header *header)
{
	unsigned char length[4];
	want(length, 4);
	header->len = get_u32(length);
	if (header->len > HEADER_MAX)
		die_because("a header of %zu bytes", header->len);
	want(header->text, header->len);
	if (!header_is_good(header))
		die_because("a header that is none");
}

static void say(const char *command, const char *name, long long size)
{
	struct header request = {0};
	header_add(&request, "from", "pread");
	header_add(&request, "command", "%s", command);
	if (name != NULL)
		header_add(&request, "name", "%s", name);
	if (size >= 0)
		header_add(&request, "size", "%lld", size);
	if (send_header(server_fd, &request, NULL, 0) == -1)
		die("send");
}

static bool no(const char *what, const char *why, size_t len)
{
	fprintf(stderr, "%s does not work: ", what);
	fwrite(why, 1, len, stderr);
	fputc('\n', stderr);
	status = 1;
	return false;
}

static bool ok(const char *what, struct header *answer)
{
	size_t len = 0;
	want_header(answer);
	const char *value = header_value(answer, "status", &len);
	if (value == NULL)
		die_because("an answer without a status");
	return (len == 2 && memcmp(value, "ok", 2) == 0) ||
	       no(what, value, len);
}

static bool good(const char *what, const char *name)
{
	size_t len = strlen(name);
	bool good = len >= 1 && len <= 255 && *name != '.';
	for (size_t i = 0; good && i < len; i++)
		good = name[i] != '/' && name[i] != 127 &&
		       (unsigned char)name[i] >= 32;
	return good || no(what, "a bad name", 10);
}

static void put(const char *path)
{
	static char block[100000];
	struct header answer;
	struct cksum sum = {0};
	struct stat st;
	const char *name = path + strlen(path);

	while (name > path && name[-1] != '/')
		name--;
	if (!good(path, name))
		return;
	if (lstat(path, &st) == -1 || !S_ISREG(st.st_mode)) {
		no(path, "no plain file", 13);
		return;
	}
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
	if (fd == -1) {
		no(path, "not to be read", 14);
		return;
	}
	say("put", name, st.st_size);
	if (!ok(path, &answer)) {
		close(fd);
		return;
	}
	for (off_t at = 0; at < st.st_size;) {
		ssize_t n = pread(fd, block, sizeof block, at);
		if (n <= 0)
			die_because("%s changes", path);
		if (n > st.st_size - at)
			n = (ssize_t)(st.st_size - at);
		cksum_add(&sum, block, (size_t)n);
		if (send_all(server_fd, block, (size_t)n) == -1)
			die("send");
		at += n;
	}
	close(fd);
	struct header end = {0};
	header_add(&end, "cksum", "%u", (unsigned)cksum_end(&sum));
	if (send_header(server_fd, &end, NULL, 0) == -1)
		die("send");
	if (ok(path, &answer))
		printf("%u %lld %s\n", (unsigned)cksum_end(&sum),
		       (long long)st.st_size, path);
}

/* A body, into a file or (-1) onto the screen. Returns whether it is right. */
static bool body(const struct header *answer, int fd, struct cksum *sum)
{
	static char block[100000];
	struct header end;
	uint64_t size, number;
	bool written = true;

	if (!header_number(answer, "size", 19, &size))
		die_because("an answer without a size");
	for (uint64_t at = 0; at < size;) {
		size_t most = size - at < sizeof block ? (size_t)(size - at)
						       : sizeof block;
		ssize_t n = recv_some(server_fd, block, most);
		if (n <= 0)
			die_because("the server has left");
		cksum_add(sum, block, (size_t)n);
		if (fd == -1)
			fwrite(block, 1, (size_t)n, stdout);
		else if (pwrite(fd, block, (size_t)n, (off_t)at) != n)
			written = false;
		at += (uint64_t)n;
	}
	want_header(&end);
	if (!header_number(&end, "cksum", 10, &number))
		die_because("no checksum");
	return written && number == cksum_end(sum);
}

static void get(const char *name)
{
	struct header answer;
	struct cksum sum = {0};
	struct stat st;

	if (!good(name, name))
		return;
	if (lstat(name, &st) == 0) {
		no(name, "there already", 13);
		return;
	}
	say("get", name, -1);
	if (!ok(name, &answer))
		return;
	memcpy(part, ".XXXXXX", sizeof part);
	int fd = mkstemp(part);
	if (fd == -1)
		die("mkstemp");
	bool right = body(&answer, fd, &sum);
	if (fchmod(fd, 0644) == -1 || close(fd) == -1)
		right = false;
	if (!right)
		no(name, "damaged, or no room", 19);
	else if (link(part, name) == -1)
		no(name, "there already", 13);
	else
		printf("%u %llu %s\n", (unsigned)cksum_end(&sum),
		       (unsigned long long)sum.len, name);
	remove_part();
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	server_fd = tcp_connect(argc > 2 ? argv[2] : "127.0.0.1",
				argc > 1 ? parse_port(argv[1]) : 9014);
	atexit(remove_part);
	signal(SIGINT, interrupted);
	char line[5000];
	ssize_t len;
	while ((len = read_line(line, sizeof line - 1)) != -1) {
		struct header answer;
		struct cksum sum = {0};
		line[(size_t)len < sizeof line ? len : 4999] = '\0';
		if (strncmp(line, "put ", 4) == 0) {
			put(line + 4);
		} else if (strncmp(line, "get ", 4) == 0) {
			get(line + 4);
		} else if (strcmp(line, "list") == 0) {
			say("list", NULL, -1);
			if (ok("list", &answer) && !body(&answer, -1, &sum))
				no("list", "damaged", 7);
		} else {
			no(line, "what?", 5);
		}
	}
	return status;
}
