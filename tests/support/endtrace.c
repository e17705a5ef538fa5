/*
 * endtrace.c - writes down what the test's own ends do.
 *
 * An end has a file like that of a program (trace_file.c), named after it. A
 * call stands for what the verb is about: its time includes the waiting, and
 * the attempts in between are left out. The ends of one test are few and say
 * little, so nothing bounds these files but the test.
 */
#include "endtrace.h"

#ifdef __linux__
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "look.h"
#include "trace.h"

struct endtrace {
	FILE *file;
	unsigned long n;  /* calls so far */
	uint64_t in, out; /* bytes of its present connection */
	ino_t inode;      /* which connection that is */
	unsigned long
		dialing; /* the number of a connect() that goes on, or 0 */
	uint64_t dialing_since;
};

static uint64_t began;

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void endtrace_begin(void)
{
	began = now();
}

/* Its file, made when it is first needed; NULL if there is none. */
static struct endtrace *trace_of(struct peer *peer)
{
	if (stage.trace == NULL || peer->trace != NULL)
		return peer->trace;
	char path[1024];
	struct endtrace *trace = calloc(1, sizeof *trace);
	if (trace == NULL)
		return NULL;
	snprintf(path, sizeof path, "%s/%s.%d.trace", stage.trace, peer->name,
		 (int)getpid());
	trace->file = fopen(path, "w");
	if (trace->file == NULL) {
		free(trace);
		return NULL;
	}
	setvbuf(trace->file, NULL, _IOLBF, 0);
	fprintf(trace->file,
		"trace\tversion=1\tname=%s\tpid=%d\tppid=%d\tstart=%llu\t"
		"argv=(played by the test)\n",
		peer->name, (int)getpid(), (int)getppid(),
		(unsigned long long)began);
	peer->trace = trace;
	return trace;
}

/* The fields that tell which socket it is. */
static void put_socket(struct words *out, struct peer *peer, int fd)
{
	struct sockaddr_storage local, remote;
	socklen_t local_len = sizeof local, remote_len = sizeof remote;
	struct endtrace *trace = peer->trace;
	struct stat status;
	if (fd == -1 || fstat(fd, &status) == -1)
		return;
	if (status.st_ino != trace->inode && fd == peer->fd) {
		trace->inode = status.st_ino;
		trace->in = trace->out = 0;
	}
	if (getsockname(fd, (struct sockaddr *)&local, &local_len) == -1)
		local_len = 0;
	if (getpeername(fd, (struct sockaddr *)&remote, &remote_len) == -1) {
		/* What it talks to, or tries to. */
		remote = peer->remote;
		remote_len = fd == peer->fd ? peer->remote_len : 0;
	}
	bool is_unix = local_len > 0 && local.ss_family == AF_UNIX;
	say(out, "\tfd=%d\tkind=%s\tlocal=", fd,
	    is_unix                     ? "unix"
	    : peer->type == SOCK_STREAM ? "tcp"
					: "udp");
	put_address(out, &local, local_len);
	put(out, "\tpeer=");
	put_address(out, &remote, remote_len);
	if (is_unix) {
		put(out, "\tinode=");
		put_number(out, status.st_ino);
	}
}

static void begin_record(struct words *out, struct endtrace *trace,
			 const char *name, const char *text, long ret)
{
	int error = errno;
	bool dialed = trace->dialing != 0 && strcmp(name, "connect") == 0;
	put(out, "call\tn=");
	put_number(out, dialed ? trace->dialing : ++trace->n);
	say(out, "\ttid=%d\tt0=", (int)getpid());
	put_number(out, dialed ? trace->dialing_since : began);
	if (dialed)
		trace->dialing = 0;
	began = now(); /* what follows in this verb begins here */
	put(out, "\tt1=");
	put_number(out, began);
	say(out, "\tname=%s\ttext=", name);
	put_value(out, text);
	say(out, "\tret=%ld\terr=", ret);
	if (ret == -1)
		put_error(out, error);
	else
		put(out, "-");
	errno = error;
}

static void end_record(struct words *out, char *line, struct endtrace *trace)
{
	int error = errno;
	put(out, "\n");
	fwrite(line, 1, (size_t)(out->at - line), trace->file);
	errno = error;
}

enum { LINE_MAX_BYTES = 4096 };

