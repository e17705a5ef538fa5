/*
 * program.c - the verbs of the programs under test.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "look.h"
#include "message.h"
#include "verbs.h"

/* The arguments behind `with`, or the port alone. */
static void arguments_of(struct words *words, char *arguments[], int max,
			 char *otherwise)
{
	int n = 0;
	if (words->n == 0 && otherwise != NULL) {
		arguments[n++] = otherwise;
	} else if (words->n > 0) {
		if (!word_is(words, 0, "with"))
			script_error("expected `with ARG ...`");
		if (words->n > max)
			script_error("there may be %d arguments", max - 1);
		for (int i = 1; i < words->n; i++)
			arguments[n++] = word_text(words, i);
	}
	arguments[n] = NULL;
}

static bool run_program(struct actor *actor, struct words *words,
			char *otherwise)
{
	char *arguments[32];
	arguments_of(words, arguments, 32, otherwise);
	port_claimed = true;
	if (actor_start(actor, arguments) == -1)
		return fail(FAIL_OTHER, "a program that can be started",
			    "%s: %s", actor->path, strerror(errno));
	return true;
}

/* True if its output holds the ready line: how readiness is seen where the
 * system's tables can't be read. */
static bool says_ready(struct actor *actor)
{
	const char *out = (const char *)actor->out.data;
	return actor->out.n > 0 && (strstr(out, "listening on ") != NULL ||
				    strstr(out, "bound to ") != NULL);
}

enum ready_kind { READY_TCP, READY_UDP, READY_UNIX };

/* Looks at one socket of a program that should be ready. 1: it is; 0: this
 * one is something else, told in found. */
static bool is_ready_socket(const struct socket_entry *entry,
			    enum ready_kind kind, const char *path)
{
	const struct sockaddr_in *in =
		(const struct sockaddr_in *)&entry->local;
	if (kind == READY_UNIX)
		return entry->kind == KIND_UNIX &&
		       entry->state == STATE_LISTEN &&
		       strcmp(entry->path, path) == 0;
	if (entry->kind != (kind == READY_TCP ? KIND_TCP : KIND_UDP) ||
	    (kind == READY_TCP && entry->state != STATE_LISTEN))
		return false;
	/* sin_port and sin6_port lie at the same place. */
	return ntohs(in->sin_port) == stage.port;
}

/* The program has sockets, but not the right one: what does this mean? */
static bool explain_sockets(struct actor *actor, enum ready_kind kind,
			    const char *path)
{
	static struct socket_entry sockets[MAX_SOCKETS];
	int n = look_owned(actor->program.pid, sockets, MAX_SOCKETS);
	char wanted[256], where[160], state[512];
	int swapped = (stage.port & 0xff) << 8 | stage.port >> 8;
	if (kind == READY_UNIX)
		snprintf(wanted, sizeof wanted, "a listening socket at %s",
			 path);
	else
		snprintf(wanted, sizeof wanted, "a %s socket on 127.0.0.1:%d",
			 kind == READY_TCP ? "listening" : "UDP", stage.port);
	for (int i = 0; i < n; i++) {
		const struct sockaddr *local =
			(struct sockaddr *)&sockets[i].local;
		int port = ntohs(((const struct sockaddr_in *)local)->sin_port);
		bool listens = sockets[i].state == STATE_LISTEN;
		address_text(local, where, sizeof where);
		if (sockets[i].kind == KIND_UNIX)
			snprintf(where, sizeof where, "%s", sockets[i].path);
		if (kind == READY_TCP && sockets[i].kind == KIND_UDP &&
		    port == stage.port) {
			fail(FAIL_OTHER, wanted, "a UDP socket on %s", where);
			return because("udp-instead-of-tcp", true);
		}
		if (kind == READY_UDP && listens) {
			fail(FAIL_OTHER, wanted, "a listening TCP socket on %s",
			     where);
			return because("tcp-instead-of-udp", true);
		}
		if (!listens && sockets[i].kind != KIND_UDP)
			continue;
		if (port == swapped && sockets[i].kind != KIND_UNIX) {
			fail(FAIL_OTHER, wanted,
			     "a socket on %s: %d is %d with its two bytes "
			     "swapped",
			     where, port, stage.port);
			return because("port-without-htons", true);
		}
		bool at_path = sockets[i].kind == KIND_UNIX;
		if (listens) {
			fail(FAIL_OTHER, wanted, "a listening socket %s %s",
			     at_path ? "at" : "on", where);
			if (at_path != (kind == READY_UNIX))
				return because("wrong-family", true);
			/* Why it is another path, the test may know better. */
			return at_path ? because("path-refused", false)
				       : because("wrong-port", true);
		}
		if (kind == READY_UDP && port != 0) {
			fail(FAIL_OTHER, wanted, "a UDP socket on %s", where);
			return because("wrong-port", true);
		}
	}
	actor_state(actor, state, sizeof state);
	fail(FAIL_OTHER, wanted, "none: the %s %s", actor->name, state);
	return because(kind == READY_UDP ? "never-binds" : "never-listens",
		       false);
}

