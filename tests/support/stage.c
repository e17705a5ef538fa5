/*
 * stage.c - the actors of a conversation.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "look.h"
#include "stage.h"

enum {
	OUTPUT_LIMIT = 4 << 20, /* bytes a program may print */
	EXCESS_CHECK_MS = 100,  /* how often its processes are counted */
	PUMP_SLICE_MS = 5,      /* how soon an end is noticed */
	REST_LOOK_MS = 10,      /* between looks for programs at rest */
	SHARE_MS = 100,         /* of the processor: enough to do anything */
	PATIENCE_MS = 3000      /* for programs that do not come to rest */
};

struct stage stage;

long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool all_rest(uint64_t *cpu_ns)
{
	uint64_t sum = 0;
	bool rest = true;
	for (int i = 0; i < stage.n_actors; i++) {
		struct actor *actor = &stage.actors[i];
		if (!actor->started || actor->program.ended)
			continue;
		struct process_facts facts = look_facts(actor_pid(actor));
		/* No process: it has ended, and we hear of it next. */
		rest &= !can_look() || (facts.processes > 0 &&
					(facts.sleeping || facts.stopped));
		sum += facts.cpu_ns;
	}
	if (cpu_ns != NULL)
		*cpu_ns = sum;
	return rest;
}

struct deadline deadline_in(long ms)
{
	return (struct deadline){.end = now_ms() + ms};
}

long time_left(const struct deadline *deadline)
{
	long left = deadline->end - now_ms();
	return left < 1 ? 1 : left;
}

bool is_over(struct deadline *deadline)
{
	uint64_t cpu_ns;
	long now = now_ms();
	/* They may come to rest before the end, which saves time. A look costs
	 * as much as the programs themselves, so there are few. */
	if (now < deadline->end - REST_MS ||
	    now - deadline->looked < REST_LOOK_MS)
		return false;
	if (!all_rest(&cpu_ns) || deadline->looked == 0)
		deadline->rests_since = now;
	deadline->looked = now;
	if (now <= deadline->end)
		return false;
	if (deadline->cpu_ns == 0 || cpu_ns < deadline->cpu_ns)
		deadline->cpu_ns = cpu_ns;
	return now - deadline->rests_since >= REST_MS ||
	       now - deadline->end > PATIENCE_MS ||
	       cpu_ns - deadline->cpu_ns > SHARE_MS * 1000000;
}

bool is_program(const char *name)
{
	for (int i = 0; i < 3; i++) {
		const char *base = i == 0   ? "server"
				   : i == 1 ? "client"
					    : RELAY;
		size_t n = strlen(base);
		if (strncmp(name, base, n) == 0 &&
		    strspn(name + n, "0123456789") == strlen(name + n))
			return true;
	}
	return false;
}

struct actor *actor_named(const char *name)
{
	for (int i = 0; i < stage.n_actors; i++)
		if (strcmp(stage.actors[i].name, name) == 0)
			return &stage.actors[i];
	if (stage.n_actors == MAX_ACTORS) {
		fputs("peer: too many programs\n", stderr);
		exit(3);
	}
	struct actor *actor = &stage.actors[stage.n_actors++];
	snprintf(actor->name, sizeof actor->name, "%s", name);
	actor->program =
		(struct program){.pid = -1, .in = -1, .out = -1, .err = -1};
	actor->limits = default_limits();
	actor->out_limit = OUTPUT_LIMIT;
	return actor;
}

struct peer *peer_named(const char *name)
{
	for (int i = 0; i < stage.n_peers; i++)
		if (strcmp(stage.peers[i].name, name) == 0)
			return &stage.peers[i];
	if (stage.n_peers == MAX_ACTORS) {
		fputs("peer: too many peers\n", stderr);
		exit(3);
	}
	struct peer *peer = &stage.peers[stage.n_peers++];
	snprintf(peer->name, sizeof peer->name, "%s", name);
	peer->type = SOCK_STREAM;
	peer->fd = peer->listen_fd = peer->trap_fd = -1;
	return peer;
}

