/*
 * trace_file.c - the file of records: bounded, and without a descriptor.
 *
 * A program counts on the numbers of its descriptors, closes them all, runs
 * out of them, or is killed. So the file is mapped into memory piece by
 * piece, and its descriptor is closed as soon as a piece is mapped: nothing
 * is open that the program could meet, and what was written is in the file
 * whatever happens to the program. The file of a killed program ends in blank
 * lines, where it had been made larger in advance.
 *
 * The file has at most HEAD_MAX + 2 * PART_MAX bytes. When the head is full,
 * a record `left-out` follows, and then the tail: two parts that are filled
 * in turn; when the second is full, the first is dropped (and counted in
 * `left-out`) and the second moves to its place. So the beginning and the
 * end of a long run are kept. Only the piece that is written now is mapped:
 * STEP bytes in the head, 2 * PART_MAX in the tail.
 *
 * All functions here are called with the lock of trace_call.c held, with thread
 * cancellation off, and when no signal handler of the program can run.
 */
/* For MAP_ constants and setrlimit() as Linux has them. */
#define _DEFAULT_SOURCE
#include "trace.h"

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	STEP = 256 * 1024,
	FIRST_STEP = 64 * 1024, /* most children make few calls */
	HEAD_MAX = 8 * 1024 * 1024,
	PART_MAX = 1024 * 1024,
	LEFT_OUT_SIZE = 128, /* of that record, at most */
	SAME_PID_MAX = 1000  /* files of one process, one for each exec */
};

/* Records of one stretch of the file, or of what was dropped. */
struct count {
	uint64_t calls, bytes, from, to;
};

static struct {
	enum {
		OFF,     /* tracing is off, or the file could not be made */
		NOT_YET, /* it will be made with the first record */
		IN_HEAD,
		IN_TAIL,
		FULL, /* it cannot grow: whatever comes is left out */
		FINISHED
	} state;
	char directory[PATH_MAX], path[PATH_MAX], name[256];
	const char *plan; /* of faults, or NULL */
	uint64_t started;

	char *map; /* the piece that is written now, and where it lies */
	size_t map_size;
	off_t map_from;

	off_t at;           /* where the next record goes */
	off_t left_out_at;  /* the record of what is left out */
	off_t tail, second; /* where both parts of the tail begin */
	struct count first_part, second_part, left_out;

	off_t pending_at; /* the last record, if it may be replaced */
	uint64_t pending; /* ... and the number of its call, else 0 */
} file;

/* ---- the environment ---- */

/* Joins text; an empty string if it does not fit. */
static void join(char *to, size_t room, const char *a, const char *b,
		 const char *c)
{
	if (strlen(a) + strlen(b) + strlen(c) >= room) {
		*to = '\0';
		return;
	}
	strcpy(to, a);
	strcat(to, b);
	strcat(to, c);
}

/* Reads all of a small file of /proc; the number of bytes. */
static size_t read_proc(const char *path, char *to, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return 0;
	ssize_t n = REAL(read)(fd, to, room);
	REAL(close)(fd);
	return n > 0 ? (size_t)n : 0;
}

/* The arguments of this program, joined by blanks; its name is the first. */
static void read_arguments(char *to, size_t room)
{
	size_t n = read_proc("/proc/self/cmdline", to, room - 1);
	while (n > 0 && to[n - 1] == '\0')
		n--;
	for (size_t i = 0; i < n; i++)
		if (to[i] == '\0')
			to[i] = ' ';
	to[n] = '\0';
}

bool file_prepare(const char *plan)
{
	const char *directory = getenv("TRACE_DIR");
	const char *name = getenv("TRACE_NAME");
	if (directory == NULL || *directory == '\0')
		return false;
	char here[PATH_MAX] = "";
	/* The program may change its directory later. */
	if (*directory != '/' && getcwd(here, sizeof here) == NULL)
		return false;
	join(file.directory, sizeof file.directory, here,
	     *here != '\0' ? "/" : "", directory);
	char program[sizeof file.name] = "";
	if (name == NULL || *name == '\0') {
		read_proc("/proc/self/cmdline", program, sizeof program - 1);
		name = strrchr(program, '/');
		name = name == NULL ? program : name + 1;
	}
	join(file.name, sizeof file.name, name, "", "");
	for (char *p = file.name; *p != '\0'; p++)
		if (*p == '/')
			*p = '-';
	file.plan = plan;
	file_forget();
	return file.state != OFF;
}

/* ---- making it, and making it larger ---- */

/*
 * Opens the file for a moment. A program that has used up its descriptors is
 * given one more for that moment, if its hard limit allows it.
 */