/* Waits until the program has the socket that callers need. */
static bool wait_ready(struct actor *actor, enum ready_kind kind,
		       const char *path)
{
	static struct socket_entry sockets[MAX_SOCKETS];
	struct deadline deadline = deadline_in(START_MS);
	long asleep_since = -1, strange_since = -1;
	while (true) {
		char state[512];
		long now = now_ms();
		int n = look_owned(actor->program.pid, sockets, MAX_SOCKETS);
		for (int i = 0; i < n; i++)
			if (is_ready_socket(&sockets[i], kind, path))
				return true;
		if (!can_look() && says_ready(actor))
			return true;
		if (actor->program.ended || actor->flooded || actor->forked) {
			pump(-1, 0, 0);
			actor_state(actor, state, sizeof state);
			fail(FAIL_END,
			     kind == READY_UDP
				     ? "a server that has its port and stays"
				     : "a server that listens and stays",
			     "it %s", state);
			if (strstr(state, strerror(EADDRNOTAVAIL)) != NULL)
				return because("address-without-htonl", true);
			if (strstr(state, strerror(EAFNOSUPPORT)) != NULL)
				return because("family-forgotten", true);
			return because(kind == READY_UDP
					       ? "ended-before-binding"
					       : "ended-before-listening",
				       false);
		}
		/* Another socket than the right one, for a while. */
		bool strange = false;
		for (int i = 0; i < n; i++)
			strange |= sockets[i].state == STATE_LISTEN ||
				   (sockets[i].kind == KIND_UDP &&
				    ((struct sockaddr_in *)&sockets[i].local)
						    ->sin_port != 0);
		strange_since = !strange              ? -1
				: strange_since == -1 ? now
						      : strange_since;
		struct process_facts facts = look_facts(actor->program.pid);
		bool asleep = facts.processes > 0 && facts.sleeping;
		asleep_since = !asleep              ? -1
			       : asleep_since == -1 ? now
						    : asleep_since;
		if ((strange_since != -1 && now - strange_since > 300) ||
		    (asleep_since != -1 && now - asleep_since > STUCK_MS &&
		     can_look()) ||
		    is_over(&deadline))
			return explain_sockets(actor, kind, path);
		pump(-1, 0, 2);
	}
}

/* relay starts tcp|udp [with OPTION ...]: from a free port, {relay}, to
 * {port}. */
static bool start_relay(struct actor *actor, struct words *words)
{
	static const char sign[] = "relaying 127.0.0.1:";
	char *arguments[32], port[16], *kind = word_text(words, 0);
	int n = 0;
	if (words->n > 1 && !word_is(words, 1, "with"))
		script_error("expected `starts tcp|udp [with OPTION ...]`");
	if (words->n > 28)
		script_error("there may be 26 options");
	for (int i = 2; i < words->n; i++)
		arguments[n++] = word_text(words, i);
	snprintf(port, sizeof port, "%d", stage.port);
	arguments[n++] = kind;
	arguments[n++] = "0";
	arguments[n++] = port;
	arguments[n] = NULL;
	if (actor_start(actor, arguments) == -1)
		script_error("%s: %s", actor->path, strerror(errno));
	struct deadline deadline = deadline_in(EXPECT_MS);
	while (true) {
		const char *at =
			actor->out.n == 0
				? NULL
				: strstr((char *)actor->out.data, sign);
		if (at != NULL && strchr(at, '\n') != NULL) {
			snprintf(port, sizeof port, "%d",
				 atoi(at + strlen(sign)));
			set_variable(actor->name, port);
			return true;
		}
		if (actor->program.ended || is_over(&deadline))
			script_error("%s", actor->err.n == 0
						   ? "the relay is not ready"
						   : (char *)actor->err.data);
		pump(-1, 0, time_left(&deadline));
	}
}

static bool do_starts(struct actor *actor, struct words *words)
{
	if (strncmp(actor->name, RELAY, strlen(RELAY)) == 0)
		return start_relay(actor, words);
	enum ready_kind kind = READY_TCP;
	char *path = take(words, "unix"), port[16];
	snprintf(port, sizeof port, "%d", stage.port);
	if (path != NULL) {
		kind = READY_UNIX;
	} else if (word_is(words, 0, "udp")) {
		kind = READY_UDP;
		stage.datagrams = true;
		words->word++;
		words->n--;
	}
	return run_program(actor, words, path != NULL ? path : strdup(port)) &&
	       wait_ready(actor, kind, path);
}

static bool do_runs(struct actor *actor, struct words *words)
{
	char port[16];
	snprintf(port, sizeof port, "%d", stage.port);
	return run_program(actor, words, strdup(port));
}

