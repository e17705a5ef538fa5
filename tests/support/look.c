/*
 * look.c - look into a running program and the kernel's socket tables.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#if defined(__linux__) && defined(__has_include)
#if __has_include(<linux/inet_diag.h>)
#define HAVE_SOCK_DIAG
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#endif
#endif

#include "look.h"

bool can_look(void)
{
	return access("/proc/self/stat", R_OK) == 0;
}

/* ---- processes ---- */

struct stat_line {
	char state;
	pid_t parent, session;
	uint64_t ticks;
};

/* Reads the fields we need of a /proc stat file. False if it is gone. */
static bool read_stat(const char *path, struct stat_line *line)
{
	char text[1024];
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	size_t n = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[n] = '\0';
	/* The name stands in parentheses and may itself hold some. */
	char *p = strrchr(text, ')');
	unsigned long user, system;
	int parent, session;
	if (p == NULL ||
	    sscanf(p + 1,
		   " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u "
		   "%lu %lu",
		   &line->state, &parent, &session, &user, &system) != 5)
		return false;
	line->parent = parent;
	line->session = session;
	line->ticks = user + system;
	return true;
}

static bool read_stat_of(pid_t pid, struct stat_line *line)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	return read_stat(path, line);
}

static bool has_ended(char state)
{
	return state == 'Z' || state == 'X' || state == 'x';
}

/* All processes of the machine that we may see, ended ones too. */
struct process_list {
	int n, room;
	struct process {
		pid_t pid;
		struct stat_line stat;
	} * items;
};

/* Fills list, which is empty or was filled before. */
static void list_processes(struct process_list *list)
{
	list->n = 0;
	DIR *proc = opendir("/proc");
	if (proc == NULL)
		return;
	struct dirent *entry;
	while ((entry = readdir(proc)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (list->n == list->room) {
			int room = 2 * list->room + 1024;
			struct process *items = realloc(
				list->items, (size_t)room * sizeof *items);
			if (items == NULL)
				break;
			list->items = items;
			list->room = room;
		}
		struct process *process = &list->items[list->n];
		process->pid = (pid_t)strtol(entry->d_name, NULL, 10);
		list->n += read_stat_of(process->pid, &process->stat);
	}
	closedir(proc);
}

/* The tree below root, ended processes included: indexes into list. */
static int tree_of(const struct process_list *list, pid_t root, int *index,
		   int max)
{
	int n = 0;
	for (int i = 0; i < list->n && n < max; i++)
		if (list->items[i].pid == root)
			index[n++] = i;
	/* Parents can stand behind their children: go on until nothing is
	 * added. */
	for (bool added = true; added;) {
		added = false;
		for (int i = 0; i < list->n && n < max; i++) {
			const struct process *process = &list->items[i];
			bool known = false, child = false;
			for (int k = 0; k < n; k++) {
				known |= index[k] == i;
				child |= list->items[index[k]].pid ==
					 process->stat.parent;
			}
			if (!known &&
			    (child || process->stat.session == root)) {
				index[n++] = i;
				added = true;
			}
		}
	}
	return n;
}

int look_tree(pid_t root, pid_t *pids, int max)
{
	static struct process_list list;
	int index[MAX_PROCESSES];
	list_processes(&list);
	int all = tree_of(&list, root, index, MAX_PROCESSES), n = 0;
	for (int i = 0; i < all && n < max; i++)
		if (!has_ended(list.items[index[i]].stat.state))
			pids[n++] = list.items[index[i]].pid;
	return n;
}

pid_t look_runs(pid_t root, const char *path)
{
	struct stat wanted, runs;
	pid_t pids[MAX_PROCESSES];
	if (stat(path, &wanted) == -1)
		return -1;
	int n = look_tree(root, pids, MAX_PROCESSES);
	for (int i = 0; i < n; i++) {
		char exe[64];
		snprintf(exe, sizeof exe, "/proc/%d/exe", (int)pids[i]);
		if (stat(exe, &runs) == 0 && runs.st_dev == wanted.st_dev &&
		    runs.st_ino == wanted.st_ino)
			return pids[i];
	}
	return -1;
}

/* Processor time of the thread with that directory in nanoseconds: schedstat
 * counts them, stat only clock ticks. */
static uint64_t cpu_of(const char *thread, const struct stat_line *line)
{
	char path[400];
	uint64_t ns = 0;
	snprintf(path, sizeof path, "%s/schedstat", thread);
	FILE *file = fopen(path, "r");
	if (file != NULL) {
		int got = fscanf(file, "%" SCNu64, &ns);
		fclose(file);
		if (got == 1 && ns > 0)
			return ns;
	}
	return line->ticks * (1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK));
}

