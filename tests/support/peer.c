/*
 * peer.c - plays a conversation with programs under test, by a script.
 *
 * Usage: peer [-p PROGRAMS] [-d DIR] [-m TABLE] [--show] [SCRIPT]
 *        peer [-m TABLE] --explain MISTAKE DID EXPECTED CAME
 *
 * See usage() for the words of a script, and tests/README.md for how to write
 * one. Exit status: 0 all went as the script says; 1 it did not, and a
 * message on standard output says what came instead; 2 wrong usage; 3 the
 * script itself is wrong.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sockios.h>
#include <sys/ioctl.h>
#endif

#include "look.h"
#include "message.h"
#include "stage.h"

/* Limits in milliseconds. They only bound failures: nothing waits longer than
 * it must. */
enum {
	EXPECT_MS = 2000, /* for an answer, an end, a connection */
	START_MS = 5000,  /* until a server listens */
	STUCK_MS = 1000,  /* asleep for so long without listening: never will */
	SILENCE_MS = 50,  /* "nothing" is looked for during this */
	SETTLE_MS = 1000, /* for zombies, descriptors, connections to go */
	REST_MS = 30,     /* asleep for so long: it has come to rest */
	LIVES_MS = 300,   /* for a program to come to rest, or to end */
	MISMATCH_MS = 100, /* after a wrong byte: what else comes */
	SHELL_MS = 10000,  /* for a command of the test's own */
	BLIND_MS = 30      /* "until read" where the system can't be asked */
};

static const char usage_text[] =
	"usage: peer [-p PROGRAMS] [-d DIR] [-m TABLE] [--show] [SCRIPT]\n"
	"       peer [-m TABLE] --explain MISTAKE DID EXPECTED CAME\n"
	"\n"
	"Plays a conversation with the programs server and client in the\n"
	"directory PROGRAMS, as SCRIPT (or standard input) says. {dir} is "
	"DIR.\n"
	"On a failure it says what was done, what was expected, what came, "
	"and\n"
	"what that usually means (from the table of mistakes TABLE).\n"
	"\n"
	"A script has one sentence a line: WHO VERB ... Names that begin with\n"
	"server or client are programs under test, others the test's own "
	"ends.\n"
	"\n"
	"  server starts [udp | unix PATH] [with ARG ...]\n"
	"  client runs [with ARG ...]\n"
	"  client input BYTES | input ends\n"
	"  client prints BYTES | shows BYTES | never shows BYTES | complains\n"
	"  client ends [with N | by SIGNAL] | fails | lives     [within T]\n"
	"  server stands still | goes on | signal NAME | waits\n"
	"  server is idle for T | is ready\n"
	"  server notes descriptors | keeps descriptors\n"
	"  server notes memory | grew less than SIZE | memory below SIZE\n"
	"  server has no zombies | children | connections | CLOSE-WAIT\n"
	"  server listens at ADDR | may have N descriptors | may print SIZE\n"
	"  server has faults PLAN\n"
	"  client output held | output released\n"
	"\n"
	"  ann connects [to ADDR] [port P] [from ADDR] [window N] [unix PATH]\n"
	"  ann is refused | dials | is connected | is not connected for T\n"
	"  ann sends BYTES [byte by byte | in pieces of N] [to ADDR:PORT]\n"
	"  ann waits until read\n"
	"  ann expects BYTES [within T] [from ADDR:PORT]\n"
	"  ann expects end | end or reset | reset | nothing [for T]\n"
	"  ann exchanges BYTES for BYTES | drains\n"
	"  ann half-closes | closes | resets\n"
	"  host listens [at ADDR] [port P] [backlog N] [unix PATH]\n"
	"  host accepts [as NAME] | is called by nobody for T\n"
	"  ann binds [at ADDR] [port P]                       (UDP)\n"
	"\n"
	"  sanitized | set NAME VALUE | pause T | say TEXT\n"
	"  shell COMMAND | show COMMAND       (show: with --show, its output)\n"
	"  usually MISTAKE\n"
	"  ... below a step: but BYTES means MISTAKE, but nothing|end|more\n"
	"  means MISTAKE, else means MISTAKE\n"
	"\n"
	"BYTES: \"text\", 0a ff, u8 1, u16 2, u32 3, 5 x \"ab\", pattern 8M,\n"
	"upper ..., lower ..., file PATH, empty. {port}, {dir}, {ann},\n"
	"{ann.addr}, {ann.port}, {ann.peer}, {server.pid} are variables;\n"
	"{ann.swapped} is {ann} with the bytes of the port swapped.\n";

static struct script script;
static int current; /* index of the step that is played */
static const char *usually;
static bool port_claimed; /* {port} is in use and stays as it is */

/* ---- words of the current step ---- */

/* A fault of the script, not of a program: tells it and ends with 3. */
static void script_error(const char *format, ...)
{
	va_list arguments;
	fprintf(stderr, "peer: line %d: %s: ", script.steps[current].line,
		script.steps[current].text);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	stage_clear();
	exit(3);
}

static struct {
	char name[32], value[512];
} variables[64];
static int n_variables;

static const char *peer_variable(struct peer *peer, const char *what)
{
	static char text[256];
	struct sockaddr_storage addr = peer->local;
	if (strcmp(what, "peer") == 0)
		addr = peer->remote;
	else if (peer->fd != -1 || peer->listen_fd != -1) {
		socklen_t len = sizeof addr;
		getsockname(peer->fd != -1 ? peer->fd : peer->listen_fd,
			    (struct sockaddr *)&addr, &len);
	}
	address_text((struct sockaddr *)&addr, text, sizeof text);
	char *colon = strrchr(text, ':');
	if (strcmp(what, "port") == 0)
		return colon == NULL ? NULL : colon + 1;
	if (strcmp(what, "swapped") == 0 && colon != NULL) {
		int port = (int)strtol(colon + 1, NULL, 10);
		snprintf(colon + 1, 6, "%d", (port & 0xff) << 8 | port >> 8);
		return text;
	}
	if (strcmp(what, "addr") == 0 && colon != NULL)
		*colon = '\0';
	return text;
}

static const char *lookup(const char *name)
{
	static char number[32];
	if (strcmp(name, "port") == 0) {
		snprintf(number, sizeof number, "%d", stage.port);
		return number;
	}
	if (strcmp(name, "dir") == 0)
		return stage.directory;
	for (int i = 0; i < n_variables; i++)
		if (strcmp(variables[i].name, name) == 0)
			return variables[i].value;
	char base[32];
	const char *dot = strchr(name, '.');
	snprintf(base, sizeof base, "%.*s",
		 (int)(dot == NULL ? strlen(name) : (size_t)(dot - name)),
		 name);
	if (is_program(base)) {
		if (dot == NULL || strcmp(dot, ".pid") != 0)
			return NULL;
		snprintf(number, sizeof number, "%d",
			 (int)actor_pid(actor_named(base)));
		return number;
	}
	for (int i = 0; i < stage.n_peers; i++)
		if (strcmp(stage.peers[i].name, base) == 0)
			return peer_variable(&stage.peers[i],
					     dot == NULL ? "" : dot + 1);
	return NULL;
}

/* The words behind the verb, which the functions below take apart. */
struct words {
	struct word *word;
	int n;
};

static bool word_is(struct words *words, int i, const char *text)
{
	return i < words->n && !words->word[i].quoted &&
	       strcmp(words->word[i].text, text) == 0;
}

/* The text of word i, expanded; to be freed never (a script is short). */
static char *word_text(struct words *words, int i)
{
	struct bytes out = {0};
	char why[256];
	if (i >= words->n)
		script_error("a word is missing");
	if (word_expand(&words->word[i], lookup, &out, why, sizeof why) == -1)
		script_error("%s", why);
	return (char *)out.data;
}

