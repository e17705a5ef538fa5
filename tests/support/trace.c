/*
 * trace.c - watches the socket calls of a program, and makes them fail.
 *
 * Usage: TRACE_DIR=/tmp/t LD_PRELOAD=/path/to/trace.so PROGRAM ...
 *        FAULTS="recv short 1" LD_PRELOAD=/path/to/trace.so PROGRAM ...
 *
 *   TRACE_DIR   where the records go, one file a process: NAME.PID.trace,
 *               NAME.PID.2.trace after an exec; not set: no records
 *   TRACE_NAME  the NAME; not set: the program's own
 *   FAULTS      a plan of faults (see faults.c); not set: none
 *
 * The program need not be ours. Its behaviour stays the same: errno, the
 * numbers of its descriptors, its signals, its output. A file appears with
 * the first call on a socket. What cannot be seen:
 *
 *   - static programs, setuid programs, programs of another C library: the
 *     loader does not load this into them, and there is no file;
 *   - what happens inside the C library: fgets(), fprintf() on a stream of
 *     fdopen(), the questions of getaddrinfo();
 *   - system calls without the C library (Go), io_uring, sendmmsg();
 *   - the child of a vfork() until its exec, and an exec that clears the
 *     environment.
 *
 * With AddressSanitizer of gcc, set ASAN_OPTIONS=verify_asan_link_order=0: its
 * runtime asks to be loaded first, and need not be. clang's is in the program
 * itself and does not ask. tests/support/trace and peer see to it.
 *
 * Linux only. macOS has another mechanism (DYLD_INSERT_LIBRARIES, refused by
 * protected programs) and other inner names; this library is not for it.
 */
#ifdef __linux__
/* A function that is defined here must not be an inline one or an alias of
 * another, as these make it. */
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS
#undef _TIME_BITS
/* For SOCK_CLOEXEC and others. Not _GNU_SOURCE: with it glibc gives accept()
 * and others parameters of a type of its own. */
#define _DEFAULT_SOURCE
#endif
#include "trace.h"

#ifdef __linux__
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <time.h>
#include <unistd.h>

/* Declared by the headers for _GNU_SOURCE only, or never. */
int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags);
int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
	  const sigset_t *mask);
ssize_t __recv_chk(int fd, void *buf, size_t len, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *buf, size_t len, size_t room, int flags,
		       struct sockaddr *addr, socklen_t *addr_len);
ssize_t __read_chk(int fd, void *buf, size_t len, size_t room);
int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t room);
int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		const sigset_t *mask, size_t room);
void (*bsd_signal(int number, void (*to)(int)))(int);
void (*sysv_signal(int number, void (*to)(int)))(int);
void (*__sysv_signal(int number, void (*to)(int)))(int);
void (*sigset(int number, void (*to)(int)))(int);
ssize_t sendfile64(int out_fd, int in_fd, off_t *offset, size_t n);

/*
 * Defines a function that does what it always did, but watched: `about` is
 * the descriptor that it is about, `words` say it in words, `result` looks
 * at what it gave. The others, below, need a closer look and are spelled
 * out, with the same five steps.
 */
