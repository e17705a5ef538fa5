/*
 * trace_call.c - one call, from its beginning to its end.
 *
 * A call passes watch(), starts(), the real function, ended() and finish().
 * They decide whether it is of interest, find out which socket it is about,
 * apply a fault, write its record, and leave errno as the real call left it.
 *
 * A socket is known by its inode number, which fstat() gives: every socket
 * has its own, however many descriptors it has. So dup(), fork(), fclose()
 * inside the C library and descriptors that come over a Unix socket need no
 * book-keeping. Linux gives a number again only after 2^32 others.
 */
/* For RTLD_NEXT, process_vm_readv() and on_exit(), which POSIX has not. */
#define _GNU_SOURCE
#include "trace.h"

#ifdef __linux__
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

const struct call_facts call_facts[WATCHED_COUNT] = {
#define FACTS(name, family, blocks) {#name, family, blocks},
	WATCHED_CALLS(FACTS)
#undef FACTS
};

/* ---- the real functions ---- */

static const char *const function_names[CALL_COUNT] = {
#define NAME(name, family, blocks) #name,
	WATCHED_CALLS(NAME)
#undef NAME
#define NAME(name) #name,
		HELPING_CALLS(NAME)
#undef NAME
};

static any_function real_functions[CALL_COUNT];

/* All are looked up when the library is loaded: dlsym() may not be called in
 * a signal handler. Only what other libraries call earlier is looked up
 * then. */
any_function real_function(enum call_id id)
{
	if (real_functions[id] == NULL) {
		void *found = dlsym(RTLD_NEXT, function_names[id]);
		memcpy(&real_functions[id], &found, sizeof found);
	}
	return real_functions[id];
}

/* ---- state, and its lock ---- */

enum {
	RECORD_MAX = 4096,
	SOCKET_SETS = 1024, /* sockets that we remember: in each set, ... */
	SOCKETS_IN_SET = 8  /* ... who was used last */
};

/* What is known of a socket. */
struct socket {
	uint64_t inode; /* 0: a free place */
	uint64_t used;  /* when it was last used, counted in calls */
	int family, type;
	char local[ADDRESS_MAX], peer[ADDRESS_MAX]; /* "-": not known */
	bool local_settled; /* it has a port: this does not change again */
	uint64_t pair;      /* the inode at the other end, or 0 */
	int peer_pid;       /* Unix: the process at the other end, or 0 */
	uint64_t in, out;   /* bytes received and sent so far */
};

static bool tracing, faulty; /* are there records to write, is there a plan */
static pid_t self;           /* whose state this is */
static uint64_t calls;       /* so far */
static struct socket sockets[SOCKET_SETS][SOCKETS_IN_SET];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* What enter() changes and leave() puts back. */
struct before {
	bool masked;
	sigset_t mask;
	int cancel;
};

/* Can a signal handler of the program run? Only then signals have to be
 * blocked, which costs two system calls. */
static bool has_handlers;

/* Takes the lock. A signal handler may make calls too and would wait for the
 * thread it interrupts, or jump away from it; a cancelled thread would keep
 * the lock for ever. */
static void enter(struct before *before)
{
	before->masked = has_handlers;
	if (before->masked) {
		sigset_t all;
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before->mask);
	}
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before->cancel);
	pthread_mutex_lock(&lock);
}

static void leave(const struct before *before)
{
	pthread_mutex_unlock(&lock);
	pthread_setcancelstate(before->cancel, NULL);
	if (before->masked)
		pthread_sigmask(SIG_SETMASK, &before->mask, NULL);
}

void handler_comes(void)
{
	struct before before;
	int saved = errno;
	enter(&before); /* nobody is inside who has not blocked signals */
	has_handlers = true;
	leave(&before);
	errno = saved;
}

/* The lock is held during a fork, so that the child gets it free, with all
 * that it guards in order. */
static struct before before_the_fork;

static void before_fork(void)
{
	struct before before;
	enter(&before);
	before_the_fork = before;
}

static void after_fork(void)
{
	struct before before = before_the_fork;
	leave(&before);
}

/* The child has a file and numbers of its own. What its sockets have sent
 * and received up to here it knows from the parent. */
static void after_fork_in_child(void)
{
	int saved = errno;
	self = getpid();
	calls = 0;
	if (tracing)
		file_forget();
	errno = saved;
	after_fork();
}

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* ---- looking at the program ---- */