/* Looks at each thread of pid: do all sleep, are all stopped, does one run, how
 * much processor time did they use. (What /proc/PID/schedstat tells is of the
 * first thread alone.) */
static void look_threads(pid_t pid, struct process_facts *facts)
{
	char path[320];
	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	DIR *tasks = opendir(path);
	if (tasks == NULL)
		return;
	struct dirent *entry;
	while ((entry = readdir(tasks)) != NULL) {
		struct stat_line line;
		char thread[320], stat[340];
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(thread, sizeof thread, "/proc/%d/task/%s", (int)pid,
			 entry->d_name);
		snprintf(stat, sizeof stat, "%s/stat", thread);
		if (!read_stat(stat, &line))
			continue;
		facts->sleeping &= line.state == 'S';
		facts->stopped &= line.state == 'T' || line.state == 't';
		facts->running |= line.state == 'R';
		facts->cpu_ns += cpu_of(thread, &line);
	}
	closedir(tasks);
}

static uint64_t peak_of(pid_t pid)
{
	char path[64], line[256];
	unsigned long long kib = 0;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return 0;
	while (fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "VmHWM: %llu kB", &kib) == 1)
			break;
	fclose(file);
	return kib * 1024;
}

static int count_descriptors(pid_t pid)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	DIR *fds = opendir(path);
	int n = 0;
	if (fds == NULL)
		return 0;
	struct dirent *entry;
	while ((entry = readdir(fds)) != NULL)
		n += isdigit((unsigned char)entry->d_name[0]) != 0;
	closedir(fds);
	return n;
}

struct process_facts look_facts(pid_t root)
{
	static struct process_list list;
	struct process_facts facts = {.sleeping = true, .stopped = true};
	int index[MAX_PROCESSES];
	list_processes(&list);
	int n = tree_of(&list, root, index, MAX_PROCESSES);
	for (int i = 0; i < n; i++) {
		const struct process *process = &list.items[index[i]];
		pid_t pid = process->pid;
		if (has_ended(process->stat.state)) {
			/* Our own child's end is for us to wait for. */
			facts.zombies +=
				pid != root && process->stat.parent != getpid();
			continue;
		}
		facts.processes++;
		look_threads(pid, &facts);
	}
	return facts;
}

struct process_sizes look_sizes(pid_t root)
{
	struct process_sizes sizes = {0};
	pid_t pids[MAX_PROCESSES];
	int n = look_tree(root, pids, MAX_PROCESSES);
	for (int i = 0; i < n; i++) {
		sizes.descriptors += count_descriptors(pids[i]);
		sizes.peak_bytes += peak_of(pids[i]);
	}
	return sizes;
}

/* ---- sockets ---- */

/* Turns HEXADDRESS:HEXPORT of /proc/net/{tcp,udp}[6] into an address. The
 * address stands there as 32-bit words in host order. */
static void parse_address(const char *text, bool six,
			  struct sockaddr_storage *addr)
{
	memset(addr, 0, sizeof *addr);
	uint32_t words[4] = {0};
	for (int i = 0; i < (six ? 4 : 1); i++) {
		char word[9] = {0};
		memcpy(word, text + 8 * i, 8);
		words[i] = (uint32_t)strtoul(word, NULL, 16);
	}
	const char *colon = strchr(text, ':');
	uint16_t port =
		colon == NULL ? 0 : (uint16_t)strtoul(colon + 1, NULL, 16);
	if (six) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr;
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, words, 16);
	} else {
		struct sockaddr_in *in = (struct sockaddr_in *)addr;
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, words, 4);
	}
}

/* Says whether an entry is one that is looked for. */
typedef bool is_wanted(const struct socket_entry *entry, const void *wanted);

/* Adds the wanted entries of one table to the n that are there already. Returns
 * how many there are then, at most max. */