#define STAND_IN(type, name, parameters, arguments, about, words, result)      \
	type name parameters                                                   \
	{                                                                      \
		struct call call;                                              \
		if (!watch(&call, CALL_##name, about))                         \
			return REAL(name) arguments;                           \
		words;                                                         \
		if (starts(&call))                                             \
			ended(&call, REAL(name) arguments);                    \
		result;                                                        \
		return (type)finish(&call);                                    \
	}

/* Nothing to look at in a result. */
#define NOTHING (void)0

/* ---- making sockets ---- */

/* The address that the program hands over, in words. */
static void say_address(struct words *out, const struct sockaddr *addr,
			socklen_t len)
{
	struct sockaddr_storage copy;
	if (len > sizeof copy || !copy_from_program(&copy, addr, len))
		len = 0;
	put_address(out, &copy, len);
}

/* ... kept as the other end of a call. */
static void keep_peer(struct call *call, const struct sockaddr *addr,
		      socklen_t len)
{
	struct words peer = {call->peer, call->peer + ADDRESS_MAX - 1};
	say_address(&peer, addr, len);
	*peer.at = '\0';
}

static void say_socket(struct call *call, int family, int type, int protocol)
{
	say(&call->text, "%s(", call_facts[call->id].name);
	put_family(&call->text, family);
	put(&call->text, ", ");
	put_socket_type(&call->text, type);
	if (protocol != 0)
		say(&call->text, ", protocol %d", protocol);
	put(&call->text, ")");
}

STAND_IN(int, socket, (int family, int type, int protocol),
	 (family, type, protocol), NO_FD,
	 say_socket(&call, family, type, protocol), call.fd = (int)call.ret)

int socketpair(int family, int type, int protocol, int fds[2])
{
	struct call call;
	if (!watch(&call, CALL_socketpair, NO_FD))
		return REAL(socketpair)(family, type, protocol, fds);
	say_socket(&call, family, type, protocol);
	if (starts(&call))
		ended(&call, REAL(socketpair)(family, type, protocol, fds));
	if (call.ret == 0) {
		call.fd = fds[0];
		call.new_fd = fds[1];
	}
	return (int)finish(&call);
}

static void say_bind(struct call *call, int fd, const struct sockaddr *addr,
		     socklen_t len)
{
	say(&call->text, "bind(%d, ", fd);
	say_address(&call->text, addr, len);
	put(&call->text, ")");
}

STAND_IN(int, bind, (int fd, const struct sockaddr *addr, socklen_t len),
	 (fd, addr, len), fd, say_bind(&call, fd, addr, len), NOTHING)

STAND_IN(int, listen, (int fd, int backlog), (fd, backlog), fd,
	 say(&call.text, "listen(%d, %d)", fd, backlog), NOTHING)

/* The new descriptor, if there is one. */
static void made(struct call *call)
{
	if (call->ret >= 0)
		call->new_fd = (int)call->ret;
}

/* Room for an address that the program does not want to know, but we do. */
struct own_address {
	union {
		struct sockaddr any;
		struct sockaddr_storage all;
	} address;
	socklen_t len;
};

/* Where a call is to write an address: where the program says, or to our own
 * room. Gives how many bytes may be written there. */
static socklen_t ask_address(struct own_address *own, struct sockaddr **addr,
			     socklen_t **len)
{
	socklen_t room = own->len = sizeof own->address;
	if (*addr == NULL && *len == NULL) {
		*addr = &own->address.any;
		*len = &own->len;
	} else if (!copy_from_program(&room, *len, sizeof room)) {
		room = 0;
	}
	return room;
}

/* After the call: who the other end is, if the kernel has told. Of an address
 * of len bytes, room were written. */
static void keep_sender(struct call *call, const void *addr, socklen_t len,
			socklen_t room)
{
	struct words peer = {call->peer, call->peer + ADDRESS_MAX - 1};
	if (addr == NULL || len == 0)
		return;
	put_address(&peer, addr, len < room ? len : room);
	*peer.at = '\0';
}

static void accepted(struct call *call, const struct sockaddr *addr,
		     const socklen_t *len, socklen_t room)
{
	made(call);
	if (call->ret >= 0 && addr != NULL)
		keep_sender(call, addr, *len, room);
}

int accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	struct call call;
	struct own_address own;
	if (!watch(&call, CALL_accept, fd))
		return REAL(accept)(fd, addr, len);
	say(&call.text, "accept(%d)", fd);
	socklen_t room = ask_address(&own, &addr, &len);
	if (starts(&call))
		ended(&call, REAL(accept)(fd, addr, len));
	accepted(&call, addr, len, room);
	return (int)finish(&call);
}

int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	struct call call;
	struct own_address own;
	if (!watch(&call, CALL_accept4, fd))
		return REAL(accept4)(fd, addr, len, flags);
	say(&call.text, "accept4(%d, ", fd);
	put_socket_type(&call.text, flags);
	put(&call.text, ")");
	socklen_t room = ask_address(&own, &addr, &len);
	if (starts(&call))
		ended(&call, REAL(accept4)(fd, addr, len, flags));
	accepted(&call, addr, len, room);
	return (int)finish(&call);
}

static void say_connect(struct call *call, int fd, const struct sockaddr *addr,
			socklen_t len)
{
	keep_peer(call, addr, len);
	say(&call->text, "connect(%d, %s)", fd, call->peer);
}

STAND_IN(int, connect, (int fd, const struct sockaddr *addr, socklen_t len),
	 (fd, addr, len), fd, say_connect(&call, fd, addr, len), NOTHING)

