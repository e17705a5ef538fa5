/* server.c - keeps files: takes them, gives them, lists them
 *
 * A file travels in pieces, so it may be larger than memory. What comes is
 * written beside, under a name of its own, and gets its real one when it is
 * whole and right: nobody ever finds half a file.
 *
 * usage: server [PORT [HOST [DIR]]]      the files lie in DIR, or here
 * see also: open(2), fstat(2), read(2), write(2), link(2), unlink(2)
 */
#include <dirent.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/stat.h>

#include "../../lessons/cksum.h"
#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9014, BACKLOG = 8, NAME_LIMIT = 255 };
enum { SIZE_DIGITS = 19, CKSUM_DIGITS = 10 };

/* A file passes through here, a piece at a time. */
static char block[1 << 20];

/* The name of the file that is being written. */
static char beside[64];

/* Runs at Ctrl-C, as in lesson 05: what is not whole does not stay. */
static void give_up(int number)
{
	unlink(beside);
	signal(number, SIG_DFL);
	raise(number);
}

/* Tells whether a name may be one of our files. It comes from the network: no
 * C string, but len bytes, and any bytes. */
static bool is_good_name(const char *name, size_t len)
{
	/* STEP 1: A name has 1 to NAME_LIMIT bytes. None is a '/', or it could
	 * lead out of the directory; none is a control byte (0 to 31, and 127),
	 * or it could play with a terminal, or end a C string too early. The
	 * first is no '.': that excludes `.`, `..`, and hidden files, such as
	 * those that are not whole yet. Bytes from 128 on are welcome. */
	if (len == 0 || len > NAME_LIMIT || name[0] == '.')
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)name[i];
		if (byte == '/' || byte < 32 || byte == 127)
			return false;
	}
	return true;
	/* STUB: (void)name; */
	/* STUB: (void)len; */
	/* STUB: return false; */
	/* END 1 */
}

/* Writes all len bytes. Returns 0, or -1 with errno set: write(2), like send(2),
 * may take less than it is given, for example the last free block of a disk. */
static int write_all(int file_fd, const char *buf, size_t len)
{
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
 * set. O_EXCL: a new one, or none; its name begins with a dot, so nobody can
 * ask for it. */
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
 * file is not to be kept, or is NULL. */
static bool receive_body(struct reader *in, uint64_t size, int file_fd,
			 const char **why)
{
	struct cksum sum = {0};
	*why = NULL;

	/* STEP 2: Until size bytes are there: take a piece with reader_some(),
	 * at most as large as the array, and at most as many bytes as are still
	 * missing, for what stands behind them is not the file's. Add it to the
	 * checksum with cksum_add(), and write it with write_all(). The stream
	 * ended (0) or broke (-1): complain, return false. A disk that is full
	 * is no reason to stop receiving: note it once, *why = strerror(errno),
	 * and let the rest go by, since the next message begins behind it. */
	while (size > 0) {
		size_t want = size < sizeof block ? (size_t)size : sizeof block;
		ssize_t n = reader_some(in, block, want);
		if (n == -1) {
			complain("recv");
			return false;
		}
		if (n == 0) {
			complain_that("the stream ended inside a file");
			return false;
		}
		cksum_add(&sum, block, (size_t)n);
		if (*why == NULL && write_all(file_fd, block, (size_t)n) == -1)
			*why = strerror(errno);
		size -= (size_t)n;
	}
	/* STUB: (void)size; */
	/* STUB: (void)file_fd; */
	/* STUB: (void)block; */
	/* STUB: (void)write_all; */
	/* END 2 */

	/* STEP 3: The trailer: recv_header(), then header_number() for `cksum`,
	 * at most CKSUM_DIGITS digits. A trailer that is none breaks the
	 * conversation. Another number than cksum_end() makes of what came is a
	 * reason, too, not to keep it. */
	struct header trailer;
	uint64_t theirs;

	int got = recv_header(in, &trailer);
	if (got == 0)
		complain_that("the stream ended before a trailer");
	if (got != 1)
		return false;
	if (!header_number(&trailer, "cksum", CKSUM_DIGITS, &theirs)) {
		complain_that("a trailer without a checksum");
		return false;
	}
	if (*why == NULL && theirs != cksum_end(&sum))
		*why = "the checksum is wrong";
	return true;
	/* STUB: (void)in; */
	/* STUB: (void)sum; */
	/* STUB: return false; */
	/* END 3 */
}

/* Sends the trailer of a body. Returns whether that was possible. */
static bool send_trailer(int client_fd, const struct cksum *sum)
{
	struct header trailer = {0};

	header_add(&trailer, "cksum", "%lu", (unsigned long)cksum_end(sum));
	if (send_header(client_fd, &trailer, NULL, 0) == -1) {
		complain("send");
		return false;
	}
	return true;
}

/* Sends size bytes of a file, and their trailer. Returns false if that was not
 * possible, and the conversation is broken. */
static bool send_body(int client_fd, int file_fd, uint64_t size)
{
	struct cksum sum = {0};

	/* STEP 4: Until size bytes are sent: read() a piece, at most as large as
	 * the array and as what is missing, cksum_add(), send_all(). EINTR: read
	 * again. read() returns 0 before the end if the file has become shorter
	 * since its size was promised; there is no way to tell the other end but
	 * to break off: complain, return false. So with an error. */
	while (size > 0) {
		size_t want = size < sizeof block ? (size_t)size : sizeof block;
		ssize_t n = read(file_fd, block, want);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			complain("read");
			return false;
		}
		if (n == 0) {
			complain_that("a file has become shorter");
			return false;
		}
		cksum_add(&sum, block, (size_t)n);
		if (send_all(client_fd, block, (size_t)n) == -1) {
			complain("send");
			return false;
		}
		size -= (size_t)n;
	}
	/* STUB: (void)file_fd; */
	/* STUB: (void)size; */
	/* END 4 */
	return send_trailer(client_fd, &sum);
}