/* ---- letting things go on ---- */

static volatile sig_atomic_t stop_signal;

static void note_signal(int number)
{
	stop_signal = number;
}

void stage_heed_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction stop = {.sa_handler = note_signal,
				 .sa_flags = SA_RESTART},
			 before;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (sigaction(numbers[i], NULL, &before) == 0 &&
		    before.sa_handler != SIG_IGN)
			sigaction(numbers[i], &stop, NULL);
}

/* Somebody wants us to end: nothing of the programs may be left. */
static void heed_signal(void)
{
	if (stop_signal == 0)
		return;
	stage_clear();
	signal(stop_signal, SIG_DFL);
	raise(stop_signal);
}

/* Reads what is there of one output. Closes it at its end. */
static void read_output(struct actor *actor, int *fd, struct bytes *into)
{
	char block[65536];
	while (*fd != -1) {
		ssize_t n = read(*fd, block, sizeof block);
		if (n > 0) {
			bytes_add(into, block, (size_t)n);
			if (into->n > actor->out_limit && !actor->flooded) {
				actor->flooded = true;
				kill_tree(&actor->program);
			}
			if (actor->flooded) { /* keep the beginning only */
				close(*fd);
				*fd = -1;
			}
			continue;
		}
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		close(*fd);
		*fd = -1;
	}
}

static void feed_input(struct actor *actor)
{
	int *fd = &actor->program.in;
	while (*fd != -1 && actor->input_sent < actor->input.n) {
		ssize_t n = write(*fd, actor->input.data + actor->input_sent,
				  actor->input.n - actor->input_sent);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n == -1) { /* it does not read any more */
			actor->input_sent = actor->input.n;
			break;
		}
		actor->input_sent += (size_t)n;
	}
	if (*fd != -1 && actor->input_ends) {
		close(*fd);
		*fd = -1;
	}
}

static void watch_excesses(void)
{
	static long last;
	long now = now_ms();
	if (now - last < EXCESS_CHECK_MS)
		return;
	last = now;
	for (int i = 0; i < stage.n_actors; i++) {
		struct actor *actor = &stage.actors[i];
		if (!actor->started || actor->program.ended)
			continue;
		if (too_many_processes(&actor->program, &actor->limits)) {
			actor->forked = true;
			kill_tree(&actor->program);
		}
	}
}

static void reap_actors(void)
{
	struct program *programs[MAX_ACTORS];
	for (int i = 0; i < stage.n_actors; i++)
		programs[i] = &stage.actors[i].program;
	reap(programs, stage.n_actors);
}

bool pump(int fd, short events, long ms)
{
	struct pollfd fds[3 * MAX_ACTORS + 1];
	nfds_t n = 0;
	if (fd != -1)
		fds[n++] = (struct pollfd){.fd = fd, .events = events};
	for (int i = 0; i < stage.n_actors; i++) {
		struct actor *actor = &stage.actors[i];
		if (!actor->started)
			continue;
		if (!actor->held && actor->program.out != -1)
			fds[n++] = (struct pollfd){.fd = actor->program.out,
						   .events = POLLIN};
		if (actor->program.err != -1)
			fds[n++] = (struct pollfd){.fd = actor->program.err,
						   .events = POLLIN};
		if (actor->program.in != -1 &&
		    actor->input_sent < actor->input.n)
			fds[n++] = (struct pollfd){.fd = actor->program.in,
						   .events = POLLOUT};
	}
	if (ms > PUMP_SLICE_MS)
		ms = PUMP_SLICE_MS;
	if (poll(fds, n, ms < 0 ? 0 : (int)ms) == -1 && errno != EINTR) {
		perror("peer: poll");
		exit(3);
	}
	for (int i = 0; i < stage.n_actors; i++) {
		struct actor *actor = &stage.actors[i];
		if (!actor->started)
			continue;
		feed_input(actor);
		if (!actor->held)
			read_output(actor, &actor->program.out, &actor->out);
		read_output(actor, &actor->program.err, &actor->err);
	}
	reap_actors();
	watch_excesses();
	heed_signal();
	return fd != -1 && fds[0].revents != 0;
}