/* ---- moving bytes ---- */

/* A call that moves the bytes of one buffer. Gives how many it may ask for:
 * all, unless a fault makes it shorter. */
static size_t moves(struct call *call, enum direction direction,
		    const void *buf, size_t len, int flags)
{
	call->direction = direction;
	call->pieces[0] = (struct iovec){(void *)(uintptr_t)buf, len};
	call->piece_count = 1;
	call->size = len;
	call->flags = flags;
	return len < call->fault.limit ? len : call->fault.limit;
}

/*
 * A call that moves the bytes of several buffers, an array that it changes
 * to a shorter one if a fault wants that.
 */
static void moves_pieces(struct call *call, enum direction direction,
			 const struct iovec **pieces, size_t *count, int flags)
{
	call->direction = direction;
	call->flags = flags;
	call->piece_count = *count;
	for (size_t i = 0; i < *count; i++) {
		struct iovec piece;
		if (!copy_from_program(&piece, *pieces + i, sizeof piece))
			return;
		call->size += piece.iov_len;
		if (i < PIECES_MAX)
			call->pieces[i] = piece;
	}
	size_t left = call->fault.limit;
	if (left >= call->size)
		return;
	size_t n = 0;
	for (; left > 0 && n < *count && n < PIECES_MAX; n++) {
		if (call->pieces[n].iov_len > left)
			call->pieces[n].iov_len = left;
		left -= call->pieces[n].iov_len;
	}
	*pieces = call->pieces;
	*count = n;
}

STAND_IN(ssize_t, recv, (int fd, void *buf, size_t len, int flags),
	 (fd, buf, len, flags), fd, len = moves(&call, INWARD, buf, len, flags),
	 NOTHING)

STAND_IN(ssize_t, read, (int fd, void *buf, size_t len), (fd, buf, len), fd,
	 len = moves(&call, INWARD, buf, len, 0), NOTHING)

STAND_IN(ssize_t, send, (int fd, const void *buf, size_t len, int flags),
	 (fd, buf, len, flags), fd,
	 len = moves(&call, OUTWARD, buf, len, flags), NOTHING)

STAND_IN(ssize_t, write, (int fd, const void *buf, size_t len), (fd, buf, len),
	 fd, len = moves(&call, OUTWARD, buf, len, 0), NOTHING)

ssize_t sendto(int fd, const void *buf, size_t len, int flags,
	       const struct sockaddr *addr, socklen_t addr_len)
{
	struct call call;
	if (!watch(&call, CALL_sendto, fd))
		return REAL(sendto)(fd, buf, len, flags, addr, addr_len);
	len = moves(&call, OUTWARD, buf, len, flags);
	if (addr != NULL)
		keep_peer(&call, addr, addr_len);
	if (starts(&call))
		ended(&call, REAL(sendto)(fd, buf, len, flags, addr, addr_len));
	return finish(&call);
}

ssize_t recvfrom(int fd, void *buf, size_t len, int flags,
		 struct sockaddr *addr, socklen_t *addr_len)
{
	struct call call;
	if (!watch(&call, CALL_recvfrom, fd))
		return REAL(recvfrom)(fd, buf, len, flags, addr, addr_len);
	len = moves(&call, INWARD, buf, len, flags);
	struct own_address own;
	socklen_t room = ask_address(&own, &addr, &addr_len);
	if (starts(&call))
		ended(&call,
		      REAL(recvfrom)(fd, buf, len, flags, addr, addr_len));
	if (call.ret >= 0 && addr != NULL)
		keep_sender(&call, addr, *addr_len, room);
	return finish(&call);
}

ssize_t readv(int fd, const struct iovec *pieces, int count)
{
	struct call call;
	if (!watch(&call, CALL_readv, fd))
		return REAL(readv)(fd, pieces, count);
	size_t n = count < 0 ? 0 : (size_t)count;
	moves_pieces(&call, INWARD, &pieces, &n, 0);
	if (starts(&call))
		ended(&call, REAL(readv)(fd, pieces, count < 0 ? -1 : (int)n));
	return finish(&call);
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
	struct call call;
	if (!watch(&call, CALL_writev, fd))
		return REAL(writev)(fd, pieces, count);
	size_t n = count < 0 ? 0 : (size_t)count;
	moves_pieces(&call, OUTWARD, &pieces, &n, 0);
	if (starts(&call))
		ended(&call, REAL(writev)(fd, pieces, count < 0 ? -1 : (int)n));
	return finish(&call);
}

