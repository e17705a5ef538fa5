/*
 * endtrace.h - writes down what the test's own ends do, as trace.c does for
 * programs, so that a drawing shows both sides of a conversation.
 *
 * Everything here does nothing where no trace is wanted (stage.trace).
 */
#ifndef ENDTRACE_H
#define ENDTRACE_H

#include <stddef.h>
#include <sys/types.h>

#include "stage.h"

/* A verb of an end begins: what it waits for, it waits for from now on. */
void endtrace_begin(void);

/* A call that moves no bytes: its name, what it returned (errno when that is
 * -1), and the call in words (printf). */
void endtrace_call(struct peer *peer, int fd, const char *name, int ret,
		   const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* A connect() to whom that begins, and goes on. */
void endtrace_dials(struct peer *peer, const char *whom);

/* The same for one that accepted a connection for another end. */
void endtrace_accepted(struct peer *host, struct peer *peer);

/* Bytes that were sent ('o') or received ('i') by a call that returned ret. */
void endtrace_moved(struct peer *peer, char way, const void *data, size_t asked,
		    ssize_t ret);

/* Now all programs are at rest: for a drawing, everything that has happened is
 * before everything that will. */
void endtrace_mark(void);

#endif
