/*
 * relay.c - stand between two programs and make the network hard.
 *
 * usage: relay [options] tcp|udp LISTEN_PORT TARGET_PORT
 *
 * Whoever calls 127.0.0.1:LISTEN_PORT talks, through the relay, with the
 * program at 127.0.0.1:TARGET_PORT. On the way a byte stream is cut or glued
 * or cut off, and datagrams are lost, doubled, overtaken or late: by a plan
 * that is written down, or by a seed that is printed. `relay --help` tells the
 * options.
 *
 * What happens to a datagram depends on the seed, the direction, its number
 * (it is the so-many-th different datagram in this direction) and its copy
 * (how often these very bytes have been seen), never on the time. So a packet
 * that a busy machine sent once more does not change the fate of all that
 * follow.
 *
 * The dice are loaded, so that no right program fails by bad luck. Call a
 * datagram kept when it was dropped, held back or delayed by the dice. Then
 *   1. of any 20 copies of the same bytes in a row at most five are kept;
 *   2. of one caller's datagrams in one direction never more than five in a
 *      row are kept.
 * Of 11 sends of one packet at least six arrive at once (1), each of them is
 * acknowledged, and one of six acknowledgements arrives at once (2). A program
 * that sends a packet 20 times before it gives up has sends to spare. What a
 * plan says in words is done in any case.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "look.h"

enum {
	MAX_RULES = 64,
	MAX_PLAN = 2000,   /* characters of a plan */
	MAX_MATCH = 32,    /* bytes that a plan can name */
	MAX_LOG = 200000,  /* lines of the log */
	MAX_CALLERS = 250, /* UDP: the longest silent makes room */
	MAX_CONNECTIONS = 100,
	MAX_QUEUED = 8192,      /* datagrams under way */
	MAX_REMEMBERED = 65536, /* different datagrams */
	MAX_QUEUED_BYTES = 32 * 1024 * 1024,
	BURST = 64, /* datagrams taken before others have a turn */
	STREAM_SIZE = 256 * 1024, /* bytes under way in one direction */
	MAX_MARKS = 512, /* pieces under way in one direction, if delayed */
	MAX_GLUE = STREAM_SIZE / 2,
	PIECES_A_TURN = 64,
	KEPT_IN_A_ROW = 5,
	KEPT_OF_COPIES = 5
};

static const uint32_t last_19_copies = (1u << 19) - 1;
static const int64_t ms = 1000000; /* all times are nanoseconds */
static const int64_t never = INT64_MAX;
static const int64_t patience = 1000000000; /* for a piece to be read */
static const int64_t first_look = 200000;   /* for one that is on its way */
static const int64_t blind_pause = 5000000; /* where it cannot be seen */
static const long no_end = LONG_MAX;

/* CLIENT is the way from the caller to the target, SERVER the way back. */
enum direction { CLIENT, SERVER };
static const char *const direction_name[] = {"client", "server"};

enum action { PASS, DROP, DOUBLE, REORDER, DELAY, ACTIONS };
static const char *const udp_verbs[] = {"passes", "drops", "doubles",
					"reorders", "delays"};

/* What the plan says in words about some datagrams. */
struct rule {
	enum action action;
	bool of[2];                     /* directions */
	long first, last;               /* numbers ... */
	unsigned char bytes[MAX_MATCH]; /* ... or how they begin */
	int n_bytes;                    /* -1: by number */
	long first_copy, last_copy;
	int64_t time; /* how late, or how long after; -1: not said */
};

/* What the plan says about one direction. */
struct way {
	int64_t delay;
	unsigned int chance[ACTIONS]; /* of 10000 */
	int64_t chance_time[ACTIONS];
	size_t split_min, split_max; /* 0: as it comes */
	size_t glue;
	int64_t quiet;     /* nothing more comes after so long */
	uint64_t reset_at; /* UINT64_MAX: never */
};

static struct {
	bool udp;
	struct rule rules[MAX_RULES];
	int n_rules;
	struct way ways[2];
	int64_t hold; /* how long a datagram waits to be overtaken */
	bool has_dice;
	uint64_t seed;
} plan = {.hold = 200 * 1000000};

static char plan_text[MAX_PLAN + 1];
static int wake_fd[2]; /* a signal handler writes, the loop reads */
static FILE *log_file;
static long log_lines;
static uint16_t target_port;

/* ---- words to the user ---- */

static void usage(FILE *to)
{
	fputs("usage: relay [options] tcp|udp LISTEN_PORT TARGET_PORT\n"
	      "Stands between two programs on 127.0.0.1.\n"
	      "LISTEN_PORT 0: a free port, told in the first line.\n"
	      "\n"
	      "  -p PLAN       what to do, see below\n"
	      "  -s SEED       the dice fall as they did with this seed\n"
	      "  -t TIME       ends by itself after so long (default 60s)\n"
	      "  -l FILE       the log goes there, not to standard error\n"
	      "  -q            no log\n"
	      "  --delay TIME  everything is so late, in each direction\n"
	      " tcp:\n"
	      "  --split N     N bytes a send, each when the last are read\n"
	      "  --glue N      bytes wait for N of them, or for the last\n"
	      "  --reset N     resets the connection after N bytes\n"
	      " udp:\n"
	      "  --drop P% --double P% --reorder P% --late P%\n"
	      "                so many, by the dice (late: by 60 ms)\n"
	      "  --hold TIME   a datagram waits at most so long to be\n"
	      "                overtaken (default 200ms)\n"
	      "  --dry-run N   prints what would happen to N datagrams in\n"
	      "                each direction, and ends\n"
	      "  --copies C    ... each sent C times\n"
	      "\n"
	      "A PLAN is clauses with `;` between: client|server|both VERB\n"
	      "...; `client` is what the client sends. For tcp:\n"
	      "  splits N | splits N-M (by the dice) | glues N [TIME]\n"
	      "  delays TIME | resets N\n"
	      "For udp: drops, doubles, reorders, delays or passes, and which\n"
	      "(numbers count different datagrams; of each the first copy):\n"
	      "  client drops 3, 7          the third and the seventh\n"
	      "  client drops 4-6 copies 1-5     server drops 9 copies all\n"
	      "  server doubles 2 [30ms]    the second 30 ms after the first\n"
	      "  client delays 4 60ms       both delays 20ms    (everything)\n"
	      "  server reorders 5          waits until another has passed\n"
	      "  server drops bytes 4100000003   those that begin so (hex)\n"
	      "  client drops all           both drops 20%      (by the dice)\n"
	      "TIME: 50ms or 2s.\n",
	      to);
}

/* Wrong usage: says so and ends with 2. */
static void wrong(const char *format, ...)
{
	va_list arguments;
	fputs("relay: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\nTry `relay --help`.\n", stderr);
	exit(2);
}