/* The pieces of a message; *message is changed to the shorter *own if a
 * fault wants that. */
static void moves_message(struct call *call, enum direction direction,
			  const struct msghdr **message, struct msghdr *own,
			  int flags)
{
	call->direction = direction;
	call->flags = flags;
	if (!copy_from_program(own, *message, sizeof *own))
		return;
	const struct iovec *pieces = own->msg_iov;
	size_t n = own->msg_iovlen;
	moves_pieces(call, direction, &pieces, &n, flags);
	if (pieces == own->msg_iov)
		return;
	own->msg_iov = call->pieces;
	own->msg_iovlen = n;
	*message = own;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct call call;
	if (!watch(&call, CALL_sendmsg, fd))
		return REAL(sendmsg)(fd, message, flags);
	struct msghdr own = {0};
	moves_message(&call, OUTWARD, &message, &own, flags);
	if (own.msg_name != NULL)
		keep_peer(&call, own.msg_name, own.msg_namelen);
	if (starts(&call))
		ended(&call, REAL(sendmsg)(fd, message, flags));
	return finish(&call);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	struct call call;
	if (!watch(&call, CALL_recvmsg, fd))
		return REAL(recvmsg)(fd, message, flags);
	struct msghdr own = {0};
	const struct msghdr *used = message;
	moves_message(&call, INWARD, &used, &own, flags);
	socklen_t room = own.msg_namelen;
	if (starts(&call))
		ended(&call, REAL(recvmsg)(fd, used == message ? message : &own,
					   flags));
	if (call.ret >= 0 && used != message) {
		message->msg_namelen = own.msg_namelen;
		message->msg_controllen = own.msg_controllen;
		message->msg_flags = own.msg_flags;
	}
	if (call.ret >= 0)
		keep_sender(&call, message->msg_name, message->msg_namelen,
			    room);
	return finish(&call);
}

/* The bytes go from a file to the socket and never were in memory. */
ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t n)
{
	struct call call;
	if (!watch(&call, CALL_sendfile, out_fd))
		return REAL(sendfile)(out_fd, in_fd, offset, n);
	call.direction = OUTWARD;
	call.size = n;
	if (n > call.fault.limit)
		n = call.fault.limit;
	if (starts(&call))
		ended(&call, REAL(sendfile)(out_fd, in_fd, offset, n));
	return finish(&call);
}

#if defined __GLIBC__ && __SIZEOF_POINTER__ == 8
/* What a program built for large files calls; here it is the same. */
ssize_t sendfile64(int out_fd, int in_fd, off_t *offset, size_t n)
{
	return sendfile(out_fd, in_fd, offset, n);
}
#endif

/* ---- FORTIFY's twins: they look at the size of the buffer, and call ---- */

ssize_t __recv_chk(int fd, void *buf, size_t len, size_t room, int flags)
{
	if (len > room) /* ends the program, as it has to */
		return REAL(__recv_chk)(fd, buf, len, room, flags);
	return recv(fd, buf, len, flags);
}

ssize_t __recvfrom_chk(int fd, void *buf, size_t len, size_t room, int flags,
		       struct sockaddr *addr, socklen_t *addr_len)
{
	if (len > room)
		return REAL(__recvfrom_chk)(fd, buf, len, room, flags, addr,
					    addr_len);
	return recvfrom(fd, buf, len, flags, addr, addr_len);
}

ssize_t __read_chk(int fd, void *buf, size_t len, size_t room)
{
	if (len > room)
		return REAL(__read_chk)(fd, buf, len, room);
	return read(fd, buf, len);
}

int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t room)
{
	if (n > room / sizeof *fds)
		return REAL(__poll_chk)(fds, n, timeout, room);
	return poll(fds, n, timeout);
}

int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		const sigset_t *mask, size_t room)
{
	if (n > room / sizeof *fds)
		return REAL(__ppoll_chk)(fds, n, timeout, mask, room);
	return ppoll(fds, n, timeout, mask);
}

/* ---- ending, and asking ---- */

static void say_shutdown(struct call *call, int fd, int how)
{
	say(&call->text, "shutdown(%d, ", fd);
	put_shutdown_how(&call->text, how);
	put(&call->text, ")");
}

