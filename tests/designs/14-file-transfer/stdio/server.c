/* The same with streams of the C library: one to read and one to write for each
 * connection, and one for each file. What is whole gets its name in two steps:
 * the name is taken first (an empty file that must be new), then replaced. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../../lessons/cksum.h"
#include "../../lessons/net.h"

static char work[64];

static void quit(int number)
{
	unlink(work);
	_exit(128 + number);
}

/* The lines of a header, as a C string without zero bytes. */
static char lines[4097];

static int get_header(FILE *in)
{
	unsigned char l[4];
	if (fread(l, 1, 4, in) != 4)
		return 0;
	unsigned long len =
		(unsigned long)l[0] << 24 | l[1] << 16 | l[2] << 8 | l[3];
	if (len == 0 || len > 4096 || fread(lines, 1, len, in) != len)
		return 0;
	lines[len] = '\0';
	if (lines[len - 1] != '\n')
		return 0;
	/* Zero bytes are moved out of the way: none is welcome anywhere. */
	for (unsigned long i = 0; i < len; i++)
		if (lines[i] == '\0')
			lines[i] = '\1';
	return 1;
}

/* The value of a line, newly allocated; NULL if it is not there just once. */
static char *value_of(const char *name)
{
	char *found = NULL;
	size_t n = strlen(name);
	for (char *at = lines; *at != '\0'; at = strchr(at, '\n') + 1) {
		if (strncmp(at, name, n) != 0 || at[n] != ':' ||
		    at[n + 1] != ' ')
			continue;
		if (found != NULL) {
			free(found);
			return NULL;
		}
		size_t len = strcspn(at + n + 2, "\n");
		found = malloc(len + 1);
		if (found == NULL)
			die("malloc");
		memcpy(found, at + n + 2, len);
		found[len] = '\0';
	}
	return found;
}

/* 1 and the number, or 0. */
static int number_of(const char *name, size_t digits,
		     unsigned long long *number)
{
	char *text = value_of(name), *end;
	int ok = text != NULL && isdigit((unsigned char)text[0]) &&
		 strlen(text) <= digits;
	if (ok) {
		*number = strtoull(text, &end, 10);
		ok = *end == '\0';
	}
	free(text);
	return ok;
}

static void put_header(FILE *out, const char *text)
{
	size_t len = strlen(text);
	unsigned char l[4] = {(unsigned char)(len >> 24),
			      (unsigned char)(len >> 16),
			      (unsigned char)(len >> 8), (unsigned char)len};
	fwrite(l, 1, 4, out);
	fwrite(text, 1, len, out);
}

static int say(FILE *out, const char *why)
{
	char text[300];
	snprintf(text, sizeof text, "server: stdio\nstatus: %s\n", why);
	put_header(out, text);
	return fflush(out) == 0;
}

static int good(const char *name)
{
	if (strlen(name) < 1 || strlen(name) > 255 || *name == '.')
		return 0;
	for (; *name != '\0'; name++)
		if (*name == '/' || (unsigned char)*name < ' ' || *name == 127)
			return 0;
	return 1;
}

static int take_name(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd == -1)
		return -1;
	close(fd);
	return rename(work, name);
}

static int put(FILE *in, FILE *out, const char *name, unsigned long long size)
{
	static char block[65536];
	const char *why = NULL;
	struct cksum sum = {0};
	struct stat st;
	unsigned long long number;

	if (lstat(name, &st) == 0)
		return say(out, "there is such a file");
	snprintf(work, sizeof work, ".part%ld", (long)getpid());
	FILE *file = fopen(work, "wb");
	if (file == NULL)
		return say(out, "cannot write here");
	if (!say(out, "ok"))
		return fclose(file), unlink(work), 0;
	while (size > 0) {
		size_t n = fread(
			block, 1,
			size < sizeof block ? (size_t)size : sizeof block, in);
		if (n == 0)
			return fclose(file), unlink(work), 0;
		cksum_add(&sum, block, n);
		if (fwrite(block, 1, n, file) != n)
			why = "could not write it all";
		size -= n;
	}
	if (fclose(file) != 0)
		why = "could not write it all";
	if (!get_header(in) || !number_of("cksum", 10, &number))
		return unlink(work), 0;
	if (why == NULL && number != cksum_end(&sum))
		why = "damaged on the way";
	if (why == NULL && take_name(name) == -1)
		why = "the name is not free";
	unlink(work);
	return say(out, why != NULL ? why : "ok");
}

