/*
 * launch.h - start a program under limits, and leave nothing of it behind.
 *
 * The program gets a session of its own, default signal dispositions, an
 * empty signal mask, three pipes for its standard streams (or a file as the
 * first of them), and no other open descriptor. Of the environment it sees a
 * fixed handful of names (PATH, HOME, TMPDIR, LANG, LC_ALL, TERM) and what the
 * caller adds.
 */
#ifndef LAUNCH_H
#define LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct limits {
	int cpu_seconds;     /* processor time of one process; 0: no limit */
	int processes;       /* in its session; see watch_limits() */
	int descriptors;     /* RLIMIT_NOFILE; 0: as inherited */
	size_t memory_bytes; /* RLIMIT_AS; 0: no limit (sanitizers need it) */
	size_t file_bytes;   /* RLIMIT_FSIZE; 0: no limit */
	bool mild;           /* a write beyond it fails, as on a full disk,
			      * instead of killing by SIGXFSZ */
	bool trusted;        /* started directly, without KIT_LAUNCHER */
	const char *input;   /* a file as its standard input; NULL: a pipe */
};

struct program {
	pid_t pid;    /* the process that was started; -1: none */
	int in;       /* to its standard input, or -1 (none, or a file);
			* non-blocking */
	int out, err; /* from its standard output and error, or -1;
			* non-blocking */
	bool ended;   /* status is valid */
	int status;   /* as of waitpid(2) */
};

/* The limits that a student's program gets. */
struct limits default_limits(void);

/* To be called once at the start: orphans below us become our children
 * (Linux), so that sweep() finds them; SIGPIPE is ignored. */
void launch_init(void);

/* Starts argv[0] (a path, or a name looked up in PATH) and fills *program.
 * extra is a NULL-terminated list of NAME=VALUE for its environment, or NULL.
 * If the environment names a KIT_LAUNCHER, that program is started with argv
 * as its arguments and is expected to run it (the grader's sandbox).
 * Returns 0, or -1 with errno set (also when exec failed). */
int launch(struct program *program, char *const argv[], char *const extra[],
	   const struct limits *limits);

/* Collects the end of any child: sets ended and status of those among the n
 * programs, and forgets adopted orphans. Never waits. */
void reap(struct program *programs[], int n);

/* True if more processes run below program than limits allow. */
bool too_many_processes(const struct program *program,
			const struct limits *limits);

/* Kills the program, its session and all its descendants with SIGKILL. The
 * end is still to be collected with reap(). */
void kill_tree(const struct program *program);

/* Kills and collects every process below us. After it nothing is left. */
void sweep(void);

/* Says how the program ended: "ended with status 1", "was killed by signal 13
 * (SIGPIPE)". size bytes at most. */
void end_text(const struct program *program, char *text, size_t size);

/* The signal that killed it (also when a launcher stands between and passes it
 * on as 128 + N), or 0. Call it for a program that has ended. */
int end_signal(const struct program *program);

/* Its exit status, or 128 + the signal that killed it. A program may itself
 * end with a status above 128; end_signal() tells these apart. */
int end_code(const struct program *program);

/* The name of a signal, such as "SIGPIPE", or "signal N". */
const char *signal_name(int number);

/* The number of a signal by name with or without SIG, or -1. */
int signal_number(const char *name);

#endif