STAND_IN(int, shutdown, (int fd, int how), (fd, how), fd,
	 say_shutdown(&call, fd, how), NOTHING)

STAND_IN(int, close, (int fd), (fd), fd, say(&call.text, "close(%d)", fd),
	 NOTHING)

static void say_setsockopt(struct call *call, int fd, int level, int option,
			   const void *value, socklen_t len)
{
	unsigned char copy[128];
	say(&call->text, "setsockopt(%d, ", fd);
	put_option(&call->text, level, option);
	put(&call->text, ", ");
	if (len <= sizeof copy && copy_from_program(copy, value, len))
		put_option_value(&call->text, level, option, copy, len);
	else
		say(&call->text, "%zu bytes", (size_t)len);
	put(&call->text, ")");
}

STAND_IN(int, setsockopt,
	 (int fd, int level, int option, const void *value, socklen_t len),
	 (fd, level, option, value, len), fd,
	 say_setsockopt(&call, fd, level, option, value, len), NOTHING)

/* What the result adds to the text: "value=" or "ready=", begun. */
static struct words begin_extra(struct call *call, const char *key)
{
	struct words extra = {call->extra, call->extra + TEXT_MAX - 1};
	put(&extra, key);
	return extra;
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *len)
{
	struct call call;
	if (!watch(&call, CALL_getsockopt, fd))
		return REAL(getsockopt)(fd, level, option, value, len);
	say(&call.text, "getsockopt(%d, ", fd);
	put_option(&call.text, level, option);
	put(&call.text, ")");
	if (starts(&call))
		ended(&call, REAL(getsockopt)(fd, level, option, value, len));
	if (call.ret == 0) {
		struct words extra = begin_extra(&call, "value=");
		put_option_value(&extra, level, option, value, *len);
		*extra.at = '\0';
	}
	return (int)finish(&call);
}

STAND_IN(int, getsockname, (int fd, struct sockaddr *addr, socklen_t *len),
	 (fd, addr, len), fd, say(&call.text, "getsockname(%d)", fd), NOTHING)

STAND_IN(int, getpeername, (int fd, struct sockaddr *addr, socklen_t *len),
	 (fd, addr, len), fd, say(&call.text, "getpeername(%d)", fd), NOTHING)

/* ---- waiting for several ---- */

enum {
	WAITED_MAX = 16 /* descriptors of one call that are shown */
};

/* A time to wait, in words; -1 is for ever. */
static void say_timeout(struct words *out, int64_t ms)
{
	if (ms < 0)
		put(out, ", for ever)");
	else
		say(out, ", %ld ms)", (long)ms);
}

static int64_t timespec_ms(const struct timespec *time)
{
	struct timespec copy;
	if (!copy_from_program(&copy, time, sizeof copy))
		return -1;
	return (int64_t)copy.tv_sec * 1000 + copy.tv_nsec / 1000000;
}

static int64_t timeval_ms(const struct timeval *time)
{
	struct timeval copy;
	if (!copy_from_program(&copy, time, sizeof copy))
		return -1;
	return (int64_t)copy.tv_sec * 1000 + copy.tv_usec / 1000;
}

/* "3 POLLIN, 4 POLLIN|POLLOUT": what is asked, or what came (revents). */
static void say_polled(struct words *out, const struct pollfd *fds, size_t n,
		       bool came)
{
	const char *before = "";
	for (size_t i = 0; i < n; i++) {
		int events = came ? fds[i].revents : fds[i].events;
		if (fds[i].fd < 0 || (came && events == 0))
			continue;
		say(out, "%s%d ", before, fds[i].fd);
		put_poll_events(out, events);
		before = ", ";
	}
}

/* Says what a poll waits for. False if it is for no socket at all: we do not
 * watch it then. */
static bool watch_poll(struct call *call, enum call_id id, struct pollfd *fds,
		       nfds_t n, int64_t ms)
{
	struct pollfd copy[WAITED_MAX];
	size_t shown = n < WAITED_MAX ? n : WAITED_MAX;
	if (n == 0 || !copy_from_program(copy, fds, shown * sizeof *copy))
		return false;
	size_t i = 0;
	while (i < shown && !is_socket(copy[i].fd))
		i++;
	if (i == shown || !watch(call, id, NO_FD))
		return false;
	say(&call->text, "%s({", call_facts[id].name);
	say_polled(&call->text, copy, shown, false);
	put(&call->text, shown < n ? ", ...}" : "}");
	say_timeout(&call->text, ms);
	return true;
}