static bool do_input(struct actor *actor, struct words *words)
{
	if (word_is(words, 0, "from")) {
		nothing_left(words, 2);
		actor->limits.input = strdup(word_text(words, 1));
		if (actor->started)
			script_error("it runs already");
		if (access(actor->limits.input, R_OK) == -1)
			script_error("%s", strerror(errno));
		return true;
	}
	if (!actor->started)
		script_error("%s was not started", actor->name);
	actor->input_ms = now_ms();
	if (word_is(words, 0, "ends")) {
		nothing_left(words, 1);
		actor->input_ends = true;
		show(actor->name, "is given", "(end of input)", 14);
	} else {
		struct bytes bytes = all_bytes(words);
		bytes_add(&actor->input, bytes.data, bytes.n);
		show(actor->name, "is given", bytes.data, bytes.n);
		bytes_free(&bytes);
	}
	pump(-1, 0, 0);
	return true;
}

/* The output of actor that no step has looked at, as bytes of their own. */
static struct bytes unseen(struct actor *actor)
{
	struct bytes rest = {0};
	bytes_add(&rest, actor->out.data + actor->out_used,
		  actor->out.n - actor->out_used);
	return rest;
}

static bool output_ended(struct actor *actor)
{
	return actor->program.ended && actor->program.out == -1;
}

const char *program_end(struct actor *actor)
{
	static char text[64];
	if (!actor->program.ended)
		return "";
	end_text(&actor->program, text, sizeof text);
	return text;
}

static bool do_prints(struct actor *actor, struct words *words)
{
	struct deadline deadline =
		deadline_in(take_duration(words, "within", EXPECT_MS));
	struct bytes want = all_bytes(words);
	size_t known = 0; /* so many bytes are as they should be */
	while (true) {
		struct bytes rest = {.n = actor->out.n - actor->out_used};
		if (rest.n > 0)
			rest.data = actor->out.data + actor->out_used;
		bool same = agrees(&rest, &want, known);
		if (same)
			known = rest.n;
		if (same && rest.n >= want.n) {
			show(actor->name, "prints", want.data, want.n);
			actor->out_used += want.n;
			return true;
		}
		if (!same)
			return fail_bytes(FAIL_BYTES, want, unseen(actor), "");
		if (output_ended(actor) || is_over(&deadline))
			return fail_bytes(
				output_ended(actor) ? FAIL_END : FAIL_NOTHING,
				want, unseen(actor), program_end(actor));
		pump(-1, 0, time_left(&deadline));
	}
}

/* Finds want in one of the outputs, behind what was looked at. -1 if it is not
 * there. */
static long find_in(const struct bytes *all, size_t used, struct bytes *want)
{
	for (size_t i = used; i + want->n <= all->n; i++)
		if (memcmp(all->data + i, want->data, want->n) == 0)
			return (long)i;
	return -1;
}

static long find(struct actor *actor, struct bytes *want)
{
	return find_in(&actor->out, actor->out_used, want);
}

bool has_shown(struct actor *actor, struct bytes *bytes)
{
	return find(actor, bytes) != -1;
}

static bool do_shows(struct actor *actor, struct words *words)
{
	char wanted[200], got[400];
	struct deadline deadline =
		deadline_in(take_duration(words, "within", EXPECT_MS));
	long at, before = take_duration(words, "before", -1);
	if (before != -1 && !word_is(words, words->n - 1, "not"))
		script_error("expected `shows BYTES not before T`");
	words->n -= before != -1;
	struct bytes want = all_bytes(words);
	while ((at = find(actor, &want)) == -1) {
		if (output_ended(actor) || is_over(&deadline)) {
			struct bytes rest = unseen(actor);
			quote_bytes(want.data, want.n, wanted, 160);
			quote_bytes(rest.data, rest.n, got, sizeof got);
			fail(output_ended(actor) ? FAIL_END : FAIL_NOTHING,
			     wanted, "%s", rest.n == 0 ? "nothing" : got);
			stage.failure.came = rest;
			stage.failure.among = true;
			return false;
		}
		pump(-1, 0, time_left(&deadline));
	}
	/* Seen late it may have been, early never: this is certain. */
	long after = now_ms() - actor->input_ms;
	if (after < before) {
		quote_bytes(want.data, want.n, wanted, 160);
		snprintf(got, sizeof got,
			 "%s, not before %ld ms after its input", wanted,
			 before);
		return fail(FAIL_MORE, got, "it, after %ld ms", after);
	}
	/* Show the whole line it stands in. */
	size_t from = (size_t)at, to = (size_t)at + want.n;
	while (from > actor->out_used && actor->out.data[from - 1] != '\n')
		from--;
	size_t line = to;
	while (line < actor->out.n && actor->out.data[line - 1] != '\n')
		line++;
	show(actor->name, "prints", actor->out.data + from, line - from);
	actor->out_used = stage.show ? line : to;
	return true;
}

static bool do_never(struct actor *actor, struct words *words)
{
	char text[200];
	if (!word_is(words, 0, "shows"))
		script_error("expected `never shows BYTES`");
	struct bytes want = bytes_of(words, 1, words->n - 1);
	pump(-1, 0, 0);
	size_t used = actor->out_used;
	actor->out_used = 0;
	long at = find(actor, &want);
	actor->out_used = used;
	if (at == -1)
		return true;
	quote_bytes(want.data, want.n, text, 160);
	return fail(FAIL_MORE, "an output without these bytes",
		    "%s is in its output", text);
}

