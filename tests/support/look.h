/*
 * look.h - look into a running program and the kernel's socket tables.
 *
 * Everything here reads Linux's /proc (proc(5)) and changes nothing. Where
 * there is no /proc (macOS), can_look() is false and the functions say
 * "unknown" as each comment tells; the callers fall back or skip.
 */
#ifndef LOOK_H
#define LOOK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

enum { MAX_PROCESSES = 1024, MAX_SOCKETS = 1024 };

/* TCP states as /proc/net/tcp numbers them (include/net/tcp_states.h). */
enum tcp_state {
	STATE_ESTABLISHED = 1,
	STATE_CLOSE_WAIT = 8,
	STATE_LISTEN = 10
};

/* One line of /proc/net/{tcp,tcp6,udp,udp6} or /proc/net/unix. */
struct socket_entry {
	enum { KIND_TCP, KIND_UDP, KIND_UNIX } kind;
	struct sockaddr_storage local, remote;
	char path[120]; /* a Unix socket's path, or "" */
	int state;      /* enum tcp_state; for KIND_UNIX 10 if it listens */
	unsigned long rx_queue; /* bytes that wait to be read (for a listening
				 * socket: connections that wait for accept) */
	unsigned long inode;
};

/* What a process does now, added up over the processes of a tree. */
struct process_facts {
	int processes; /* those that have not ended */
	int zombies;   /* ended, but not waited for by their parent */
	bool sleeping; /* every thread of every process sleeps in a call */
	bool stopped;  /* every thread of every process is stopped (T) */
	bool running; /* a thread runs, or would if a processor were free (R) */
	uint64_t cpu_ns;
};

/* What the processes of a tree hold, added up. */
struct process_sizes {
	int descriptors;     /* open ones */
	uint64_t peak_bytes; /* largest resident size so far (VmHWM) */
};

/* True where this system has a /proc to read. */
bool can_look(void);

/* Fills pids with root and all its descendants (at most max; a process that
 * belongs to root's session counts too when its parent has gone), without
 * those that have ended. Returns how many; 0 if root has ended. */
int look_tree(pid_t root, pid_t *pids, int max);

/* Finds below root the process that runs the file at path (a sandbox may
 * stand between). Returns its pid, or -1 while there is none. */
pid_t look_runs(pid_t root, const char *path);

/* Adds up what root and its descendants do now. */
struct process_facts look_facts(pid_t root);

/* Adds up what root and its descendants hold. */
struct process_sizes look_sizes(pid_t root);

/* Fills entries with the sockets that a process of root's tree has open, at most
 * max of them. Returns how many there are. */
int look_owned(pid_t root, struct socket_entry *entries, int max);

/* Bytes that wait unread in the socket whose own address is local and whose
 * peer is remote (for UDP only local is looked at). -1: no such socket. */
long look_unread(int kind, const struct sockaddr *local,
		 const struct sockaddr *remote);

/* Tells in *arrived how many bytes have ever arrived in the TCP socket whose own
 * address is local and whose peer is remote, acknowledged or not. False if that
 * can't be known. */
bool look_arrived(const struct sockaddr *local, const struct sockaddr *remote,
		  uint64_t *arrived);

/* True if a thread of root or of its descendants has put itself to sleep for a
 * time, with sleep(3) or the like; false also where this can't be known. */
bool look_napping(pid_t root);

/* Says in text (at most size bytes) which call root's first process waits in,
 * such as "recv() on its connection with 127.0.0.1:4711". Returns false when
 * it does not wait in a call, or this can't be known. */
bool look_call(pid_t root, char *text, size_t size);

/* Writes ADDR:PORT (IPv6 in brackets; a Unix path) of addr into text. */
void address_text(const struct sockaddr *addr, char *text, size_t size);

/* True if a and b are the same IPv4 or IPv6 address and port. */
bool same_address(const struct sockaddr *a, const struct sockaddr *b);

/* How many sockets of this machine have joined an IPv4 group; -1 where that
 * cannot be known. */
int look_members(struct in_addr group);

#endif