/* ---- programs ---- */

/* Adds NAME=VALUE to a list for launch(). */
static void add_env(char *env[], int *n, const char *format, const char *a,
		    const char *b)
{
	char text[2048];
	snprintf(text, sizeof text, format, a, b);
	env[(*n)++] = strdup(text);
}

bool has_trace_library(void)
{
	char path[600];
	struct stat status;
	snprintf(path, sizeof path, "%s/%s", stage.tools, TRACE_LIBRARY);
	/* Where it could not be built it is an empty file. */
	return stat(path, &status) == 0 && status.st_size > 0;
}

/* The library's path as LD_PRELOAD takes it: a blank or a colon would divide
 * it, so there another path leads to it. */
static const char *trace_library(void)
{
	static char path[600], way[600];
	snprintf(path, sizeof path, "%s/%s", stage.tools, TRACE_LIBRARY);
	if (strpbrk(path, " :") == NULL || stage.directory == NULL)
		return path;
	snprintf(way, sizeof way, "%s/.%s", stage.directory, TRACE_LIBRARY);
	if (symlink(path, way) == -1 && errno != EEXIST)
		return path;
	return way;
}

int actor_start(struct actor *actor, char *const arguments[])
{
	char *argv[64], *env[16] = {0};
	char kind[32];
	int n = 0, n_env = 0;
	bool relay = strncmp(actor->name, RELAY, strlen(RELAY)) == 0;
	snprintf(kind, sizeof kind, "%.6s", actor->name);
	snprintf(actor->path, sizeof actor->path, "%s/%s%s", stage.programs,
		 kind, stage.sanitized ? ".asan" : "");
	if (stage.sanitized && access(actor->path, X_OK) == -1)
		snprintf(actor->path, sizeof actor->path, "%s/%s",
			 stage.programs, kind);
	else if (stage.sanitized)
		actor->limits.memory_bytes = 0;
	if (relay) { /* an instrument of ours: no program under test */
		snprintf(actor->path, sizeof actor->path, "%s/%s", stage.tools,
			 RELAY);
		actor->limits.trusted = true;
	}
	argv[n++] = actor->path;
	while (arguments[n - 1] != NULL && n < 63) {
		argv[n] = arguments[n - 1];
		n++;
	}
	argv[n] = NULL;
	if (stage.sanitized) {
		add_env(env, &n_env,
			"ASAN_OPTIONS=exitcode=99:detect_leaks=0:"
			"verify_asan_link_order=0%s%s",
			"", "");
		add_env(env, &n_env, "UBSAN_OPTIONS=exitcode=99%s%s", "", "");
	}
	const char *sees = actor->sees != NULL ? actor->sees : stage.directory;
	if (sees != NULL)
		add_env(env, &n_env, "KIT_DIR=%s%s", sees, "");
	if (stage.trace != NULL || actor->faults != NULL) {
		/* A launcher is not to be traced: it hands that name on. */
		add_env(env, &n_env,
			getenv("KIT_LAUNCHER") == NULL ? "LD_PRELOAD=%s%s"
						       : "KIT_PRELOAD=%s%s",
			trace_library(), "");
		if (actor->faults != NULL)
			add_env(env, &n_env, "FAULTS=%s%s", actor->faults, "");
	}
	if (stage.trace != NULL) {
		add_env(env, &n_env, "TRACE_DIR=%s%s", stage.trace, "");
		add_env(env, &n_env, "TRACE_NAME=%s%s", actor->name, "");
	}
	if (access(actor->path, X_OK) == -1)
		return -1;
	if (actor->started) { /* the same actor comes on stage again */
		bytes_free(&actor->out);
		bytes_free(&actor->err);
		bytes_free(&actor->input);
		actor->input_sent = actor->out_used = actor->err_used = 0;
		actor->input_ends = actor->held = false;
	}
	int result = launch(&actor->program, argv, env, &actor->limits);
	actor->started = result == 0;
	actor->pid = -1;
	for (int i = 0; i < n_env; i++)
		free(env[i]);
	return result;
}