/* Its pointers may be wrong; then the kernel says EFAULT, to us as to it. */
bool copy_from_program(void *to, const void *from, size_t n)
{
	int saved = errno;
	struct iovec here = {to, n}, there = {(void *)(uintptr_t)from, n};
	if (from == NULL)
		return false;
	ssize_t got = process_vm_readv(self, &here, 1, &there, 1, 0);
	if (got == -1 && errno != EFAULT) { /* the system forbids to ask */
		memcpy(to, from, n);
		got = (ssize_t)n;
	}
	errno = saved;
	return got == (ssize_t)n;
}

/* The inode number of a descriptor that is a socket; 0: it is none, with
 * errno EBADF if it is no descriptor at all. */
static uint64_t inode_of(int fd)
{
	struct stat status;
	errno = 0;
	if (fstat(fd, &status) == -1 || !S_ISSOCK(status.st_mode))
		return 0;
	return (uint64_t)status.st_ino;
}

bool is_socket(int fd)
{
	int saved = errno;
	uint64_t inode = inode_of(fd);
	errno = saved;
	return inode != 0;
}

static int get_option(int fd, int option)
{
	int value = 0;
	socklen_t len = sizeof value;
	REAL(getsockopt)(fd, SOL_SOCKET, option, &value, &len);
	return value;
}

typedef int name_function(int, struct sockaddr *, socklen_t *);

/* Asks for one of a socket's addresses. True if it has a port or a path. */
static bool ask_name(name_function *ask, int fd, char name[ADDRESS_MAX])
{
	union {
		struct sockaddr any;
		struct sockaddr_storage room;
	} address;
	socklen_t len = sizeof address;
	struct words out = {name, name + ADDRESS_MAX - 1};
	if (ask(fd, &address.any, &len) == -1)
		len = 0;
	put_address(&out, &address, len < sizeof address ? len : 0);
	*out.at = '\0';
	size_t n = strlen(name);
	return n > 2 && strcmp(name + n - 2, ":0") != 0;
}

static void ask_local(struct socket *socket, int fd)
{
	name_function *ask = (name_function *)real_function(CALL_getsockname);
	bool named = ask_name(ask, fd, socket->local);
	socket->local_settled = named || socket->family == AF_UNIX;
}

static void ask_peer(struct socket *socket, int fd)
{
	ask_name((name_function *)real_function(CALL_getpeername), fd,
		 socket->peer);
	/* struct ucred, as Linux has it. */
	struct {
		int pid, uid, gid;
	} whom = {0, 0, 0};
	socklen_t len = sizeof whom;
	if (socket->family == AF_UNIX &&
	    REAL(getsockopt)(fd, SOL_SOCKET, SO_PEERCRED, &whom, &len) == 0)
		socket->peer_pid = whom.pid;
}

/* What is known of the socket with that inode, which fd is. A socket that is
 * new to us is asked; it takes the place that was not used for longest. */
static struct socket *socket_of(uint64_t inode, int fd)
{
	struct socket *set = sockets[inode % SOCKET_SETS], *oldest = set;
	for (struct socket *s = set; s < set + SOCKETS_IN_SET; s++) {
		if (s->inode == inode) {
			s->used = calls;
			return s;
		}
		if (s->used < oldest->used || s->inode == 0)
			oldest = s;
	}
	*oldest = (struct socket){
		.inode = inode,
		.used = calls,
		.family = get_option(fd, SO_DOMAIN),
		.type = get_option(fd, SO_TYPE),
	};
	ask_local(oldest, fd);
	ask_peer(oldest, fd);
	return oldest;
}

/* ---- the record ---- */

static const char *kind_of(const struct socket *socket)
{
	bool internet = socket->family == AF_INET || socket->family == AF_INET6;
	if (socket->family == AF_UNIX)
		return "unix";
	if (internet && socket->type == SOCK_STREAM)
		return "tcp";
	return internet && socket->type == SOCK_DGRAM ? "udp" : "other";
}

/* Does a call of the program consume or add bytes of the stream? A look at
 * them (MSG_PEEK) does not, nor do bytes that travel beside it (MSG_OOB). */
static bool in_stream(const struct call *call)
{
	return call->direction != NOT_MOVING &&
	       (call->flags & (MSG_PEEK | MSG_OOB | MSG_ERRQUEUE)) == 0;
}

/* How many bytes were moved, and how many of them are in the program's
 * memory: a datagram may be longer than the room for it (MSG_TRUNC). */
