/*
 * stage.h - the actors of a conversation: the programs under test, and the
 * other ends that the test plays.
 */
#ifndef STAGE_H
#define STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "launch.h"
#include "script.h"

enum {
	MAX_ACTORS = 64,
	MAX_PARTS = 64,
	REST_MS = 30 /* asleep for so long: a program has come to rest */
};

/* The instrument that can stand between two programs (relay.c). */
#define RELAY "relay"

/* The library that writes down calls and makes them fail (trace.c). */
#define TRACE_LIBRARY "trace.so"

/* A program under test. */
struct actor {
	char name[32];
	bool started;
	struct program program;
	struct limits limits;
	char path[512];
	pid_t pid; /* the program itself (a launcher may stand above it) */
	struct bytes out, err;     /* all that it has printed */
	size_t out_used, err_used; /* how far a step has looked at it */
	size_t out_limit;          /* more than this is a flood */
	struct bytes input;        /* to be written to its input */
	size_t input_sent;
	bool input_ends, held; /* held: its output is not read */
	long input_ms;         /* when it was given the last of it */
	bool flooded, forked;  /* why we killed it */
	bool spins;            /* seen to use the processor without end */
	char *faults;          /* the plan of faults for it (faults.c) */
	char *sees;            /* of {dir}; "": nothing; NULL: all of it */
	int noted_descriptors;
	uint64_t noted_memory;
};

/* The other end of a conversation, played by the test. */
struct peer {
	char name[32];
	int type;               /* SOCK_STREAM or SOCK_DGRAM */
	int fd;                 /* its conversation, or -1 */
	int listen_fd;          /* or -1 */
	int trap_fd;            /* listens on the byte-swapped port, or -1 */
	struct endtrace *trace; /* what it does is written down; or NULL */
	struct sockaddr_storage local, remote;
	socklen_t local_len, remote_len;
	bool late; /* acknowledges late */
	/* When the first and the last byte came since the last send, and how
	 * long each message took before, which ends when the next is sent. */
	long first_ms, last_ms;
	long parts[MAX_PARTS];
	int n_parts;
	uint64_t sent;      /* bytes, in this conversation */
	struct bytes heard; /* the datagrams so far: of each a hash, 8 bytes */
};

/* How a step failed. */
struct failure {
	enum {
		FAIL_NOTHING, /* nothing (more) came in time */
		FAIL_END,     /* the conversation or the program had ended */
		FAIL_GONE,    /* the program had, so nothing can be looked at */
		FAIL_MORE,    /* something came that should not */
		FAIL_BYTES,   /* other bytes came */
		FAIL_OTHER
	} kind;
	bool among; /* `but BYTES` may stand anywhere in came */
	bool bytes; /* expected and came are bytes, else text */
	struct bytes expected, came;
	char end[64]; /* how what came ended, or "" */
	char *expected_text, *came_text;
	const char *mistake; /* a name that the facts themselves tell */
	bool certain;        /* that name wins over the script's words */
};

struct stage {
	const char *programs;  /* directory of the programs under test */
	const char *directory; /* {dir} */
	const char *tools;     /* where the relay is */
	const char *mistakes;  /* the table */
	const char *trace;     /* traces go to this directory, or NULL */
	bool sanitized, show;
	int port;       /* {port} */
	bool datagrams; /* the conversation is one of datagrams */
	struct actor actors[MAX_ACTORS];
	int n_actors;
	struct peer peers[MAX_ACTORS];
	int n_peers;
	struct failure failure;
};

extern struct stage stage;

/* Milliseconds on a clock that only goes forward. */
long now_ms(void);

/* The end of a time in which something must happen (deadline_in), fair on a busy
 * machine: see is_over(). */
struct deadline {
	long end;    /* of now_ms() */
	long looked; /* when we looked last; 0: not yet */
	long rests_since;
	uint64_t cpu_ns; /* used when the end came; 0 before */
};

/* A deadline so many milliseconds from now. */
struct deadline deadline_in(long ms);

/* Milliseconds until then, for pump(); at least 1. */
long time_left(const struct deadline *deadline);

/* True if the deadline has passed and every program has had its chance: none
 * has run or wanted to for a while. To be asked in a loop, each time after a
 * look for what is waited for: the last look comes after the deadline. Where
 * the programs do not come to rest, it is over once they have used their share
 * of the processor, and after three seconds in any case. */
bool is_over(struct deadline *deadline);

/* True if every program sleeps in its calls, stands still, or has ended and was
 * collected. Tells in *cpu_ns (unless NULL) the processor time that they have
 * used, in nanoseconds. True, too, where this can't be known. */
bool all_rest(uint64_t *cpu_ns);

/* True for names that belong to programs: server, client, relay, with or
 * without a number behind. */
bool is_program(const char *name);

/* The actor or peer of this name; made when it is not there yet. */
struct actor *actor_named(const char *name);
struct peer *peer_named(const char *name);

/* Lets things go on for at most ms milliseconds: reads what the programs
 * print, feeds their input, notices their ends and their excesses. Returns
 * early when fd (unless -1) shows one of the poll events, and then true. */
bool pump(int fd, short events, long ms);

/* Starts the program of actor with these arguments. Returns 0, or -1 with
 * errno set. */
int actor_start(struct actor *actor, char *const arguments[]);

/* The process of the program itself. */
pid_t actor_pid(struct actor *actor);

/* A sanitizer's report on its standard error, in a few words, or NULL. */
const char *sanitizer_report(const struct actor *actor);

/* Watches the program for ms milliseconds, and longer until it has either used
 * more than most nanoseconds of processor time, told in *used, or come to rest:
 * on a busy machine it may get hardly any of the time that it wants. True if it
 * used so much, or never rested in three seconds. False also where this can't be
 * known. */
bool is_busy(struct actor *actor, long ms, uint64_t most, uint64_t *used);

/* Says in one line how the program is: ended, waiting in which call, running;
 * and what it said last on standard error. */
void actor_state(struct actor *actor, char *text, size_t size);

/* True if it has ended by a signal that a program gets for its own mistakes:
 * SIGSEGV, SIGPIPE and the like. */
bool was_killed_by_itself(const struct actor *actor);

/* What the facts of the programs say about a failed step: sets
 * failure.mistake when a program was killed by SIGPIPE, crashed, met a
 * sanitizer, floods, forks without end, or spins. */
void diagnose_programs(void);

/* Is the library for traces and faults there? */
bool has_trace_library(void);

/* Finds a free TCP and UDP port on loopback whose byte-swapped twin differs.
 * Returns it, 0 on failure. */
int free_port(void);

/* From now on a signal that asks us to end first clears the stage: pump() sees
 * to it. */
void stage_heed_signals(void);

/* Kills everything and closes all. */
void stage_clear(void);

#endif
