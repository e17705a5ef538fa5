/*
 * trace.h - what the parts of trace.so share.
 *
 * trace.so is loaded into a program by LD_PRELOAD and stands in for its
 * socket calls. It has five parts:
 *
 *   trace.c        the calls themselves, as the program sees them
 *   trace_call.c   one call from its beginning to its end: who is watched,
 *                  which socket it is, the record that is written
 *   trace_file.c   the file of records, bounded, without a descriptor
 *   trace_words.c  numbers, flags and addresses in words
 *   faults.c       the plan of faults: which call fails, and how
 *
 * Everything here may run at any moment of any program: in a signal
 * handler, in a thread that is being cancelled, in a child after fork. So
 * nothing allocates memory, nothing uses stdio, and no name of ours is
 * visible to the program, whose own functions may have the same names.
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#pragma GCC visibility push(hidden)

/* ---- the calls ---- */

/*
 * Every function that trace.c stands in for: its name, the family that a
 * plan of faults may name it by, and whether it can keep the program
 * waiting (then a record is written before it begins, too).
 */
#define WATCHED_CALLS(X)                                                       \
	X(socket, "socket", false)                                             \
	X(socketpair, "socketpair", false)                                     \
	X(bind, "bind", false)                                                 \
	X(listen, "listen", false)                                             \
	X(accept, "accept", true)                                              \
	X(accept4, "accept", true)                                             \
	X(connect, "connect", true)                                            \
	X(send, "send", true)                                                  \
	X(sendto, "send", true)                                                \
	X(sendmsg, "send", true)                                               \
	X(write, "send", true)                                                 \
	X(writev, "send", true)                                                \
	X(sendfile, "send", true)                                              \
	X(recv, "recv", true)                                                  \
	X(recvfrom, "recv", true)                                              \
	X(recvmsg, "recv", true)                                               \
	X(read, "recv", true)                                                  \
	X(readv, "recv", true)                                                 \
	X(shutdown, "shutdown", false)                                         \
	X(close, "close", false)                                               \
	X(setsockopt, "setsockopt", false)                                     \
	X(getsockopt, "getsockopt", false)                                     \
	X(getsockname, "getsockname", false)                                   \
	X(getpeername, "getpeername", false)                                   \
	X(poll, "poll", true)                                                  \
	X(ppoll, "poll", true)                                                 \
	X(select, "poll", true)                                                \
	X(pselect, "poll", true)                                               \
	X(epoll_wait, "poll", true)                                            \
	X(fdopen, "fdopen", false)                                             \
	X(fork, "fork", false)

/* Functions whose next definition we call, but that are no calls of theirs:
 * FORTIFY's checked twins, the ends of a program, and those that set signal
 * handlers. */
#define HELPING_CALLS(X)                                                       \
	X(__recv_chk)                                                          \
	X(__recvfrom_chk)                                                      \
	X(__read_chk)                                                          \
	X(__poll_chk)                                                          \
	X(__ppoll_chk)                                                         \
	X(execve)                                                              \
	X(execv)                                                               \
	X(execvp)                                                              \
	X(_exit)                                                               \
	X(sigaction)                                                           \
	X(signal)                                                              \
	X(bsd_signal)                                                          \
	X(sysv_signal)                                                         \
	X(__sysv_signal)                                                       \
	X(sigset)

enum call_id {
#define NUMBER(name, family, blocks) CALL_##name,
	WATCHED_CALLS(NUMBER)
#undef NUMBER
		WATCHED_COUNT,
	BEFORE_HELPING = WATCHED_COUNT - 1,
#define NUMBER(name) CALL_##name,
	HELPING_CALLS(NUMBER)
#undef NUMBER
		CALL_COUNT
};

/* What WATCHED_CALLS says of each call. */
struct call_facts {
	const char *name, *family;
	bool blocks;
};
extern const struct call_facts call_facts[WATCHED_COUNT];

/* The function that the program would have called without us. */
typedef void (*any_function)(void);
any_function real_function(enum call_id id);
#define REAL(name) ((__typeof__(&name))real_function(CALL_##name))

/* ---- words (trace_words.c) ---- */

/* A place to write text to; what does not fit is dropped. */
struct words {
	char *at, *end;
};

enum {
	ADDRESS_MAX = 128, /* an address in words, with its NUL */
	TEXT_MAX = 256,    /* a call in words, with its NUL */
	DATA_MAX = 256,    /* bytes of a message that are kept */
	SHOWN_MAX = 32,    /* bytes of a message that stand in the text */
	PIECES_MAX = 16    /* pieces of a message that are looked at */
};

