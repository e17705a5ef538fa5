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
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "endtrace.h"
#include "launch.h"
#include "look.h"
#include "message.h"
#include "verbs.h"

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
	"  client input BYTES | input ends | input from FILE (before it "
	"runs)\n"
	"  client prints BYTES | shows BYTES [not before T] | never shows "
	"BYTES\n"
	"  client complains [with BYTES]                (standard error)\n"
	"  client ends [with N | by SIGNAL] | fails | lives     [within T]\n"
	"  server stands still | goes on | signal NAME | waits\n"
	"  server is idle for T | is ready | is quiet     (no complaint yet)\n"
	"  server notes descriptors | keeps descriptors\n"
	"  server notes memory | grew less than SIZE | memory below SIZE\n"
	"  server has no zombies | children | connections | CLOSE-WAIT\n"
	"  server has N bytes unread\n"
	"  server listens at ADDR | may have N descriptors | may print SIZE\n"
	"  server may open nothing more   (than when it noted descriptors)\n"
	"  server may have SIZE of memory       (address space; then: none)\n"
	"  server may write SIZE                  (a file; then: disk full)\n"
	"  server has faults PLAN             before it starts: see faults.c\n"
	"  server has no faults               the same, from its next start "
	"on\n"
	"  server sees PATH | sees nothing    of {dir}, from its next start "
	"on,\n"
	"      where a sandbox starts it\n"
	"  relay starts tcp|udp [with OPTION ...]   between {relay} and "
	"{port}\n"
	"  client output held | output released\n"
	"\n"
	"  ann connects [to ADDR] [port P] [from ADDR] [window N] [unix PATH]\n"
	"  ann is refused | dials | is connected | is not connected for T\n"
	"  ann sends BYTES [byte by byte | in pieces of N] [to ADDR:PORT]\n"
	"  ann waits until read | until noticed    (noticed: read, or the\n"
	"      program sleeps with it unread, as MSG_PEEK does)\n"
	"  ann expects BYTES [within T] [from ADDR:PORT]\n"
	"  ann expects new BYTES | again BYTES [despite BYTES] | at last BYTES "
	"(UDP)\n"
	"  ann expects a header with LINE ... [without LINE ...]\n"
	"  ann expects end | end or reset | reset | nothing [or BYTES] [for "
	"T]\n"
	"  ann exchanges BYTES for BYTES | drains\n"
	"  ann acknowledges late | heard each in one go\n"
	"      (each message, between two of its sends)\n"
	"  ann half-closes | closes | resets | hangs up   (and listens on)\n"
	"  host listens [at ADDR] [port P] [backlog N] [unix PATH]\n"
	"  host accepts [as NAME]\n"
	"  ann binds [at ADDR] [port P]                       (UDP)\n"
	"  eve pesters client with BYTES until BYTES [not before T] [within "
	"T]\n"
	"  ann joins GROUP | leaves GROUP    (of a program: within 2 s it\n"
	"      has; on Linux; each step counts one program more or less)\n"
	"\n"
	"  sanitized | set NAME VALUE | pause T | say TEXT\n"
	"  shell COMMAND | show COMMAND       (show: with --show, its output)\n"
	"  usually MISTAKE\n"
	"  ... below a step: but BYTES means MISTAKE, but nothing|end|more\n"
	"  means MISTAKE, else means MISTAKE\n"
	"\n"
	"BYTES: \"text\", 0a ff, u8 1, u16 2, u32 3, 5 x \"ab\", pattern 8M,\n"
	"upper ..., lower ..., header \"name: value\\n\" (its length before "
	"it),\n"
	"file PATH, empty. {port}, {dir}, {ann},\n"
	"{ann.addr}, {ann.port}, {ann.peer}, {server.pid} are variables;\n"
	"{ann.swapped} is {ann} with the bytes of the port swapped.\n";