static int read_inet(const char *path, int kind, bool six, is_wanted *is,
		     const void *wanted, struct socket_entry *entries, int n,
		     int max)
{
	char line[512], local[64], remote[64];
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return n;
	if (fgets(line, sizeof line, file) == NULL)
		line[0] = '\0'; /* the heading */
	while (n < max && fgets(line, sizeof line, file) != NULL) {
		struct socket_entry *entry = &entries[n];
		unsigned int state;
		if (sscanf(line,
			   " %*d: %63s %63s %x %*x:%lx %*x:%*x %*x %*u %*d %lu",
			   local, remote, &state, &entry->rx_queue,
			   &entry->inode) != 5)
			continue;
		entry->kind = kind;
		entry->state = (int)state;
		entry->path[0] = '\0';
		parse_address(local, six, &entry->local);
		parse_address(remote, six, &entry->remote);
		n += is(entry, wanted);
	}
	fclose(file);
	return n;
}

static int read_unix(is_wanted *is, const void *wanted,
		     struct socket_entry *entries, int n, int max)
{
	char line[512];
	FILE *file = fopen("/proc/net/unix", "r");
	if (file == NULL)
		return n;
	while (n < max && fgets(line, sizeof line, file) != NULL) {
		struct socket_entry *entry = &entries[n];
		unsigned int flags, state;
		char path[120] = "";
		if (sscanf(line, "%*[^:]: %*x %*x %x %*x %x %lu %119[^\n]",
			   &flags, &state, &entry->inode, path) < 3)
			continue;
		memset(&entry->local, 0, sizeof entry->local);
		memset(&entry->remote, 0, sizeof entry->remote);
		entry->kind = KIND_UNIX;
		entry->rx_queue = 0;
		entry->state = flags & 0x10000 ? STATE_LISTEN : (int)state;
		snprintf(entry->path, sizeof entry->path, "%s", path);
		n += is(entry, wanted);
	}
	fclose(file);
	return n;
}

/* The numbers of sockets. */
struct inodes {
	unsigned long *items;
	int n, room;
};

static bool is_one_of(const struct socket_entry *entry, const void *wanted)
{
	const struct inodes *inodes = wanted;
	for (int i = 0; i < inodes->n; i++)
		if (inodes->items[i] == entry->inode)
			return true;
	return false;
}

/* The entries of these sockets in all tables. A table may hold thousands of
 * others, if the network is not one of our own. */
static int find_sockets(const struct inodes *inodes,
			struct socket_entry *entries, int max)
{
	int n = 0;
	n = read_inet("/proc/net/tcp", KIND_TCP, false, is_one_of, inodes,
		      entries, n, max);
	n = read_inet("/proc/net/tcp6", KIND_TCP, true, is_one_of, inodes,
		      entries, n, max);
	n = read_inet("/proc/net/udp", KIND_UDP, false, is_one_of, inodes,
		      entries, n, max);
	n = read_inet("/proc/net/udp6", KIND_UDP, true, is_one_of, inodes,
		      entries, n, max);
	return read_unix(is_one_of, inodes, entries, n, max);
}

/* The inode of the socket behind descriptor fd of pid, or 0. */
static unsigned long inode_of(pid_t pid, const char *fd)
{
	char path[320], link[64];
	unsigned long inode = 0;
	snprintf(path, sizeof path, "/proc/%d/fd/%s", (int)pid, fd);
	ssize_t n = readlink(path, link, sizeof link - 1);
	if (n == -1)
		return 0;
	link[n] = '\0';
	return sscanf(link, "socket:[%lu]", &inode) == 1 ? inode : 0;
}

/* Adds the sockets that pid has open. */
static void add_inodes(pid_t pid, struct inodes *inodes)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	DIR *fds = opendir(path);
	if (fds == NULL)
		return;
	struct dirent *entry;
	while ((entry = readdir(fds)) != NULL) {
		unsigned long inode = inode_of(pid, entry->d_name);
		if (inode == 0)
			continue;
		if (inodes->n == inodes->room) {
			int room = 2 * inodes->room + 64;
			unsigned long *items = realloc(
				inodes->items, (size_t)room * sizeof *items);
			if (items == NULL)
				break;
			inodes->items = items;
			inodes->room = room;
		}
		inodes->items[inodes->n++] = inode;
	}
	closedir(fds);
}

int look_owned(pid_t root, struct socket_entry *entries, int max)
{
	static struct inodes inodes;
	pid_t pids[MAX_PROCESSES];
	int processes = look_tree(root, pids, MAX_PROCESSES);
	inodes.n = 0;
	for (int i = 0; i < processes; i++)
		add_inodes(pids[i], &inodes);
	return inodes.n == 0 ? 0 : find_sockets(&inodes, entries, max);
}

#ifdef HAVE_SOCK_DIAG
/* Asks the kernel for one TCP connection (sock_diag(7)): the tables of /proc
 * take milliseconds to walk, this takes microseconds. Returns the unread
 * bytes, -1 if there is no such connection, -2 if it can't be asked. *arrived
 * is how many bytes have ever come in, or stays as it is if that isn't told. */