void put(struct words *out, const char *text);
void put_number(struct words *out, uint64_t number);
/* Like printf, for %s, %d, %ld and %zu only. */
void say(struct words *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* As a value of a record: bytes that would break it are written \xHH. */
void put_value(struct words *out, const char *text);
void put_hex(struct words *out, const unsigned char *bytes, size_t n);
/* As a C string in quotes. */
void put_quoted(struct words *out, const unsigned char *bytes, size_t n);

void put_error(struct words *out, int number);
/* The number of an error's name, or 0. */
int error_number(const char *name);
/* ADDR:PORT, [ADDR]:PORT, a path, or "-". */
void put_address(struct words *out, const void *address, socklen_t len);
void put_family(struct words *out, int family);
void put_socket_type(struct words *out, int type);
void put_message_flags(struct words *out, int flags);
void put_poll_events(struct words *out, int events);
void put_shutdown_how(struct words *out, int how);
void put_option(struct words *out, int level, int option);
void put_option_value(struct words *out, int level, int option,
		      const void *value, socklen_t len);

/* ---- the file of records (trace_file.c) ---- */

/* Reads where to write from the environment; plan is the one of faults, or
 * NULL. False: tracing is off. */
bool file_prepare(const char *plan);
/* Appends one record (its line, with the newline) of call n, which moved
 * so many bytes. A pending record is replaced by the next one with its n. */
void file_append(const char *record, size_t len, uint64_t n, uint64_t bytes,
		 bool pending);
/* Takes the last record back, if it is a pending one of call n. */
void file_take_back(uint64_t n);
/* Cuts the file to its records. Nothing is written after it. */
void file_finish(void);
/* In a forked child: the file is the parent's; begin another when needed. */
void file_forget(void);

/* ---- one call (trace_call.c) ---- */

enum direction { NOT_MOVING, INWARD, OUTWARD };

/* A fault that a plan wants for one call. */
struct fault {
	int error;        /* fail with this, without calling; 0: do call */
	size_t limit;     /* move at most so many bytes; SIZE_MAX: any */
	int64_t delay_ns; /* wait so long first */
};

struct call {
	enum call_id id;
	int fd;          /* the descriptor it is about, or -1 */
	uint64_t inode;  /* of that socket; 0: it is none */
	long tid;        /* the thread that calls */
	uint64_t n;      /* its number; 0 as long as it has none */
	uint64_t t0, t1; /* when it began and ended */
	struct fault fault;
	long ret;
	int errno_before, errno_after;

	struct words text; /* the call in words, written to ... */
	char text_space[TEXT_MAX];
	char peer[ADDRESS_MAX]; /* the other end, if the call names it */
	char extra[TEXT_MAX];   /* what the result adds: ready=, value= */

	/* The bytes that it moves, if it moves some. */
	enum direction direction;
	struct iovec pieces[PIECES_MAX]; /* where they are, as far as known */
	size_t piece_count;              /* how many the program gave */
	size_t size;                     /* how many bytes it asked for */
	int flags;                       /* MSG_... */

	int new_fd; /* the descriptor it made, or -1 */
};

/* Begins to watch a call. fd is the descriptor that makes it interesting,
 * or NO_FD; false: it is none of our business, just call the function. */
enum { NO_FD = -2 };
bool watch(struct call *call, enum call_id id, int fd);
/* To be asked before the real call: false if a fault takes its place. */
bool starts(struct call *call);
/* To be told what the real call returned, before anything else happens. */
void ended(struct call *call, long ret);
/* Writes the record, restores errno and gives what to return. */
long finish(struct call *call);

/* Copies memory of the program; false if there is none at that place. To be
 * used before the kernel has accepted a pointer; after, it is right. */
bool copy_from_program(void *to, const void *from, size_t n);
/* Is this descriptor a socket? Keeps errno. */
bool is_socket(int fd);
/* The program sets a signal handler. */
void handler_comes(void);
/* The program ends, in one of the ways why= can say; status -1: unknown.
 * An exec that failed takes its end back. */
void program_ends(const char *why, int status);
void program_goes_on(void);

/* ---- faults (faults.c) ---- */

/* Reads FAULTS. The plan, or NULL; a wrong one ends the program. */
const char *faults_prepare(void);
/* The fault for the next call of this kind. */
struct fault fault_for(enum call_id id);

#pragma GCC visibility pop

#endif
