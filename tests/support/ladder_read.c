/*
 * ladder_read.c - reads trace files.
 *
 * One record a line, fields separated by tabs, each KEY=VALUE. A file may
 * break off anywhere (its program was killed, its disk was full), and it may
 * be no trace at all: what can be read is read, and a note says what is amiss.
 */
#include "ladder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- addresses ---- */

enum { ADDRESSES = 1024 };
static struct address *addresses[ADDRESSES];

struct address *address_of(const char *text)
{
	/* An IPv4 address is the same when an IPv6 socket shows it. */
	static const char mapped[] = "[::ffff:";
	const char *end = strrchr(text, ']');
	if (strncmp(text, mapped, strlen(mapped)) == 0 && end != NULL &&
	    strchr(text, '.') != NULL)
		text = format("%.*s%s", (int)(end - text) - (int)strlen(mapped),
			      text + strlen(mapped), end + 1);
	unsigned hash = 0;
	for (const char *p = text; *p != '\0'; p++)
		hash = hash * 31 + (unsigned char)*p;
	struct address **place = &addresses[hash % ADDRESSES];
	for (; *place != NULL; place = &(*place)->next)
		if (strcmp((*place)->text, text) == 0)
			return *place;
	struct address *address = take(sizeof *address);
	*place = address;
	address->text = text;
	address->host_len = strlen(text);
	address->port = -1;
	const char *colon = strrchr(text, ':');
	if (colon == NULL || strchr(text, '/') != NULL)
		return address;
	address->host_len = (size_t)(colon - text);
	address->port = atoi(colon + 1);
	return address;
}

/* ---- fields ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Puts the bytes themselves where \xHH, \t, \n and \\ stand. A zero byte
 * stays as it is written: it would end the text. */
