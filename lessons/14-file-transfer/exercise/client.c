/* client.c - brings files to the server, and fetches them
 *
 * Its lines are `put FILE`, `get NAME` and `list`. For each file it prints what
 * `cksum FILE` prints, so that anybody can compare.
 *
 * usage: client [PORT [HOST]]      the lines come from standard input
 * see also: open(2), fstat(2), read(2), write(2), link(2), unlink(2)
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <time.h>

#include "../../cksum.h"
#include "../../net.h"

enum { DEFAULT_PORT = 9014, LINE_LIMIT = 4096, NAME_LIMIT = 255 };
enum { SIZE_DIGITS = 19, CKSUM_DIGITS = 10 };

/* A file passes through here, a piece at a time. */
static char block[1 << 20];

/* The name of the file that is being written. */
static char beside[64];

/* The exit status: 1 as soon as something did not go as it was asked for. */
static int status;

/* Run at Ctrl-C (as in lesson 05), and at the end of the program: what is not
 * whole does not stay. */
static void remove_beside(void)
{
	unlink(beside);
}
static void give_up(int number)
{
	remove_beside();
	signal(number, SIG_DFL);
	raise(number);
}

/* A transfer, for those who watch it: of what, how much, since when, and when
 * that was told last. */
static struct {
	const char *name;
	uint64_t size, done;
	struct timespec began, told;
} transfer;

static double seconds(struct timespec from, struct timespec to)
{
	return (double)(to.tv_sec - from.tv_sec) +
	       (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* Tells that n more bytes have come through: percent, amount, rate, time left.
 * At a terminal only, and at most ten times a second. */
static void progress(size_t n)
{
	struct timespec now;

	transfer.done += n;
	bool end = transfer.done == transfer.size;
	if (transfer.name == NULL || !isatty(STDERR_FILENO))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!end && seconds(transfer.told, now) < 0.1)
		return;
	transfer.told = now;

	double took = seconds(transfer.began, now);
	double rate = (double)transfer.done / (took > 1e-6 ? took : 1e-6);
	double left =
		end ? took : (double)(transfer.size - transfer.done) / rate;
	unsigned long whole = left < 1e6 ? (unsigned long)(left + 0.5) : 999999;
	double part = transfer.size == 0
			      ? 1
			      : (double)transfer.done / (double)transfer.size;
	fprintf(stderr, "\r%-24s %3d %%  %9.1f MiB  %7.1f MiB/s  %3lu:%02lu %s",
		transfer.name, (int)(part * 100),
		(double)transfer.done / (1 << 20), rate / (1 << 20), whole / 60,
		whole % 60, end ? "    \n" : "left");
}

/* Begins a transfer of size bytes. No name: nobody watches it. */
static void begin_transfer(const char *name, uint64_t size)
{
	transfer.name = name;
	transfer.size = size;
	transfer.done = 0;
	clock_gettime(CLOCK_MONOTONIC, &transfer.began);
	transfer.told = transfer.began;
	if (size == 0)
		progress(0);
}

/* Makes a text that came from elsewhere fit for a terminal. */
static void make_printable(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)text[i] < 32 && text[i] != '\n') ||
		    text[i] == 127)
			text[i] = '?';
}

/* Tells whether a name may be that of a file which is kept. */
static bool is_good_name(const char *name, size_t len)
{
	/* TODO 1: The rule of the server's is_good_name(): copy it. You would
	 * not want to get a file with such a name either. */
	(void)name;
	(void)len;
	return false;
}