static size_t moved(const struct call *call)
{
	return call->ret > 0 ? (size_t)call->ret : 0;
}

static size_t kept(const struct call *call)
{
	return moved(call) < call->size ? moved(call) : call->size;
}

/* Calls use(out, bytes, n) for the first `most` bytes that the call moved. */
static void each_piece(struct words *out, const struct call *call, size_t most,
		       void (*use)(struct words *, const unsigned char *,
				   size_t))
{
	size_t left = kept(call) < most ? kept(call) : most;
	for (size_t i = 0; i < PIECES_MAX && left > 0; i++) {
		const struct iovec *piece = &call->pieces[i];
		size_t n = piece->iov_len < left ? piece->iov_len : left;
		use(out, piece->iov_base, n);
		left -= n;
	}
}

/* Copies bytes; the words have room for SHOWN_MAX of them. */
static void gather(struct words *out, const unsigned char *bytes, size_t n)
{
	memcpy(out->at, bytes, n);
	out->at += n;
}

/* A call that moves bytes, in words: what it sends is shown as soon as it is
 * known to be readable, that is, when it was sent. */
static void say_moving(struct call *call)
{
	struct words *text = &call->text;
	text->at = call->text_space;
	say(text, "%s(%d, ", call_facts[call->id].name, call->fd);
	size_t shown = kept(call) < SHOWN_MAX ? kept(call) : SHOWN_MAX;
	if (call->direction == OUTWARD && shown > 0 && call->piece_count > 0) {
		unsigned char bytes[SHOWN_MAX];
		struct words out = {(char *)bytes, (char *)bytes + SHOWN_MAX};
		each_piece(&out, call, SHOWN_MAX, gather);
		put_quoted(text, bytes, shown);
		if (shown < call->size)
			say(text, "..., %zu bytes", call->size);
	} else {
		say(text,
		    call->direction == INWARD ? "up to %zu bytes" : "%zu bytes",
		    call->size);
	}
	if (call->piece_count > 1)
		say(text, " in %zu pieces", call->piece_count);
	if (call->flags != 0) {
		put(text, ", ");
		put_message_flags(text, call->flags);
	}
	if (call->direction == OUTWARD && *call->peer != '\0')
		say(text, ", %s", call->peer);
	put(text, ")");
}

static void put_fault(struct words *out, const struct call *call)
{
	const char *before = "\tfault=";
	if (call->fault.delay_ns > 0) {
		say(out, "%sdelay", before);
		before = ", ";
	}
	if (call->fault.error != 0) {
		put(out, before);
		put_error(out, call->fault.error);
	} else if (call->fault.limit != SIZE_MAX) {
		say(out, "%sshort %zu", before, call->fault.limit);
	}
}

/* The fields that tell which socket it was, and what it moved. */
static void put_socket(struct words *out, const struct call *call,
		       struct socket *socket, bool pending)
{
	const char *peer = *call->peer != '\0' ? call->peer : socket->peer;
	say(out, "\tfd=%d\tkind=%s\tlocal=", call->fd, kind_of(socket));
	put_value(out, socket->local);
	put(out, "\tpeer=");
	put_value(out, peer);
	if (socket->family == AF_UNIX) {
		put(out, "\ttype=");
		put_socket_type(out, socket->type);
		put(out, "\tinode=");
		put_number(out, socket->inode);
		if (socket->pair != 0) {
			put(out, "\tpair=");
			put_number(out, socket->pair);
		}
		if (socket->peer_pid != 0)
			say(out, "\tpeerpid=%d", socket->peer_pid);
	}
	if (call->direction == NOT_MOVING || pending)
		return;
	uint64_t *offset =
		call->direction == INWARD ? &socket->in : &socket->out;
	put(out, !in_stream(call)            ? "\tdir=-"
		 : call->direction == INWARD ? "\tdir=in"
					     : "\tdir=out");
	if (call->ret < 0)
		return;
	put(out, "\toff=");
	put_number(out, *offset);
	say(out, "\tlen=%zu\tdata=", moved(call));
	each_piece(out, call, DATA_MAX, put_hex);
	if (in_stream(call))
		*offset += moved(call);
}

/* A call about a descriptor that is no socket, or about none. */
static const struct socket no_socket = {.local = "-", .peer = "-"};

/* Brings what is known of the socket up to date after a call that changes
 * it, and gives the one that the record is to speak of. */