/* A fault of the system: says what could not be done and ends with 1. */
static void die(const char *what)
{
	fprintf(stderr, "relay: unable to %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *allocate(size_t size)
{
	void *memory = malloc(size);
	if (memory == NULL)
		die("get memory");
	return memory;
}

/* Writes one line to the log, up to a limit that keeps the file bounded. */
static void note(const char *format, ...)
{
	if (log_file == NULL || log_lines++ >= MAX_LOG)
		return;
	va_list arguments;
	va_start(arguments, format);
	vfprintf(log_file, format, arguments);
	va_end(arguments);
	fputc('\n', log_file);
}

/* Like note(), but never left out. */
static void last_note(const char *format, ...)
{
	if (log_file == NULL)
		return;
	if (log_lines > MAX_LOG)
		fprintf(log_file, "... and %ld lines more\n",
			log_lines - MAX_LOG);
	log_lines = 0;
	va_list arguments;
	va_start(arguments, format);
	vfprintf(log_file, format, arguments);
	va_end(arguments);
	fputc('\n', log_file);
}

/* ---- time ---- */

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 * ms + now.tv_nsec;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What poll() needs to sleep until deadline, and not less. */
static int timeout_until(int64_t deadline, int64_t now)
{
	if (deadline <= now)
		return 0;
	int64_t timeout = (deadline - now + ms - 1) / ms;
	return timeout > INT_MAX ? INT_MAX : (int)timeout;
}

/* ---- numbers and words ---- */

/* Reads a number from 0 to max at *text and moves *text behind it. */
static bool read_number(const char **text, long max, long *number)
{
	if (!isdigit((unsigned char)**text))
		return false;
	char *end;
	errno = 0;
	*number = strtol(*text, &end, 10);
	*text = end;
	return errno == 0 && *number <= max;
}

/* True if text is a whole number from 0 to max. */
static bool is_number(const char *text, long max, long *number)
{
	return read_number(&text, max, number) && *text == '\0';
}

/* True if text is N, N-M, or N- (without end), from 1 on. */
static bool is_range(const char *text, long *first, long *last)
{
	if (!read_number(&text, no_end - 1, first) || *first == 0)
		return false;
	*last = *first;
	if (*text == '\0')
		return true;
	if (*text++ != '-')
		return false;
	*last = no_end;
	return *text == '\0' ||
	       (is_number(text, no_end - 1, last) && *last >= *first);
}

/* True if text is a time such as 50ms or 2s, of at most an hour. */
static bool is_time(const char *text, int64_t *time)
{
	long number;
	if (!read_number(&text, 3600 * 1000, &number))
		return false;
	if (strcmp(text, "ms") == 0)
		*time = number * ms;
	else if (strcmp(text, "s") == 0 && number <= 3600)
		*time = number * 1000 * ms;
	else
		return false;
	return true;
}

/* True if text is a percentage such as 20% or 2.5%; in hundredths of it. */
static bool is_percent(const char *text, unsigned int *chance)
{
	long whole, part = 0;
	if (!read_number(&text, 100, &whole))
		return false;
	if (*text == '.') {
		if (!isdigit((unsigned char)text[1]))
			return false;
		part = (text[1] - '0') * 10;
		text += 2;
		if (isdigit((unsigned char)*text))
			part += *text++ - '0';
	}
	*chance = (unsigned int)(whole * 100 + part);
	return strcmp(text, "%") == 0 && *chance <= 10000;
}

/* ---- the plan ---- */

static const char *plan_next;    /* what has not been read yet */
static const char *clause_start; /* for complaints */
static char word[80];            /* the word that is being looked at */

/* Reads the next word, or one of `,` and `;`, into word; "" at the end. */
static void next_word(void)
{
	while (isspace((unsigned char)*plan_next))
		plan_next++;
	size_t n = strcspn(plan_next, " \t\n,;");
	if (n == 0 && *plan_next != '\0')
		n = 1;
	if (n >= sizeof word)
		wrong("in the plan, this is too long for a word: %s",
		      plan_next);
	memcpy(word, plan_next, n);
	word[n] = '\0';
	plan_next += n;
}

static bool clause_ended(void)
{
	return word[0] == '\0' || word[0] == ';';
}

static void wrong_clause(const char *expected)
{
	while (isspace((unsigned char)*clause_start))
		clause_start++;
	int n = (int)strcspn(clause_start, ";");
	wrong("in the plan, `%.*s`: expected %s, not %s%s%s", n, clause_start,
	      expected, clause_ended() ? "" : "`",
	      clause_ended() ? "its end" : word, clause_ended() ? "" : "`");
}

static void read_bytes(struct rule *rule)
{
	size_t digits = strlen(word);
	if (digits == 0 || digits % 2 != 0 || digits / 2 > MAX_MATCH ||
	    strspn(word, "0123456789abcdefABCDEF") != digits)
		wrong_clause("pairs of hex digits such as 4100000003");
	rule->n_bytes = (int)digits / 2;
	for (int i = 0; i < rule->n_bytes; i++) {
		char pair[3] = {word[2 * i], word[2 * i + 1], '\0'};
		rule->bytes[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
}

/* A clause about datagrams, as far as it has been read. */
struct clause {
	bool of[2]; /* directions */
	enum action action;
	int first_rule;     /* its first rule */
	int first_timeless; /* its first rule without a time */
	bool percent;       /* there was a percentage, without a time so far */
	bool something;     /* there was something that the verb is about */
};

/* True if word was a percentage. */
static bool take_percent(struct clause *clause)
{
	unsigned int chance;
	if (clause->action == PASS || !is_percent(word, &chance))
		return false;
	for (int way = 0; way < 2; way++)
		if (clause->of[way])
			plan.ways[way].chance[clause->action] = chance;
	plan.has_dice = clause->percent = clause->something = true;
	return true;
}

/* True if word was a time: that of all before it that have none. */
static bool take_time(struct clause *clause)
{
	int64_t time;
	if ((clause->action != DELAY && clause->action != DOUBLE) ||
	    !is_time(word, &time))
		return false;
	if (clause->action == DOUBLE && !clause->something)
		wrong_clause("which datagrams");
	for (int i = clause->first_timeless; i < plan.n_rules; i++)
		plan.rules[i].time = time;
	for (int way = 0; way < 2; way++) {
		if (clause->of[way] && clause->percent)
			plan.ways[way].chance_time[clause->action] = time;
		if (clause->of[way] && !clause->something)
			plan.ways[way].delay = time;
	}
	clause->first_timeless = plan.n_rules;
	clause->percent = false;
	clause->something = true;
	return true;
}

/* True if word began the copies of the rule before it. */
static bool take_copies(struct clause *clause)
{
	if (strcmp(word, "copy") != 0 && strcmp(word, "copies") != 0)
		return false;
	if (plan.n_rules == clause->first_rule)
		wrong_clause("a number before its copies");
	struct rule *rule = &plan.rules[plan.n_rules - 1];
	next_word();
	if (strcmp(word, "all") == 0) {
		rule->first_copy = 1;
		rule->last_copy = no_end;
	} else if (!is_range(word, &rule->first_copy, &rule->last_copy)) {
		wrong_clause("copies such as 2, 1-5 or all");
	}
	return true;
}

/* Makes a rule of word, which says which datagrams. */
static void take_datagrams(struct clause *clause)
{
	if (plan.n_rules == MAX_RULES)
		wrong("the plan names more than %d things", MAX_RULES);
	struct rule *rule = &plan.rules[plan.n_rules];
	*rule = (struct rule){.action = clause->action,
			      .of = {clause->of[CLIENT], clause->of[SERVER]},
			      .n_bytes = -1,
			      .first_copy = 1,
			      .last_copy = 1,
			      .time = -1};
	if (strcmp(word, "all") == 0) {
		rule->first = 1;
		rule->last = rule->last_copy = no_end;
	} else if (strcmp(word, "bytes") == 0) {
		next_word();
		read_bytes(rule);
	} else if (!is_range(word, &rule->first, &rule->last)) {
		wrong_clause("numbers such as 3, 7 or 4-6, `all`, `bytes HEX`, "
			     "a percentage or a time");
	}
	plan.n_rules++;
	clause->something = true;
}

/* Reads what follows the verb in a clause about datagrams. */
static void read_udp_clause(const bool of[2], enum action action)
{
	struct clause clause = {.of = {of[CLIENT], of[SERVER]},
				.action = action,
				.first_rule = plan.n_rules,
				.first_timeless = plan.n_rules};
	for (next_word(); !clause_ended(); next_word())
		if (strcmp(word, ",") != 0 && !take_percent(&clause) &&
		    !take_time(&clause) && !take_copies(&clause))
			take_datagrams(&clause);
	if (action == DELAY && clause.first_timeless < plan.n_rules)
		wrong_clause("a time such as 60ms");
	if (!clause.something)
		wrong_clause("which datagrams");
}

/* Reads what follows the verb in a clause about a byte stream. */
static void read_tcp_clause(const bool of[2])
{
	struct way said = {.quiet = 50 * ms};
	char verb[sizeof word];
	long first, last;

	memcpy(verb, word, sizeof verb);
	bool delays = strcmp(verb, "delays") == 0;
	bool splits = strcmp(verb, "splits") == 0;
	bool glues = strcmp(verb, "glues") == 0;
	if (!delays && !splits && !glues && strcmp(verb, "resets") != 0)
		wrong_clause("splits, glues, delays or resets");

	next_word();
	if (delays) {
		if (!is_time(word, &said.delay))
			wrong_clause("a time such as 20ms");
	} else if (splits) {
		if (!is_range(word, &first, &last) || last > STREAM_SIZE)
			wrong_clause("a number of bytes, or N-M");
		said.split_min = (size_t)first;
		said.split_max = (size_t)last;
		plan.has_dice |= first != last;
	} else if (glues) {
		if (!is_number(word, MAX_GLUE, &first) || first == 0)
			wrong_clause("a number of bytes, at most 131072");
		said.glue = (size_t)first;
	} else {
		if (!is_number(word, LONG_MAX - 1, &first))
			wrong_clause("a number of bytes");
		said.reset_at = (uint64_t)first;
	}
	next_word();
	if (glues && is_time(word, &said.quiet))
		next_word();
	if (!clause_ended())
		wrong_clause("its end");

	for (int i = 0; i < 2; i++) {
		struct way *way = &plan.ways[i];
		if (!of[i])
			continue;
		if (delays) {
			way->delay = said.delay;
		} else if (splits) {
			way->split_min = said.split_min;
			way->split_max = said.split_max;
		} else if (glues) {
			way->glue = said.glue;
			way->quiet = said.quiet;
		} else {
			way->reset_at = said.reset_at;
		}
	}
}

/* Reads plan_text into plan. */
static void read_plan(void)
{
	for (int way = 0; way < 2; way++) {
		plan.ways[way].reset_at = UINT64_MAX;
		plan.ways[way].chance_time[DELAY] = 60 * ms;
	}
	plan_next = plan_text;
	do {
		clause_start = plan_next;
		next_word();
		if (clause_ended())
			continue;
		bool of[2] = {true, true};
		if (strcmp(word, "client") == 0)
			of[SERVER] = false;
		else if (strcmp(word, "server") == 0)
			of[CLIENT] = false;
		else if (strcmp(word, "both") != 0)
			wrong_clause("client, server or both");
		next_word();
		if (!plan.udp) {
			read_tcp_clause(of);
			continue;
		}
		int action = 0;
		while (action < ACTIONS && strcmp(word, udp_verbs[action]) != 0)
			action++;
		if (action == ACTIONS)
			wrong_clause("drops, doubles, reorders, delays or "
				     "passes");
		read_udp_clause(of, (enum action)action);
	} while (word[0] != '\0');

	for (int way = 0; way < 2; way++) {
		unsigned int sum = 0;
		for (int action = 0; action < ACTIONS; action++)
			sum += plan.ways[way].chance[action];
		if (sum > 10000)
			wrong("the percentages add up to more than 100");
	}
}

/* Adds a clause: WHAT VALUE, or VALUE alone. */
static void add_to_plan(const char *what, const char *value)
{
	size_t n = strlen(plan_text);
	size_t room = sizeof plan_text - n;
	int added =
		snprintf(plan_text + n, room, "%s%s%s%s", n == 0 ? "" : "; ",
			 what, what[0] == '\0' ? "" : " ", value);
	if (added < 0 || (size_t)added >= room)
		wrong("the plan is longer than %d characters", MAX_PLAN);
}

/* ---- dice ---- */

/* Mixes the bits of x (the finalizer of splitmix64). */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

/* The same number for the same arguments, below limit. */
static unsigned int dice(enum direction way, long number, long copy,
			 unsigned int limit)
{
	uint64_t x = mix(plan.seed);
	x = mix(x ^ (uint64_t)way);
	x = mix(x ^ (uint64_t)number);
	x = mix(x ^ (uint64_t)copy);
	return (unsigned int)((x >> 32) * limit >> 32);
}

/* What is to be done with a datagram. */
struct verdict {
	enum action action;
	int64_t time;
	bool spared; /* the dice said worse */
};

static bool rule_is_about(const struct rule *rule, enum direction way,
			  long number, long copy, const unsigned char *bytes,
			  size_t n)
{
	if (!rule->of[way] || copy < rule->first_copy || copy > rule->last_copy)
		return false;
	if (rule->n_bytes == -1)
		return number >= rule->first && number <= rule->last;
	return n >= (size_t)rule->n_bytes &&
	       memcmp(bytes, rule->bytes, (size_t)rule->n_bytes) == 0;
}

/* Judges a datagram. *row counts how many in a row were kept in this
 * direction, *copies has a bit for each of the last 32 copies of these bytes
 * that was kept; both are brought up to date. */
static struct verdict judge(enum direction way, long number, long copy,
			    const unsigned char *bytes, size_t n,
			    unsigned int *row, uint32_t *copies)
{
	struct verdict verdict = {.action = PASS, .time = -1};
	bool planned = false;

	for (int i = 0; i < plan.n_rules && !planned; i++) {
		const struct rule *rule = &plan.rules[i];
		planned = rule_is_about(rule, way, number, copy, bytes, n);
		if (planned) {
			verdict.action = rule->action;
			verdict.time = rule->time;
		}
	}
	if (!planned && plan.has_dice) {
		const struct way *dealt = &plan.ways[way];
		unsigned int thrown = dice(way, number, copy, 10000);
		for (int action = DROP; action < ACTIONS; action++) {
			if (thrown < dealt->chance[action]) {
				verdict.action = (enum action)action;
				verdict.time = dealt->chance_time[action];
				break;
			}
			thrown -= dealt->chance[action];
		}
	}
	if (verdict.action == DOUBLE && verdict.time == -1)
		verdict.time = 0;

	bool kept = verdict.action == DROP || verdict.action == REORDER ||
		    verdict.action == DELAY;
	if (kept && !planned) {
		int of_copies = 0;
		for (uint32_t bits = *copies & last_19_copies; bits != 0;
		     bits &= bits - 1)
			of_copies++;
		if (*row >= KEPT_IN_A_ROW || of_copies >= KEPT_OF_COPIES) {
			verdict = (struct verdict){.action = PASS,
						   .spared = true};
			kept = false;
		}
	}
	*row = kept ? *row + 1 : 0;
	*copies = *copies << 1 | kept;
	return verdict;
}

/* Says a verdict in words. */
static void verdict_text(const struct verdict *verdict, char *text, size_t size)
{
	long late = (long)(verdict->time / ms);
	switch (verdict->action) {
	case PASS:
		snprintf(text, size, "passed%s",
			 verdict->spared ? " (spared)" : "");
		break;
	case DROP:
		snprintf(text, size, "dropped");
		break;
	case DOUBLE:
		if (verdict->time == 0)
			snprintf(text, size, "doubled");
		else
			snprintf(text, size, "doubled after %ld ms", late);
		break;
	case REORDER:
		snprintf(text, size, "held back");
		break;
	case DELAY:
		snprintf(text, size, "delayed %ld ms", late);
		break;
	case ACTIONS:
		break;
	}
}

/* Prints what would happen to numbers datagrams in each direction, when each
 * is sent copies times. */
static void dry_run(long numbers, long copies)
{
	char text[64];
	for (int way = 0; way < 2; way++) {
		unsigned int row = 0;
		for (long number = 1; number <= numbers; number++) {
			uint32_t kept = 0;
			for (long copy = 1; copy <= copies; copy++) {
				struct verdict verdict =
					judge((enum direction)way, number, copy,
					      (const unsigned char *)"", 0,
					      &row, &kept);
				verdict_text(&verdict, text, sizeof text);
				printf("%s %ld copy %ld: %s\n",
				       direction_name[way], number, copy, text);
			}
		}
	}
	if (fflush(stdout) == EOF)
		die("print");
}

/* ---- sockets ---- */

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_port = htons(port)};
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return addr;
}

static void set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		die("set up a descriptor");
}

static bool try_again_later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Asks for a large buffer, so that a burst fits; less is right, too. */
static void ask_for_room(int fd)
{
	int size = 4 * 1024 * 1024;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

/* Opens the socket that callers call, says so, and returns it. */
static int open_front(uint16_t port)
{
	struct sockaddr_in addr = loopback(port);
	socklen_t addr_len = sizeof addr;
	char what[64];

	int fd = socket(AF_INET, plan.udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (fd == -1)
		die("make a socket");
	int on = 1;
	if (!plan.udp &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
		die("set SO_REUSEADDR");
	snprintf(what, sizeof what, "have %s port %u of 127.0.0.1",
		 plan.udp ? "UDP" : "TCP", (unsigned int)port);
	if (bind(fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die(what);
	if (!plan.udp && listen(fd, 128) == -1)
		die(what);
	if (getsockname(fd, (struct sockaddr *)&addr, &addr_len) == -1)
		die("see the own address");
	set_nonblocking(fd);
	if (plan.udp)
		ask_for_room(fd);

	/* One write, so that who has read the first line has the second. */
	char lines[MAX_PLAN + 200], seed[40] = "";
	if (plan.has_dice)
		snprintf(seed, sizeof seed, ", seed %llu",
			 (unsigned long long)plan.seed);
	int n = snprintf(
		lines, sizeof lines,
		"relaying 127.0.0.1:%u to 127.0.0.1:%u\n%s%s: %s\n",
		(unsigned int)ntohs(addr.sin_port), (unsigned int)target_port,
		plan.udp ? "udp" : "tcp", seed,
		plan_text[0] == '\0' ? "everything as it comes" : plan_text);
	if (fwrite(lines, 1, (size_t)n, stdout) != (size_t)n ||
	    fflush(stdout) == EOF)
		die("print");
	return fd;
}

static void on_signal(int number)
{
	int saved_errno = errno;
	(void)number;
	ssize_t n = write(wake_fd[1], "", 1);
	(void)n; /* a full pipe wakes as well */
	errno = saved_errno;
}

static void catch_signals(void)
{
	if (pipe(wake_fd) == -1)
		die("make a pipe");
	set_nonblocking(wake_fd[0]);
	set_nonblocking(wake_fd[1]);
	struct sigaction stop = {.sa_handler = on_signal};
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	stop.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &stop, NULL);
}

/* Sleeps until something is to be done. False when it is time to end: a
 * signal has come (fds[0] is the pipe) or the limit is reached. */
static bool sleep_until(struct pollfd *fds, nfds_t n, int64_t deadline,
			int64_t limit)
{
	int64_t now = now_ns();
	if (now >= limit) {
		fputs("relay: ended by its time limit (-t)\n", stderr);
		return false;
	}
	int ready = poll(fds, n, timeout_until(earlier(deadline, limit), now));
	if (ready == -1 && errno != EINTR && errno != EAGAIN)
		die("poll");
	if (ready == -1)
		for (nfds_t i = 0; i < n; i++)
			fds[i].revents = 0;
	return fds[0].revents == 0;
}

/* ---- UDP: what is remembered ---- */

/* A datagram that has been seen, known by a hash of its bytes. */
struct seen {
	uint64_t hash;
	long caller; /* its id; 0: this place is free */
	enum direction way;
	long number, copy;
	uint32_t kept; /* see judge() */
	int next;      /* in the chain of its slot; -1: the last */
};

static struct seen seen[MAX_REMEMBERED]; /* the oldest is overwritten */
static int slots[MAX_REMEMBERED];        /* first of a chain */
static int next_seen;

static void forget_all(void)
{
	for (int i = 0; i < MAX_REMEMBERED; i++)
		slots[i] = -1;
}

static int slot_of(uint64_t hash)
{
	return (int)(hash % MAX_REMEMBERED);
}

/* Finds what is remembered of these bytes of a caller in this direction, or
 * remembers them with the next number. */
static struct seen *remember(long caller, enum direction way,
			     const unsigned char *bytes, size_t n,
			     long *numbers)
{
	uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	hash = mix(hash ^ mix(n) ^ mix((uint64_t)caller * 2 + way));

	for (int i = slots[slot_of(hash)]; i != -1; i = seen[i].next) {
		if (seen[i].hash == hash && seen[i].caller == caller &&
		    seen[i].way == way) {
			seen[i].copy++;
			return &seen[i];
		}
	}

	struct seen *this = &seen[next_seen];
	if (this->caller != 0) {
		int *link = &slots[slot_of(this->hash)];
		while (*link != next_seen)
			link = &seen[*link].next;
		*link = this->next;
	}
	*this = (struct seen){.hash = hash,
			      .caller = caller,
			      .way = way,
			      .number = ++*numbers,
			      .copy = 1,
			      .next = slots[slot_of(hash)]};
	slots[slot_of(hash)] = next_seen;
	next_seen = (next_seen + 1) % MAX_REMEMBERED;
	return this;
}

/* ---- UDP: callers, and what is under way ---- */

struct caller {
	long id; /* from 1 in the order in which they came; 0: free */
	struct sockaddr_in addr;
	int fd; /* connected to the target */
	int64_t last_heard;
	long numbers[2];     /* different datagrams so far, by direction */
	unsigned int row[2]; /* see judge() */
	int held[2];         /* datagrams that wait to be overtaken */
};

struct datagram {
	struct datagram *before, *after;
	int64_t due;
	struct caller *caller;
	enum direction way;
	bool held;
	size_t n;
	unsigned char bytes[];
};

static struct caller callers[MAX_CALLERS];
static long n_callers;                            /* that ever came */
static struct datagram *queue_first, *queue_last; /* by due, then by age */
static int queued;
static size_t queued_bytes;
static int front_fd;
static struct {
	long came, sent, actions[ACTIONS], lost;
} counts[2];

static void queue_insert(struct datagram *this)
{
	struct datagram *before = queue_last;
	while (before != NULL && before->due > this->due)
		before = before->before;
	this->before = before;
	this->after = before == NULL ? queue_first : before->after;
	*(before == NULL ? &queue_first : &before->after) = this;
	*(this->after == NULL ? &queue_last : &this->after->before) = this;
	queued++;
	queued_bytes += this->n;
	if (this->held)
		this->caller->held[this->way]++;
}

static void queue_remove(struct datagram *this)
{
	*(this->before == NULL ? &queue_first : &this->before->after) =
		this->after;
	*(this->after == NULL ? &queue_last : &this->after->before) =
		this->before;
	queued--;
	queued_bytes -= this->n;
	if (this->held)
		this->caller->held[this->way]--;
}

/* Puts a datagram on its way. False if there is no room. */
static bool enqueue(struct caller *caller, enum direction way,
		    const unsigned char *bytes, size_t n, int64_t due,
		    bool held)
{
	if (queued >= MAX_QUEUED || queued_bytes + n > MAX_QUEUED_BYTES)
		return false;
	struct datagram *this = allocate(sizeof *this + n);
	this->due = due;
	this->caller = caller;
	this->way = way;
	this->held = held;
	this->n = n;
	memcpy(this->bytes, bytes, n);
	queue_insert(this);
	return true;
}

/* Those that waited to be overtaken have been: they follow at due. */
static void release_held(struct caller *caller, enum direction way, int64_t due)
{
	struct datagram *this = queue_first, *after;
	for (; this != NULL && caller->held[way] > 0; this = after) {
		after = this->after;
		if (!this->held || this->caller != caller || this->way != way)
			continue;
		queue_remove(this);
		this->held = false;
		this->due = due;
		queue_insert(this);
	}
}

static void send_datagram(const struct datagram *this)
{
	ssize_t n = -1;
	/* An error may belong to an earlier datagram: the system tells of a
	 * target that is not there with the next call. So try once more. */
	for (int i = 0; i < 2 && n == -1; i++) {
		if (this->way == CLIENT)
			n = send(this->caller->fd, this->bytes, this->n, 0);
		else
			n = sendto(front_fd, this->bytes, this->n, 0,
				   (struct sockaddr *)&this->caller->addr,
				   sizeof this->caller->addr);
	}
	if (n == -1) {
		note("%s, caller %ld: %zu bytes could not be sent: %s",
		     direction_name[this->way], this->caller->id, this->n,
		     strerror(errno));
		counts[this->way].lost++;
	} else {
		counts[this->way].sent++;
	}
}

/* Sends all that is due. Returns when the next will be. */
static int64_t send_due(int64_t now)
{
	while (queue_first != NULL && queue_first->due <= now) {
		struct datagram *this = queue_first;
		queue_remove(this);
		send_datagram(this);
		free(this);
	}
	return queue_first == NULL ? never : queue_first->due;
}

/* Says what was done with a datagram, and how it began. */
static void log_datagram(const struct caller *caller, enum direction way,
			 const struct seen *this, const char *done,
			 const unsigned char *bytes, size_t n)
{
	char id[128], hex[3 * 8 + 4] = "";
	size_t shown = n > 8 ? 8 : n, length = 0;
	for (size_t i = 0; i < shown; i++)
		length += (size_t)snprintf(hex + length, sizeof hex - length,
					   " %02x", (unsigned int)bytes[i]);
	if (n > shown)
		snprintf(hex + length, sizeof hex - length, " ..");
	snprintf(id, sizeof id, "%s %ld copy %ld: %s", direction_name[way],
		 this->number, this->copy, done);
	note("%-36s | caller %ld, %zu byte%s%s%s", id, caller->id, n,
	     n == 1 ? "" : "s", n == 0 ? "" : ":", hex);
}

/* A datagram has come: decides, says so, and puts it on its way. */
static void relay_datagram(struct caller *caller, enum direction way,
			   const unsigned char *bytes, size_t n, int64_t now)
{
	struct seen *this =
		remember(caller->id, way, bytes, n, &caller->numbers[way]);
	struct verdict verdict = judge(way, this->number, this->copy, bytes, n,
				       &caller->row[way], &this->kept);
	int64_t due = now + plan.ways[way].delay;
	bool room = true;
	char done[64];

	counts[way].came++;
	counts[way].actions[verdict.action]++;
	switch (verdict.action) {
	case PASS:
		room = enqueue(caller, way, bytes, n, due, false);
		break;
	case DOUBLE:
		room = enqueue(caller, way, bytes, n, due, false) &&
		       enqueue(caller, way, bytes, n, due + verdict.time,
			       false);
		break;
	case REORDER:
		room = enqueue(caller, way, bytes, n, due + plan.hold, true);
		break;
	case DELAY:
		room = enqueue(caller, way, bytes, n, due + verdict.time,
			       false);
		break;
	case DROP:
	case ACTIONS:
		break;
	}
	if (verdict.action == PASS || verdict.action == DOUBLE)
		release_held(caller, way, due);
	if (!room)
		counts[way].lost++;
	verdict_text(&verdict, done, sizeof done);
	log_datagram(caller, way, this,
		     room ? done : "lost, too much is under way", bytes, n);
}

/* Forgets a caller and what is under way from and to it. */
static void drop_caller(struct caller *caller)
{
	struct datagram *this = queue_first, *after;
	for (; this != NULL; this = after) {
		after = this->after;
		if (this->caller == caller) {
			queue_remove(this);
			free(this);
		}
	}
	close(caller->fd);
	caller->id = 0;
}

/* Finds who called from addr, or makes place for a new caller. NULL if there
 * can be no socket for it. */
static struct caller *find_caller(const struct sockaddr_in *addr)
{
	struct caller *place = &callers[0];
	for (int i = 0; i < MAX_CALLERS; i++) {
		struct caller *this = &callers[i];
		if (this->id != 0 && this->addr.sin_port == addr->sin_port &&
		    this->addr.sin_addr.s_addr == addr->sin_addr.s_addr)
			return this;
		if (place->id != 0 &&
		    (this->id == 0 || this->last_heard < place->last_heard))
			place = this;
	}
	if (place->id != 0)
		drop_caller(place);

	struct sockaddr_in target = loopback(target_port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)&target, sizeof target) == -1) {
		note("no socket for a new caller: %s", strerror(errno));
		if (fd != -1)
			close(fd);
		return NULL;
	}
	set_nonblocking(fd);
	ask_for_room(fd);
	*place = (struct caller){.id = ++n_callers, .addr = *addr, .fd = fd};
	return place;
}

static unsigned char datagram_bytes[65536];

/* Takes what callers have sent. */
static void hear_callers(void)
{
	for (int i = 0; i < BURST; i++) {
		struct sockaddr_in addr;
		socklen_t addr_len = sizeof addr;
		ssize_t n = recvfrom(front_fd, datagram_bytes,
				     sizeof datagram_bytes, 0,
				     (struct sockaddr *)&addr, &addr_len);
		if (n == -1)
			return;
		struct caller *caller = find_caller(&addr);
		if (caller == NULL)
			continue;
		int64_t now = now_ns();
		caller->last_heard = now;
		relay_datagram(caller, CLIENT, datagram_bytes, (size_t)n, now);
		send_due(now);
	}
}

/* Takes what the target has sent to one caller. */
static void hear_target(struct caller *caller)
{
	for (int i = 0; i < BURST; i++) {
		ssize_t n = recv(caller->fd, datagram_bytes,
				 sizeof datagram_bytes, 0);
		if (n == -1) {
			if (!try_again_later())
				note("server, caller %ld: nobody is at "
				     "127.0.0.1:%u (%s)",
				     caller->id, (unsigned int)target_port,
				     strerror(errno));
			return;
		}
		int64_t now = now_ns();
		caller->last_heard = now;
		relay_datagram(caller, SERVER, datagram_bytes, (size_t)n, now);
		send_due(now);
	}
}

static void run_udp(int64_t limit)
{
	struct pollfd fds[MAX_CALLERS + 2];
	struct caller *whose[MAX_CALLERS + 2];
	nfds_t n;

	forget_all();
	do {
		int64_t deadline = send_due(now_ns());
		n = 0;
		fds[n++] = (struct pollfd){.fd = wake_fd[0], .events = POLLIN};
		fds[n++] = (struct pollfd){.fd = front_fd, .events = POLLIN};
		for (int i = 0; i < MAX_CALLERS; i++) {
			if (callers[i].id == 0)
				continue;
			whose[n] = &callers[i];
			fds[n++] = (struct pollfd){.fd = callers[i].fd,
						   .events = POLLIN};
		}
		if (!sleep_until(fds, n, deadline, limit))
			break;
		/* The callers last: a new one may take another's place. */
		for (nfds_t i = 2; i < n; i++)
			if (fds[i].revents != 0)
				hear_target(whose[i]);
		if (fds[1].revents != 0)
			hear_callers();
	} while (true);

	for (int way = 0; way < 2; way++)
		last_note("%s: %ld came, %ld dropped, %ld doubled, "
			  "%ld held back, %ld delayed, %ld lost, %ld sent",
			  direction_name[way], counts[way].came,
			  counts[way].actions[DROP],
			  counts[way].actions[DOUBLE],
			  counts[way].actions[REORDER],
			  counts[way].actions[DELAY], counts[way].lost,
			  counts[way].sent);
	for (int i = 0; i < MAX_CALLERS; i++)
		if (callers[i].id != 0)
			drop_caller(&callers[i]);
}

/* ---- TCP: what the receiver has read ---- */

/* Bytes that fd's peer has not read yet, or -1 where that cannot be seen. */
static long unread_by_peer(int fd)
{
	struct sockaddr_in own, peer;
	socklen_t own_len = sizeof own, peer_len = sizeof peer;
	if (getsockname(fd, (struct sockaddr *)&own, &own_len) == -1 ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_len) == -1)
		return -1;
	return look_unread(KIND_TCP, (struct sockaddr *)&peer,
			   (struct sockaddr *)&own);
}

/* ---- TCP: one direction of one connection ---- */

struct mark {
	int64_t due;
	size_t n;
};

/* Bytes are read into buf, and lie there in three parts: first those that may
 * be sent now (open), then those that wait to be glued (up to ready), then
 * those whose delay has not passed. */
struct stream {
	int from, to;
	enum direction way;
	unsigned char *buf; /* bytes under way are those from start to end */
	size_t start, end;
	size_t open, ready; /* counted from start */
	struct mark *marks; /* a ring: the delayed ones */
	int first_mark, n_marks;
	int64_t last_ready; /* when the last bytes became ready */
	enum { GOES_ON, ENDED, WAS_RESET } ending; /* seen at from */
	int64_t ending_due;
	bool done;       /* the end was passed on */
	bool broken;     /* to takes nothing any more */
	bool blocked;    /* to has no room now */
	bool waiting;    /* for the last piece to be read */
	bool looked;     /* for a while already */
	int64_t sent_at; /* the last piece */
	uint64_t passed; /* bytes */
	long pieces;
};

struct connection {
	long id; /* from 1 in the order of accept; 0: free */
	bool connected;
	bool reset; /* to be ended at once, both ends */
	struct stream streams[2];
};

static struct connection connections[MAX_CONNECTIONS];
static long n_connections; /* that ever were */
static uint64_t passed[2];

static void open_stream(struct stream *this, enum direction way, int from,
			int to)
{
	*this = (struct stream){.from = from, .to = to, .way = way};
	this->buf = allocate(STREAM_SIZE);
	if (plan.ways[way].delay > 0)
		this->marks = allocate(MAX_MARKS * sizeof *this->marks);
}

/* True when the last piece has been read, as far as can be seen. */
static bool last_piece_is_read(const struct connection *connection,
			       struct stream *this)
{
	/* A reader that waits for it needs some microseconds. Three looks in a
	 * row, since a piece that comes while the reader is still in the call
	 * before is not counted as unread at once. */
	int64_t began = now_ns();
	for (int empty = 0; true;) {
		long unread = unread_by_peer(this->to);
		int64_t now = now_ns();
		if (unread == -1)
			return now - this->sent_at >= blind_pause;
		if (unread == 0) {
			if (++empty == 3)
				return true;
			continue;
		}
		empty = 0;
		if (now - this->sent_at >= patience) {
			note("connection %ld %s: %ld bytes not read for a "
			     "second; going on",
			     connection->id, direction_name[this->way], unread);
			return true;
		}
		/* Later, others have a turn, and it is seen once a ms. */
		if (this->looked || now - began > first_look)
			break;
		sched_yield();
	}
	this->looked = true;
	return false;
}

/* How many bytes the next send may have. */
static size_t piece_size(const struct stream *this)
{
	const struct way *way = &plan.ways[this->way];
	size_t size = this->open;
	if (way->split_max > 0) {
		size_t most = way->split_min;
		if (way->split_max > way->split_min)
			most += dice(this->way, this->pieces + 1, 1,
				     (unsigned int)(way->split_max -
						    way->split_min + 1));
		if (size > most)
			size = most;
	}
	if (size > way->reset_at - this->passed)
		size = (size_t)(way->reset_at - this->passed);
	return size;
}

/* Sends a piece. False if it could not. */
static bool send_piece(struct connection *connection, struct stream *this)
{
	const struct way *way = &plan.ways[this->way];
	size_t size = piece_size(this);
	ssize_t n = send(this->to, this->buf + this->start, size, 0);
	if (n == -1 && try_again_later()) {
		this->blocked = true;
		return false;
	}
	if (n == -1) {
		note("connection %ld %s: the receiver has gone (%s)",
		     connection->id, direction_name[this->way],
		     strerror(errno));
		this->broken = true;
		return false;
	}
	note("connection %ld %s: bytes %llu to %llu (%zd)", connection->id,
	     direction_name[this->way], (unsigned long long)this->passed + 1,
	     (unsigned long long)this->passed + (unsigned long long)n, n);
	this->start += (size_t)n;
	this->open -= (size_t)n;
	this->ready -= (size_t)n;
	this->passed += (uint64_t)n;
	passed[this->way] += (uint64_t)n;
	this->pieces++;
	this->waiting = way->split_max > 0 || this->passed == way->reset_at;
	this->looked = false;
	this->sent_at = now_ns();
	return true;
}

/* Moves bytes that are due to the open part. Returns when more will be. */
static int64_t open_bytes(struct stream *this, bool ended, int64_t now)
{
	const struct way *way = &plan.ways[this->way];
	int64_t deadline = never;

	while (this->n_marks > 0 && this->marks[this->first_mark].due <= now) {
		this->ready += this->marks[this->first_mark].n;
		this->last_ready = now;
		this->first_mark = (this->first_mark + 1) % MAX_MARKS;
		this->n_marks--;
	}
	if (this->n_marks > 0)
		deadline = this->marks[this->first_mark].due;
	size_t held = this->ready - this->open;
	if (held == 0)
		return deadline;
	if (held >= way->glue || (ended && this->n_marks == 0) ||
	    now - this->last_ready >= way->quiet) {
		this->open = this->ready;
		return deadline;
	}
	return earlier(deadline, this->last_ready + way->quiet);
}

/* Does what can be done now in one direction. Returns when to look again. */
static int64_t step(struct connection *connection, struct stream *this,
		    int64_t now)
{
	const struct way *way = &plan.ways[this->way];
	if (this->done || this->broken)
		return never;
	bool ended = this->ending != GOES_ON && this->ending_due <= now;
	int64_t deadline = open_bytes(this, ended, now);
	if (this->ending != GOES_ON && !ended)
		deadline = earlier(deadline, this->ending_due);

	this->blocked = false;
	for (int i = 0; this->open > 0 || this->waiting; i++) {
		if (i == PIECES_A_TURN)
			return now;
		if (this->waiting) {
			if (!last_piece_is_read(connection, this))
				return earlier(deadline, now + ms);
			this->waiting = false;
		}
		if (this->passed >= way->reset_at)
			break;
		if (this->open > 0 && !send_piece(connection, this))
			return deadline;
	}
	if (this->passed >= way->reset_at) {
		note("connection %ld %s: reset after %llu bytes",
		     connection->id, direction_name[this->way],
		     (unsigned long long)this->passed);
		connection->reset = true;
	} else if (ended && this->start == this->end) {
		this->done = true;
		if (this->ending == WAS_RESET)
			connection->reset = true;
		else
			shutdown(this->to, SHUT_WR);
		note("connection %ld %s: %s passed on after %llu bytes",
		     connection->id, direction_name[this->way],
		     this->ending == WAS_RESET ? "reset" : "end of stream",
		     (unsigned long long)this->passed);
	}
	return deadline;
}

/* Makes room at the end of buf where that is cheap. */
static bool has_room(struct stream *this)
{
	if (this->start == this->end)
		this->start = this->end = 0;
	if (this->start >= STREAM_SIZE / 2) {
		memmove(this->buf, this->buf + this->start,
			this->end - this->start);
		this->end -= this->start;
		this->start = 0;
	}
	return this->end < STREAM_SIZE && this->n_marks < MAX_MARKS;
}

static bool wants_bytes(struct stream *this)
{
	return this->ending == GOES_ON && !this->broken && has_room(this);
}

/* Takes what has come for one direction. */
static void fill(struct stream *this, int64_t now)
{
	int64_t delay = plan.ways[this->way].delay;
	ssize_t n = recv(this->from, this->buf + this->end,
			 STREAM_SIZE - this->end, 0);
	if (n == -1 && try_again_later())
		return;
	if (n <= 0) {
		this->ending = n == 0 ? ENDED : WAS_RESET;
		this->ending_due = now + delay;
		return;
	}
	this->end += (size_t)n;
	if (delay == 0) {
		this->ready += (size_t)n;
		this->last_ready = now;
	} else {
		int last = (this->first_mark + this->n_marks++) % MAX_MARKS;
		this->marks[last] =
			(struct mark){.due = now + delay, .n = (size_t)n};
	}
}

/* ---- TCP: connections ---- */

/* Closes both ends; by_reset: what is still under way is thrown away, and the
 * other side gets ECONNRESET. */
static void close_connection(struct connection *this, bool by_reset)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	for (int i = 0; i < 2; i++) {
		if (by_reset)
			setsockopt(this->streams[i].from, SOL_SOCKET, SO_LINGER,
				   &linger, sizeof linger);
		close(this->streams[i].from);
		free(this->streams[i].buf);
		free(this->streams[i].marks);
	}
	note("connection %ld: %s", this->id, by_reset ? "reset" : "closed");
	this->id = 0;
}

/* Takes a caller and calls the target for it. False if nobody could be
 * taken. */
static bool take_caller(struct connection *this)
{
	struct sockaddr_in addr, target = loopback(target_port);
	socklen_t addr_len = sizeof addr;
	int on = 1;

	int caller_fd = accept(front_fd, (struct sockaddr *)&addr, &addr_len);
	if (caller_fd == -1)
		return false;
	int target_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (target_fd == -1) {
		note("no socket for a new connection: %s", strerror(errno));
		close(caller_fd);
		return false;
	}
	set_nonblocking(caller_fd);
	set_nonblocking(target_fd);
	/* Each send is to leave at once. */
	setsockopt(caller_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(target_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	*this = (struct connection){.id = ++n_connections};
	open_stream(&this->streams[CLIENT], CLIENT, caller_fd, target_fd);
	open_stream(&this->streams[SERVER], SERVER, target_fd, caller_fd);
	note("connection %ld: from 127.0.0.1:%u", this->id,
	     (unsigned int)ntohs(addr.sin_port));
	if (connect(target_fd, (struct sockaddr *)&target, sizeof target) ==
	    0) {
		this->connected = true;
	} else if (errno != EINPROGRESS && errno != EINTR) {
		note("connection %ld: nobody is at 127.0.0.1:%u (%s)", this->id,
		     (unsigned int)target_port, strerror(errno));
		this->reset = true;
	}
	return true;
}

/* The call to the target has been answered. */
static void finish_connect(struct connection *this)
{
	int error = 0;
	socklen_t error_len = sizeof error;
	getsockopt(this->streams[CLIENT].to, SOL_SOCKET, SO_ERROR, &error,
		   &error_len);
	this->connected = error == 0;
	if (error == 0)
		return;
	note("connection %ld: nobody is at 127.0.0.1:%u (%s)", this->id,
	     (unsigned int)target_port, strerror(error));
	this->reset = true;
}

/* Does what can be done now, ends a connection that is over, and returns when
 * to look again. */
static int64_t step_connection(struct connection *this, int64_t now)
{
	struct stream *client = &this->streams[CLIENT];
	struct stream *server = &this->streams[SERVER];
	int64_t deadline = never;
	if (this->connected && !this->reset)
		deadline =
			earlier(step(this, client, now),
				this->reset ? never : step(this, server, now));
	bool over = (client->done || client->broken) &&
		    (server->done || server->broken);
	if (this->reset || over)
		close_connection(this, this->reset || client->broken ||
					       server->broken);
	return deadline;
}

/* What poll() is to watch on the socket that is read by in and written by
 * out. */
static struct pollfd watch(const struct connection *connection,
			   struct stream *in, const struct stream *out)
{
	struct pollfd fd = {.fd = in->from};
	if (!connection->connected) {
		/* A caller may wait; the target's answer is awaited. */
		if (in->way == SERVER)
			fd.events = POLLOUT;
	} else {
		if (wants_bytes(in))
			fd.events |= POLLIN;
		if (out->blocked && !out->broken)
			fd.events |= POLLOUT;
	}
	if (fd.events == 0)
		fd.fd = -1; /* poll() would tell of errors without an end */
	return fd;
}

static void run_tcp(int64_t limit)
{
	struct pollfd fds[2 * MAX_CONNECTIONS + 2];
	struct connection *whose[2 * MAX_CONNECTIONS + 2];
	int64_t listen_again = 0;

	while (true) {
		int64_t now = now_ns(), deadline = never;
		struct connection *free_one = NULL;
		nfds_t n = 2;
		for (int i = 0; i < MAX_CONNECTIONS; i++) {
			struct connection *this = &connections[i];
			if (this->id != 0)
				deadline = earlier(deadline,
						   step_connection(this, now));
			if (this->id == 0) {
				free_one = this;
				continue;
			}
			struct stream *streams = this->streams;
			whose[n] = whose[n + 1] = this;
			fds[n++] =
				watch(this, &streams[CLIENT], &streams[SERVER]);
			fds[n++] =
				watch(this, &streams[SERVER], &streams[CLIENT]);
		}
		bool listens = free_one != NULL && now >= listen_again;
		if (free_one != NULL && !listens)
			deadline = earlier(deadline, listen_again);
		fds[0] = (struct pollfd){.fd = wake_fd[0], .events = POLLIN};
		fds[1] = (struct pollfd){.fd = listens ? front_fd : -1,
					 .events = POLLIN};
		if (!sleep_until(fds, n, deadline, limit))
			break;

		now = now_ns();
		for (nfds_t i = 2; i < n; i++) {
			if (fds[i].revents == 0)
				continue;
			if (!whose[i]->connected)
				finish_connect(whose[i]);
			else if ((fds[i].events & POLLIN) != 0)
				fill(&whose[i]->streams[i % 2], now);
		}
		if (fds[1].revents != 0 && !take_caller(free_one))
			listen_again = now + 50 * ms;
	}
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		if (connections[i].id != 0)
			close_connection(&connections[i], true);
	last_note("%ld connection%s, %llu bytes from the client, %llu from "
		  "the server",
		  n_connections, n_connections == 1 ? "" : "s",
		  (unsigned long long)passed[CLIENT],
		  (unsigned long long)passed[SERVER]);
}

/* ---- the command line ---- */

struct options {
	int64_t limit;
	bool has_seed, quiet;
	const char *log_path;
	long numbers, copies; /* of a dry run */
};

/* Options that are short for a clause of the plan. */
static const struct {
	const char *option, *clause;
	bool udp, tcp;
} shorthands[] = {
	{"--delay", "both delays", true, true},
	{"--split", "both splits", false, true},
	{"--glue", "both glues", false, true},
	{"--reset", "both resets", false, true},
	{"--drop", "both drops", true, false},
	{"--double", "both doubles", true, false},
	{"--reorder", "both reorders", true, false},
	{"--late", "both delays", true, false},
};

static const char *only_udp, *only_tcp; /* an option that was given */

static bool is_shorthand(const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++) {
		if (strcmp(name, shorthands[i].option) != 0)
			continue;
		if (!shorthands[i].tcp)
			only_udp = shorthands[i].option;
		if (!shorthands[i].udp)
			only_tcp = shorthands[i].option;
		add_to_plan(shorthands[i].clause, value);
		return true;
	}
	return false;
}

static void read_option(struct options *options, const char *name,
			const char *value)
{
	long seed;
	if (strcmp(name, "-p") == 0) {
		add_to_plan("", value);
	} else if (strcmp(name, "-s") == 0) {
		if (!is_number(value, LONG_MAX, &seed))
			wrong("-s needs a number, not `%s`", value);
		plan.seed = (uint64_t)seed;
		options->has_seed = true;
	} else if (strcmp(name, "-t") == 0) {
		if (!is_time(value, &options->limit) || options->limit == 0)
			wrong("-t needs a time such as 60s, not `%s`", value);
	} else if (strcmp(name, "-l") == 0) {
		options->log_path = value;
	} else if (strcmp(name, "--hold") == 0) {
		if (!is_time(value, &plan.hold))
			wrong("--hold needs a time such as 200ms, not `%s`",
			      value);
		only_udp = "--hold";
	} else if (strcmp(name, "--dry-run") == 0) {
		if (!is_number(value, 10000000, &options->numbers) ||
		    options->numbers == 0)
			wrong("--dry-run needs a number, not `%s`", value);
		only_udp = "--dry-run";
	} else if (strcmp(name, "--copies") == 0) {
		if (!is_number(value, 10000, &options->copies) ||
		    options->copies == 0)
			wrong("--copies needs a number, not `%s`", value);
		only_udp = "--copies";
	} else if (!is_shorthand(name, value)) {
		wrong("there is no option %s", name);
	}
}

/* Reads the command line into options and plan. */
static void read_arguments(struct options *options, int argc, char *argv[],
			   uint16_t *listen_port)
{
	const char *words[3] = {NULL, NULL, NULL};
	int n_words = 0;
	long listen_at, target_at;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-h") == 0 ||
		    strcmp(argv[i], "--help") == 0) {
			usage(stdout);
			exit(0);
		}
		if (strcmp(argv[i], "-q") == 0) {
			options->quiet = true;
		} else if (argv[i][0] == '-') {
			char name[32];
			size_t n = strcspn(argv[i], "=");
			if (n >= sizeof name)
				wrong("there is no option %s", argv[i]);
			memcpy(name, argv[i], n);
			name[n] = '\0';
			if (argv[i][n] == '=')
				read_option(options, name, argv[i] + n + 1);
			else if (i + 1 < argc)
				read_option(options, name, argv[++i]);
			else
				wrong("%s needs a value", name);
		} else if (n_words < 3) {
			words[n_words++] = argv[i];
		} else {
			wrong("too many words: %s", argv[i]);
		}
	}
	if (n_words == 0) {
		usage(stderr);
		exit(2);
	}
	plan.udp = strcmp(words[0], "udp") == 0;
	if (!plan.udp && strcmp(words[0], "tcp") != 0)
		wrong("expected tcp or udp, not `%s`", words[0]);
	if (plan.udp && only_tcp != NULL)
		wrong("%s is for tcp", only_tcp);
	if (!plan.udp && only_udp != NULL)
		wrong("%s is for udp", only_udp);
	if (options->numbers > 0)
		return; /* no ports needed */
	if (n_words != 3)
		wrong("expected LISTEN_PORT and TARGET_PORT");
	if (!is_number(words[1], 65535, &listen_at))
		wrong("`%s` is no port to listen at (0 to 65535)", words[1]);
	if (!is_number(words[2], 65535, &target_at) || target_at == 0)
		wrong("`%s` is no target port (1 to 65535)", words[2]);
	*listen_port = (uint16_t)listen_at;
	target_port = (uint16_t)target_at;
}

int main(int argc, char *argv[])
{
	struct options options = {.limit = 60000 * ms, .copies = 1};
	uint16_t listen_port = 0;

	read_arguments(&options, argc, argv, &listen_port);
	read_plan();
	if (!options.has_seed) {
		plan.seed = mix((uint64_t)now_ns() ^ mix((uint64_t)getpid()));
		plan.seed %= 1000000; /* easy to type again */
	}
	if (options.numbers > 0) {
		dry_run(options.numbers, options.copies);
		return 0;
	}
	if (options.log_path != NULL) {
		log_file = fopen(options.log_path, "w");
		if (log_file == NULL)
			die("write the log");
	} else if (!options.quiet) {
		log_file = stderr;
	}
	if (log_file != NULL)
		setvbuf(log_file, NULL, _IOLBF, BUFSIZ);

	int64_t limit = now_ns() + options.limit;
	catch_signals();
	front_fd = open_front(listen_port);
	if (plan.udp)
		run_udp(limit);
	else
		run_tcp(limit);
	close(front_fd);
	return 0;
}