static int open_for_a_moment(int flags)
{
	flags |= O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(file.path, flags, 0666);
	struct rlimit limit;
	if (fd != -1 || errno != EMFILE ||
	    getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur >= limit.rlim_max)
		return fd;
	struct rlimit more = limit;
	more.rlim_cur++;
	if (setrlimit(RLIMIT_NOFILE, &more) == -1)
		return -1;
	fd = open(file.path, flags, 0666);
	setrlimit(RLIMIT_NOFILE, &limit);
	return fd;
}

/* Where the byte at that place of the file is in memory. */
static char *in_map(off_t at)
{
	return file.map + (at - file.map_from);
}

/* Makes a stretch of the file empty. */
static void blank(off_t from, off_t to)
{
	memset(in_map(from), '\n', (size_t)(to - from));
}

/* Maps the bytes from..to of the file, which has been opened as fd, instead
 * of what was mapped, and closes fd. False if that cannot be done. */
static bool map_open(int fd, off_t from, off_t to)
{
	from -= from % sysconf(_SC_PAGESIZE);
	size_t size = (size_t)(to - from);
	void *map = MAP_FAILED;
	/* The blocks are taken now: where the disk is full, writing to the
	 * mapping would be a SIGBUS. A file beyond the limit is a SIGXFSZ. */
	struct rlimit limit;
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
	    (limit.rlim_cur == RLIM_INFINITY ||
	     (uint64_t)to <= limit.rlim_cur) &&
	    posix_fallocate(fd, from, (off_t)size) == 0)
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   from);
	REAL(close)(fd);
	if (map == MAP_FAILED)
		return false;
	if (file.map != NULL)
		munmap(file.map, file.map_size);
	file.map = map;
	file.map_from = from;
	file.map_size = size;
	blank(file.at, to);
	return true;
}

static bool map_more(off_t from, off_t to)
{
	int fd = open_for_a_moment(0);
	return fd != -1 && map_open(fd, from, to);
}

static off_t map_end(void)
{
	return file.map_from + (off_t)file.map_size;
}

/* Copies a record so that whoever reads the file of a killed program finds
 * it whole or not at all: its first byte comes last. */
static void copy_record(off_t at, const char *record, size_t len)
{
	char *to = in_map(at);
	__atomic_store_n(to, '\n', __ATOMIC_SEQ_CST);
	memcpy(to + 1, record + 1, len - 1);
	__atomic_store_n(to, *record, __ATOMIC_SEQ_CST);
}

/* Writes the first line. */
static void write_head(void)
{
	/* Static: this may run on the small stack of a signal handler. */
	static char line[4096], arguments[1024];
	struct words out = {line, line + sizeof line - 1};
	read_arguments(arguments, sizeof arguments);
	put(&out, "trace\tversion=1\tname=");
	put_value(&out, file.name);
	say(&out, "\tpid=%d\tppid=%d\tstart=", (int)getpid(), (int)getppid());
	put_number(&out, file.started);
	put(&out, "\targv=");
	put_value(&out, arguments);
	if (file.plan != NULL) {
		put(&out, "\tfaults=");
		put_value(&out, file.plan);
	}
	*out.at++ = '\n';
	copy_record(0, line, (size_t)(out.at - line));
	file.at = out.at - line;
}

/*
 * Makes the file: NAME.PID.trace, or with a number behind the PID, if there
 * is one already: this program was started by exec from one that has a file,
 * or had the same PID in an earlier run.
 */
static void make_file(void)
{
	file.state = OFF;
	int fd = -1;
	for (int i = 1; fd == -1 && i <= SAME_PID_MAX; i++) {
		char end[64];
		struct words out = {end, end + sizeof end - 1};
		say(&out, ".%d", (int)getpid());
		if (i > 1)
			say(&out, ".%d", i);
		put(&out, ".trace");
		*out.at = '\0';
		join(file.path, sizeof file.path, file.directory, "/",
		     file.name);
		if (strlen(file.path) + strlen(end) >= sizeof file.path)
			return;
		strcat(file.path, end);
		fd = open_for_a_moment(O_CREAT | O_EXCL);
		if (fd == -1 && errno != EEXIST)
			return;
	}
	if (fd == -1)
		return;
	struct rlimit limit;
	off_t size = FIRST_STEP;
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < FIRST_STEP)
		size = (off_t)limit.rlim_cur;
	if (size < 8192 || !map_open(fd, 0, size)) {
		if (size < 8192)
			REAL(close)(fd);
		unlink(file.path); /* an empty file would mislead */
		return;
	}
	file.state = IN_HEAD;
	write_head();
}

/* ---- what is left out ---- */

static void count(struct count *count, uint64_t n, uint64_t bytes)
{
	if (count->calls == 0 || n < count->from)
		count->from = n;
	if (n > count->to)
		count->to = n;
	count->calls++;
	count->bytes += bytes;
}