/* Waits until these bytes have come on standard error, among others. */
static bool complains_with(struct actor *actor, struct bytes want,
			   long limit_ms)
{
	char wanted[200], got[400];
	struct deadline deadline = deadline_in(limit_ms);
	long at;
	while ((at = find_in(&actor->err, actor->err_used, &want)) == -1) {
		bool ended = actor->program.ended && actor->program.err == -1;
		if (ended || is_over(&deadline)) {
			struct bytes rest = {0};
			bytes_add(&rest, "", 0);
			bytes_add(&rest, actor->err.data + actor->err_used,
				  actor->err.n - actor->err_used);
			quote_bytes(want.data, want.n, wanted, 160);
			strcat(wanted, " on standard error");
			quote_bytes(rest.data, rest.n, got, sizeof got);
			fail(ended ? FAIL_END : FAIL_NOTHING, wanted, "%s",
			     rest.n == 0 ? "nothing" : got);
			stage.failure.came = rest;
			stage.failure.among = true;
			return false;
		}
		pump(-1, 0, time_left(&deadline));
	}
	show(actor->name, "complains", actor->err.data + actor->err_used,
	     (size_t)at + want.n - actor->err_used);
	actor->err_used = (size_t)at + want.n;
	return true;
}

static bool do_complains(struct actor *actor, struct words *words)
{
	char state[512];
	long limit_ms = take_duration(words, "within", EXPECT_MS);
	if (word_is(words, 0, "with"))
		return complains_with(actor, bytes_of(words, 1, words->n - 1),
				      limit_ms);
	struct deadline deadline = deadline_in(limit_ms);
	nothing_left(words, 0);
	while (actor->err.n == actor->err_used) {
		if ((actor->program.ended && actor->program.err == -1) ||
		    is_over(&deadline)) {
			actor_state(actor, state, sizeof state);
			return fail(FAIL_NOTHING,
				    "a complaint on standard error",
				    "none; the %s %s", actor->name, state);
		}
		pump(-1, 0, time_left(&deadline));
	}
	/* Standard error is not buffered: wait for the rest of its line. */
	deadline = deadline_in(SILENCE_MS);
	while (actor->err.data[actor->err.n - 1] != '\n' &&
	       actor->program.err != -1 && !is_over(&deadline))
		pump(-1, 0, time_left(&deadline));
	show(actor->name, "complains", actor->err.data + actor->err_used,
	     actor->err.n - actor->err_used);
	actor->err_used = actor->err.n;
	return true;
}

/* Waits until the program has ended and all it printed is read. */
bool wait_end(struct actor *actor, long limit_ms)
{
	struct deadline deadline = deadline_in(limit_ms);
	while (!actor->program.ended) {
		if (is_over(&deadline))
			return false;
		pump(-1, 0, time_left(&deadline));
	}
	/* Whoever holds its pipes now is not it: only what is there counts. */
	pump(-1, 0, 0);
	return true;
}

static bool do_ends(struct actor *actor, struct words *words)
{
	char state[512], wanted[80] = "the program ends";
	long limit = take_duration(words, "within", EXPECT_MS);
	char *status = take(words, "with"), *name = take(words, "by");
	nothing_left(words, 0);
	if (name != NULL && signal_number(name) == -1)
		script_error("there is no signal \"%s\"", name);
	if (status != NULL)
		snprintf(wanted, sizeof wanted, "it ends with status %s",
			 status);
	if (name != NULL)
		snprintf(wanted, sizeof wanted, "it ends by %s", name);
	if (!wait_end(actor, limit)) {
		actor_state(actor, state, sizeof state);
		return fail(FAIL_NOTHING, wanted, "after %ld ms it %s", limit,
			    state);
	}
	int killed = end_signal(&actor->program);
	if ((status != NULL &&
	     (killed != 0 || end_code(&actor->program) != number_of(status))) ||
	    (name != NULL && killed != signal_number(name))) {
		actor_state(actor, state, sizeof state);
		return fail(FAIL_OTHER, wanted, "it %s", state);
	}
	end_text(&actor->program, state, sizeof state);
	char *text = strncmp(state, "ended ", 6) == 0 ? state + 6 : state;
	show(actor->name, "ends", text, strlen(text));
	return true;
}

static bool do_fails(struct actor *actor, struct words *words)
{
	const char *wanted = "it ends with a status other than 0";
	char state[512];
	long limit = take_duration(words, "within", EXPECT_MS);
	nothing_left(words, 0);
	if (!wait_end(actor, limit)) {
		actor_state(actor, state, sizeof state);
		return fail(FAIL_NOTHING, wanted, "after %ld ms it %s", limit,
			    state);
	}
	if (end_signal(&actor->program) != 0 ||
	    end_code(&actor->program) == 0 || sanitizer_report(actor) != NULL) {
		actor_state(actor, state, sizeof state);
		return fail(FAIL_OTHER, wanted, "it %s", state);
	}
	end_text(&actor->program, state, sizeof state);
	show(actor->name, "ends", state + strlen("ended "),
	     strlen(state) - strlen("ended "));
	return true;
}