static void say_ready(struct call *call, const struct pollfd *fds, nfds_t n)
{
	if (call->ret <= 0)
		return;
	struct words extra = begin_extra(call, "ready=");
	say_polled(&extra, fds, n, true);
	*extra.at = '\0';
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	struct call call;
	if (!watch_poll(&call, CALL_poll, fds, n, timeout))
		return REAL(poll)(fds, n, timeout);
	if (starts(&call))
		ended(&call, REAL(poll)(fds, n, timeout));
	say_ready(&call, fds, n);
	return (int)finish(&call);
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
	  const sigset_t *mask)
{
	struct call call;
	if (!watch_poll(&call, CALL_ppoll, fds, n, timespec_ms(timeout)))
		return REAL(ppoll)(fds, n, timeout, mask);
	if (starts(&call))
		ended(&call, REAL(ppoll)(fds, n, timeout, mask));
	say_ready(&call, fds, n);
	return (int)finish(&call);
}

/* The three sets of a select, before and after. */
struct sets {
	int n;
	fd_set read, write, except;
};

/* Copies the sets, as far as there are some; others are empty. Only the
 * bytes that hold n bits belong to the program. */
static void copy_sets(struct sets *sets, int n, const fd_set *reads,
		      const fd_set *writes, const fd_set *excepts)
{
	memset(sets, 0, sizeof *sets);
	sets->n = n < 0 ? 0 : n < FD_SETSIZE ? n : FD_SETSIZE;
	size_t bits = 8 * sizeof(long);
	size_t bytes = ((size_t)sets->n + bits - 1) / bits * sizeof(long);
	copy_from_program(&sets->read, reads, bytes);
	copy_from_program(&sets->write, writes, bytes);
	copy_from_program(&sets->except, excepts, bytes);
}

/* "3 4 to read, 5 to write" */
static void say_sets(struct words *out, const struct sets *sets)
{
	const struct {
		const fd_set *set;
		const char *name;
	} all[] = {{&sets->read, " to read"},
		   {&sets->write, " to write"},
		   {&sets->except, " exceptional"}};
	const char *comma = "";
	for (size_t i = 0; i < 3; i++) {
		const char *before = comma;
		for (int fd = 0; fd < sets->n; fd++)
			if (FD_ISSET(fd, all[i].set)) {
				say(out, "%s%d", before, fd);
				before = " ";
			}
		if (before != comma) {
			put(out, all[i].name);
			comma = ", ";
		}
	}
}

static bool watch_select(struct call *call, enum call_id id,
			 const struct sets *sets, int64_t ms)
{
	int fd = 0;
	while (fd < sets->n &&
	       !((FD_ISSET(fd, &sets->read) || FD_ISSET(fd, &sets->write) ||
		  FD_ISSET(fd, &sets->except)) &&
		 is_socket(fd)))
		fd++;
	if (fd == sets->n || !watch(call, id, NO_FD))
		return false;
	say(&call->text, "%s({", call_facts[id].name);
	say_sets(&call->text, sets);
	put(&call->text, "}");
	say_timeout(&call->text, ms);
	return true;
}

static void say_selected(struct call *call, int n, const fd_set *reads,
			 const fd_set *writes, const fd_set *excepts)
{
	struct sets sets;
	if (call->ret <= 0)
		return;
	copy_sets(&sets, n, reads, writes, excepts);
	struct words extra = begin_extra(call, "ready=");
	say_sets(&extra, &sets);
	*extra.at = '\0';
}

int select(int n, fd_set *reads, fd_set *writes, fd_set *excepts,
	   struct timeval *timeout)
{
	struct call call;
	struct sets sets;
	copy_sets(&sets, n, reads, writes, excepts);
	if (!watch_select(&call, CALL_select, &sets, timeval_ms(timeout)))
		return REAL(select)(n, reads, writes, excepts, timeout);
	if (starts(&call))
		ended(&call, REAL(select)(n, reads, writes, excepts, timeout));
	say_selected(&call, n, reads, writes, excepts);
	return (int)finish(&call);
}