static int send_file(FILE *out, FILE *file, unsigned long long size)
{
	static char block[65536];
	struct cksum sum = {0};
	char text[100];

	snprintf(text, sizeof text, "size: %llu\nstatus: ok\n", size);
	put_header(out, text);
	while (size > 0) {
		size_t n =
			fread(block, 1,
			      size < sizeof block ? (size_t)size : sizeof block,
			      file);
		if (n == 0 || fwrite(block, 1, n, out) != n)
			return 0;
		cksum_add(&sum, block, n);
		size -= n;
	}
	snprintf(text, sizeof text, "cksum: %lu\n",
		 (unsigned long)cksum_end(&sum));
	put_header(out, text);
	return fflush(out) == 0;
}

static int get(FILE *out, const char *name)
{
	struct stat st;
	if (lstat(name, &st) == -1)
		return say(out, "no such file");
	if (!S_ISREG(st.st_mode))
		return say(out, "not that kind of file");
	int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		if (fd != -1)
			close(fd);
		return say(out, "cannot be read");
	}
	FILE *file = fdopen(fd, "rb");
	if (file == NULL)
		return close(fd), say(out, "no memory");
	int ok = send_file(out, file, (unsigned long long)st.st_size);
	fclose(file);
	return ok;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(FILE *out)
{
	char *names[1000];
	size_t n = 0;
	DIR *directory = opendir(".");
	if (directory == NULL)
		return say(out, "no directory");
	struct dirent *entry;
	struct stat st;
	while (n < 1000 && (entry = readdir(directory)) != NULL)
		if (good(entry->d_name) && lstat(entry->d_name, &st) == 0 &&
		    S_ISREG(st.st_mode))
			names[n++] = strdup(entry->d_name);
	closedir(directory);
	qsort(names, n, sizeof *names, compare);
	FILE *text = tmpfile();
	if (text == NULL)
		die("tmpfile");
	for (size_t i = 0; i < n; i++) {
		if (lstat(names[i], &st) == 0)
			fprintf(text, "%lld %s\n", (long long)st.st_size,
				names[i]);
		free(names[i]);
	}
	long size = ftell(text);
	rewind(text);
	int ok = send_file(out, text, (unsigned long long)size);
	fclose(text);
	return ok;
}

static int serve_one(FILE *in, FILE *out)
{
	unsigned long long size = 0;
	if (!get_header(in))
		return 0;
	/* Every line has a name and a value. */
	for (char *at = lines; *at != '\0'; at = strchr(at, '\n') + 1) {
		size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
		if (n == 0 || at[n] != ':' || at[n + 1] != ' ')
			return 0;
	}
	char *command = value_of("command"), *name = value_of("name");
	int ok = 0;
	if (command == NULL)
		ok = 0;
	else if (strcmp(command, "list") == 0)
		ok = list(out);
	else if (name == NULL)
		ok = 0;
	else if (strcmp(command, "get") == 0)
		ok = good(name) ? get(out, name) : say(out, "no");
	else if (strcmp(command, "put") == 0 && number_of("size", 19, &size))
		ok = good(name) ? put(in, out, name, size) : say(out, "no");
	free(command);
	free(name);
	return ok;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [DIR]]]", 3);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, quit);
	signal(SIGINT, quit);
	if (argc > 3 && chdir(argv[3]) == -1)
		die(argv[3]);
	int listen_fd = tcp_listen(argc > 2 ? argv[2] : "127.0.0.1",
				   argc > 1 ? parse_port(argv[1]) : 9014, 5);
	ready(listen_fd);
	for (;;) {
		int fd = tcp_accept(listen_fd);
		FILE *in = fdopen(fd, "rb"), *out = fdopen(dup(fd), "wb");
		while (serve_one(in, out))
			;
		fclose(in);
		fclose(out);
	}
}