/* Answers with `status: ok`, or with the reason why not; and, if a body follows,
 * with its size. Returns whether that was possible. */
static bool send_answer(int client_fd, const char *status, const uint64_t *size)
{
	struct header answer = {0};

	header_add(&answer, "status", "%s", status);
	if (size != NULL)
		header_add(&answer, "size", "%llu", (unsigned long long)*size);
	if (send_header(client_fd, &answer, NULL, 0) == -1) {
		complain("send");
		return false;
	}
	return true;
}

static bool send_status(int client_fd, const char *status)
{
	return send_answer(client_fd, status, NULL);
}

/* put: takes a file of size bytes, and keeps it under its name if all is well.
 * Returns whether the conversation can go on; so do all of the next. */
static bool take(struct reader *in, const char *name, uint64_t size)
{
	const char *why = NULL; /* a reason not to keep the file */
	bool whole;             /* the conversation can go on */

	/* STEP 5: A name that is there already is refused: send_status() with
	 * strerror(EEXIST). lstat() finds all there is, also a link that leads
	 * nowhere. Then open_beside(); if that fails, its reason is the answer.
	 * Only now say `ok`, and receive_body(): if one of the two fails, the
	 * conversation is broken, and whole is false. close() the file, and look
	 * at what it returns: some systems find out only then that the disk is
	 * full. */
	struct stat st;

	if (lstat(name, &st) == 0)
		return send_status(in->fd, strerror(EEXIST));
	int file_fd = open_beside();
	if (file_fd == -1)
		return send_status(in->fd, strerror(errno));
	whole = send_status(in->fd, "ok") &&
		receive_body(in, size, file_fd, &why);
	if (close(file_fd) == -1 && why == NULL)
		why = strerror(errno);
	/* STUB: (void)name; */
	/* STUB: (void)size; */
	/* STUB: (void)open_beside; */
	/* STUB: (void)receive_body; */
	/* STUB: whole = false; */
	/* END 5 */

	/* STEP 6: Whole, and no reason against it: give it its name. rename()
	 * would overwrite what has come there meanwhile; link() fails instead.
	 * It adds a second name, so unlink() the first; and the same line
	 * removes a file that is not to be kept. If the conversation goes on,
	 * the second answer: `ok`, or why not. */
	if (whole && why == NULL && link(beside, name) == -1)
		why = strerror(errno);
	unlink(beside);
	if (whole && why == NULL)
		printf("took %s, %llu bytes\n", name, (unsigned long long)size);
	return whole && send_status(in->fd, why == NULL ? "ok" : why);
	/* STUB: (void)why; */
	/* STUB: (void)whole; */
	/* STUB: return send_status(in->fd, "not written yet"); */
	/* END 6 */
}

/* Opens a plain file to be read. Returns it, and its size; -1, and the reason,
 * if it cannot be opened or is something else. */