/* Writes all len bytes. Returns 0, or -1 with errno set. */
static int write_all(int file_fd, char *buf, size_t len)
{
	if (file_fd == STDOUT_FILENO)
		make_printable(buf, len);
	while (len > 0) {
		ssize_t n = write(file_fd, buf, len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Makes a file beside the others, to be written. Returns it, or -1 with errno
 * set. */
static int open_beside(void)
{
	static unsigned count;
	int file_fd;

	do {
		snprintf(beside, sizeof beside, ".beside-%ld-%u",
			 (long)getpid(), count++);
		file_fd = open(beside, O_WRONLY | O_CREAT | O_EXCL, 0666);
	} while (file_fd == -1 && errno == EEXIST);
	return file_fd;
}

/* Receives a body of size bytes and its trailer, and writes the body to file_fd.
 * Returns false if the conversation is broken. Otherwise *why says why the
 * file is not to be kept, or is NULL, and *number is its checksum. */
static bool receive_body(struct reader *in, uint64_t size, int file_fd,
			 uint32_t *number, const char **why)
{
	struct cksum sum = {0};
	*why = NULL;

	/* TODO 2: Steps 2 and 3 of the server, with a progress(n) after each
	 * piece, and *number = cksum_end(&sum). */
	(void)in;
	(void)size;
	(void)file_fd;
	(void)number;
	(void)sum;
	(void)write_all;
	return false;
}

/* Sends size bytes of a file, and their trailer. Returns false if that was not
 * possible, and the conversation is broken; otherwise *number is the file's
 * checksum. */
static bool send_body(int server_fd, int file_fd, uint64_t size,
		      uint32_t *number)
{
	struct cksum sum = {0};

	/* TODO 3: Step 4 of the server, with a progress(n) after each piece. */
	(void)file_fd;
	(void)size;
	(void)block;

	struct header trailer = {0};
	*number = cksum_end(&sum);
	header_add(&trailer, "cksum", "%lu", (unsigned long)*number);
	if (send_header(server_fd, &trailer, NULL, 0) == -1) {
		complain("send");
		return false;
	}
	return true;
}

/* Complains that something could not be done, and why. The conversation goes
 * on: returns true. */
static bool failed(const char *what, const char *name, const char *why)
{
	complain_that("%s %s: %s", what, name, why);
	status = 1;
	return true;
}

/* Receives an answer. Returns whether one came. */
static bool recv_answer(struct reader *in, struct header *answer)
{
	int got = recv_header(in, answer);

	if (got == 0)
		complain_that("the server has hung up");
	return got == 1;
}

/* Sends a request, and receives the answer. Returns whether one came. */
static bool ask(struct reader *in, const struct header *request,
		struct header *answer)
{
	if (send_header(in->fd, request, NULL, 0) == -1) {
		complain("send");
		return false;
	}
	return recv_answer(in, answer);
}

/* Takes the size of the body out of an answer. Returns whether it is there. */
static bool take_size(const struct header *answer, uint64_t *size)
{
	if (!header_number(answer, "size", SIZE_DIGITS, size)) {
		complain_that("an answer without a size");
		return false;
	}
	return true;
}

/* Returns NULL if an answer has `status: ok`, else the reason why not, until
 * the next call. */
static const char *why_not(const struct header *answer)
{
	static char why[HEADER_MAX + 1];
	size_t len;

	const char *value = header_value(answer, "status", &len);
	if (value == NULL)
		return "an answer without a status";
	if (len == 2 && memcmp(value, "ok", len) == 0)
		return NULL;
	memcpy(why, value, len);
	why[len] = '\0';
	make_printable(why, len);
	return why;
}

/* Prints the line that cksum(1) prints for a file. */
static void print_cksum(uint32_t number, uint64_t size, const char *name)
{
	printf("%lu %llu %s\n", (unsigned long)number, (unsigned long long)size,
	       name);
}

/* Opens a plain file to be read. Returns it, and its size; -1, and the reason,
 * if it cannot be opened or is something else. */
static int open_plain(const char *path, uint64_t *size, const char **why)
{
	/* TODO 4: Step 7 of the server: copy it. */
	(void)path;
	(void)size;
	*why = "not written yet";
	return -1;
}

/* Brings a file to the server. Returns whether the conversation can go on; so
 * do all of the next. */
static bool put(struct reader *in, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *why;
	uint64_t size;
	uint32_t number = 0;
	bool goes_on;

	/* What the server would refuse is not sent. */
	if (!is_good_name(name, strlen(name)))
		return failed("put", path, "not a good name");
	int file_fd = open_plain(path, &size, &why);
	if (file_fd == -1)
		return failed("put", path, why);

	/* TODO 5: Make a header, header_add() for `command`, `name` and `size`,
	 * and ask(). If no answer came, the conversation does not go on. A
	 * refusal, why_not(), is the end of this put: send nothing more. After
	 * an `ok`: begin_transfer(), send_body(), and wait for the second answer
	 * with recv_answer(); it may be a refusal, too. At the end goes_on is
	 * known, and why is the refusal or NULL. */
	(void)in;
	(void)send_body;
	why = NULL;
	goes_on = false;

	close(file_fd);
	if (!goes_on)
		return false;
	if (why != NULL)
		return failed("put", path, why);
	print_cksum(number, size, path);
	return true;
}

/* Fetches a file from the server. */
static bool get(struct reader *in, const char *name)
{
	/* TODO 6: A name that is not good, or is there already (lstat()), is not
	 * asked for: failed(). Make sure that you can write before you ask:
	 * open_beside(). Then ask, `command` and `name`; if the answer is `ok`,
	 * take_size(), begin_transfer(), receive_body(). At the end as in steps
	 * 5 and 6 of the server, close(), link(), unlink(), then as in put(). */
	(void)in;
	(void)open_beside;
	return failed("get", name, "not written yet");
}

/* Prints the server's list. */
static bool list(struct reader *in)
{
	struct header request = {0}, answer;
	uint64_t size;
	uint32_t number;

	header_add(&request, "command", "list");
	if (!ask(in, &request, &answer))
		return false;
	const char *why = why_not(&answer);
	if (why != NULL)
		return failed("list", "", why);
	fflush(stdout);
	begin_transfer(NULL, 0);
	if (!take_size(&answer, &size) ||
	    !receive_body(in, size, STDOUT_FILENO, &number, &why))
		return false;
	return why == NULL || failed("list", "", why);
}

/* Does what a line says. */
static bool obey(struct reader *in, const char *line)
{
	if (strcmp(line, "list") == 0)
		return list(in);
	if (strncmp(line, "put ", 4) == 0)
		return put(in, line + 4);
	if (strncmp(line, "get ", 4) == 0)
		return get(in, line + 4);
	return failed("a line is", "put FILE, get NAME or list",
		      "not this one");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	struct reader in = {.fd = tcp_connect(host, port)};

	/* A body and its trailer are two sends; Nagle (lesson 09) would let the
	 * second wait for the acknowledgement of the first. */
	int on = 1;
	setsockopt(in.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

	atexit(remove_beside);
	signal(SIGINT, give_up);
	signal(SIGTERM, give_up);
	signal(SIGHUP, give_up);

	char line[LINE_LIMIT + 1];
	ssize_t len;
	while ((len = read_line(line, LINE_LIMIT)) != -1) {
		if (len > LINE_LIMIT ||
		    memchr(line, '\0', (size_t)len) != NULL) {
			complain_that("a line of at most %d bytes, none of "
				      "them zero",
				      LINE_LIMIT);
			status = 1;
			continue;
		}
		line[len] = '\0';
		if (!obey(&in, line)) {
			status = 1;
			break;
		}
	}
	close(in.fd);
	return status;
}