/* Lets a program do what it has to do: until it sleeps in its calls for a
 * while, or ends. */
static void come_to_rest(struct actor *actor)
{
	struct deadline deadline = deadline_in(LIVES_MS);
	long asleep_since = -1;
	while (!actor->program.ended && !is_over(&deadline)) {
		pump(-1, 0, 1);
		long now = now_ms();
		if (!look_facts(actor_pid(actor)).sleeping)
			asleep_since = -1;
		else if (asleep_since == -1)
			asleep_since = now;
		else if (now - asleep_since >= REST_MS)
			break;
	}
}

static bool do_lives(struct actor *actor, struct words *words)
{
	char state[512];
	nothing_left(words, 0);
	come_to_rest(actor);
	if (!actor->program.ended)
		return true;
	actor_state(actor, state, sizeof state);
	return fail(FAIL_END, "the program goes on", "it %s", state);
}

/* Sends a signal to every process of the program. */
static void signal_all(struct actor *actor, int number)
{
	pid_t pids[MAX_PROCESSES], own = actor_pid(actor);
	int n = look_tree(own, pids, MAX_PROCESSES);
	for (int i = 0; i < n; i++)
		kill(pids[i], number);
	if (n == 0)
		kill(own, number);
}

static bool do_stands(struct actor *actor, struct words *words)
{
	if (!word_is(words, 0, "still"))
		script_error("expected `stands still`");
	char state[512];
	struct deadline deadline = deadline_in(EXPECT_MS);
	signal_all(actor, SIGSTOP);
	for (int n = 1; can_look() && !look_facts(actor_pid(actor)).stopped;
	     n++) {
		if (actor->program.ended || is_over(&deadline)) {
			actor_state(actor, state, sizeof state);
			return fail(FAIL_END, "a program that can be stopped",
				    "it %s", state);
		}
		/* There may be a new child. And who waits for a child's exec
		 * (vfork) can't stop while that one stands still. */
		if (n % 8 == 0)
			signal_all(actor, SIGCONT);
		pump(-1, 0, 1);
		signal_all(actor, SIGSTOP);
	}
	if (!can_look())
		pump(-1, 0, BLIND_MS);
	return true;
}

static bool do_goes(struct actor *actor, struct words *words)
{
	if (!word_is(words, 0, "on"))
		script_error("expected `goes on`");
	signal_all(actor, SIGCONT);
	return true;
}

static bool do_signal(struct actor *actor, struct words *words)
{
	char *name = word_text(words, 0);
	int number = signal_number(name);
	if (number == -1)
		script_error("there is no signal \"%s\"", name);
	nothing_left(words, 1);
	if (number == SIGKILL) /* to all its processes, as a machine does */
		signal_all(actor, number);
	else
		kill(actor_pid(actor), number);
	return true;
}

/* Until every thread sleeps in a call, or the program has ended. */
static bool do_waits(struct actor *actor, struct words *words)
{
	char state[512];
	struct deadline deadline = deadline_in(EXPECT_MS);
	nothing_left(words, 0);
	while (can_look() && !look_facts(actor_pid(actor)).sleeping) {
		if (is_over(&deadline)) {
			actor_state(actor, state, sizeof state);
			return fail(FAIL_NOTHING,
				    "a program that waits in a call", "it %s",
				    state);
		}
		pump(-1, 0, 1);
	}
	if (!can_look())
		pump(-1, 0, BLIND_MS);
	return true;
}

static bool is_idle(struct actor *actor, long ms)
{
	uint64_t used, most = (uint64_t)ms * 1000000 / 8;
	size_t printed = actor->out.n + actor->err.n;
	long begin = now_ms();
	bool busy = is_busy(actor, ms, most, &used);
	long took = now_ms() - begin;
	if (actor->program.ended)
		return fail(FAIL_END, "the program goes on", "it %s",
			    program_end(actor));
	printed = actor->out.n + actor->err.n - printed;
	if (printed > 4096) {
		fail(FAIL_OTHER, "a program that waits quietly",
		     "it printed %zu bytes in %ld ms", printed, took);
		return because("spins", false);
	}
	if (busy) {
		fail(FAIL_OTHER, "a program that waits in a call",
		     "it used %llu ms of processor time in %ld ms%s",
		     (unsigned long long)(used / 1000000), took,
		     used > most ? "" : ", and wanted more all the time");
		return because("spins", false);
	}
	return true;
}

/* True if there is still a program to be looked at. One that has ended has no
 * connections, no memory and no descriptors, which proves nothing. */
static bool is_there(struct actor *actor)
{
	char state[512];
	pump(-1, 0, 0);
	if (!actor->program.ended)
		return true;
	actor_state(actor, state, sizeof state);
	return fail(FAIL_GONE, "the program goes on", "it %s", state);
}