static int open_plain(const char *name, uint64_t *size, const char **why)
{
	/* STEP 7: open() to read, with O_NOFOLLOW, so that a link is not
	 * followed but fails, and O_NONBLOCK, so that a FIFO without a writer
	 * does not let us wait for ever. fstat() the descriptor, not the name,
	 * which may be another file's by now: only what is S_ISREG() counts. */
	struct stat st;

	int file_fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	if (file_fd == -1) {
		*why = errno == ELOOP ? "it is a link" : strerror(errno);
		return -1;
	}
	if (fstat(file_fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		*why = "it is no plain file";
		close(file_fd);
		return -1;
	}
	*size = (uint64_t)st.st_size;
	return file_fd;
	/* STUB: (void)name; */
	/* STUB: (void)size; */
	/* STUB: *why = "not written yet"; */
	/* STUB: return -1; */
	/* END 7 */
}

/* get: gives a file. */
static bool give(int client_fd, const char *name)
{
	const char *why;
	uint64_t size;

	int file_fd = open_plain(name, &size, &why);
	if (file_fd == -1)
		return send_status(client_fd, why);
	bool whole = send_answer(client_fd, "ok", &size) &&
		     send_body(client_fd, file_fd, size);
	close(file_fd);
	if (whole)
		printf("gave %s, %llu bytes\n", name, (unsigned long long)size);
	return whole;
}

/* Choose the entries of a directory, and sort them, for scandir(3). */
static int is_ours(const struct dirent *entry)
{
	return is_good_name(entry->d_name, strlen(entry->d_name));
}
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* list: gives a list of the plain files, one `SIZE NAME` a line. It is a body as
 * any other, made in memory, since its size comes before it. */
static bool list(int client_fd)
{
	struct dirent **entries;
	char *text;
	size_t len;

	int count = scandir(".", &entries, is_ours, by_name);
	if (count == -1)
		return send_status(client_fd, strerror(errno));
	FILE *lines = open_memstream(&text, &len);
	if (lines == NULL)
		die("open_memstream");
	for (int i = 0; i < count; i++) {
		struct stat st;
		if (lstat(entries[i]->d_name, &st) == 0 && S_ISREG(st.st_mode))
			fprintf(lines, "%llu %s\n",
				(unsigned long long)st.st_size,
				entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (fclose(lines) == EOF)
		die("open_memstream");

	struct cksum sum = {0};
	uint64_t size = len;
	cksum_add(&sum, text, len);
	bool sent = send_answer(client_fd, "ok", &size) &&
		    send_all(client_fd, text, len) == 0 &&
		    send_trailer(client_fd, &sum);
	free(text);
	return sent;
}

/* Tells whether a header has the line `name: text`. */
static bool header_says(const struct header *header, const char *name,
			const char *text)
{
	size_t len;
	const char *value = header_value(header, name, &len);

	return value != NULL && len == strlen(text) &&
	       memcmp(value, text, len) == 0;
}

/* Answers one request. */
static bool answer(struct reader *in, const struct header *request)
{
	char name[NAME_LIMIT + 1];
	uint64_t size = 0;
	size_t len;

	if (header_says(request, "command", "list"))
		return list(in->fd);
	bool put = header_says(request, "command", "put");
	const char *value = header_value(request, "name", &len);
	if ((!put && !header_says(request, "command", "get")) ||
	    value == NULL ||
	    (put && !header_number(request, "size", SIZE_DIGITS, &size))) {
		complain_that("a request that is none");
		return false;
	}
	if (!is_good_name(value, len))
		return send_status(in->fd, "not a good name");
	memcpy(name, value, len);
	name[len] = '\0';
	return put ? take(in, name, size) : give(in->fd, name);
}

/* Serves one caller: any number of requests, until it hangs up. */
static void serve(int client_fd)
{
	static struct reader in;
	struct header request;
	int on = 1;

	/* A header, a body and a trailer are three sends; Nagle (lesson 09)
	 * would let the last wait for the acknowledgement of the first. */
	setsockopt(client_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	in = (struct reader){.fd = client_fd};
	while (recv_header(&in, &request) == 1 && answer(&in, &request))
		;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [DIR]]]", 3);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	const char *dir = argc > 3 ? argv[3] : ".";

	if (chdir(dir) == -1)
		die(dir);
	signal(SIGINT, give_up);
	signal(SIGTERM, give_up);
	signal(SIGHUP, give_up);

	int listen_fd = tcp_listen(host, port, BACKLOG);
	ready(listen_fd);

	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		serve(client_fd);
		close(client_fd);
	}
}
