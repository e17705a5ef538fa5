/*
 * faults.c - a plan of faults: which calls of a program go wrong, and how.
 *
 * The plan is the environment variable FAULTS: rules, with semicolons
 * between them, that read as sentences.
 *
 *   recv short 1                 every receive gives one byte at most
 *   send short 7 once            the first send takes 7 bytes at most
 *   accept fails EMFILE once     the first accept fails, and takes nobody
 *   recv EINTR every 3           each third receive is interrupted
 *   connect refused first        the first connect is refused (ECONNREFUSED)
 *   read delay 20ms              every read() waits before it begins
 *   fork fails EAGAIN at 2       the second fork fails, and only that
 *
 *   RULE    CALL EFFECT [WHEN]
 *   CALL    recv, send, accept and poll stand for all functions of that kind
 *           (recv: recv, recvfrom, recvmsg, read, readv; poll: poll, ppoll,
 *           select, pselect, epoll_wait); others, and recvfrom, readv, ...,
 *           for that function alone; trace.h lists them all
 *   EFFECT  short N  |  [fails] ERROR  |  refused  |  delay TIME (us, ms, s)
 *   WHEN    once or first (as at 1), first N, at N, after N, every N; else
 *           always. Calls are counted for each rule, from 1, in each process;
 *           a forked child counts on from its parent.
 *
 * If several rules speak of one call, all delays are made, the shortest
 * limit and the first error hold. A call that fails is not made at all.
 * Only sockets are concerned: read() and write() on others are not counted.
 * short is for streams alone, since a datagram never comes in parts; but a
 * datagram counts.
 *
 * FAULTS=seed:42 is a mix of short calls, small delays, EINTR and
 * ECONNABORTED, such as every program for networks has to bear. The same
 * seed does the same to the same sequence of calls of one kind.
 *
 * A plan that cannot be understood is told on standard error, and the
 * program ends with status 2 before its main(): a test must not pass because
 * its faults were never there.
 */
#define _POSIX_C_SOURCE 200809L
#include "trace.h"

#ifdef __linux__
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PLAN_MAX = 1024,
	RULES_MAX = 32,
	WORDS_MAX = 6 /* of one rule */
};

static struct rule {
	const char *call; /* a function or a family */
	struct fault fault;
	unsigned long first, last; /* the calls it is for, ... */
	unsigned long every;       /* ... and of these, every so many */
	unsigned long seen;        /* calls so far */
} rules[RULES_MAX];
static size_t rule_count;

static bool by_seed;
static unsigned long seed;
static unsigned long seen_by_seed[WATCHED_COUNT];

static char plan[PLAN_MAX];

/* ---- reading the plan ---- */

/* The number at the beginning of a word, if it is followed by one of the
 * endings, whose index is given too; else false. */
static bool read_number(const char *word, unsigned long *number,
			const char *const endings[], size_t *which)
{
	char *end;
	if (*word < '0' || *word > '9')
		return false;
	errno = 0;
	*number = strtoul(word, &end, 10);
	if (errno != 0 || *number > INT_MAX)
		return false;
	for (*which = 0; endings[*which] != NULL; ++*which)
		if (strcmp(end, endings[*which]) == 0)
			return true;
	return false;
}

static bool read_count(const char *word, unsigned long *number)
{
	static const char *const nothing[] = {"", NULL};
	size_t which;
	return word != NULL && read_number(word, number, nothing, &which);
}

static bool read_time(const char *word, int64_t *ns)
{
	static const char *const units[] = {"us", "ms", "s", NULL};
	static const int64_t sizes[] = {1000, 1000000, 1000000000};
	unsigned long number;
	size_t unit;
	if (word == NULL || !read_number(word, &number, units, &unit))
		return false;
	*ns = (int64_t)number * sizes[unit];
	return true;
}

static bool is_word(const char *word, const char *wanted)
{
	return word != NULL && strcmp(word, wanted) == 0;
}

static bool is_call(const char *word)
{
	for (size_t i = 0; i < WATCHED_COUNT; i++)
		if (is_word(word, call_facts[i].name) ||
		    is_word(word, call_facts[i].family))
			return true;
	return false;
}

static bool moves_bytes(const char *call)
{
	for (size_t i = 0; i < WATCHED_COUNT; i++)
		if (is_word(call, call_facts[i].name))
			return is_word(call_facts[i].family, "recv") ||
			       is_word(call_facts[i].family, "send");
	return false;
}

/* Reads the end of a rule, which says when. Returns what is wrong, or NULL. */
static const char *read_when(struct rule *rule, char **word)
{
	unsigned long n = 1;
	bool counted = word[0] != NULL && read_count(word[1], &n) && n > 0;
	rule->first = rule->every = 1;
	rule->last = ULONG_MAX;
	if (word[0] == NULL)
		return NULL;
	if (is_word(word[0], "once") ||
	    (is_word(word[0], "first") && word[1] == NULL)) {
		rule->last = 1;
		return word[1] == NULL ? NULL : "nothing follows once";
	}
	if (!counted || word[2] != NULL)
		return "it ends with once, first [N], at N, after N or every N";
	if (is_word(word[0], "first"))
		rule->last = n;
	else if (is_word(word[0], "at"))
		rule->first = rule->last = n;
	else if (is_word(word[0], "after"))
		rule->first = n + 1;
	else if (is_word(word[0], "every"))
		rule->every = rule->first = n;
	else
		return "when is once, first [N], at N, after N or every N";
	return NULL;
}