/* What `no zombies`, `no connections` and the like count. */
static int count_left(struct actor *actor, const char *what)
{
	static struct socket_entry sockets[MAX_SOCKETS];
	if (strcmp(what, "zombies") == 0)
		return look_facts(actor->program.pid).zombies;
	if (strcmp(what, "children") == 0)
		return look_facts(actor_pid(actor)).processes - 1;
	int n = look_owned(actor->program.pid, sockets, MAX_SOCKETS), left = 0;
	for (int i = 0; i < n; i++) {
		if (strcmp(what, "CLOSE-WAIT") == 0)
			left += sockets[i].kind == KIND_TCP &&
				sockets[i].state == STATE_CLOSE_WAIT;
		else
			left += (sockets[i].kind == KIND_TCP ||
				 sockets[i].kind == KIND_UNIX) &&
				sockets[i].state != STATE_LISTEN;
	}
	return left;
}

/* The bytes that wait unread in the program's TCP connections. */
static unsigned long unread_bytes(struct actor *actor)
{
	static struct socket_entry sockets[MAX_SOCKETS];
	int n = look_owned(actor->program.pid, sockets, MAX_SOCKETS);
	unsigned long unread = 0;
	for (int i = 0; i < n; i++)
		if (sockets[i].kind == KIND_TCP &&
		    sockets[i].state != STATE_LISTEN)
			unread += sockets[i].rx_queue;
	return unread;
}

/* has N bytes unread: waits until they are there. So a test makes sure that
 * what was sent has arrived before the program receives. */
static bool has_unread(struct actor *actor, struct words *words)
{
	char wanted[64], *count = word_text(words, 0);
	unsigned long long want = (unsigned long long)number_of(count);
	if (!word_is(words, 1, "bytes") || !word_is(words, 2, "unread"))
		script_error("expected `has no ...`, `has N bytes unread` or "
			     "`has faults PLAN`");
	nothing_left(words, 3);
	unsigned long unread = want;
	if (!can_look())
		pump(-1, 0, BLIND_MS);
	struct deadline deadline = deadline_in(EXPECT_MS);
	while (can_look() && (unread = unread_bytes(actor)) != want &&
	       !is_over(&deadline))
		pump(-1, 0, 1);
	snprintf(wanted, sizeof wanted, "%s bytes unread", count);
	if (unread != want)
		return fail(FAIL_OTHER, wanted, "%lu of them", unread);
	show(actor->name, "has", wanted, strlen(wanted));
	return true;
}

/* Its calls will go wrong by a plan (faults.c), from its next start on. Several
 * plans add up. */
static bool has_faults(struct actor *actor, struct words *words)
{
	char plan[1024]; /* faults.c takes no more */
	const char *more = word_text(words, 1);
	nothing_left(words, 2);
	if (!has_trace_library())
		script_error("faults need the library %s: write `needs trace` "
			     "before `talk`",
			     TRACE_LIBRARY);
	int n = snprintf(plan, sizeof plan, "%s%s%s",
			 actor->faults == NULL ? "" : actor->faults,
			 actor->faults == NULL ? "" : "; ", more);
	if (n >= (int)sizeof plan)
		script_error("the plan is longer than %zu bytes",
			     sizeof plan - 1);
	free(actor->faults);
	actor->faults = strdup(plan);
	return true;
}

/* sees PATH | sees nothing: of the test's directory, from its next start on. A
 * launcher shows it that alone (sandbox.c). */
static bool do_sees(struct actor *actor, struct words *words)
{
	nothing_left(words, 1);
	free(actor->sees);
	actor->sees = word_is(words, 0, "nothing")
			      ? strdup("")
			      : strdup(word_text(words, 0));
	if (actor->sees == NULL)
		script_error("out of memory");
	if (*actor->sees != '\0' && access(actor->sees, X_OK) == -1)
		script_error("%s: %s", actor->sees, strerror(errno));
	return true;
}

static bool do_has(struct actor *actor, struct words *words)
{
	static const char *const things[] = {"zombies", "children",
					     "connections", "CLOSE-WAIT"};
	if (word_is(words, 0, "faults"))
		return has_faults(actor, words);
	if (!word_is(words, 0, "no"))
		return has_unread(actor, words);
	const char *what = word_text(words, 1);
	if (strcmp(what, "faults") == 0) {
		free(actor->faults);
		actor->faults = NULL;
		return true;
	}
	bool known = false;
	for (int i = 0; i < 4; i++)
		known |= strcmp(what, things[i]) == 0;
	if (!known)
		script_error("\"%s\" can't be counted", what);
	int left = 0;
	come_to_rest(actor); /* else there may be nothing to count yet */
	struct deadline deadline = deadline_in(SETTLE_MS);
	do {
		pump(-1, 0, 5);
		left = count_left(actor, what);
		if (!is_there(actor))
			return false;
		if (left <= 0)
			return true;
	} while (!is_over(&deadline));
	char wanted[64];
	snprintf(wanted, sizeof wanted, "no %s%s", what,
		 strcmp(what, "CLOSE-WAIT") == 0 ? " connections" : "");
	return fail(FAIL_OTHER, wanted, "%d of them", left);
}