/* Takes `KEY VALUE` out of the words. Returns the value or NULL. */
static char *take(struct words *words, const char *key)
{
	for (int i = 0; i + 1 < words->n; i++) {
		if (!word_is(words, i, key))
			continue;
		char *value = word_text(words, i + 1);
		memmove(words->word + i, words->word + i + 2,
			(size_t)(words->n - i - 2) * sizeof *words->word);
		words->n -= 2;
		return value;
	}
	return NULL;
}

/* Takes `KEY DURATION` out of the words, in milliseconds. */
static long take_duration(struct words *words, const char *key, long otherwise)
{
	char *value = take(words, key);
	if (value == NULL)
		return otherwise;
	long ms = parse_duration(value);
	if (ms == -1)
		script_error("\"%s\" is no duration (50ms, 2s)", value);
	return ms;
}

static long long number_of(const char *text)
{
	long long value = parse_size(text);
	if (value == -1)
		script_error("\"%s\" is no number", text);
	return value;
}

static struct bytes bytes_of(struct words *words, int from, int n)
{
	struct bytes out = {0};
	char why[256];
	if (words_bytes(words->word + from, n, lookup, &out, why, sizeof why) ==
	    -1)
		script_error("%s", why);
	return out;
}

static struct bytes all_bytes(struct words *words)
{
	return bytes_of(words, 0, words->n);
}

static void nothing_left(struct words *words, int used)
{
	if (words->n > used)
		script_error("\"%s\" is not understood here",
			     words->word[used].text);
}

/* ---- failing ---- */

static char *format_text(const char *format, va_list arguments)
{
	char text[1024];
	vsnprintf(text, sizeof text, format, arguments);
	return strdup(text);
}

/* Notes a failure in words: what was expected, then what came (printf). */
static bool fail(int kind, const char *expected, const char *came, ...)
{
	va_list arguments;
	va_start(arguments, came);
	stage.failure.kind = kind;
	stage.failure.bytes = false;
	stage.failure.expected_text = strdup(expected);
	stage.failure.came_text = format_text(came, arguments);
	va_end(arguments);
	return false;
}

/* Notes a name that the facts tell by themselves. */
static bool because(const char *mistake, bool certain)
{
	stage.failure.mistake = mistake;
	stage.failure.certain = certain;
	return false;
}

static bool fail_bytes(int kind, struct bytes expected, struct bytes came,
		       const char *end)
{
	stage.failure.kind = kind;
	stage.failure.bytes = true;
	stage.failure.expected = expected;
	stage.failure.came = came;
	snprintf(stage.failure.end, sizeof stage.failure.end, "%s", end);
	return false;
}

/* True if got begins with the bytes of want, as far as got goes. */
static bool agrees(const struct bytes *got, const struct bytes *want)
{
	size_t n = got->n < want->n ? got->n : want->n;
	return n == 0 || memcmp(got->data, want->data, n) == 0;
}

/* {port} becomes the port of the first that is given one by the system, or
 * stays as it is once a program has been started with it. */
static void claim_port(int port)
{
	if (port != 0 && !port_claimed) {
		stage.port = port;
		port_claimed = true;
	}
}

/* ---- programs: verbs ---- */

static void show(const char *who, const char *does, const void *data, size_t n)
{
	if (!stage.show)
		return;
	const char *text = data;
	do {
		size_t line = 0;
		while (line < n && text[line] != '\n')
			line++;
		printf("  %-8s %-9s ", who, does);
		for (size_t i = 0; i < line; i++)
			if ((unsigned char)text[i] < 0x20)
				printf("\\x%02x", (unsigned char)text[i]);
			else
				putchar(text[i]);
		putchar('\n');
		line += line < n; /* the newline */
		text += line;
		n -= line;
	} while (n > 0);
	fflush(stdout);
}

/* Says in show mode what a peer of the test does. */
static void show_peer(void)
{
	struct step *step = &script.steps[current];
	const char *rest = step->text + strlen(step->words[0].text);
	if (stage.show)
		printf("  %-8s %s\n", step->words[0].text,
		       rest + strspn(rest, " \t"));
	fflush(stdout);
}

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
		for (int i = 1; i < words->n && n < max - 1; i++)
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
	int n = look_owned(actor->program.pid, sockets,
			   look_sockets(sockets, MAX_SOCKETS));
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
		if (kind == READY_UDP && listens && port == stage.port) {
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
		if (listens) {
			fail(FAIL_OTHER, wanted, "a listening socket on %s",
			     where);
			return because("wrong-port", true);
		}
	}
	actor_state(actor, state, sizeof state);
	fail(FAIL_OTHER, wanted, "none: the %s %s", actor->name, state);
	return because("never-listens", false);
}

/* Waits until the program has the socket that callers need. */
static bool wait_ready(struct actor *actor, enum ready_kind kind,
		       const char *path)
{
	static struct socket_entry sockets[MAX_SOCKETS];
	long begin = now_ms(), asleep_since = -1, strange_since = -1;
	while (true) {
		char state[512];
		long now = now_ms();
		int n = look_owned(actor->program.pid, sockets,
				   look_sockets(sockets, MAX_SOCKETS));
		for (int i = 0; i < n; i++)
			if (is_ready_socket(&sockets[i], kind, path))
				return true;
		if (!can_look() && says_ready(actor))
			return true;
		if (actor->program.ended || actor->flooded || actor->forked) {
			pump(-1, 0, 0);
			actor_state(actor, state, sizeof state);
			fail(FAIL_END, "a server that listens and stays",
			     "it %s", state);
			if (strstr(state, strerror(EADDRNOTAVAIL)) != NULL)
				return because("address-without-htonl", true);
			if (strstr(state, strerror(EAFNOSUPPORT)) != NULL)
				return because("family-forgotten", true);
			return because("ended-before-listening", false);
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
		    now - begin > START_MS)
			return explain_sockets(actor, kind, path);
		pump(-1, 0, 2);
	}
}