/* Reads one rule, a list of words. Returns what is wrong with it, or NULL. */
static const char *read_rule(char **word)
{
	if (!is_call(word[0]))
		return "it begins with a call: recv, send, accept, connect, "
		       "...";
	if (rule_count == RULES_MAX)
		return "there are too many rules";
	struct rule *rule = &rules[rule_count++];
	*rule = (struct rule){.call = word[0], .fault.limit = SIZE_MAX};
	unsigned long n;
	size_t used = 2;
	if (is_word(word[1], "short")) {
		if (!read_count(word[2], &n) || n == 0)
			return "short how much? short 1";
		if (!moves_bytes(word[0]))
			return "only calls that send or receive can be short";
		rule->fault.limit = n;
		used = 3;
	} else if (is_word(word[1], "delay")) {
		if (!read_time(word[2], &rule->fault.delay_ns))
			return "how long? delay 20ms";
		used = 3;
	} else if (is_word(word[1], "refused")) {
		rule->fault.error = ECONNREFUSED;
	} else {
		used = is_word(word[1], "fails") ? 3 : 2;
		if (word[used - 1] != NULL)
			rule->fault.error = error_number(word[used - 1]);
		if (rule->fault.error == 0)
			return "after the call: short N, fails ERROR, refused "
			       "or delay TIME";
	}
	return read_when(rule, word + used);
}

/* Says what is wrong with a rule and ends the program. */
static void reject(const char *rule, const char *why)
{
	char line[PLAN_MAX + 256];
	struct words out = {line, line + sizeof line};
	say(&out, "faults: FAULTS is wrong at \"%s\": %s\n", rule, why);
	if (REAL(write)(STDERR_FILENO, line, (size_t)(out.at - line)) == -1)
		errno = 0; /* nobody to tell */
	REAL(_exit)(2);
}

/* Splits a rule at its blanks. Returns the number of words. */
static size_t split(char *rule, char *word[WORDS_MAX + 1])
{
	size_t n = 0;
	char *rest;
	for (char *p = strtok_r(rule, " \t\n", &rest);
	     p != NULL && n < WORDS_MAX; p = strtok_r(NULL, " \t\n", &rest))
		word[n++] = p;
	for (size_t i = n; i <= WORDS_MAX; i++)
		word[i] = NULL;
	return n;
}

const char *faults_prepare(void)
{
	const char *text = getenv("FAULTS");
	if (text == NULL || *text == '\0')
		return NULL;
	if (strncmp(text, "seed:", 5) == 0) {
		by_seed = read_count(text + 5, &seed);
		if (!by_seed)
			reject(text, "a seed is a number, as in seed:42");
		return text;
	}
	if (strlen(text) >= sizeof plan)
		reject("...", "it is longer than 1023 bytes");
	strcpy(plan, text);
	char *next = plan;
	while (next != NULL) {
		char *rule = next, *word[WORDS_MAX + 1], copy[PLAN_MAX];
		next = strchr(rule, ';');
		if (next != NULL)
			*next++ = '\0';
		strcpy(copy, rule);
		if (split(rule, word) == 0)
			continue; /* after the last semicolon, for instance */
		const char *wrong = read_rule(word);
		if (wrong != NULL)
			reject(copy + strspn(copy, " \t\n"), wrong);
	}
	return text;
}

/* ---- following it ---- */

static bool speaks_of(const struct rule *rule, enum call_id id)
{
	return strcmp(rule->call, call_facts[id].name) == 0 ||
	       strcmp(rule->call, call_facts[id].family) == 0;
}

/* A number that looks random, and is the same for the same two. */
static uint32_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * 0x9e3779b97f4a7c15u + b;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return (uint32_t)(x >> 32);
}

/* The first call of a family, which stands for all of it. */
static enum call_id head_of_family(enum call_id id)
{
	enum call_id head = 0;
	while (strcmp(call_facts[head].family, call_facts[id].family) != 0)
		head++;
	return head;
}

static struct fault fault_by_seed(enum call_id id)
{
	struct fault fault = {.limit = SIZE_MAX};
	enum call_id head = head_of_family(id);
	bool moving = head == CALL_recv || head == CALL_send;
	unsigned long n =
		__atomic_add_fetch(&seen_by_seed[head], 1, __ATOMIC_RELAXED);
	uint32_t dice = mix(seed + (uint64_t)head * 1000003, n);
	if (moving && dice % 8 < 4) {
		size_t most = dice % 8 < 3 ? 7 : 700;
		fault.limit = 1 + (dice >> 8) % most;
	} else if (moving || head == CALL_accept || head == CALL_poll) {
		if (dice % 8 == 4)
			fault.error = EINTR;
		else if (dice % 8 == 5 && head == CALL_accept)
			fault.error = ECONNABORTED;
	}
	if (moving && (dice >> 24) % 16 == 0)
		fault.delay_ns = 1000000 + (dice >> 8) % 2000000;
	return fault;
}

struct fault fault_for(enum call_id id)
{
	if (by_seed)
		return fault_by_seed(id);
	struct fault fault = {.limit = SIZE_MAX};
	for (size_t i = 0; i < rule_count; i++) {
		struct rule *rule = &rules[i];
		if (!speaks_of(rule, id))
			continue;
		unsigned long n =
			__atomic_add_fetch(&rule->seen, 1, __ATOMIC_RELAXED);
		if (n < rule->first || n > rule->last ||
		    (n - rule->first) % rule->every != 0)
			continue;
		if (fault.error == 0)
			fault.error = rule->fault.error;
		if (rule->fault.limit < fault.limit)
			fault.limit = rule->fault.limit;
		fault.delay_ns += rule->fault.delay_ns;
	}
	return fault;
}
#endif