static struct socket *socket_for_record(struct call *call, struct socket *none)
{
	bool done = call->ret >= 0;
	if (call->inode == 0 && call->fd >= 0) /* it has just been made */
		call->inode = inode_of(call->fd);
	uint64_t new_inode = call->new_fd >= 0 ? inode_of(call->new_fd) : 0;
	if (call->inode == 0) {
		*none = no_socket;
		return none;
	}
	struct socket *socket = socket_of(call->inode, call->fd);
	if (call->id == CALL_accept || call->id == CALL_accept4) {
		if (new_inode == 0)
			return socket;
		socket = socket_of(new_inode, call->new_fd);
		if (*call->peer != '\0') /* also if it has left already */
			strcpy(socket->peer, call->peer);
	} else if (call->id == CALL_connect &&
		   (done || call->errno_after == EINPROGRESS)) {
		strcpy(socket->peer, call->peer);
		ask_local(socket, call->fd);
		if (socket->family == AF_UNIX)
			ask_peer(socket, call->fd);
	} else if (call->id == CALL_bind || !socket->local_settled) {
		if (call->id != CALL_close)
			ask_local(socket, call->fd);
	} else if (call->id == CALL_socketpair && done && new_inode != 0) {
		socket->pair = new_inode;
		socket_of(new_inode, call->new_fd)->pair = call->inode;
	}
	return socket;
}

static void write_record(struct call *call, bool pending)
{
	/* A program without a socket is none that we follow. */
	if (call->id == CALL_fork && calls == 0)
		return;
	static char record[RECORD_MAX]; /* the lock is held */
	struct words out = {record, record + sizeof record - 1};
	struct socket none, *socket;
	if (call->direction != NOT_MOVING)
		say_moving(call);
	*call->text.at = '\0';
	if (call->n == 0)
		call->n = ++calls;
	if (pending && call->inode != 0)
		socket = socket_of(call->inode, call->fd);
	else if (pending)
		*(socket = &none) = no_socket;
	else
		socket = socket_for_record(call, &none);
	put(&out, "call\tn=");
	put_number(&out, call->n);
	say(&out, "\ttid=%ld\tt0=", call->tid);
	put_number(&out, call->t0);
	put(&out, "\tt1=");
	if (pending)
		put(&out, "-");
	else
		put_number(&out, call->t1);
	say(&out, "\tname=%s\ttext=", call_facts[call->id].name);
	put_value(&out, call->text_space);
	if (!pending) {
		say(&out, "\tret=%ld\terr=", call->ret);
		if (call->ret == -1)
			put_error(&out, call->errno_after);
		else
			put(&out, "-");
	}
	if (call->fd >= 0)
		put_socket(&out, call, socket, pending);
	if (!pending && call->new_fd >= 0)
		say(&out, "\tnew=%d", call->new_fd);
	if (!pending && call->id == CALL_fork && call->ret > 0)
		say(&out, "\tchild=%ld", call->ret);
	if (!pending && *call->extra != '\0') {
		put(&out, "\t");
		put_value(&out, call->extra);
	}
	put_fault(&out, call);
	*out.at++ = '\n';
	file_append(record, (size_t)(out.at - record), call->n,
		    in_stream(call) ? moved(call) : 0, pending);
}

static void record(struct call *call, bool pending)
{
	struct before before;
	enter(&before);
	write_record(call, pending);
	leave(&before);
}

/* Asks a socket now, since it can not be asked when the call is over. */
static void get_to_know(const struct call *call)
{
	struct before before;
	enter(&before);
	socket_of(call->inode, call->fd);
	leave(&before);
}

/* ---- the stations of a call ---- */

/*
 * May this call be about something else than a socket? Then it is watched
 * only if it is one; but read() and write() with a descriptor that is not
 * open are, since it was perhaps one.
 */
static bool may_be_no_socket(enum call_id id)
{
	switch (id) {
	case CALL_read:
	case CALL_readv:
	case CALL_write:
	case CALL_writev:
		return errno != EBADF;
	case CALL_close:
	case CALL_fdopen:
	case CALL_sendfile:
		return true;
	default:
		return false;
	}
}

/*
 * Is it this process that calls? The child of a vfork(), or of a clone() that
 * we did not hear of, has our memory, but it is not us. One system call tells
 * that and the number of the thread.
 */
static bool is_us(struct call *call)
{
	static __thread long known __attribute__((tls_model("initial-exec")));
	call->tid = syscall(SYS_gettid);
	if (call->tid == known)
		return true;
	if (getpid() != self)
		return false;
	known = call->tid;
	return true;
}