static bool do_notes(struct actor *actor, struct words *words)
{
	struct process_sizes sizes = look_sizes(actor_pid(actor));
	if (word_is(words, 0, "descriptors"))
		actor->noted_descriptors = sizes.descriptors;
	else if (word_is(words, 0, "memory"))
		actor->noted_memory = sizes.peak_bytes;
	else
		script_error("expected descriptors or memory");
	return is_there(actor);
}

static bool do_keeps(struct actor *actor, struct words *words)
{
	if (!word_is(words, 0, "descriptors"))
		script_error("expected `keeps descriptors`");
	int now = 0;
	come_to_rest(actor); /* else there may be nothing to count yet */
	struct deadline deadline = deadline_in(SETTLE_MS);
	do {
		pump(-1, 0, 5);
		now = look_sizes(actor_pid(actor)).descriptors;
		if (!is_there(actor))
			return false;
		if (now <= actor->noted_descriptors)
			return true;
	} while (!is_over(&deadline));
	char wanted[64];
	snprintf(wanted, sizeof wanted, "%d open descriptors, as before",
		 actor->noted_descriptors);
	return fail(FAIL_OTHER, wanted, "%d open descriptors", now);
}

static bool do_grew(struct actor *actor, struct words *words)
{
	if (!word_is(words, 0, "less") || !word_is(words, 1, "than"))
		script_error("expected `grew less than SIZE`");
	uint64_t limit = (uint64_t)number_of(word_text(words, 2));
	uint64_t now = look_sizes(actor_pid(actor)).peak_bytes;
	uint64_t grown =
		now > actor->noted_memory ? now - actor->noted_memory : 0;
	if (!is_there(actor))
		return false;
	if (grown < limit)
		return true;
	char wanted[64];
	snprintf(wanted, sizeof wanted, "its memory grows less than %llu KiB",
		 (unsigned long long)limit >> 10);
	return fail(FAIL_OTHER, wanted, "it grew by %llu KiB",
		    (unsigned long long)grown >> 10);
}

static bool do_memory(struct actor *actor, struct words *words)
{
	if (!word_is(words, 0, "below"))
		script_error("expected `memory below SIZE`");
	uint64_t limit = (uint64_t)number_of(word_text(words, 1));
	uint64_t now = look_sizes(actor_pid(actor)).peak_bytes;
	if (!is_there(actor))
		return false;
	if (now < limit)
		return true;
	char wanted[64];
	snprintf(wanted, sizeof wanted, "less than %llu KiB of memory",
		 (unsigned long long)limit >> 10);
	return fail(FAIL_OTHER, wanted, "%llu KiB",
		    (unsigned long long)now >> 10);
}

static bool do_listens_at(struct actor *actor, struct words *words)
{
	static struct socket_entry sockets[MAX_SOCKETS];
	if (!word_is(words, 0, "at"))
		script_error("expected `listens at ADDR`");
	char wanted[80], where[160], *addr = word_text(words, 1);
	snprintf(wanted, sizeof wanted, strchr(addr, ':') ? "[%s]:%d" : "%s:%d",
		 addr, stage.port);
	int n = look_owned(actor->program.pid, sockets, MAX_SOCKETS), seen = 0;
	for (int i = 0; i < n; i++) {
		if (sockets[i].kind == KIND_UNIX ||
		    (sockets[i].kind == KIND_TCP &&
		     sockets[i].state != STATE_LISTEN))
			continue;
		seen++;
		address_text((struct sockaddr *)&sockets[i].local, where,
			     sizeof where);
		if (strcmp(where, wanted) != 0)
			return fail(FAIL_OTHER, wanted, "%s", where);
	}
	if (seen == 0 && can_look())
		return fail(FAIL_OTHER, wanted, "no listening socket");
	return true;
}

static bool do_may(struct actor *actor, struct words *words)
{
	if (word_is(words, 0, "print")) {
		actor->out_limit = (size_t)number_of(word_text(words, 1));
		return true;
	}
	if (word_is(words, 0, "write")) {
		actor->limits.file_bytes =
			(size_t)number_of(word_text(words, 1));
		actor->limits.mild = true;
		return true;
	}
	if (word_is(words, 0, "have") && word_is(words, 2, "of") &&
	    word_is(words, 3, "memory")) {
		if (actor->started)
			script_error("`may have SIZE of memory` comes before "
				     "the start");
		actor->limits.memory_bytes =
			(size_t)number_of(word_text(words, 1));
		return true;
	}
	int count = actor->noted_descriptors;
	if (word_is(words, 0, "have") && word_is(words, 2, "descriptors"))
		count = (int)number_of(word_text(words, 1));
	else if (!word_is(words, 0, "open") || !word_is(words, 1, "nothing"))
		script_error("expected `may have N descriptors`, `may have "
			     "SIZE of memory`, `may open nothing more`, `may "
			     "print SIZE` or `may write SIZE`");
	if (!actor->started) {
		actor->limits.descriptors = count;
		return true;
	}
#ifdef __linux__
	/* prlimit(2) is Linux's own; only the soft limit changes. */
	struct rlimit limit;
	extern int prlimit(pid_t, int, const struct rlimit *, struct rlimit *);
	if (prlimit(actor_pid(actor), RLIMIT_NOFILE, NULL, &limit) == -1)
		script_error("prlimit: %s", strerror(errno));
	limit.rlim_cur = (rlim_t)count;
	if (prlimit(actor_pid(actor), RLIMIT_NOFILE, &limit, NULL) == -1)
		script_error("prlimit: %s", strerror(errno));
#endif
	return true;
}