static void add(struct count *to, const struct count *more)
{
	if (more->calls == 0)
		return;
	if (to->calls == 0 || more->from < to->from)
		to->from = more->from;
	if (more->to > to->to)
		to->to = more->to;
	to->calls += more->calls;
	to->bytes += more->bytes;
}

/* A number of a fixed width: the record is written again in its place. */
static void put_wide(struct words *out, const char *key, uint64_t number)
{
	char digits[17] = "0000000000000000";
	for (int i = 15; i >= 0 && number > 0; i--, number /= 10)
		digits[i] = (char)('0' + number % 10);
	say(out, "\t%s=%s", key, digits);
}

static void write_left_out(void)
{
	char line[LEFT_OUT_SIZE];
	struct words out = {line, line + sizeof line};
	put(&out, "left-out");
	put_wide(&out, "calls", file.left_out.calls);
	put_wide(&out, "bytes", file.left_out.bytes);
	put_wide(&out, "from", file.left_out.from);
	put_wide(&out, "to", file.left_out.to);
	put(&out, "\n");
	size_t len = (size_t)(out.at - line);
	copy_record(file.left_out_at, line, len);
	if (file.at == file.left_out_at)
		file.at += (off_t)len;
}

/* The file ends here; from now on only its record `left-out` changes. */
static void stop_growing(void)
{
	file.state = FULL;
	file.left_out_at = file.at;
}

static void begin_tail(void)
{
	off_t tail = file.at + LEFT_OUT_SIZE;
	if (!map_more(file.at, tail + 2 * PART_MAX)) {
		stop_growing();
		return;
	}
	file.state = IN_TAIL;
	file.left_out_at = file.at;
	write_left_out();
	file.tail = file.at;
	file.second = 0;
	file.first_part = file.second_part = (struct count){0};
}

/* Drops the first part of the tail; the second becomes the first. */
static void drop_first_part(void)
{
	add(&file.left_out, &file.first_part);
	file.first_part = file.second_part;
	file.second_part = (struct count){0};
	size_t len = (size_t)(file.at - file.second);
	memmove(in_map(file.tail), in_map(file.second), len);
	blank(file.tail + (off_t)len, file.at);
	file.at = file.tail + (off_t)len;
	file.second = file.at;
	write_left_out();
}

/* Sees to it that a record of that size fits at file.at. False: it has to
 * be left out. */
static bool make_room(size_t len)
{
	off_t end = file.at + (off_t)len;
	if (file.state == IN_HEAD && end + LEFT_OUT_SIZE > map_end()) {
		off_t more = map_end() + STEP;
		if (map_end() >= HEAD_MAX)
			begin_tail();
		else if (!map_more(file.at, more < HEAD_MAX ? more : HEAD_MAX))
			stop_growing();
		end = file.at + (off_t)len;
	}
	if (file.state == IN_TAIL) {
		if (file.second == 0 && end > file.tail + PART_MAX)
			file.second = file.at;
		if (end > file.tail + 2 * PART_MAX)
			drop_first_part();
	}
	return file.state == IN_HEAD || file.state == IN_TAIL;
}

/* ---- records ---- */

void file_take_back(uint64_t n)
{
	if (file.pending != n || n == 0)
		return;
	blank(file.pending_at, file.at);
	file.at = file.pending_at;
	file.pending = 0;
}

void file_append(const char *record, size_t len, uint64_t n, uint64_t bytes,
		 bool pending)
{
	if (file.state == NOT_YET)
		make_file();
	if (file.state == OFF || file.state == FINISHED)
		return;
	file_take_back(n);
	file.pending = 0;
	if (!make_room(len)) {
		if (!pending) {
			count(&file.left_out, n, bytes);
			write_left_out();
		}
		return;
	}
	copy_record(file.at, record, len);
	if (pending) {
		file.pending = n;
		file.pending_at = file.at;
	} else if (file.state == IN_TAIL) {
		count(file.second == 0 ? &file.first_part : &file.second_part,
		      n, bytes);
	}
	file.at += (off_t)len;
}

void file_finish(void)
{
	if (file.state == IN_HEAD || file.state == IN_TAIL ||
	    file.state == FULL) {
		/* In a changed root this fails, and blank lines remain. */
		if (truncate(file.path, file.at) == -1)
			errno = 0;
	}
	if (file.state != OFF)
		file.state = FINISHED;
}

void file_forget(void)
{
	if (file.map != NULL)
		munmap(file.map, file.map_size);
	file.map = NULL;
	file.at = 0;
	file.pending = 0;
	file.left_out = (struct count){0};
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	file.started =
		(uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	if (*file.directory == '\0' || *file.name == '\0')
		file.state = OFF;
	else
		file.state = NOT_YET;
}
#endif