bool watch(struct call *call, enum call_id id, int fd)
{
	if ((!tracing && !faulty) || !is_us(call))
		return false;
	int saved = errno;
	uint64_t inode = 0;
	if (fd != NO_FD) {
		inode = inode_of(fd);
		if (inode == 0 && may_be_no_socket(id)) {
			errno = saved;
			return false;
		}
	}
	call->id = id;
	call->fd = fd;
	call->inode = inode;
	call->n = 0;
	call->fault = (struct fault){.limit = SIZE_MAX};
	call->errno_before = saved;
	call->ret = 0;
	call->text = (struct words){call->text_space,
				    call->text_space + TEXT_MAX - 1};
	*call->peer = *call->extra = '\0';
	call->direction = NOT_MOVING;
	call->piece_count = 0;
	for (size_t i = 0; i < PIECES_MAX; i++)
		call->pieces[i].iov_len = 0;
	call->size = 0;
	call->flags = 0;
	call->new_fd = -1;
	if (faulty && (fd == NO_FD || inode != 0 || id == CALL_epoll_wait))
		call->fault = fault_for(id);
	/* A datagram is never cut; only a stream may give or take less. */
	if (call->fault.limit != SIZE_MAX &&
	    get_option(fd, SO_TYPE) != SOCK_STREAM)
		call->fault.limit = SIZE_MAX;
	errno = saved;
	return true;
}

bool starts(struct call *call)
{
	bool waits = call_facts[call->id].blocks &&
		     (call->flags & MSG_DONTWAIT) == 0;
	call->t0 = now();
	if (tracing && waits)
		record(call, true);
	else if (tracing && call->id == CALL_close)
		get_to_know(call);
	struct timespec delay = {call->fault.delay_ns / 1000000000,
				 call->fault.delay_ns % 1000000000};
	while (call->fault.delay_ns > 0 && nanosleep(&delay, &delay) == -1)
		continue;
	errno = call->errno_before;
	if (call->fault.error == 0)
		return true;
	errno = call->fault.error;
	ended(call, -1);
	return false;
}

void ended(struct call *call, long ret)
{
	call->errno_after = errno;
	call->ret = ret;
	call->t1 = now();
}

long finish(struct call *call)
{
	if (tracing)
		record(call, false);
	errno = call->errno_after;
	return call->ret;
}

/* ---- the program's beginning and end ---- */

/* The number of the record `end`, as no call has it. */
static const uint64_t end_number = UINT64_MAX;

static bool can_end(void)
{
	return tracing && getpid() == self;
}

void program_ends(const char *why, int status)
{
	int saved = errno;
	if (!can_end())
		return;
	char line[128];
	struct words out = {line, line + sizeof line};
	put(&out, "end\tt=");
	put_number(&out, now());
	say(&out, "\twhy=%s", why);
	if (status >= 0)
		say(&out, "\tstatus=%d", status);
	put(&out, "\n");
	struct before before;
	enter(&before);
	/* An exec may fail: its end is replaced by what comes then. */
	bool pending = strcmp(why, "exec") == 0;
	if (calls > 0) /* else there is no file, and none is needed */
		file_append(line, (size_t)(out.at - line), end_number, 0,
			    pending);
	if (!pending)
		file_finish();
	leave(&before);
	errno = saved;
}

void program_goes_on(void)
{
	int saved = errno;
	if (!can_end())
		return;
	struct before before;
	enter(&before);
	file_take_back(end_number);
	leave(&before);
	errno = saved;
}

#ifdef __GLIBC__
static void at_exit(int status, void *unused)
{
	(void)unused;
	program_ends("exit", status & 255);
}
#else
static void at_exit(void) /* where nobody tells the status */
{
	program_ends("exit", -1);
}
#endif

/* Runs before main(), and before any thread and handler of the program. */
__attribute__((constructor)) static void load(void)
{
	int saved = errno;
	for (int id = 0; id < CALL_COUNT; id++)
		real_function((enum call_id)id);
	self = getpid();
	const char *plan = faults_prepare();
	faulty = plan != NULL;
	tracing = file_prepare(plan);
	if (tracing || faulty)
		pthread_atfork(before_fork, after_fork, after_fork_in_child);
	/* Called after all that the program itself gives to atexit(). */
	if (tracing)
#ifdef __GLIBC__
		on_exit(at_exit, NULL);
#else
		atexit(at_exit);
#endif
	errno = saved;
}
#endif