/* How many memberships of each group the test's own ends have, and how many
 * the programs should have. */
static struct {
	struct in_addr group;
	int own, programs;
} memberships[8];
static int n_memberships;

static int find_group(struct in_addr group)
{
	int at = 0;
	while (at < n_memberships &&
	       memberships[at].group.s_addr != group.s_addr)
		at++;
	if (at == 8)
		script_error("there may be 8 groups");
	if (at == n_memberships) {
		memberships[at].group = group;
		n_memberships++;
	}
	return at;
}

void count_own(struct in_addr group, int more)
{
	memberships[find_group(group)].own += more;
}

/* client joins GROUP | leaves GROUP: the kernel counts one membership more, or
 * one less, of this group than before; each step counts one program. */
static bool is_member(struct actor *actor, struct words *words, bool joins)
{
	char text[64], wanted[128], state[512];
	struct in_addr group;
	struct deadline deadline =
		deadline_in(take_duration(words, "within", EXPECT_MS));
	snprintf(text, sizeof text, "%s", word_text(words, 0));
	if (inet_pton(AF_INET, text, &group) != 1)
		script_error("expected the address of a group");
	nothing_left(words, 1);
	int at = find_group(group);
	memberships[at].programs += joins ? 1 : -1;
	int want = memberships[at].own + memberships[at].programs;
	while (true) {
		int n = look_members(group);
		if (n == -1 || (joins ? n >= want : n <= want))
			return true;
		if ((joins && actor->program.ended) || is_over(&deadline))
			break;
		pump(-1, 0, 5);
	}
	actor_state(actor, state, sizeof state);
	snprintf(wanted, sizeof wanted, "the program %s the group %s",
		 joins ? "joins" : "leaves", text);
	return fail(actor->program.ended ? FAIL_END : FAIL_NOTHING, wanted,
		    "it has not: the %s %s", actor->name, state);
}

static bool do_joins(struct actor *actor, struct words *words)
{
	return is_member(actor, words, true);
}

static bool do_leaves(struct actor *actor, struct words *words)
{
	return is_member(actor, words, false);
}

static bool do_is_program(struct actor *actor, struct words *words)
{
	if (word_is(words, 0, "ready"))
		return wait_ready(actor, READY_TCP, NULL);
	if (word_is(words, 0, "idle"))
		return is_idle(actor, take_duration(words, "for", 300));
	if (word_is(words, 0, "quiet")) {
		char said[200];
		pump(-1, 0, 0);
		if (actor->err.n == 0)
			return true;
		quote_bytes(actor->err.data, actor->err.n, said, sizeof said);
		return fail(FAIL_MORE, "nothing on standard error", "%s", said);
	}
	script_error("expected `is idle for T`, `is ready` or `is quiet`");
	return false;
}

static bool do_output(struct actor *actor, struct words *words)
{
	if (!word_is(words, 0, "held") && !word_is(words, 0, "released"))
		script_error("expected `output held` or `output released`");
	actor->held = word_is(words, 0, "held");
	return true;
}

static const struct {
	const char *verb;
	bool (*program)(struct actor *, struct words *);
} program_verbs[] = {
	{"starts", do_starts},
	{"runs", do_runs},
	{"input", do_input},
	{"prints", do_prints},
	{"shows", do_shows},
	{"never", do_never},
	{"complains", do_complains},
	{"ends", do_ends},
	{"fails", do_fails},
	{"lives", do_lives},
	{"stands", do_stands},
	{"goes", do_goes},
	{"signal", do_signal},
	{"waits", do_waits},
	{"has", do_has},
	{"sees", do_sees},
	{"joins", do_joins},
	{"leaves", do_leaves},
	{"notes", do_notes},
	{"keeps", do_keeps},
	{"grew", do_grew},
	{"memory", do_memory},
	{"listens", do_listens_at},
	{"may", do_may},
	{"is", do_is_program},
	{"output", do_output},
};

bool program_verb(const char *who, const char *verb, struct words *words,
		  bool *known)
{
	static const char *const before[] = {"starts", "runs", "may",
					     "input",  "has",  "sees"};
	*known = true;
	for (size_t i = 0; i < sizeof program_verbs / sizeof program_verbs[0];
	     i++) {
		if (strcmp(verb, program_verbs[i].verb) != 0)
			continue;
		struct actor *actor = actor_named(who);
		bool early = actor->started;
		for (size_t k = 0; k < sizeof before / sizeof before[0]; k++)
			early |= strcmp(verb, before[k]) == 0;
		early &= actor->started || strcmp(verb, "has") != 0 ||
			 word_is(words, 0, "faults");
		if (!early)
			script_error("%s was not started", who);
		return program_verbs[i].program(actor, words);
	}
	*known = false;
	return false;
}
