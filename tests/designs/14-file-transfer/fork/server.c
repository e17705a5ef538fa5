/* The same with a process for each caller. It receives without a reader:
 * exactly what is wanted, with MSG_WAITALL, and never a byte more. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../../lessons/cksum.h"
#include "../../lessons/net.h"

enum { BLOCK = 4096 };
static char part[40];

static void remove_part(int number)
{
	unlink(part);
	_exit(number);
}

/* The parent's end: the children have theirs to remove. */
static void stop_all(int number)
{
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) != -1)
		;
	_exit(number);
}

static void leave(void)
{
	remove_part(0);
}

/* Receives exactly len bytes, or ends this caller's process. */
static void want(int fd, void *buf, size_t len)
{
	size_t have = 0;
	while (have < len) {
		ssize_t n =
			recv(fd, (char *)buf + have, len - have, MSG_WAITALL);
		if (n <= 0)
			leave();
		have += (size_t)n;
	}
}

static struct header want_header(int fd)
{
	struct header header;
	unsigned char length[4];
	want(fd, length, 4);
	header.len = get_u32(length);
	if (header.len == 0 || header.len > HEADER_MAX)
		leave();
	want(fd, header.text, header.len);
	if (!header_is_good(&header))
		leave();
	return header;
}

static void say(int fd, const char *status, long long size)
{
	char text[400];
	unsigned char both[500];
	int len = size < 0 ? snprintf(text, sizeof text, "status: %s\n", status)
			   : snprintf(text, sizeof text,
				      "size: %lld\nstatus: %s\n", size, status);
	put_u32(both, (uint32_t)len);
	memcpy(both + 4, text, (size_t)len);
	if (send_all(fd, both, (size_t)len + 4) == -1)
		leave();
}

static void say_cksum(int fd, const struct cksum *sum)
{
	struct header trailer = {0};
	header_add(&trailer, "cksum", "%lu", (unsigned long)cksum_end(sum));
	if (send_header(fd, &trailer, NULL, 0) == -1)
		leave();
}

static bool good(const char *name, size_t len)
{
	static const char bad[] = "/\177";
	if (len == 0 || len > 255 || name[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if ((name[i] >= 0 && name[i] < ' ') ||
		    memchr(bad, name[i], 2) != NULL)
			return false;
	return true;
}

static void put(int fd, const char *name, uint64_t size)
{
	char block[BLOCK];
	struct cksum sum = {0};
	int reason = 0;

	/* Beside, in a directory of its own kind of name. */
	snprintf(part, sizeof part, ".%ld~", (long)getpid());
	unlink(part);
	int file_fd = open(part, O_RDWR | O_CREAT | O_EXCL, 0644);
	if (file_fd == -1 || access(name, F_OK) == 0 ||
	    readlink(name, block, sizeof block) != -1) {
		close(file_fd);
		unlink(part);
		say(fd, "no", -1);
		return;
	}
	say(fd, "ok", -1);
	for (uint64_t have = 0; have < size;) {
		size_t n = size - have < BLOCK ? (size_t)(size - have) : BLOCK;
		want(fd, block, n);
		cksum_add(&sum, block, n);
		if (reason == 0 && write(file_fd, block, n) != (ssize_t)n)
			reason = 1;
		have += n;
	}
	struct header trailer = want_header(fd);
	uint64_t number;
	if (!header_number(&trailer, "cksum", 10, &number))
		leave();
	if (close(file_fd) == -1 || number != cksum_end(&sum))
		reason = 1;
	if (reason == 0 && link(part, name) == -1)
		reason = 1;
	unlink(part);
	say(fd, reason == 0 ? "ok" : "it went wrong", -1);
}

static void give(int fd, const char *name)
{
	char block[BLOCK];
	struct cksum sum = {0};
	struct stat st;
	int file_fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);

	if (file_fd == -1 || fstat(file_fd, &st) == -1 ||
	    !S_ISREG(st.st_mode)) {
		close(file_fd);
		say(fd, "no", -1);
		return;
	}
	say(fd, "ok", st.st_size);
	for (off_t at = 0; at < st.st_size;) {
		ssize_t n = pread(file_fd, block, BLOCK, at);
		if (n <= 0)
			leave();
		if (n > st.st_size - at)
			n = (ssize_t)(st.st_size - at);
		if (send_all(fd, block, (size_t)n) == -1)
			leave();
		cksum_add(&sum, block, (size_t)n);
		at += n;
	}
	close(file_fd);
	say_cksum(fd, &sum);
}

/* Sorted by looking again and again for the next name. */
static void list(int fd)
{
	static char text[65536], last[256], next[256];
	size_t len = 0;
	do {
		DIR *dir = opendir(".");
		struct dirent *entry;
		struct stat st;
		next[0] = '\0';
		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			const char *name = entry->d_name;
			if (good(name, strlen(name)) &&
			    strcmp(name, last) > 0 &&
			    (next[0] == '\0' || strcmp(name, next) < 0) &&
			    lstat(name, &st) == 0 && S_ISREG(st.st_mode))
				memcpy(next, name, strlen(name) + 1);
		}
		if (dir != NULL)
			closedir(dir);
		if (next[0] != '\0' && lstat(next, &st) == 0)
			len += (size_t)snprintf(text + len, sizeof text - len,
						"%lld %s\n",
						(long long)st.st_size, next);
		memcpy(last, next, sizeof last);
	} while (next[0] != '\0' && len < sizeof text - 300);

	struct cksum sum = {0};
	cksum_add(&sum, text, len);
	say(fd, "ok", (long long)len);
	if (send_all(fd, text, len) == -1)
		leave();
	say_cksum(fd, &sum);
}

static void serve(int fd)
{
	for (;;) {
		struct header request = want_header(fd);
		char name[256] = "";
		size_t len, name_len = 0;
		uint64_t size = 0;

		const char *command = header_value(&request, "command", &len);
		if (command == NULL)
			leave();
		if (len == 4 && memcmp(command, "list", 4) == 0) {
			list(fd);
			continue;
		}
		const char *value = header_value(&request, "name", &name_len);
		bool puts = len == 3 && memcmp(command, "put", 3) == 0;
		bool gets = len == 3 && memcmp(command, "get", 3) == 0;
		if (value == NULL || (!puts && !gets) ||
		    (puts && !header_number(&request, "size", 19, &size)))
			leave();
		if (!good(value, name_len)) {
			say(fd, "what a name", -1);
			continue;
		}
		memcpy(name, value, name_len);
		if (puts)
			put(fd, name, size);
		else
			give(fd, name);
	}
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [DIR]]]", 3);
	if (argc > 3 && chdir(argv[3]) == -1)
		die(argv[3]);
	int listen_fd = tcp_listen(argc > 2 ? argv[2] : "127.0.0.1",
				   argc > 1 ? parse_port(argv[1]) : 9014, 5);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGTERM, stop_all);
	signal(SIGINT, stop_all);
	ready(listen_fd);
	for (;;) {
		int fd = tcp_accept(listen_fd);
		if (fork() == 0) {
			signal(SIGTERM, remove_part);
			signal(SIGINT, remove_part);
			close(listen_fd);
			serve(fd);
		}
		close(fd);
	}
}