static bool do_starts(struct actor *actor, struct words *words)
{
	enum ready_kind kind = READY_TCP;
	char *path = take(words, "unix"), port[16];
	snprintf(port, sizeof port, "%d", stage.port);
	if (path != NULL) {
		kind = READY_UNIX;
	} else if (word_is(words, 0, "udp")) {
		kind = READY_UDP;
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

static const char *program_end(struct actor *actor)
{
	static char text[64];
	if (!actor->program.ended)
		return "";
	end_text(&actor->program, text, sizeof text);
	return text;
}

static bool do_prints(struct actor *actor, struct words *words)
{
	long end = now_ms() + take_duration(words, "within", EXPECT_MS);
	struct bytes want = all_bytes(words);
	while (true) {
		struct bytes rest = unseen(actor);
		bool same = agrees(&rest, &want);
		if (same && rest.n >= want.n) {
			show(actor->name, "prints", want.data, want.n);
			actor->out_used += want.n;
			return true;
		}
		if (!same)
			return fail_bytes(FAIL_BYTES, want, rest, "");
		if (output_ended(actor) || now_ms() > end)
			return fail_bytes(output_ended(actor) ? FAIL_END
							      : FAIL_NOTHING,
					  want, rest, program_end(actor));
		bytes_free(&rest);
		pump(-1, 0, end - now_ms());
	}
}

/* Finds want in what was not looked at yet. -1 if it is not there. */
static long find(struct actor *actor, struct bytes *want)
{
	for (size_t i = actor->out_used; i + want->n <= actor->out.n; i++)
		if (memcmp(actor->out.data + i, want->data, want->n) == 0)
			return (long)i;
	return -1;
}

static bool do_shows(struct actor *actor, struct words *words)
{
	char wanted[200], got[400];
	long end = now_ms() + take_duration(words, "within", EXPECT_MS), at;
	struct bytes want = all_bytes(words);
	while ((at = find(actor, &want)) == -1) {
		if (output_ended(actor) || now_ms() > end) {
			struct bytes rest = unseen(actor);
			quote_bytes(want.data, want.n, wanted, 160);
			quote_bytes(rest.data, rest.n, got, sizeof got);
			fail(output_ended(actor) ? FAIL_END : FAIL_NOTHING,
			     wanted, "%s", rest.n == 0 ? "nothing" : got);
			stage.failure.came = rest;
			stage.failure.among = true;
			return false;
		}
		pump(-1, 0, end - now_ms());
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

static bool do_complains(struct actor *actor, struct words *words)
{
	char state[512];
	long end = now_ms() + take_duration(words, "within", EXPECT_MS);
	nothing_left(words, 0);
	while (actor->err.n == actor->err_used) {
		if ((actor->program.ended && actor->program.err == -1) ||
		    now_ms() > end) {
			actor_state(actor, state, sizeof state);
			return fail(FAIL_NOTHING,
				    "a complaint on standard error",
				    "none; the %s %s", actor->name, state);
		}
		pump(-1, 0, end - now_ms());
	}
	show(actor->name, "complains", actor->err.data + actor->err_used,
	     actor->err.n - actor->err_used);
	actor->err_used = actor->err.n;
	return true;
}

/* Waits until the program has ended and all it printed is read. */
static bool wait_end(struct actor *actor, long limit_ms)
{
	long end = now_ms() + limit_ms;
	while (!actor->program.ended) {
		if (now_ms() > end)
			return false;
		pump(-1, 0, end - now_ms());
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
	int code = end_code(&actor->program);
	if (status != NULL && code != number_of(status)) {
		actor_state(actor, state, sizeof state);
		return fail(FAIL_OTHER, wanted, "it %s", state);
	}
	if (name != NULL && code != 128 + signal_number(name)) {
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
	int code = end_code(&actor->program);
	if (code == 0 || code > 128 || sanitizer_report(actor) != NULL) {
		actor_state(actor, state, sizeof state);
		return fail(FAIL_OTHER, wanted, "it %s", state);
	}
	end_text(&actor->program, state, sizeof state);
	show(actor->name, "ends", state + strlen("ended "),
	     strlen(state) - strlen("ended "));
	return true;
}

static bool do_lives(struct actor *actor, struct words *words)
{
	char state[512];
	nothing_left(words, 0);
	/* Let it do what it has to do: it lives if it comes to rest. */
	long begin = now_ms(), asleep_since = -1;
	for (long now = begin; now - begin < LIVES_MS; now = now_ms()) {
		pump(-1, 0, 1);
		if (actor->program.ended)
			break;
		if (!look_facts(actor_pid(actor)).sleeping)
			asleep_since = -1;
		else if (asleep_since == -1)
			asleep_since = now;
		else if (now - asleep_since >= REST_MS)
			break;
	}
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
	signal_all(actor, SIGSTOP);
	long end = now_ms() + EXPECT_MS;
	while (can_look() && !look_facts(actor_pid(actor)).stopped) {
		if (actor->program.ended || now_ms() > end)
			return fail(FAIL_END, "a program that can be stopped",
				    "it %s", program_end(actor));
		pump(-1, 0, 1);
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

static bool do_waits(struct actor *actor, struct words *words)
{
	char state[512];
	long end = now_ms() + EXPECT_MS;
	nothing_left(words, 0);
	while (can_look() && !look_facts(actor_pid(actor)).sleeping) {
		if (actor->program.ended || now_ms() > end) {
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
	uint64_t before = look_facts(actor->program.pid).cpu_ns;
	size_t printed = actor->out.n + actor->err.n;
	for (long end = now_ms() + ms; now_ms() < end;)
		pump(-1, 0, end - now_ms());
	if (actor->program.ended)
		return fail(FAIL_END, "the program goes on", "it %s",
			    program_end(actor));
	uint64_t used = look_facts(actor->program.pid).cpu_ns - before;
	printed = actor->out.n + actor->err.n - printed;
	if (printed > 4096) {
		fail(FAIL_OTHER, "a program that waits quietly",
		     "it printed %zu bytes in %ld ms", printed, ms);
		return because("spins", false);
	}
	if (used > (uint64_t)ms * 1000000 / 8) {
		fail(FAIL_OTHER, "a program that waits in a call",
		     "it used %llu ms of processor time in %ld ms",
		     (unsigned long long)(used / 1000000), ms);
		return because("spins", false);
	}
	return true;
}

/* What `no zombies`, `no connections` and the like count. */
static int count_left(struct actor *actor, const char *what)
{
	static struct socket_entry sockets[MAX_SOCKETS];
	if (strcmp(what, "zombies") == 0)
		return look_facts(actor->program.pid).zombies;
	if (strcmp(what, "children") == 0)
		return look_facts(actor_pid(actor)).processes - 1;
	int n = look_owned(actor->program.pid, sockets,
			   look_sockets(sockets, MAX_SOCKETS)),
	    left = 0;
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

static bool do_has(struct actor *actor, struct words *words)
{
	static const char *const things[] = {"zombies", "children",
					     "connections", "CLOSE-WAIT"};
	if (word_is(words, 0, "faults")) {
		nothing_left(words, 2);
		snprintf(actor->faults, sizeof actor->faults, "%s",
			 word_text(words, 1));
		return true;
	}
	if (!word_is(words, 0, "no"))
		script_error("expected `has no ...`");
	const char *what = word_text(words, 1);
	bool known = false;
	for (int i = 0; i < 4; i++)
		known |= strcmp(what, things[i]) == 0;
	if (!known)
		script_error("\"%s\" can't be counted", what);
	int left = 0;
	for (long end = now_ms() + SETTLE_MS; now_ms() <= end;) {
		left = count_left(actor, what);
		if (left <= 0)
			return true;
		pump(-1, 0, 5);
	}
	char wanted[64];
	snprintf(wanted, sizeof wanted, "no %s%s", what,
		 strcmp(what, "CLOSE-WAIT") == 0 ? " connections" : "");
	return fail(FAIL_OTHER, wanted, "%d of them", left);
}

static bool do_notes(struct actor *actor, struct words *words)
{
	struct process_facts facts = look_facts(actor_pid(actor));
	if (word_is(words, 0, "descriptors"))
		actor->noted_descriptors = facts.descriptors;
	else if (word_is(words, 0, "memory"))
		actor->noted_memory = facts.peak_bytes;
	else
		script_error("expected descriptors or memory");
	return true;
}

static bool do_keeps(struct actor *actor, struct words *words)
{
	if (!word_is(words, 0, "descriptors"))
		script_error("expected `keeps descriptors`");
	int now = 0;
	for (long end = now_ms() + SETTLE_MS; now_ms() <= end;) {
		now = look_facts(actor_pid(actor)).descriptors;
		if (now <= actor->noted_descriptors)
			return true;
		pump(-1, 0, 5);
	}
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
	uint64_t now = look_facts(actor_pid(actor)).peak_bytes;
	uint64_t grown =
		now > actor->noted_memory ? now - actor->noted_memory : 0;
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
	uint64_t now = look_facts(actor_pid(actor)).peak_bytes;
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
	int n = look_owned(actor->program.pid, sockets,
			   look_sockets(sockets, MAX_SOCKETS)),
	    seen = 0;
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
	int count = actor->noted_descriptors;
	if (word_is(words, 0, "have") && word_is(words, 2, "descriptors"))
		count = (int)number_of(word_text(words, 1));
	else if (!word_is(words, 0, "open") || !word_is(words, 1, "nothing"))
		script_error("expected `may have N descriptors`, `may open "
			     "nothing more` or `may print SIZE`");
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

static bool do_is_program(struct actor *actor, struct words *words)
{
	if (word_is(words, 0, "ready"))
		return wait_ready(actor, READY_TCP, NULL);
	if (word_is(words, 0, "idle"))
		return is_idle(actor, take_duration(words, "for", 300));
	script_error("expected `is idle for T` or `is ready`");
	return false;
}

static bool do_output(struct actor *actor, struct words *words)
{
	if (!word_is(words, 0, "held") && !word_is(words, 0, "released"))
		script_error("expected `output held` or `output released`");
	actor->held = word_is(words, 0, "held");
	return true;
}

/* ---- the test's own ends: verbs ---- */

static void set_nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Fills addr from a numeric address and port. */
static socklen_t make_address(const char *host, int port,
			      struct sockaddr_storage *addr)
{
	struct sockaddr_in *in = (struct sockaddr_in *)addr;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr;
	memset(addr, 0, sizeof *addr);
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		return sizeof *in;
	}
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		return sizeof *in6;
	}
	script_error("\"%s\" is no address", host);
	return 0;
}

static socklen_t make_unix(const char *path, struct sockaddr_storage *addr)
{
	struct sockaddr_un *un = (struct sockaddr_un *)addr;
	memset(addr, 0, sizeof *addr);
	un->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof un->sun_path)
		script_error("the path is too long for a Unix socket");
	memcpy(un->sun_path, path, strlen(path) + 1);
	return sizeof *un;
}

/* ADDR:PORT or [ADDR6]:PORT in words. */
static socklen_t parse_endpoint(const char *text, struct sockaddr_storage *addr)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	if (colon == NULL)
		script_error("\"%s\" is not ADDR:PORT", text);
	bool bracket = text[0] == '[';
	snprintf(host, sizeof host, "%.*s",
		 (int)(colon - text) - (bracket ? 2 : 0), text + bracket);
	return make_address(host, (int)number_of(colon + 1), addr);
}

static void remember_ends(struct peer *peer)
{
	peer->local_len = sizeof peer->local;
	getsockname(peer->fd, (struct sockaddr *)&peer->local,
		    &peer->local_len);
	if (peer->type == SOCK_STREAM && peer->remote.ss_family != AF_UNIX) {
		peer->remote_len = sizeof peer->remote;
		getpeername(peer->fd, (struct sockaddr *)&peer->remote,
			    &peer->remote_len);
	}
}

static void forget(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* Begins to connect. Returns 0, or the error. */
static int begin_connect(struct peer *peer, struct words *words)
{
	struct sockaddr_storage from;
	char *path = take(words, "unix"), *to = take(words, "to");
	char *port = take(words, "port"), *source = take(words, "from");
	char *window = take(words, "window");
	nothing_left(words, 0);
	forget(&peer->fd);
	peer->type = SOCK_STREAM;
	if (path != NULL)
		peer->remote_len = make_unix(path, &peer->remote);
	else
		peer->remote_len = make_address(
			to == NULL ? "127.0.0.1" : to,
			port == NULL ? stage.port : (int)number_of(port),
			&peer->remote);
	peer->fd = socket(peer->remote.ss_family, SOCK_STREAM, 0);
	if (peer->fd == -1)
		script_error("socket: %s", strerror(errno));
	if (window != NULL) {
		int size = (int)number_of(window);
		setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	}
	if (source != NULL) {
		socklen_t len = make_address(source, 0, &from);
		if (bind(peer->fd, (struct sockaddr *)&from, len) == -1)
			script_error("bind %s: %s", source, strerror(errno));
	}
	set_nonblocking(peer->fd);
	if (connect(peer->fd, (struct sockaddr *)&peer->remote,
		    peer->remote_len) == 0)
		return 0;
	return errno;
}

/* Waits for a connect that has begun. Returns 0, its error, or ETIMEDOUT. */
static int finish_connect(struct peer *peer, int error, long limit_ms)
{
	long end = now_ms() + limit_ms;
	if (error != EINPROGRESS && error != EAGAIN)
		return error;
	while (!pump(peer->fd, POLLOUT, end - now_ms()))
		if (now_ms() > end)
			return ETIMEDOUT;
	socklen_t len = sizeof error;
	getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	return error;
}

/* How the first program that is on stage is; for a peer that waits in vain.
 */
static bool fail_connect(const char *expected, int error)
{
	if (error == ETIMEDOUT)
		return fail(FAIL_NOTHING, expected,
			    "the connection was not made in time");
	return fail(error == ECONNREFUSED ? FAIL_END : FAIL_OTHER, expected,
		    "%s", strerror(error));
}

static bool do_connects(struct peer *peer, struct words *words)
{
	long limit = take_duration(words, "within", EXPECT_MS);
	int error = finish_connect(peer, begin_connect(peer, words), limit);
	if (error != 0)
		return fail_connect("a connection", error);
	remember_ends(peer);
	return true;
}

static bool do_dials(struct peer *peer, struct words *words)
{
	int error = begin_connect(peer, words);
	if (error != 0 && error != EINPROGRESS)
		return fail_connect("the connection begins", error);
	return true;
}

static bool do_is_peer(struct peer *peer, struct words *words)
{
	if (word_is(words, 0, "refused")) {
		words->word++;
		words->n--;
		int error = finish_connect(peer, begin_connect(peer, words),
					   EXPECT_MS);
		forget(&peer->fd);
		if (error == ECONNREFUSED || error == ENOENT)
			return true;
		return fail(FAIL_MORE, "the connection is refused", "%s",
			    error == 0 ? "the connection was made"
				       : strerror(error));
	}
	if (word_is(words, 0, "connected")) {
		long limit = take_duration(words, "within", EXPECT_MS);
		int error = finish_connect(peer, EINPROGRESS, limit);
		if (error != 0)
			return fail_connect("a connection", error);
		remember_ends(peer);
		return true;
	}
	if (word_is(words, 0, "not") && word_is(words, 1, "connected")) {
		long ms = take_duration(words, "for", SILENCE_MS);
		int error = finish_connect(peer, EINPROGRESS, ms);
		if (error == ETIMEDOUT)
			return true;
		return fail(FAIL_MORE, "the connection is not made yet", "%s",
			    error == 0 ? "it is made" : strerror(error));
	}
	if (word_is(words, 0, "called") && word_is(words, 1, "by")) {
		long ms = take_duration(words, "for", SILENCE_MS);
		long end = now_ms() + ms;
		while (now_ms() < end)
			if (pump(peer->listen_fd, POLLIN, end - now_ms()))
				return fail(FAIL_MORE, "no connection",
					    "a connection");
		return true;
	}
	script_error("expected refused, connected, not connected, or called by "
		     "nobody");
	return false;
}

static bool do_listens(struct peer *peer, struct words *words)
{
	struct sockaddr_storage addr;
	char *path = take(words, "unix"), *at = take(words, "at");
	char *port = take(words, "port"), *backlog = take(words, "backlog");
	int on = 1, number = port == NULL ? 0 : (int)number_of(port);
	socklen_t len;
	nothing_left(words, 0);
	if (path != NULL)
		len = make_unix(path, &addr);
	else
		len = make_address(at == NULL ? "127.0.0.1" : at, number,
				   &addr);
	peer->listen_fd = socket(addr.ss_family, SOCK_STREAM, 0);
	set_nonblocking(peer->listen_fd);
	setsockopt(peer->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(peer->listen_fd, (struct sockaddr *)&addr, len) == -1 ||
	    listen(peer->listen_fd,
		   backlog == NULL ? 16 : (int)number_of(backlog)) == -1)
		script_error("%s", strerror(errno));
	if (path != NULL)
		return true;
	len = sizeof addr;
	getsockname(peer->listen_fd, (struct sockaddr *)&addr, &len);
	peer->local = addr;
	struct sockaddr_in *in = (struct sockaddr_in *)&addr;
	claim_port(port == NULL ? ntohs(in->sin_port) : 0);
	/* Whoever forgets htons() calls here. */
	in->sin_port = (in_port_t)(in->sin_port << 8 | in->sin_port >> 8);
	peer->trap_fd = socket(addr.ss_family, SOCK_STREAM, 0);
	set_nonblocking(peer->trap_fd);
	if (bind(peer->trap_fd, (struct sockaddr *)&addr, len) == -1 ||
	    listen(peer->trap_fd, 1) == -1)
		forget(&peer->trap_fd);
	return true;
}

/* True when no program can say anything any more. */
static bool all_ended(void)
{
	int started = 0;
	for (int i = 0; i < stage.n_actors; i++) {
		started += stage.actors[i].started;
		if (stage.actors[i].started && !stage.actors[i].program.ended)
			return false;
	}
	return started > 0;
}

static bool do_accepts(struct peer *host, struct words *words)
{
	long end = now_ms() + take_duration(words, "within", EXPECT_MS);
	char *name = take(words, "as");
	nothing_left(words, 0);
	if (host->listen_fd == -1)
		script_error("%s does not listen", host->name);
	struct pollfd trap = {.fd = host->trap_fd, .events = POLLIN};
	while (!pump(host->listen_fd, POLLIN, end - now_ms())) {
		bool ended = all_ended();
		if (!ended && now_ms() <= end)
			continue;
		if (poll(&trap, 1, 0) == 1) {
			struct sockaddr_in *in =
				(struct sockaddr_in *)&host->local;
			int port = ntohs(in->sin_port);
			char wanted[64];
			snprintf(wanted, sizeof wanted,
				 "a connection to port %d", port);
			fail(FAIL_OTHER, wanted,
			     "one to port %d, which is %d with its two bytes "
			     "swapped",
			     (port & 0xff) << 8 | port >> 8, port);
			return because("port-without-htons", true);
		}
		fail(ended ? FAIL_END : FAIL_NOTHING, "a connection",
		     "nobody connected");
		return because("never-calls", false);
	}
	struct peer *peer = name == NULL ? host : peer_named(name);
	forget(&peer->fd);
	peer->fd = accept(host->listen_fd, NULL, NULL);
	if (peer->fd == -1)
		return fail(FAIL_OTHER, "a connection", "%s", strerror(errno));
	set_nonblocking(peer->fd);
	peer->type = SOCK_STREAM;
	remember_ends(peer);
	return true;
}

static bool do_binds(struct peer *peer, struct words *words)
{
	struct sockaddr_storage addr;
	char *at = take(words, "at"), *port = take(words, "port");
	int number = port == NULL ? 0 : (int)number_of(port), on = 1;
	nothing_left(words, 0);
	socklen_t len =
		make_address(at == NULL ? "127.0.0.1" : at, number, &addr);
	forget(&peer->fd);
	peer->type = SOCK_DGRAM;
	peer->remote_len = 0;
	peer->fd = socket(addr.ss_family, SOCK_DGRAM, 0);
	set_nonblocking(peer->fd);
	if (port != NULL)
		setsockopt(peer->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(peer->fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
	if (bind(peer->fd, (struct sockaddr *)&addr, len) == -1)
		script_error("bind: %s", strerror(errno));
	remember_ends(peer);
	claim_port(
		port == NULL
			? ntohs(((struct sockaddr_in *)&peer->local)->sin_port)
			: 0);
	return true;
}

/* True when the other end has taken all that peer sent. */
static bool all_read(struct peer *peer)
{
#ifdef __linux__
	/* Not yet in the other end's queue, or (Unix) not yet read. */
	int unsent = 0;
	if (peer->type == SOCK_STREAM &&
	    ioctl(peer->fd, SIOCOUTQ, &unsent) == 0 && unsent > 0)
		return false;
#endif
	if (peer->remote.ss_family == AF_UNIX)
		return true;
	return look_unread(peer->type == SOCK_STREAM ? KIND_TCP : KIND_UDP,
			   (struct sockaddr *)&peer->remote,
			   (struct sockaddr *)&peer->local) <= 0;
}

static bool wait_read(struct peer *peer)
{
	long end = now_ms() + EXPECT_MS;
	if (!can_look()) {
		for (end = now_ms() + BLIND_MS; now_ms() < end;)
			pump(-1, 0, end - now_ms());
		return true;
	}
	while (!all_read(peer)) {
		if (now_ms() > end || all_ended())
			return fail(all_ended() ? FAIL_END : FAIL_NOTHING,
				    "the program reads what was sent",
				    "it lies unread");
		pump(-1, 0, 1);
	}
	return true;
}

static bool has_conversation(struct peer *peer)
{
	if (peer->fd == -1)
		script_error("%s has no conversation", peer->name);
	return true;
}

static bool send_stream(struct peer *peer, const unsigned char *data, size_t n)
{
	long end = now_ms() + EXPECT_MS;
	while (n > 0) {
		ssize_t sent = send(peer->fd, data, n, 0);
		if (sent > 0) {
			data += sent;
			n -= (size_t)sent;
			end = now_ms() + EXPECT_MS;
			continue;
		}
		if (sent == -1 && errno != EAGAIN && errno != EINTR) {
			fail(FAIL_END, "the program takes what is sent",
			     "the connection is gone: %s", strerror(errno));
			return false;
		}
		if (now_ms() > end)
			return fail(FAIL_NOTHING,
				    "the program takes what is sent",
				    "it does not read: %zu bytes wait", n);
		pump(peer->fd, POLLOUT, end - now_ms());
	}
	return true;
}

static bool send_datagram(struct peer *peer, struct bytes *bytes, char *to)
{
	struct sockaddr_storage addr = peer->remote;
	socklen_t len = peer->remote_len;
	if (to != NULL)
		len = parse_endpoint(to, &addr);
	else if (len == 0)
		len = make_address("127.0.0.1", stage.port, &addr);
	if (sendto(peer->fd, bytes->data, bytes->n, 0, (struct sockaddr *)&addr,
		   len) == -1 &&
	    errno != ECONNREFUSED)
		script_error("sendto: %s", strerror(errno));
	if (peer->remote_len == 0) {
		peer->remote = addr;
		peer->remote_len = len;
	}
	return true;
}

static bool do_sends(struct peer *peer, struct words *words)
{
	size_t piece = 0;
	char *to = take(words, "to"), *of = take(words, "of");
	if (of != NULL) { /* in pieces of N */
		words->n -= 2;
		piece = (size_t)number_of(of);
	} else if (words->n >= 3 && word_is(words, words->n - 3, "byte") &&
		   word_is(words, words->n - 2, "by") &&
		   word_is(words, words->n - 1, "byte")) {
		words->n -= 3;
		piece = 1;
	}
	struct bytes bytes = all_bytes(words);
	has_conversation(peer);
	if (peer->type == SOCK_DGRAM)
		return send_datagram(peer, &bytes, to);
	if (piece == 0)
		piece = bytes.n;
	for (size_t done = 0; done < bytes.n;) {
		size_t n = bytes.n - done < piece ? bytes.n - done : piece;
		if (done > 0 && !wait_read(peer))
			return false;
		if (!send_stream(peer, bytes.data + done, n))
			return false;
		done += n;
	}
	bytes_free(&bytes);
	return true;
}

static bool do_waits_until(struct peer *peer, struct words *words)
{
	if (!word_is(words, 0, "until") || !word_is(words, 1, "read"))
		script_error("expected `waits until read`");
	nothing_left(words, 2);
	has_conversation(peer);
	return wait_read(peer);
}

/* Tries to receive once. 1: something was added to into, 0: nothing there,
 * -1: end of stream, -2: reset or another error (errno). */
static int receive(struct peer *peer, struct bytes *into, size_t most)
{
	static unsigned char block[1 << 16];
	if (most > sizeof block || most == 0)
		most = sizeof block;
	ssize_t n;
	if (peer->type == SOCK_DGRAM) {
		struct sockaddr_storage from;
		socklen_t len = sizeof from;
		n = recvfrom(peer->fd, block, sizeof block, 0,
			     (struct sockaddr *)&from, &len);
		if (n >= 0) {
			peer->remote = from;
			peer->remote_len = len;
			bytes_add(into, block, (size_t)n);
			return 1;
		}
	} else {
		n = recv(peer->fd, block, most, 0);
		if (n > 0) {
			bytes_add(into, block, (size_t)n);
			return 1;
		}
		if (n == 0)
			return -1;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED)
		return 0;
	return -2;
}

static const char *end_words(int result)
{
	return result == -1 ? "end of stream" : "a reset";
}

static bool expect_bytes(struct peer *peer, struct bytes want, long limit_ms)
{
	struct bytes came = {0};
	long end = now_ms() + limit_ms;
	bool wrong = false;
	bytes_add(&came, "", 0);
	while (came.n < want.n) {
		int result = receive(peer, &came, want.n - came.n);
		if (result < 0)
			return fail_bytes(wrong ? FAIL_BYTES : FAIL_END, want,
					  came, end_words(result));
		if (!wrong && !agrees(&came, &want)) {
			wrong = true;
			end = now_ms() + MISMATCH_MS;
		}
		if (result == 1)
			continue;
		if (now_ms() > end)
			return fail_bytes(wrong ? FAIL_BYTES : FAIL_NOTHING,
					  want, came, "");
		pump(peer->fd, POLLIN, end - now_ms());
	}
	if (!agrees(&came, &want))
		return fail_bytes(FAIL_BYTES, want, came, "");
	bytes_free(&came);
	bytes_free(&want);
	return true;
}

static bool expect_datagram(struct peer *peer, struct bytes want, long limit_ms,
			    const char *from)
{
	struct bytes came = {0};
	long end = now_ms() + limit_ms;
	bytes_add(&came, "", 0);
	while (receive(peer, &came, 0) != 1) {
		if (all_ended())
			end = 0;
		if (now_ms() > end)
			return fail_bytes(all_ended() ? FAIL_END : FAIL_NOTHING,
					  want, came,
					  all_ended() ? "the program had ended"
						      : "no datagram");
		pump(peer->fd, POLLIN, end - now_ms());
	}
	if (came.n != want.n || !agrees(&came, &want))
		return fail_bytes(FAIL_BYTES, want, came,
				  came.n == 0 ? "an empty datagram" : "");
	char sender[128];
	address_text((struct sockaddr *)&peer->remote, sender, sizeof sender);
	if (from != NULL && strcmp(from, sender) != 0)
		return fail(FAIL_OTHER, from, "the datagram came from %s",
			    sender);
	return true;
}

static bool expect_nothing(struct peer *peer, long ms)
{
	struct bytes came = {0};
	long end = now_ms() + ms;
	bytes_add(&came, "", 0);
	do {
		pump(peer->fd, POLLIN, end - now_ms());
		int result = receive(peer, &came, 0);
		if (result == 1)
			return fail_bytes(FAIL_MORE, (struct bytes){0}, came,
					  came.n == 0 ? "an empty datagram"
						      : "");
		if (result < 0) {
			fail(FAIL_END, "nothing yet", "%s",
			     result == -1 ? "end of stream" : "a reset");
			return false;
		}
	} while (now_ms() < end);
	return true;
}

static bool expect_end(struct peer *peer, bool end_ok, bool reset_ok,
		       long limit_ms)
{
	const char *wanted = end_ok && reset_ok ? "end of stream, or a reset"
			     : end_ok           ? "end of stream"
						: "a reset";
	struct bytes came = {0};
	long end = now_ms() + limit_ms;
	bytes_add(&came, "", 0);
	while (true) {
		int result = receive(peer, &came, 0);
		if (came.n > 0) { /* and what else comes right behind it */
			for (long more = now_ms() + SILENCE_MS;
			     now_ms() < more && result >= 0;) {
				pump(peer->fd, POLLIN, more - now_ms());
				result = receive(peer, &came, 0);
			}
			char text[120];
			quote_bytes(came.data, came.n, text, 48);
			fail(FAIL_MORE, wanted, "%zu byte%s: %s", came.n,
			     came.n == 1 ? "" : "s", text);
			stage.failure.came = came;
			return false;
		}
		if ((result == -1 && end_ok) || (result == -2 && reset_ok))
			return true;
		if (result < 0)
			return fail(FAIL_OTHER, wanted, "%s",
				    result == -1 ? "end of stream"
						 : strerror(errno));
		if (now_ms() > end)
			return fail(FAIL_NOTHING, wanted,
				    "the connection stays open");
		pump(peer->fd, POLLIN, end - now_ms());
	}
}

static bool do_expects(struct peer *peer, struct words *words)
{
	long within = take_duration(words, "within", EXPECT_MS);
	char *from = take(words, "from");
	has_conversation(peer);
	if (word_is(words, 0, "nothing")) {
		long ms = take_duration(words, "for", SILENCE_MS);
		nothing_left(words, 1);
		return expect_nothing(peer, ms);
	}
	if (word_is(words, 0, "end")) {
		bool reset = word_is(words, 1, "or");
		nothing_left(words, reset ? 3 : 1);
		return expect_end(peer, true, reset, within);
	}
	if (word_is(words, 0, "reset")) {
		nothing_left(words, 1);
		return expect_end(peer, false, true, within);
	}
	if (peer->type == SOCK_DGRAM)
		return expect_datagram(peer, all_bytes(words), within, from);
	return expect_bytes(peer, all_bytes(words), within);
}

/* Sends one and receives the other at the same time. */
static bool do_exchanges(struct peer *peer, struct words *words)
{
	int split = 0;
	struct bytes came = {0};
	long within = take_duration(words, "within", EXPECT_MS);
	while (split < words->n && !word_is(words, split, "for"))
		split++;
	struct bytes out = bytes_of(words, 0, split);
	struct bytes want = bytes_of(words, split + 1, words->n - split - 1);
	size_t sent = 0;
	has_conversation(peer);
	bytes_add(&came, "", 0);
	for (long end = now_ms() + within; came.n < want.n || sent < out.n;) {
		bool moved = false;
		if (sent < out.n) {
			ssize_t n = send(peer->fd, out.data + sent,
					 out.n - sent, 0);
			moved |= n > 0;
			if (n > 0)
				sent += (size_t)n;
			else if (n == -1 && errno != EAGAIN && errno != EINTR)
				return fail_bytes(FAIL_END, want, came,
						  "a reset");
		}
		if (came.n < want.n) {
			int result = receive(peer, &came, want.n - came.n);
			moved |= result == 1;
			if (result < 0)
				return fail_bytes(FAIL_END, want, came,
						  end_words(result));
			if (result == 1 && !agrees(&came, &want))
				return fail_bytes(FAIL_BYTES, want, came, "");
		}
		if (moved)
			end = now_ms() + within;
		else if (now_ms() > end)
			return fail_bytes(FAIL_NOTHING, want, came, "");
		else
			pump(peer->fd,
			     (short)(POLLIN | (sent < out.n ? POLLOUT : 0)),
			     end - now_ms());
	}
	bytes_free(&out);
	bytes_free(&want);
	bytes_free(&came);
	return true;
}

static bool do_drains(struct peer *peer, struct words *words)
{
	struct bytes came = {0};
	long within = take_duration(words, "within", EXPECT_MS);
	long end = now_ms() + within;
	nothing_left(words, 0);
	has_conversation(peer);
	while (true) {
		int result = receive(peer, &came, 0);
		came.n = 0;
		if (result < 0)
			return true;
		if (result == 1)
			end = now_ms() + within;
		else if (now_ms() > end)
			return fail(FAIL_NOTHING, "end of stream",
				    "the connection stays open");
		pump(peer->fd, POLLIN, end - now_ms());
	}
}

static bool do_half_closes(struct peer *peer, struct words *words)
{
	nothing_left(words, 0);
	has_conversation(peer);
	shutdown(peer->fd, SHUT_WR);
	return true;
}

static bool do_closes(struct peer *peer, struct words *words)
{
	nothing_left(words, 0);
	forget(&peer->fd);
	forget(&peer->listen_fd);
	forget(&peer->trap_fd);
	return true;
}

static bool do_hangs_up(struct peer *peer, struct words *words)
{
	nothing_left(words, 1);
	forget(&peer->fd);
	return true;
}

static bool do_resets(struct peer *peer, struct words *words)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	nothing_left(words, 0);
	has_conversation(peer);
	setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	forget(&peer->fd);
	return true;
}

/* ---- sentences without an actor ---- */

/* Runs a command, for what only a shell can look at; shown: its output is for
 * the reader of a transcript. */
static bool do_shell(const char *command, bool shown)
{
	char variable[3][600], text[512];
	struct limits limits = default_limits();
	struct actor *shell = actor_named(" shell");
	char *argv[] = {"/bin/sh", "-c", (char *)command, NULL};
	char *env[] = {variable[0], variable[1], variable[2], NULL};
	limits.trusted = true;
	snprintf(variable[0], sizeof variable[0], "port=%d", stage.port);
	snprintf(variable[1], sizeof variable[1], "dir=%s",
		 stage.directory == NULL ? "" : stage.directory);
	snprintf(variable[2], sizeof variable[2], "server_pid=%d",
		 (int)actor_pid(actor_named("server")));
	bytes_free(&shell->out);
	bytes_free(&shell->err);
	shell->program.ended = false;
	if (launch(&shell->program, argv, env, &limits) == -1)
		script_error("sh: %s", strerror(errno));
	shell->started = shell->input_ends = true;
	bool ended = wait_end(shell, SHELL_MS);
	shell->started = false;
	if (ended && end_code(&shell->program) == 0) {
		if (shown && stage.show && shell->out.n > 0)
			fwrite(shell->out.data, 1, shell->out.n, stdout);
		fflush(stdout);
		return true;
	}
	bytes_add(&shell->out, shell->err.data, shell->err.n);
	quote_bytes(shell->out.data, shell->out.n, text, 400);
	return fail(FAIL_OTHER, "the command succeeds", "it %s and printed %s",
		    ended ? program_end(shell) : "did not end", text);
}

static bool plain_sentence(struct words *words, const char *verb, bool *known)
{
	*known = true;
	if (strcmp(verb, "sanitized") == 0) {
		stage.sanitized = true;
		stage.leaks = word_is(words, 1, "leaks");
		return true;
	}
	if (strcmp(verb, "set") == 0) {
		if (n_variables == 64)
			script_error("too many variables");
		char *value = word_text(words, 1), *name = word_text(words, 0);
		int i = 0;
		while (i < n_variables && strcmp(variables[i].name, name) != 0)
			i++;
		n_variables += i == n_variables;
		snprintf(variables[i].name, sizeof variables[i].name, "%s",
			 name);
		snprintf(variables[i].value, sizeof variables[i].value, "%s",
			 value);
		return true;
	}
	if (strcmp(verb, "pause") == 0) {
		long ms = parse_duration(word_text(words, 0));
		if (ms == -1)
			script_error("expected a duration");
		for (long end = now_ms() + ms; now_ms() < end;)
			pump(-1, 0, end - now_ms());
		return true;
	}
	if (strcmp(verb, "shell") == 0 || strcmp(verb, "show") == 0)
		return do_shell(script.steps[current].text + strlen(verb),
				strcmp(verb, "show") == 0);
	if (strcmp(verb, "say") == 0) {
		if (stage.show)
			printf("%s\n", word_text(words, 0));
		fflush(stdout);
		return true;
	}
	if (strcmp(verb, "usually") == 0) {
		usually = word_text(words, 0);
		return true;
	}
	*known = false;
	return false;
}

/* ---- playing the script ---- */

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
	{"notes", do_notes},
	{"keeps", do_keeps},
	{"grew", do_grew},
	{"memory", do_memory},
	{"listens", do_listens_at},
	{"may", do_may},
	{"is", do_is_program},
	{"output", do_output},
};

static const struct {
	const char *verb;
	bool (*peer)(struct peer *, struct words *);
} peer_verbs[] = {
	{"connects", do_connects}, {"dials", do_dials},
	{"is", do_is_peer},        {"listens", do_listens},
	{"accepts", do_accepts},   {"binds", do_binds},
	{"sends", do_sends},       {"waits", do_waits_until},
	{"expects", do_expects},   {"exchanges", do_exchanges},
	{"drains", do_drains},     {"half-closes", do_half_closes},
	{"closes", do_closes},     {"hangs", do_hangs_up},
	{"resets", do_resets},
};

static bool play_step(struct step *step)
{
	/* take() removes words: work on a copy. */
	struct word *copy = calloc((size_t)step->n + 1, sizeof *copy);
	if (copy == NULL)
		script_error("out of memory");
	memcpy(copy, step->words, (size_t)step->n * sizeof *copy);
	struct words words = {copy + 1, step->n - 1};
	bool known;
	bool result = plain_sentence(&words, step->words[0].text, &known);
	if (known)
		return result;
	if (step->n < 2)
		script_error("expected WHO VERB ...");
	const char *who = step->words[0].text, *verb = step->words[1].text;
	words = (struct words){copy + 2, step->n - 2};
	if (is_program(who)) {
		for (size_t i = 0;
		     i < sizeof program_verbs / sizeof program_verbs[0]; i++) {
			if (strcmp(verb, program_verbs[i].verb) != 0)
				continue;
			struct actor *actor = actor_named(who);
			if (!actor->started && strcmp(verb, "starts") != 0 &&
			    strcmp(verb, "runs") != 0 &&
			    strcmp(verb, "may") != 0 &&
			    strcmp(verb, "has") != 0)
				script_error("%s was not started", who);
			return program_verbs[i].program(actor, &words);
		}
	} else {
		for (size_t i = 0; i < sizeof peer_verbs / sizeof peer_verbs[0];
		     i++)
			if (strcmp(verb, peer_verbs[i].verb) == 0) {
				show_peer();
				return peer_verbs[i].peer(peer_named(who),
							  &words);
			}
	}
	script_error("there is no verb \"%s\"", verb);
	return false;
}

/* True if came begins with bytes, or holds them anywhere. */
static bool holds(const struct bytes *came, const struct bytes *bytes,
		  bool anywhere)
{
	for (size_t i = 0; i + bytes->n <= came->n && came->n > 0; i++) {
		if (memcmp(came->data + i, bytes->data, bytes->n) == 0)
			return true;
		if (!anywhere)
			break;
	}
	return false;
}

/* The mistake that a failure is named after, or NULL. */
static const char *name_mistake(struct step *step)
{
	struct failure *failure = &stage.failure;
	if (failure->mistake != NULL && failure->certain)
		return failure->mistake;
	for (int i = 0; i < step->n_meanings; i++) {
		struct meaning *meaning = &step->meanings[i];
		struct bytes bytes = {0};
		char why[256];
		bool matches = false;
		switch (meaning->when) {
		case MEANS_ELSE:
			matches = true;
			break;
		case MEANS_NOTHING:
			matches = failure->kind == FAIL_NOTHING;
			break;
		case MEANS_END:
			matches = failure->kind == FAIL_END;
			break;
		case MEANS_MORE:
			matches = failure->kind == FAIL_MORE;
			break;
		case MEANS_BYTES:
			if (words_bytes(meaning->words, meaning->n, lookup,
					&bytes, why, sizeof why) == -1)
				script_error("%s", why);
			matches = holds(&failure->came, &bytes, failure->among);
			bytes_free(&bytes);
			break;
		}
		if (matches)
			return meaning->name;
	}
	return failure->mistake != NULL ? failure->mistake : usually;
}

/* Prints what the test did, up to the step that failed. */
static void report_steps(void)
{
	enum { SHOWN = 14 };
	int first = current - SHOWN < 0 ? 0 : current - SHOWN;
	const char *label = "the test";
	char marked[16];
	if (first > 0) {
		message_verbatim(label, "...");
		label = "";
	}
	for (int i = first; i <= current; i++) {
		const char *verb = script.steps[i].words[0].text;
		if (strcmp(verb, "usually") == 0 || strcmp(verb, "say") == 0)
			continue;
		snprintf(marked, sizeof marked, "%-10s>", label);
		message_verbatim(i == current ? marked : label,
				 script.steps[i].text);
		label = "";
	}
}

/* Lets programs that are about to end do so, or come to rest, and a sanitizer
 * finish its report, so that what is told of them is true. */
static void settle(void)
{
	long begin = now_ms();
	for (bool busy = true; busy;) {
		long limit = LIVES_MS;
		busy = false;
		pump(-1, 0, 1);
		for (int i = 0; i < stage.n_actors; i++) {
			struct actor *actor = &stage.actors[i];
			if (!actor->started || actor->program.ended)
				continue;
			bool reports = sanitizer_report(actor) != NULL;
			if (reports)
				limit = EXPECT_MS;
			busy |= reports ||
				!look_facts(actor_pid(actor)).sleeping;
		}
		busy &= now_ms() - begin < limit;
	}
}

static void report(struct step *step)
{
	struct failure *failure = &stage.failure;
	char state[512], label[64];
	settle();
	diagnose_programs();
	report_steps();
	if (failure->bytes) {
		message_difference(&failure->expected, &failure->came,
				   failure->end);
	} else {
		message_line("expected", failure->expected_text);
		message_line("came", failure->came_text);
	}
	for (int i = 0; i < stage.n_actors; i++) {
		struct actor *actor = &stage.actors[i];
		if (!actor->started)
			continue;
		actor_state(actor, state, sizeof state);
		if (failure->came_text != NULL &&
		    strstr(failure->came_text, state) != NULL)
			continue; /* said already */
		snprintf(label, sizeof label, "the %s", actor->name);
		message_line(label, state);
	}
	const char *name = name_mistake(step);
	if (name != NULL)
		message_mistake(stage.mistakes, name);
	fflush(stdout);
}

/* After the last step: a program may not have crashed on the side. */
static bool no_crash(void)
{
	char state[512];
	pump(-1, 0, 0);
	for (int i = 0; i < stage.n_actors; i++) {
		struct actor *actor = &stage.actors[i];
		if (!actor->started)
			continue;
		int number = actor->program.ended
				     ? end_code(&actor->program) - 128
				     : 0;
		bool crash = number == SIGSEGV || number == SIGABRT ||
			     number == SIGBUS || number == SIGFPE ||
			     number == SIGPIPE;
		if (crash || actor->flooded || actor->forked ||
		    sanitizer_report(actor) != NULL) {
			actor_state(actor, state, sizeof state);
			return fail(FAIL_OTHER, "a program that works on",
				    "the %s %s", actor->name, state);
		}
	}
	return true;
}

static int play(void)
{
	for (current = 0; current < script.n; current++)
		if (!play_step(&script.steps[current])) {
			report(&script.steps[current]);
			return 1;
		}
	current = script.n - 1;
	if (script.n > 0 && !no_crash()) {
		report(&script.steps[current]);
		return 1;
	}
	return 0;
}

static char *read_all(FILE *file)
{
	struct bytes text = {0};
	char block[4096];
	size_t n;
	bytes_add(&text, "", 0);
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		bytes_add(&text, block, n);
	return (char *)text.data;
}

static int explain(char **arguments)
{
	message_line("the test", arguments[1]);
	message_line("expected", arguments[2]);
	message_line("came", arguments[3]);
	message_mistake(stage.mistakes, arguments[0]);
	return 0;
}

static void wrong_usage(void)
{
	fputs(usage_text, stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	static char tools[512];
	char why[256];
	FILE *file = stdin;
	int i = 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	stage.programs = getenv("PROGRAMS");
	stage.mistakes = getenv("MISTAKES");
	const char *sanitized = getenv("SANITIZED");
	stage.sanitized = sanitized != NULL && strcmp(sanitized, "yes") == 0;
	for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(usage_text, stdout);
			return 0;
		} else if (strcmp(argv[i], "--show") == 0) {
			stage.show = true;
		} else if (strcmp(argv[i], "--explain") == 0) {
			if (argc - i != 5)
				wrong_usage();
			return explain(argv + i + 1);
		} else if (i + 1 < argc && strcmp(argv[i], "-p") == 0) {
			stage.programs = argv[++i];
		} else if (i + 1 < argc && strcmp(argv[i], "-d") == 0) {
			stage.directory = argv[++i];
		} else if (i + 1 < argc && strcmp(argv[i], "-m") == 0) {
			stage.mistakes = argv[++i];
		} else {
			wrong_usage();
		}
	}
	if (argc - i > 1)
		wrong_usage();
	if (i < argc && strcmp(argv[i], "-") != 0)
		file = fopen(argv[i], "r");
	if (file == NULL) {
		fprintf(stderr, "peer: %s: %s\n", argv[i], strerror(errno));
		return 2;
	}
	char *text = read_all(file);
	if (script_parse(text, &script, why, sizeof why) == -1) {
		fprintf(stderr, "peer: %s\n", why);
		return 3;
	}
	if (script.n == 0) {
		fputs("peer: the script is empty\n", stderr);
		return 3;
	}
	if (stage.programs == NULL)
		stage.programs = ".";
	/* trace.so lies beside this program. */
	snprintf(tools, sizeof tools, "%.*s",
		 (int)(strrchr(argv[0], '/') == NULL
			       ? 0
			       : strrchr(argv[0], '/') - argv[0]),
		 argv[0]);
	stage.tools = tools[0] == '\0' ? "." : tools;
	launch_init();
	stage.port = free_port();
	int status = play();
	stage_clear();
	return status;
}