pid_t actor_pid(struct actor *actor)
{
	if (getenv("KIT_LAUNCHER") == NULL)
		return actor->program.pid;
	if (actor->pid == -1)
		actor->pid = look_runs(actor->program.pid, actor->path);
	return actor->pid == -1 ? actor->program.pid : actor->pid;
}

const char *sanitizer_report(const struct actor *actor)
{
	static char text[256];
	if (actor->err.n == 0)
		return NULL;
	const char *all = (const char *)actor->err.data;
	const char *found = strstr(all, "runtime error: ");
	if (found != NULL) {
		/* server.c:45:3: runtime error: what */
		const char *start = found;
		while (start > all && start[-1] != '\n')
			start--;
		for (const char *p = start; p < found; p++)
			if (*p == '/')
				start = p + 1;
		snprintf(text, sizeof text, "%.*s", (int)strcspn(start, "\n"),
			 start);
		return text;
	}
	if (strstr(all, "ERROR: AddressSanitizer") == NULL &&
	    strstr(all, "ERROR: LeakSanitizer") == NULL)
		return NULL;
	/* SUMMARY: AddressSanitizer: stack-buffer-overflow /x/server.c:45 in
	 * serve. The frame may be in the C library: then the first #N line
	 * that names a .c file of ours is better. */
	const char *summary = strstr(all, "SUMMARY: ");
	char what[96] = "memory error", where[96] = "";
	if (summary != NULL)
		sscanf(summary, "SUMMARY: %*s %95s", what);
	for (const char *p = all; (p = strstr(p, "    #")) != NULL; p++) {
		char line[512], *slash, *c;
		snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\n"), p);
		slash = strrchr(line, '/');
		c = slash == NULL ? NULL : strstr(slash, ".c:");
		if (c != NULL && (strncmp(slash, "/server.c", 9) == 0 ||
				  strncmp(slash, "/client.c", 9) == 0)) {
			snprintf(where, sizeof where, "%s", slash + 1);
			break;
		}
	}
	snprintf(text, sizeof text, "%s%s%s", what, where[0] ? " at " : "",
		 where);
	return text;
}

/* The last line on its standard error behind so many bytes of it, or "". A
 * reminder of the usage is passed over for the complaint in front of it. */
static void last_words(const struct actor *actor, size_t behind, char *text,
		       size_t size)
{
	const char *err = (const char *)actor->err.data;
	size_t end = actor->err.n, start;
	text[0] = '\0';
	for (;;) {
		while (end > behind && err[end - 1] == '\n')
			end--;
		start = end;
		while (start > behind && err[start - 1] != '\n')
			start--;
		if (end == start)
			return;
		snprintf(text, size, "%.*s", (int)(end - start), err + start);
		if (strncmp(text, "usage:", 6) != 0)
			return;
		end = start;
	}
}

/* Puts the name of a peer of the test where text has its address. */
static void name_peers(char *text, size_t size)
{
	char address[128], rest[512];
	for (int i = 0; i < stage.n_peers; i++) {
		const struct peer *peer = &stage.peers[i];
		if (peer->fd == -1 || peer->local.ss_family == AF_UNIX)
			continue;
		address_text((const struct sockaddr *)&peer->local, address,
			     sizeof address);
		char *at = strstr(text, address);
		if (at == NULL || at[strlen(address)] != '\0')
			continue;
		snprintf(rest, sizeof rest, "%s", at + strlen(address));
		snprintf(at, size - (size_t)(at - text), "%s%s", peer->name,
			 rest);
	}
}