static char *unescape(char *text)
{
	char *to = text;
	for (const char *from = text; *from != '\0'; from++) {
		int high = -1, low = -1;
		if (from[0] == '\\' && from[1] == 'x')
			high = hex_digit(from[2]);
		if (high != -1)
			low = hex_digit(from[3]);
		if (low != -1 && high + low > 0) {
			*to++ = (char)(high * 16 + low);
			from += 3;
		} else if (from[0] == '\\' && from[1] == 't') {
			*to++ = '\t';
			from++;
		} else if (from[0] == '\\' && from[1] == 'n') {
			*to++ = '\n';
			from++;
		} else if (from[0] == '\\' && from[1] == '\\') {
			*to++ = '\\';
			from++;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return text;
}

/* A number, or otherwise if the text is none. Numbers are kept so small that
 * sums and differences of two fit. */
static int64_t number(const char *text, int64_t otherwise)
{
	const int64_t limit = INT64_C(1) << 60;
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || value < -limit ||
	    value > limit)
		return otherwise;
	return value;
}

static struct address *address_field(char *text)
{
	return strcmp(text, "-") == 0 || *text == '\0'
		       ? NULL
		       : address_of(unescape(text));
}

static void data_field(struct call *call, char *text)
{
	unsigned char *data = (unsigned char *)text;
	size_t n = 0;
	while (hex_digit(text[2 * n]) != -1 &&
	       hex_digit(text[2 * n + 1]) != -1) {
		data[n] = (unsigned char)(hex_digit(text[2 * n]) * 16 +
					  hex_digit(text[2 * n + 1]));
		n++;
	}
	call->data = data;
	call->data_len = n;
}

static enum kind kind_named(const char *name)
{
	if (strcmp(name, "tcp") == 0)
		return KIND_TCP;
	if (strcmp(name, "udp") == 0)
		return KIND_UDP;
	return strcmp(name, "unix") == 0 ? KIND_UNIX : KIND_OTHER;
}

static enum act act_named(const char *name)
{
	static const struct {
		const char *name;
		enum act act;
	} acts[] = {
		{"bind", ACT_BIND},        {"listen", ACT_LISTEN},
		{"connect", ACT_CONNECT},  {"accept", ACT_ACCEPT},
		{"accept4", ACT_ACCEPT},   {"send", ACT_SEND},
		{"sendto", ACT_SEND},      {"sendmsg", ACT_SEND},
		{"write", ACT_SEND},       {"writev", ACT_SEND},
		{"sendfile", ACT_SEND},    {"recv", ACT_RECEIVE},
		{"recvfrom", ACT_RECEIVE}, {"recvmsg", ACT_RECEIVE},
		{"read", ACT_RECEIVE},     {"readv", ACT_RECEIVE},
		{"poll", ACT_POLL},        {"ppoll", ACT_POLL},
		{"select", ACT_POLL},      {"pselect", ACT_POLL},
		{"epoll_wait", ACT_POLL},  {"shutdown", ACT_SHUTDOWN},
		{"close", ACT_CLOSE},

		{"fork", ACT_FORK},        {"socketpair", ACT_PAIR},
	};
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (strcmp(acts[i].name, name) == 0)
			return acts[i].act;
	return ACT_OTHER;
}

/* ---- records ---- */

/* The fields of one record: KEY and VALUE, one after the other. */
struct record {
	const char *what;
	char *line, *end;
};

/* Takes the next field off a record; its key, and the value in *value. NULL
 * when there is none left. */
static const char *next_field(struct record *record, char **value)
{
	while (record->line < record->end) {
		char *key = record->line, *equals = strchr(key, '=');
		record->line += strlen(key) + 1;
		if (equals == NULL)
			continue;
		*equals = '\0';
		*value = equals + 1;
		return key;
	}
	return NULL;
}

/* Calls that had begun, and whose end has not been read yet. */
struct pending {
	struct call **items;
	size_t n, room;
};

static struct call *call_of(struct record *record)
{
	struct call *call = take(sizeof *call);
	*call = (struct call){
		.t1 = -1,
		.name = "?",
		.text = "?",
		.fd = -1,
		.new_fd = -1,
		.row = NOWHERE,
	};
	char *value;
	for (const char *key; (key = next_field(record, &value)) != NULL;) {
		if (strcmp(key, "n") == 0)
			call->n = number(value, 0);
		else if (strcmp(key, "tid") == 0)
			call->tid = number(value, 0);
		else if (strcmp(key, "t0") == 0)
			call->t0 = number(value, 0);
		else if (strcmp(key, "t1") == 0)
			call->t1 = number(value, -1);
		else if (strcmp(key, "name") == 0)
			call->name = unescape(value);
		else if (strcmp(key, "text") == 0)
			call->text = unescape(value);
		else if (strcmp(key, "ret") == 0)
			call->ret = number(value, 0);
		else if (strcmp(key, "err") == 0)
			call->error = strcmp(value, "-") == 0 ? NULL : value;
		else if (strcmp(key, "fd") == 0)
			call->fd = number(value, -1);
		else if (strcmp(key, "kind") == 0)
			call->kind = kind_named(value);
		else if (strcmp(key, "type") == 0)
			call->datagram = strncmp(value, "SOCK_DGRAM", 10) == 0;
		else if (strcmp(key, "local") == 0)
			call->local = address_field(value);
		else if (strcmp(key, "peer") == 0)
			call->peer = address_field(value);
		else if (strcmp(key, "inode") == 0)
			call->inode = number(value, 0);
		else if (strcmp(key, "pair") == 0)
			call->pair = number(value, 0);
		else if (strcmp(key, "peerpid") == 0)
			call->peer_pid = number(value, 0);
		else if (strcmp(key, "dir") == 0) {
			call->in = strcmp(value, "in") == 0;
			call->out = strcmp(value, "out") == 0;
		} else if (strcmp(key, "off") == 0)
			call->offset = (uint64_t)number(value, 0);
		else if (strcmp(key, "len") == 0)
			call->len = (uint64_t)number(value, 0);
		else if (strcmp(key, "data") == 0)
			data_field(call, value);
		else if (strcmp(key, "new") == 0)
			call->new_fd = number(value, -1);
		else if (strcmp(key, "child") == 0)
			call->child = number(value, 0);
	}
	call->act = act_named(call->name);
	if (call->kind == KIND_UDP)
		call->datagram = true;
	return call;
}

/* Adds a call, or puts it in the place of the record that announced it. */
static void take_call(struct program *program, struct call *call,
		      struct pending *pending)
{
	call->program = program;
	for (size_t i = 0; i < pending->n; i++) {
		struct call *begun = pending->items[i];
		if (begun->n != call->n)
			continue;
		*begun = *call;
		if (call->t1 != -1)
			pending->items[i] = pending->items[--pending->n];
		return;
	}
	add_call(&program->calls, call);
	if (call->t1 != -1)
		return;
	pending->items = room_for(pending->items, pending->n, &pending->room,
				  sizeof *pending->items);
	pending->items[pending->n++] = call;
}

static void take_mark(struct drawing *drawing, int64_t t)
{
	drawing->marks = room_for(drawing->marks, drawing->n_marks,
				  &drawing->marks_room, sizeof(int64_t));
	drawing->marks[drawing->n_marks++] = t;
}

static void take_record(struct drawing *drawing, struct program *program,
			struct record *record, struct pending *pending)
{
	char *value;
	if (strcmp(record->what, "call") == 0) {
		take_call(program, call_of(record), pending);
		return;
	}
	for (const char *key; (key = next_field(record, &value)) != NULL;) {
		if (strcmp(record->what, "trace") == 0) {
			if (strcmp(key, "name") == 0)
				program->name = unescape(value);
			else if (strcmp(key, "pid") == 0)
				program->pid = number(value, 0);
			else if (strcmp(key, "ppid") == 0)
				program->ppid = number(value, 0);
			else if (strcmp(key, "start") == 0)
				program->start = number(value, 0);
			else if (strcmp(key, "argv") == 0)
				program->played =
					strncmp(value, "(played", 7) == 0;
		} else if (strcmp(record->what, "end") == 0) {
			if (strcmp(key, "t") == 0)
				program->end_time = number(value, -1);
			else if (strcmp(key, "status") == 0)
				program->status = number(value, -1);
		} else if (strcmp(record->what, "left-out") == 0) {
			if (strcmp(key, "calls") == 0)
				program->calls_left_out =
					(uint64_t)number(value, 0);
			else if (strcmp(key, "bytes") == 0)
				program->bytes_left_out =
					(uint64_t)number(value, 0);
		} else if (strcmp(record->what, "mark") == 0) {
			if (strcmp(key, "t") == 0)
				take_mark(drawing, number(value, 0));
		}
	}
}

/* ---- files ---- */

/* Reads all of a file; a NUL stands behind it. NULL with errno set. */
static char *read_file(const char *path, size_t *n)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return NULL;
	char *text = NULL;
	size_t room = 0, got = 1;
	for (*n = 0; got > 0; *n += got) {
		if (*n + 1 >= room) {
			room = room == 0 ? 65536 : 2 * room;
			char *larger = take(room);
			if (*n > 0)
				memcpy(larger, text, *n);
			text = larger;
		}
		got = fread(text + *n, 1, room - 1 - *n, file);
	}
	int error = ferror(file) ? errno : 0;
	fclose(file);
	text[*n] = '\0';
	errno = error;
	return error == 0 ? text : NULL;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

bool read_trace(struct drawing *drawing, const char *path)
{
	static const char first[] = "trace\t";
	size_t n;
	const char *name = base_name(path);
	char *text = read_file(path, &n);
	if (text == NULL) {
		add_note(drawing, format("%s can't be read: %s.", path,
					 strerror(errno)));
		return false;
	}
	if (n == 0) {
		add_note(drawing, format("%s is empty.", name));
		return false;
	}
	if (n < strlen(first) || memcmp(text, first, strlen(first)) != 0) {
		add_note(drawing, format("%s is not a trace.", name));
		return false;
	}
	struct program *program = take(sizeof *program);
	*program = (struct program){
		.name = "?",
		.file = name,
		.end_time = -1,
		.status = -1,
		.column = NOWHERE,
		.first_row = NOWHERE,
	};
	struct pending pending = {0};
	size_t marks = drawing->n_marks;
	char *line = text, *end = text + n;
	while (line < end) {
		/* Zero bytes: room that a killed program did not fill. */
		if (*line == '\0') {
			line++;
			continue;
		}
		char *newline = memchr(line, '\n', (size_t)(end - line));
		if (!newline) {
			add_note(drawing,
				 format("%s breaks off in the middle of a "
					"record; what stands before it is "
					"drawn.",
					name));
			break;
		}
		*newline = '\0';
		for (char *p = line; p < newline; p++)
			if (*p == '\t')
				*p = '\0';
		struct record record = {line, line + strlen(line) + 1, newline};
		take_record(drawing, program, &record, &pending);
		line = newline + 1;
	}
	/* Who wrote down the ends of phases and nothing else is no program. */
	if (program->calls.n == 0 && drawing->n_marks > marks)
		return true;
	drawing->programs =
		room_for(drawing->programs, drawing->n_programs,
			 &drawing->programs_room, sizeof *drawing->programs);
	drawing->programs[drawing->n_programs++] = program;
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct program *const *p = a, *const *q = b;
	int order = strcmp((*p)->name, (*q)->name);
	if (order != 0)
		return order;
	if ((*p)->start != (*q)->start)
		return (*p)->start < (*q)->start ? -1 : 1;
	return strcmp((*p)->file, (*q)->file);
}

void join_programs(struct drawing *drawing)
{
	size_t n = 0;
	if (drawing->n_programs > 1)
		qsort(drawing->programs, drawing->n_programs,
		      sizeof *drawing->programs, by_name);
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct program *later = drawing->programs[i], *first = NULL;
		for (size_t k = 0; k < n && later->pid != 0; k++)
			if (drawing->programs[k]->pid == later->pid &&
			    strcmp(drawing->programs[k]->name, later->name) ==
				    0)
				first = drawing->programs[k];
		if (first == NULL) {
			drawing->programs[n++] = later;
			continue;
		}
		for (size_t k = 0; k < later->calls.n; k++) {
			later->calls.items[k]->program = first;
			add_call(&first->calls, later->calls.items[k]);
		}
		first->end_time = later->end_time;
		first->status = later->status;
		first->calls_left_out += later->calls_left_out;
		first->bytes_left_out += later->bytes_left_out;
	}
	drawing->n_programs = n;
}
