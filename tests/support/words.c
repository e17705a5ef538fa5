/*
 * words.c - the words of a step, and how a step fails.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "look.h"
#include "verbs.h"

struct script script;
int current;
bool port_claimed;

/* ---- words of the current step ---- */

/* A fault of the script, not of a program: tells it and ends with 3. */
void script_error(const char *format, ...)
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

void set_variable(const char *name, const char *value)
{
	int i = 0;
	while (i < n_variables && strcmp(variables[i].name, name) != 0)
		i++;
	if (i == 64)
		script_error("too many variables");
	n_variables += i == n_variables;
	snprintf(variables[i].name, sizeof variables[i].name, "%s", name);
	snprintf(variables[i].value, sizeof variables[i].value, "%s", value);
}

/* {NAME} and {NAME.WHAT} of one of the test's own ends; what is "" for the
 * first. NULL if there is no such thing. */
static const char *peer_variable(struct peer *peer, const char *what)
{
	static const char *const known[] = {"", "addr", "port", "swapped",
					    "peer"};
	static char text[256];
	struct sockaddr_storage addr = peer->local;
	bool is_known = false;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		is_known |= strcmp(what, known[i]) == 0;
	if (!is_known)
		return NULL;
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

const char *lookup(const char *name)
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

bool word_is(struct words *words, int i, const char *text)
{
	return i < words->n && !words->word[i].quoted &&
	       strcmp(words->word[i].text, text) == 0;
}

/* The text of word i, expanded; to be freed never (a script is short). */
char *word_text(struct words *words, int i)
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
char *take(struct words *words, const char *key)
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
long take_duration(struct words *words, const char *key, long otherwise)
{
	char *value = take(words, key);
	if (value == NULL)
		return otherwise;
	long ms = parse_duration(value);
	if (ms == -1)
		script_error("\"%s\" is no duration (50ms, 2s)", value);
	return ms;
}

long long number_of(const char *text)
{
	long long value = parse_size(text);
	if (value == -1)
		script_error("\"%s\" is no number", text);
	return value;
}

struct bytes bytes_of(struct words *words, int from, int n)
{
	struct bytes out = {0};
	char why[256];
	if (words_bytes(words->word + from, n, lookup, &out, why, sizeof why) ==
	    -1)
		script_error("%s", why);
	return out;
}

struct bytes all_bytes(struct words *words)
{
	return bytes_of(words, 0, words->n);
}

void nothing_left(struct words *words, int used)
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
bool fail(int kind, const char *expected, const char *came, ...)
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
bool because(const char *mistake, bool certain)
{
	stage.failure.mistake = mistake;
	stage.failure.certain = certain;
	return false;
}

bool fail_bytes(int kind, struct bytes expected, struct bytes came,
		const char *end)
{
	stage.failure.kind = kind;
	stage.failure.bytes = true;
	stage.failure.expected = expected;
	stage.failure.came = came;
	snprintf(stage.failure.end, sizeof stage.failure.end, "%s", end);
	return false;
}

/* True if got is what want is, as far as both go. The bytes before from are
 * known to be alike. */
bool agrees(const struct bytes *got, const struct bytes *want, size_t from)
{
	size_t n = got->n < want->n ? got->n : want->n;
	return n <= from ||
	       memcmp(got->data + from, want->data + from, n - from) == 0;
}

/* {port} becomes the port of the first that is given one by the system, or
 * stays as it is once a program has been started with it. */
void claim_port(int port)
{
	if (port != 0 && !port_claimed) {
		stage.port = port;
		port_claimed = true;
	}
}

void show(const char *who, const char *does, const void *data, size_t n)
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
void show_peer(void)
{
	struct step *step = &script.steps[current];
	const char *rest = step->text + strlen(step->words[0].text);
	if (stage.show)
		printf("  %-8s %s\n", step->words[0].text,
		       rest + strspn(rest, " \t"));
	fflush(stdout);
}