void actor_state(struct actor *actor, char *text, size_t size)
{
	char call[256], words[160];
	if (!actor->started) {
		snprintf(text, size, "was not started");
		return;
	}
	if (actor->flooded) {
		snprintf(text, size,
			 "printed more than %zu bytes and was stopped",
			 actor->out_limit);
		return;
	}
	if (actor->forked) {
		snprintf(text, size,
			 "started more than %d processes and was stopped",
			 actor->limits.processes);
		return;
	}
	if (actor->program.ended) {
		char end[64];
		end_text(&actor->program, end, sizeof end);
		last_words(actor, 0, words, sizeof words);
		const char *report = sanitizer_report(actor);
		if (report != NULL)
			snprintf(text, size, "was stopped by a sanitizer: %s",
				 report);
		else if (words[0] != '\0')
			snprintf(text, size, "%s; its last words: %s", end,
				 words);
		else
			snprintf(text, size,
				 "%s, without a word on standard "
				 "error",
				 end);
		return;
	}
	struct process_facts facts = look_facts(actor->program.pid);
	bool waits = look_call(actor_pid(actor), call, sizeof call);
	/* One that waits again and again is found between two calls now and
	 * then: look some more before saying that it runs. */
	for (int i = 0; i < 10 && !waits && !facts.stopped && !facts.sleeping;
	     i++) {
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
		facts = look_facts(actor->program.pid);
		waits = look_call(actor_pid(actor), call, sizeof call);
	}
	if (facts.stopped && facts.processes > 0)
		snprintf(text, size, "stands still (the test stopped it)");
	else if (waits) {
		name_peers(call, sizeof call);
		snprintf(text, size, "is still waiting in %s", call);
	} else if (actor->spins)
		snprintf(text, size, "runs on and on: it waits in no call");
	else if (facts.sleeping && facts.processes > 0)
		snprintf(text, size, "is still waiting in a call");
	else if (can_look())
		snprintf(text, size, "is still running");
	else
		snprintf(text, size, "has not ended");
	/* What a step has looked at is known, and perhaps long past; and an
	 * instrument of ours writes a log. */
	last_words(actor, actor->err_used, words, sizeof words);
	size_t used = strlen(text);
	if (words[0] != '\0' && !actor->limits.trusted)
		snprintf(text + used, size - used,
			 "; last on its standard error: %s", words);
}

bool is_busy(struct actor *actor, long ms, uint64_t most, uint64_t *used)
{
	pid_t pid = actor->program.pid;
	uint64_t before = look_facts(pid).cpu_ns;
	long begin = now_ms(), now, ran = begin;
	bool rests;
	do {
		pump(-1, 0, PUMP_SLICE_MS);
		now = now_ms();
		struct process_facts facts = look_facts(pid);
		if (facts.running)
			ran = now;
		rests = now - ran >= REST_MS;
		/* Of a process that has ended the time is in no sum. */
		*used = facts.cpu_ns > before ? facts.cpu_ns - before : 0;
	} while (now - begin < ms ||
		 (!rests && *used <= most && now - begin < ms + PATIENCE_MS));
	return can_look() && (*used > most || !rests);
}

/* True if the program uses the processor while nothing happens: it does not
 * wait. */
static bool spins(struct actor *actor)
{
	enum { LOOK_MS = 100 };
	uint64_t used;
	return is_busy(actor, LOOK_MS, LOOK_MS * 1000000 / 10, &used);
}

/* True if it complains that a socket has no connection, other than of asking
 * for its peer's address. */
static bool talks_on_no_connection(const struct actor *actor)
{
	const char *words = (const char *)actor->err.data;
	return actor->err.n > 0 && strstr(words, strerror(ENOTCONN)) != NULL &&
	       strstr(words, "getpeername") == NULL;
}