void endtrace_call(struct peer *peer, int fd, const char *name, int ret,
		   const char *format, ...)
{
	char text[TEXT_MAX], line[LINE_MAX_BYTES];
	struct words out = {line, line + sizeof line};
	struct endtrace *trace = trace_of(peer);
	va_list list;
	if (trace == NULL)
		return;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	begin_record(&out, trace, name, text, ret);
	put_socket(&out, peer, fd);
	end_record(&out, line, trace);
}

void endtrace_dials(struct peer *peer, const char *whom)
{
	char text[TEXT_MAX], line[LINE_MAX_BYTES];
	struct words out = {line, line + sizeof line};
	struct endtrace *trace = trace_of(peer);
	if (trace == NULL)
		return;
	trace->dialing = ++trace->n;
	trace->dialing_since = began;
	snprintf(text, sizeof text, "connect(%d, %s)", peer->fd, whom);
	put(&out, "call\tn=");
	put_number(&out, trace->dialing);
	say(&out, "\ttid=%d\tt0=", (int)getpid());
	put_number(&out, began);
	put(&out, "\tt1=-\tname=connect\ttext=");
	put_value(&out, text);
	put_socket(&out, peer, peer->fd);
	end_record(&out, line, trace);
}

void endtrace_accepted(struct peer *host, struct peer *peer)
{
	char text[TEXT_MAX], line[LINE_MAX_BYTES];
	struct words out = {line, line + sizeof line};
	struct endtrace *trace = trace_of(host);
	if (trace == NULL || trace_of(peer) == NULL)
		return;
	snprintf(text, sizeof text, "accept(%d)", host->listen_fd);
	begin_record(&out, trace, "accept", text, peer->fd);
	put_socket(&out, peer, peer->fd);
	say(&out, "\tnew=%d", peer->fd);
	end_record(&out, line, trace);
}

void endtrace_moved(struct peer *peer, char way, const void *data, size_t asked,
		    ssize_t ret)
{
	char text[TEXT_MAX], line[LINE_MAX_BYTES];
	struct words out = {line, line + sizeof line};
	struct words words = {text, text + sizeof text - 1};
	struct endtrace *trace = trace_of(peer);
	size_t moved = ret > 0 ? (size_t)ret : 0;
	size_t shown = moved < SHOWN_MAX ? moved : SHOWN_MAX;
	const char *name = way == 'o' ? "send" : "recv";
	if (trace == NULL)
		return;
	say(&words, "%s(%d, ", name, peer->fd);
	if (way == 'o') {
		put_quoted(&words, data, shown);
		if (shown < asked)
			say(&words, "..., %zu bytes", asked);
	} else {
		say(&words, "up to %zu bytes", asked);
	}
	put(&words, ")");
	*words.at = '\0';
	begin_record(&out, trace, name, text, ret);
	put_socket(&out, peer, peer->fd);
	if (ret >= 0) {
		uint64_t *offset = way == 'o' ? &trace->out : &trace->in;
		put(&out, way == 'o' ? "\tdir=out\toff=" : "\tdir=in\toff=");
		put_number(&out, *offset);
		say(&out, "\tlen=%zu\tdata=", moved);
		put_hex(&out, data, moved < DATA_MAX ? moved : DATA_MAX);
		*offset += moved;
	}
	end_record(&out, line, trace);
}

void endtrace_mark(void)
{
	static FILE *file;
	char path[1024];
	if (file == NULL) {
		snprintf(path, sizeof path, "%s/marks.%d.trace", stage.trace,
			 (int)getpid());
		file = fopen(path, "w");
		if (file == NULL)
			return;
		setvbuf(file, NULL, _IOLBF, 0);
		fprintf(file,
			"trace\tversion=1\tname=marks\tpid=%d\tppid=%d\t"
			"start=%llu\targv=(played by the test)\n",
			(int)getpid(), (int)getppid(),
			(unsigned long long)now());
	}
	fprintf(file, "mark\tt=%llu\n", (unsigned long long)now());
}

#else
void endtrace_mark(void)
{
}

void endtrace_begin(void)
{
}

void endtrace_call(struct peer *peer, int fd, const char *name, int ret,
		   const char *format, ...)
{
	(void)peer, (void)fd, (void)name, (void)ret, (void)format;
}

void endtrace_dials(struct peer *peer, const char *whom)
{
	(void)peer, (void)whom;
}

void endtrace_accepted(struct peer *host, struct peer *peer)
{
	(void)host, (void)peer;
}

void endtrace_moved(struct peer *peer, char way, const void *data, size_t asked,
		    ssize_t ret)
{
	(void)peer, (void)way, (void)data, (void)asked, (void)ret;
}
#endif
