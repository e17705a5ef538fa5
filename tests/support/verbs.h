/*
 * verbs.h - what the verbs of a conversation share: the words of a step, and
 * how a step fails. Used by peer.c (the script), program.c (verbs of programs
 * under test) and ends.c (verbs of the test's own ends).
 */
#ifndef VERBS_H
#define VERBS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "script.h"
#include "stage.h"

/* Limits in milliseconds. They only bound failures: nothing waits longer than
 * it must. */
enum {
	EXPECT_MS = 2000, /* for an answer, an end, a connection */
	START_MS = 5000,  /* until a server listens */
	STUCK_MS = 1000,  /* asleep for so long without listening: never will */
	SILENCE_MS = 50,  /* "nothing" is looked for during this */
	SETTLE_MS = 1000, /* for zombies, descriptors, connections to go */
	LIVES_MS = 300,   /* for a program to come to rest, or to end */
	MISMATCH_MS = 100, /* after a wrong byte: what else comes */
	SHELL_MS = 10000,  /* for a command of the test's own */
	DESPITE_MS = 5,  /* between what is sent while something is expected */
	PESTER_MS = 100, /* between what is sent until something is shown */
	GAP_MS = 40,     /* longer than that was a gap */
	DESPITE_ENOUGH_MS = 400, /* without a gap: it will not come any more */
	PARTS_MS = 20, /* between the parts of a message: a long wait */
	STILL_MS = 15, /* in a trace: nobody has run for so long */
	BLIND_MS = 30  /* "until read" where the system can't be asked */
};

/* The words behind the verb, which the functions below take apart. */
struct words {
	struct word *word;
	int n;
};

/* The script, and which of its steps is played. */
extern struct script script;
extern int current;

/* True once {port} is in use and must stay as it is. */
extern bool port_claimed;

/* A verb: does what the words say. Returns false when it did not go as it
 * should, and has noted in stage.failure what was expected and what came. A
 * fault of the script itself ends the program (script_error). */
bool program_verb(const char *who, const char *verb, struct words *words,
		  bool *known);
bool end_verb(const char *who, const char *verb, struct words *words,
	      bool *known);

/* The test's own ends have so many memberships more of an IPv4 group. */
void count_own(struct in_addr group, int more);

/* Tells a fault of the script (printf) with its line; ends with status 3. */
void script_error(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* Variables: {name}. lookup() returns NULL for one that is not there. */
void set_variable(const char *name, const char *value);
const char *lookup(const char *name);

/* {port} becomes the port of the first that is given one by the system, or
 * stays as it is once a program has been started with it. */
void claim_port(int port);

/* Is word i the plain word text? */
bool word_is(struct words *words, int i, const char *text);

/* The text of word i with its variables; never freed, a script is short. */
char *word_text(struct words *words, int i);

/* Takes `KEY VALUE` out of the words. Returns the value, or NULL (or, for a
 * duration in milliseconds, otherwise). */
char *take(struct words *words, const char *key);
long take_duration(struct words *words, const char *key, long otherwise);

/* A number such as 12 or 8M. */
long long number_of(const char *text);

/* The bytes that n words from the one at from mean; those of all words. */
struct bytes bytes_of(struct words *words, int from, int n);
struct bytes all_bytes(struct words *words);

/* A fault of the script if more than used words are there. */
void nothing_left(struct words *words, int used);

/* Note a failure: in words (printf, for what came) or in bytes. Return false,
 * for a verb to return. */
bool fail(int kind, const char *expected, const char *came, ...)
	__attribute__((format(printf, 3, 4)));
bool fail_bytes(int kind, struct bytes expected, struct bytes came,
		const char *end);

/* Notes the mistake that the facts tell by themselves. Returns false. */
bool because(const char *mistake, bool certain);

/* True if got begins with the bytes of want, as far as got goes. */
bool agrees(const struct bytes *got, const struct bytes *want, size_t from);

/* With --show: a line of the transcript, for a program's words and for what
 * an end of the test does. */
void show(const char *who, const char *does, const void *data, size_t n);
void show_peer(void);

/* True if these bytes are in what it printed and no step has looked at. */
bool has_shown(struct actor *actor, struct bytes *bytes);

/* How the program ended, or "" (program.c). */
const char *program_end(struct actor *actor);

/* Waits at most so long until it has ended and all it printed is read. */
bool wait_end(struct actor *actor, long limit_ms);

/* True when no program can say anything any more (ends.c). */
bool all_ended(void);

#endif