/* True if it has a stream socket in a conversation of datagrams, which are
 * sent without a connection and raise no SIGPIPE. */
static bool talks_tcp(const struct actor *actor, int signal_seen)
{
	return stage.datagrams &&
	       (signal_seen == SIGPIPE ||
		(talks_on_no_connection(actor) &&
		 strstr((const char *)actor->err.data, "shutdown") == NULL));
}

bool was_killed_by_itself(const struct actor *actor)
{
	int number = actor->program.ended ? end_signal(&actor->program) : 0;
	return number == SIGPIPE || number == SIGSEGV || number == SIGABRT ||
	       number == SIGBUS || number == SIGFPE || number == SIGILL ||
	       number == SIGTRAP;
}

void diagnose_programs(void)
{
	for (int i = 0; i < stage.n_actors; i++) {
		struct actor *actor = &stage.actors[i];
		struct failure *failure = &stage.failure;
		const char *name = NULL;
		if (!actor->started)
			continue;
		int signal_seen =
			actor->program.ended ? end_signal(&actor->program) : 0;
		bool tcp = talks_tcp(actor, signal_seen);
		if (tcp)
			name = "tcp-instead-of-udp";
		else if (actor->flooded)
			name = "floods";
		else if (actor->forked)
			name = "forks-without-end";
		else if (sanitizer_report(actor) != NULL)
			name = strstr(sanitizer_report(actor),
				      "misaligned address") != NULL
				       ? "misaligned-access"
				       : "memory-error";
		else if (signal_seen == SIGPIPE)
			name = "killed-by-sigpipe";
		else if (was_killed_by_itself(actor))
			name = "crashed";
		else if (!stage.datagrams && talks_on_no_connection(actor))
			name = "listening-socket-for-data";
		if (name != NULL) {
			failure->mistake = name;
			/* What a flood or a swarm of processes comes from, the
			 * test may know better. */
			failure->certain =
				tcp || (!actor->flooded && !actor->forked);
			return;
		}
		if (failure->mistake == NULL && !actor->program.ended &&
		    spins(actor)) {
			failure->mistake = "spins";
			failure->certain = false;
			actor->spins = true;
		}
	}
}

int free_port(void)
{
	for (int tries = 0; tries < 100; tries++) {
		/* At every address: a program may have it at another one than
		 * 127.0.0.1, and then 0.0.0.0 is taken. */
		struct sockaddr_in addr = {.sin_family = AF_INET,
					   .sin_addr.s_addr =
						   htonl(INADDR_ANY)};
		socklen_t len = sizeof addr;
		int tcp = socket(AF_INET, SOCK_STREAM, 0);
		int udp = socket(AF_INET, SOCK_DGRAM, 0), port = 0;
		if (tcp != -1 && udp != -1 &&
		    bind(tcp, (struct sockaddr *)&addr, sizeof addr) == 0 &&
		    getsockname(tcp, (struct sockaddr *)&addr, &len) == 0 &&
		    bind(udp, (struct sockaddr *)&addr, sizeof addr) == 0)
			port = ntohs(addr.sin_port);
		close(tcp);
		close(udp);
		int swapped = (port & 0xff) << 8 | port >> 8;
		if (port != 0 && swapped != port && swapped >= 10000)
			return port;
	}
	return 0;
}

void stage_clear(void)
{
	for (int i = 0; i < stage.n_actors; i++)
		if (stage.actors[i].started && !stage.actors[i].program.ended)
			kill_tree(&stage.actors[i].program);
	sweep();
	for (int i = 0; i < stage.n_peers; i++) {
		struct peer *peer = &stage.peers[i];
		int *fds[] = {&peer->fd, &peer->listen_fd, &peer->trap_fd};
		for (int k = 0; k < 3; k++)
			if (*fds[k] != -1) {
				close(*fds[k]);
				*fds[k] = -1;
			}
	}
}