int pselect(int n, fd_set *reads, fd_set *writes, fd_set *excepts,
	    const struct timespec *timeout, const sigset_t *mask)
{
	struct call call;
	struct sets sets;
	copy_sets(&sets, n, reads, writes, excepts);
	if (!watch_select(&call, CALL_pselect, &sets, timespec_ms(timeout)))
		return REAL(pselect)(n, reads, writes, excepts, timeout, mask);
	if (starts(&call))
		ended(&call,
		      REAL(pselect)(n, reads, writes, excepts, timeout, mask));
	say_selected(&call, n, reads, writes, excepts);
	return (int)finish(&call);
}

static void say_epoll_wait(struct call *call, int fd, int timeout)
{
	say(&call->text, "epoll_wait(%d", fd);
	say_timeout(&call->text, timeout);
}

STAND_IN(int, epoll_wait,
	 (int fd, struct epoll_event *events, int most, int timeout),
	 (fd, events, most, timeout), fd, say_epoll_wait(&call, fd, timeout),
	 NOTHING)

/* From here on stdio sends and receives, inside the C library: a reader of the
 * trace learns at least why nothing more is seen of this socket. */
FILE *fdopen(int fd, const char *mode)
{
	struct call call;
	FILE *file = NULL;
	if (!watch(&call, CALL_fdopen, fd))
		return REAL(fdopen)(fd, mode);
	say(&call.text, "fdopen(%d, \"%s\")", fd, mode);
	if (starts(&call)) {
		file = REAL(fdopen)(fd, mode);
		ended(&call, file == NULL ? -1 : 0);
	}
	finish(&call);
	return file;
}

/* ---- the program itself ---- */

pid_t fork(void)
{
	struct call call;
	if (!watch(&call, CALL_fork, NO_FD))
		return REAL(fork)();
	put(&call.text, "fork()");
	if (starts(&call)) {
		pid_t pid = REAL(fork)();
		if (pid == 0)
			return 0;
		ended(&call, pid);
	}
	return (pid_t)finish(&call);
}

/* Another program takes this one's place, unless that fails. */
#define EXEC(name, parameters, arguments)                                      \
	int name parameters                                                    \
	{                                                                      \
		program_ends("exec", -1);                                      \
		int ret = REAL(name) arguments;                                \
		program_goes_on();                                             \
		return ret;                                                    \
	}

EXEC(execve, (const char *path, char *const argv[], char *const envp[]),
     (path, argv, envp))
EXEC(execv, (const char *path, char *const argv[]), (path, argv))
EXEC(execvp, (const char *file, char *const argv[]), (file, argv))

/* The same with a list of arguments. */
#define EXEC_LIST(name, by)                                                    \
	int name(const char *path, const char *first, ...)                     \
	{                                                                      \
		char *argv[ARGUMENTS_MAX + 1] = {(char *)(uintptr_t)first};    \
		va_list list;                                                  \
		va_start(list, first);                                         \
		for (int n = 1; n < ARGUMENTS_MAX && argv[n - 1] != NULL; n++) \
			argv[n] = va_arg(list, char *);                        \
		va_end(list);                                                  \
		return by(path, argv);                                         \
	}
enum { ARGUMENTS_MAX = 1000 };

EXEC_LIST(execl, execv)
EXEC_LIST(execlp, execvp)

/* The ends that do not pass by atexit(). */
__attribute__((noreturn)) void _exit(int status)
{
	program_ends("exit", status & 255);
	REAL(_exit)(status);
	__builtin_unreachable();
}

__attribute__((noreturn)) void _Exit(int status)
{
	_exit(status);
}

/* Functions that set a signal handler: see enter() in trace_call.c. */
int sigaction(int number, const struct sigaction *to, struct sigaction *from)
{
	if (to != NULL)
		handler_comes();
	return REAL(sigaction)(number, to, from);
}

typedef void (*handler)(int);
#define SETS_HANDLER(name)                                                     \
	handler name(int number, handler to)                                   \
	{                                                                      \
		if (to != SIG_DFL && to != SIG_IGN)                            \
			handler_comes();                                       \
		return REAL(name)(number, to);                                 \
	}
SETS_HANDLER(signal)
SETS_HANDLER(bsd_signal)
SETS_HANDLER(sysv_signal)
SETS_HANDLER(__sysv_signal)
SETS_HANDLER(sigset)

#else
/* A library needs something in it. */
const char trace_needs_linux[] =
	"trace.so watches programs on Linux only; here it does nothing";
#endif