static long ask_kernel(const struct sockaddr *local,
		       const struct sockaddr *remote, uint64_t *arrived)
{
	static int netlink_fd = -1;
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} ask = {
		.header = {.nlmsg_len = sizeof ask,
			   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			   .nlmsg_flags = NLM_F_REQUEST},
		.request = {.sdiag_family = (unsigned char)local->sa_family,
			    .sdiag_protocol = IPPROTO_TCP,
			    .idiag_ext = 1 << (INET_DIAG_INFO - 1),
			    .idiag_states = ~0U,
			    .id.idiag_cookie = {INET_DIAG_NOCOOKIE,
						INET_DIAG_NOCOOKIE}},
	};
	struct inet_diag_sockid *id = &ask.request.id;
	if (local->sa_family == AF_INET) {
		const struct sockaddr_in *a = (const struct sockaddr_in *)local;
		const struct sockaddr_in *b =
			(const struct sockaddr_in *)remote;
		id->idiag_sport = a->sin_port;
		id->idiag_dport = b->sin_port;
		memcpy(id->idiag_src, &a->sin_addr, 4);
		memcpy(id->idiag_dst, &b->sin_addr, 4);
	} else {
		const struct sockaddr_in6 *a =
			(const struct sockaddr_in6 *)local;
		const struct sockaddr_in6 *b =
			(const struct sockaddr_in6 *)remote;
		id->idiag_sport = a->sin6_port;
		id->idiag_dport = b->sin6_port;
		memcpy(id->idiag_src, &a->sin6_addr, 16);
		memcpy(id->idiag_dst, &b->sin6_addr, 16);
	}
	if (netlink_fd == -1)
		netlink_fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);
	if (netlink_fd == -1 ||
	    send(netlink_fd, &ask, sizeof ask, 0) != (ssize_t)sizeof ask)
		return -2;
	union {
		struct nlmsghdr header;
		unsigned char bytes[8192];
	} answer;
	ssize_t n = recv(netlink_fd, &answer, sizeof answer, 0);
	if (n < (ssize_t)sizeof answer.header)
		return -2;
	if (answer.header.nlmsg_type == NLMSG_ERROR) {
		struct nlmsgerr *error = NLMSG_DATA(&answer.header);
		return error->error == -ENOENT ? -1 : -2;
	}
	if (answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return -2;
	struct inet_diag_msg *message = NLMSG_DATA(&answer.header);
	struct rtattr *more = (struct rtattr *)(message + 1);
	size_t left = (size_t)n - NLMSG_LENGTH(sizeof *message);
	for (; RTA_OK(more, left); more = RTA_NEXT(more, left)) {
		struct tcp_info info;
		if (more->rta_type != INET_DIAG_INFO ||
		    RTA_PAYLOAD(more) <
			    offsetof(struct tcp_info, tcpi_segs_out))
			continue;
		memset(&info, 0, sizeof info);
		memcpy(&info, RTA_DATA(more),
		       RTA_PAYLOAD(more) < sizeof info ? RTA_PAYLOAD(more)
						       : sizeof info);
		*arrived = info.tcpi_bytes_received;
	}
	return (long)message->idiag_rqueue;
}
#endif

bool look_arrived(const struct sockaddr *local, const struct sockaddr *remote,
		  uint64_t *arrived)
{
#ifdef HAVE_SOCK_DIAG
	*arrived = UINT64_MAX;
	return ask_kernel(local, remote, arrived) >= 0 &&
	       *arrived != UINT64_MAX;
#else
	(void)local;
	(void)remote;
	(void)arrived;
	return false;
#endif
}

/* The two ends of a socket; of UDP the own one alone. */
struct ends {
	const struct sockaddr *local, *remote;
};

static in_port_t port_of(const struct sockaddr *addr)
{
	/* sin_port and sin6_port lie at the same place. */
	return ((const struct sockaddr_in *)addr)->sin_port;
}

static bool has_ends(const struct socket_entry *entry, const void *wanted)
{
	const struct ends *ends = wanted;
	const struct sockaddr *own = (const struct sockaddr *)&entry->local;
	const struct sockaddr *peer = (const struct sockaddr *)&entry->remote;
	if (port_of(own) != port_of(ends->local))
		return false;
	/* A UDP receiver may be bound to any address. */
	if (entry->kind == KIND_UDP)
		return true;
	/* An IPv4 caller of an IPv6 socket stands in the other table. */
	if (own->sa_family != ends->local->sa_family)
		return port_of(peer) == port_of(ends->remote);
	return same_address(own, ends->local) &&
	       same_address(peer, ends->remote);
}