static const char *usually; /* the mistake of steps without their own */

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
	if (strstr(command, "{dir}") != NULL ||
	    strstr(command, "{port}") != NULL)
		script_error("in a command they are $dir and $port");
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
		return true;
	}
	if (strcmp(verb, "set") == 0) {
		set_variable(word_text(words, 0), word_text(words, 1));
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

/* With a trace: waits until every program has come to rest, and writes down
 * when that was. So a drawing has the same order every time: what is done next
 * comes after all that went before, however fast the machine is. */
static void mark_rest(void)
{
	static long limit = EXPECT_MS;
	uint64_t used = 0;
	long begin = now_ms(), still_since = begin;
	while (now_ms() - still_since < STILL_MS) {
		uint64_t now_used;
		pump(-1, 0, 1);
		if (!all_rest(&now_used) || now_used != used)
			still_since = now_ms();
		used = now_used;
		if (now_ms() - begin > limit) {
			limit = STILL_MS; /* it never rests: ask no more */
			break;
		}
	}
	endtrace_mark();
}

/* Verbs that only look at what happens by itself. */
static bool only_looks(const char *verb)
{
	static const char *const looks[] = {
		"shows",  "prints",  "never",  "complains", "ends",
		"fails",  "lives",   "waits",  "has",       "notes",
		"keeps",  "grew",    "is",     "memory",    "may",
		"output", "expects", "drains", "accepts",   "sees",
	};
	for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
		if (strcmp(verb, looks[i]) == 0)
			return true;
	return false;
}

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
	if (stage.trace != NULL && !only_looks(verb))
		mark_rest();
	words = (struct words){copy + 2, step->n - 2};
	result = is_program(who) ? program_verb(who, verb, &words, &known)
				 : end_verb(who, verb, &words, &known);
	if (known)
		return result;
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

/* Where not one byte came there is nothing to compare: of the two mistakes whose
 * words speak of the bytes, another is told. */
static const char *if_nothing_came(const char *name)
{
	const struct failure *failure = &stage.failure;
	if (!failure->bytes || failure->came.n > 0 ||
	    (failure->kind != FAIL_NOTHING && failure->kind != FAIL_END))
		return name;
	return strcmp(name, "wrong-answer") == 0    ? "no-answer"
	       : strcmp(name, "wrong-message") == 0 ? "nothing-sent"
						    : name;
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
		case MEANS_ELSE: /* of what should have been seen */
			matches = failure->kind != FAIL_GONE;
			break;
		case MEANS_NOTHING:
			matches = failure->kind == FAIL_NOTHING;
			break;
		case MEANS_END:
			matches = failure->kind == FAIL_END ||
				  failure->kind == FAIL_GONE;
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
			return if_nothing_came(meaning->name);
	}
	return failure->mistake != NULL ? failure->mistake : usually;
}

/* True if a step is none of the conversation, and no reader's concern. */
static bool is_backstage(const struct step *step)
{
	const char *first = step->words[0].text;
	return strcmp(first, "usually") == 0 || strcmp(first, "say") == 0 ||
	       (step->n > 1 && strcmp(step->words[1].text, "sees") == 0);
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
		if (is_backstage(&script.steps[i]))
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
	struct deadline soon = deadline_in(LIVES_MS);
	struct deadline reported = deadline_in(EXPECT_MS);
	bool reports, rest;
	do {
		reports = false;
		rest = all_rest(NULL);
		for (int i = 0; i < stage.n_actors; i++)
			reports |= stage.actors[i].started &&
				   !stage.actors[i].program.ended &&
				   sanitizer_report(&stage.actors[i]) != NULL;
		pump(-1, 0, 1); /* what they said before they came to rest */
	} while (reports ? !is_over(&reported) : !rest && !is_over(&soon));
}

static void report(struct step *step)
{
	static char states[MAX_ACTORS][512];
	struct failure *failure = &stage.failure;
	char label[64];
	settle();
	/* How they are now: to look who spins takes a while, and a program
	 * that waits with a limit may be somewhere else then. */
	for (int i = 0; i < stage.n_actors; i++)
		actor_state(&stage.actors[i], states[i], sizeof states[i]);
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
		if (actor->spins)
			actor_state(actor, states[i], sizeof states[i]);
		if (failure->came_text != NULL &&
		    strstr(failure->came_text, states[i]) != NULL)
			continue; /* said already */
		snprintf(label, sizeof label, "the %s", actor->name);
		message_line(label, states[i]);
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
		if (was_killed_by_itself(actor) || actor->flooded ||
		    actor->forked || sanitizer_report(actor) != NULL) {
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

/* The relay and the library lie beside this program. Their place is kept from
 * the root on, since programs may go elsewhere. */
static void find_tools(const char *self)
{
	static char tools[1024];
	const char *slash = strrchr(self, '/');
	if (self[0] != '/' && getcwd(tools, sizeof tools / 2) == NULL)
		script_error("the directory: %s", strerror(errno));
	snprintf(tools + strlen(tools), sizeof tools - strlen(tools),
		 self[0] == '/' ? "%.*s" : "/%.*s",
		 slash == NULL ? 1 : (int)(slash - self),
		 slash == NULL ? "." : self);
	stage.tools = tools;
}

static void wrong_usage(void)
{
	fputs(usage_text, stderr);
	exit(2);
}

int main(int argc, char **argv)
{
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
	find_tools(argv[0]);
	stage.trace = getenv("KIT_TRACE");
	if (stage.trace != NULL && stage.trace[0] == '\0')
		stage.trace = NULL;
	if (stage.trace != NULL && mkdir(stage.trace, 0777) == -1 &&
	    errno != EEXIST) {
		fprintf(stderr, "peer: %s: %s\n", stage.trace, strerror(errno));
		return 2;
	}
	if (stage.trace != NULL && !has_trace_library()) {
		fprintf(stderr, "peer: KIT_TRACE needs %s/%s\n", stage.tools,
			TRACE_LIBRARY);
		return 2;
	}
	launch_init();
	stage_heed_signals();
	stage.port = free_port();
	if (stage.port == 0) {
		fprintf(stderr, "peer: no free port on 127.0.0.1: %s\n",
			strerror(errno));
		return 2;
	}
	int status = play();
	if (stage.trace != NULL)
		mark_rest();
	stage_clear();
	return status;
}