long look_unread(int kind, const struct sockaddr *local,
		 const struct sockaddr *remote)
{
	struct ends ends = {local, remote};
	struct socket_entry entry;
	bool six = local->sa_family == AF_INET6;
	int n;
#ifdef HAVE_SOCK_DIAG
	uint64_t arrived;
	long asked =
		kind == KIND_TCP ? ask_kernel(local, remote, &arrived) : -2;
	if (asked != -2)
		return asked;
#endif
	if (kind == KIND_UDP)
		n = read_inet(six ? "/proc/net/udp6" : "/proc/net/udp", kind,
			      six, has_ends, &ends, &entry, 0, 1);
	else
		n = read_inet(six ? "/proc/net/tcp6" : "/proc/net/tcp", kind,
			      six, has_ends, &ends, &entry, 0, 1);
	if (n == 0 && kind == KIND_TCP && !six)
		n = read_inet("/proc/net/tcp6", kind, true, has_ends, &ends,
			      &entry, 0, 1);
	return n == 1 ? (long)entry.rx_queue : -1;
}

void address_text(const struct sockaddr *addr, char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN] = "?";
	if (addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
		snprintf(text, size, "%s:%u", host, ntohs(in->sin_port));
	} else if (addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 =
			(const struct sockaddr_in6 *)addr;
		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host);
		snprintf(text, size, "[%s]:%u", host, ntohs(in6->sin6_port));
	} else if (addr->sa_family == AF_UNIX) {
		snprintf(text, size, "%s",
			 ((const struct sockaddr_un *)addr)->sun_path);
	} else {
		snprintf(text, size, "?");
	}
}

bool same_address(const struct sockaddr *a, const struct sockaddr *b)
{
	if (a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET) {
		const struct sockaddr_in *x = (const struct sockaddr_in *)a;
		const struct sockaddr_in *y = (const struct sockaddr_in *)b;
		return x->sin_port == y->sin_port &&
		       x->sin_addr.s_addr == y->sin_addr.s_addr;
	}
	if (a->sa_family == AF_INET6) {
		const struct sockaddr_in6 *x = (const struct sockaddr_in6 *)a;
		const struct sockaddr_in6 *y = (const struct sockaddr_in6 *)b;
		return x->sin6_port == y->sin6_port &&
		       memcmp(&x->sin6_addr, &y->sin6_addr, 16) == 0;
	}
	return false;
}

/* ---- the call a process waits in ---- */

static const struct call_name {
	long number;
	const char *name;
	bool has_fd; /* its first argument is a descriptor */
} calls[] = {
#ifdef SYS_read
	{SYS_read, "read", true},
#endif
#ifdef SYS_write
	{SYS_write, "write", true},
#endif
#ifdef SYS_readv
	{SYS_readv, "readv", true},
	{SYS_writev, "writev", true},
#endif
#ifdef SYS_recvfrom
	{SYS_recvfrom, "recv", true},
	{SYS_sendto, "send", true},
	{SYS_recvmsg, "recvmsg", true},
	{SYS_sendmsg, "sendmsg", true},
	{SYS_connect, "connect", true},
#endif
#ifdef SYS_accept
	{SYS_accept, "accept", true},
#endif
#ifdef SYS_accept4
	{SYS_accept4, "accept", true},
#endif
#ifdef SYS_poll
	{SYS_poll, "poll", false},
#endif
#ifdef SYS_ppoll
	{SYS_ppoll, "poll", false},
#endif
#ifdef SYS_select
	{SYS_select, "select", false},
#endif
#ifdef SYS_pselect6
	{SYS_pselect6, "select", false},
#endif
#ifdef SYS_epoll_wait
	{SYS_epoll_wait, "epoll_wait", false},
#endif
#ifdef SYS_epoll_pwait
	{SYS_epoll_pwait, "epoll_wait", false},
#endif
#ifdef SYS_wait4
	{SYS_wait4, "wait", false},
#endif
#ifdef SYS_waitid
	{SYS_waitid, "wait", false},
#endif
#ifdef SYS_nanosleep
	{SYS_nanosleep, "sleep", false},
#endif
#ifdef SYS_clock_nanosleep
	{SYS_clock_nanosleep, "sleep", false},
#endif
#ifdef SYS_futex
	{SYS_futex, "a lock, or a wait for another thread", false},
#endif
#ifdef SYS_pause
	{SYS_pause, "pause", false},
#endif
#ifdef SYS_rt_sigsuspend
	{SYS_rt_sigsuspend, "sigsuspend", false},
#endif
#ifdef SYS_flock
	{SYS_flock, "flock", true},
#endif
#ifdef SYS_openat
	{SYS_openat, "open", false},
#endif
};

/* Says what descriptor fd of pid is: " on its connection with ADDR:PORT". */
static void describe_descriptor(pid_t pid, int fd, char *text, size_t size)
{
	struct socket_entry entry;
	char number[16], where[128];
	text[0] = '\0';
	snprintf(number, sizeof number, "%d", fd);
	unsigned long inode = inode_of(pid, number);
	if (inode == 0) {
		if (fd <= 2)
			snprintf(text, size, " on its standard %s",
				 fd == 0   ? "input"
				 : fd == 1 ? "output"
					   : "error");
		return;
	}
	struct inodes wanted = {.items = &inode, .n = 1};
	if (find_sockets(&wanted, &entry, 1) == 0) {
		snprintf(text, size, " on a socket without a connection");
	} else if (entry.state == STATE_LISTEN) {
		snprintf(text, size, ": no caller is there");
	} else if (entry.kind == KIND_TCP) {
		address_text((struct sockaddr *)&entry.remote, where,
			     sizeof where);
		snprintf(text, size, " on its connection with %s", where);
	} else if (entry.kind == KIND_UDP) {
		address_text((struct sockaddr *)&entry.local, where,
			     sizeof where);
		snprintf(text, size, " on its UDP socket %s", where);
	} else {
		snprintf(text, size, " on its connection");
	}
}

/* True if the thread whose directory is path lies in nanosleep(). */
static bool is_napping(const char *path)
{
	char name[400];
	long number = -1;
	snprintf(name, sizeof name, "%s/syscall", path);
	FILE *file = fopen(name, "r");
	if (file == NULL)
		return false;
	if (fscanf(file, "%ld", &number) != 1)
		number = -1;
	fclose(file);
#ifdef SYS_nanosleep
	if (number == SYS_nanosleep)
		return true;
#endif
#ifdef SYS_clock_nanosleep
	if (number == SYS_clock_nanosleep)
		return true;
#endif
	return false;
}

bool look_napping(pid_t root)
{
	pid_t pids[MAX_PROCESSES];
	int n = look_tree(root, pids, MAX_PROCESSES);
	bool napping = false;
	for (int i = 0; i < n; i++) {
		char path[320];
		snprintf(path, sizeof path, "/proc/%d/task", (int)pids[i]);
		DIR *tasks = opendir(path);
		if (tasks == NULL)
			continue;
		struct dirent *entry;
		while ((entry = readdir(tasks)) != NULL) {
			if (!isdigit((unsigned char)entry->d_name[0]))
				continue;
			snprintf(path, sizeof path, "/proc/%d/task/%s",
				 (int)pids[i], entry->d_name);
			napping |= is_napping(path);
		}
		closedir(tasks);
	}
	return napping;
}

bool look_call(pid_t root, char *text, size_t size)
{
	char path[64], line[256], on[192];
	snprintf(path, sizeof path, "/proc/%d/syscall", (int)root);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	char *got = fgets(line, sizeof line, file);
	fclose(file);
	long number;
	unsigned long first;
	if (got == NULL || sscanf(line, "%ld %lx", &number, &first) != 2)
		return false;
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		if (calls[i].number != number)
			continue;
		on[0] = '\0';
		if (calls[i].has_fd)
			describe_descriptor(root, (int)first, on, sizeof on);
		snprintf(text, size, "%s%s%s", calls[i].name,
			 strchr(calls[i].name, ' ') ? "" : "()", on);
		return true;
	}
	return false;
}

int look_members(struct in_addr group)
{
	FILE *file = fopen("/proc/net/igmp", "r");
	char line[256];
	unsigned at;
	int users, count = 0;
	if (file == NULL)
		return -1;
	/* The address stands there as it lies in memory. */
	while (fgets(line, sizeof line, file) != NULL)
		if (line[0] == '\t' &&
		    sscanf(line, "%8x %d", &at, &users) == 2 &&
		    at == group.s_addr)
			count += users;
	fclose(file);
	return count;
}
