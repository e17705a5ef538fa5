/*
 * script.c - the words of a conversation's script.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"

static void *must(void *memory)
{
	if (memory == NULL) {
		fputs("out of memory\n", stderr);
		exit(3);
	}
	return memory;
}

/* Makes room for n more bytes and a zero behind them. */
static void make_room(struct bytes *bytes, size_t n)
{
	if (bytes->n + n + 1 > bytes->room) {
		size_t room = (bytes->n + n + 1) * 3 / 2;
		bytes->data = must(realloc(bytes->data, room));
		bytes->room = room;
	}
}

void bytes_add(struct bytes *bytes, const void *data, size_t n)
{
	make_room(bytes, n);
	if (n > 0)
		memcpy(bytes->data + bytes->n, data, n);
	bytes->n += n;
	bytes->data[bytes->n] = '\0'; /* so that text can be printed */
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){0};
}

long long parse_size(const char *text)
{
	char *end;
	int shift = 0;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (end == text || value < 0 || errno != 0)
		return -1;
	if (*end == 'K' || *end == 'M' || *end == 'G')
		shift = *end == 'K' ? 10 : *end == 'M' ? 20 : 30, end++;
	return *end == '\0' && value <= LLONG_MAX >> shift ? value << shift
							   : -1;
}

long parse_duration(const char *text)
{
	enum { HOUR = 3600 };
	char *end;
	errno = 0;
	long value = strtol(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || errno != 0)
		return -1;
	if (strcmp(end, "ms") == 0)
		return value <= HOUR * 1000L ? value : -1;
	return strcmp(end, "s") == 0 && value <= HOUR ? value * 1000 : -1;
}

/* ---- lines into words ---- */

/* Makes room in an array of n items for one more. */
static void *room_for_one(void *items, int n, size_t size)
{
	bool full = n == 0 || (n >= 8 && (n & (n - 1)) == 0);
	size_t room = n < 8 ? 8 : 2 * (size_t)n;
	return full ? must(realloc(items, room * size)) : items;
}

/* Copies the words of one line to *words, which is allocated. Returns how
 * many, -1 on a missing closing quote. A comment ends the line; *length is set
 * to where the sentence ends. */
static int split(const char *line, struct word **words, size_t *length)
{
	int n = 0;
	const char *p = line;
	*words = NULL;
	*length = 0;
	while (true) {
		while (*p == ' ' || *p == '\t')
			p++;
		*words = room_for_one(*words, n, sizeof **words);
		if (*p == '\0' || *p == '#')
			return n;
		const char *start = p;
		bool quoted = *p == '"';
		if (quoted) {
			start = ++p;
			while (*p != '\0' && *p != '"')
				p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
			if (*p == '\0')
				return -1;
		} else {
			while (*p != '\0' && *p != ' ' && *p != '\t')
				p++;
		}
		*length = (size_t)(p - line) + quoted;
		struct word *word = &(*words)[n++];
		word->text = must(malloc((size_t)(p - start) + 1));
		memcpy(word->text, start, (size_t)(p - start));
		word->text[p - start] = '\0';
		word->quoted = quoted;
		if (quoted)
			p++;
	}
}

static bool is_word(const struct word *word, const char *text)
{
	return !word->quoted && strcmp(word->text, text) == 0;
}

/* Adds `but ... means NAME` or `else means NAME` to step. False if the words
 * are no such line. */
static bool add_meaning(struct step *step, struct word *words, int n)
{
	struct meaning meaning = {.when = MEANS_BYTES};
	bool otherwise = is_word(&words[0], "else");
	if (n < (otherwise ? 3 : 4) || !is_word(&words[n - 2], "means"))
		return false;
	if (otherwise)
		meaning.when = MEANS_ELSE;
	else if (is_word(&words[1], "nothing"))
		meaning.when = MEANS_NOTHING;
	else if (is_word(&words[1], "end"))
		meaning.when = MEANS_END;
	else if (is_word(&words[1], "more"))
		meaning.when = MEANS_MORE;
	if (meaning.when != MEANS_BYTES && n > (otherwise ? 3 : 4))
		return false;
	meaning.name = words[n - 1].text;
	meaning.words = words + 1;
	meaning.n = n - 3;
	step->meanings =
		room_for_one(step->meanings, step->n_meanings, sizeof meaning);
	step->meanings[step->n_meanings++] = meaning;
	return true;
}

int script_parse(char *text, struct script *script, char *why, size_t size)
{
	int number = 0;
	*script = (struct script){0};
	for (char *line = text; line != NULL;) {
		char *next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		number++;
		size_t length;
		struct word *words;
		int n = split(line, &words, &length);
		if (n == -1) {
			snprintf(why, size, "line %d: a closing \" is missing",
				 number);
			return -1;
		}
		bool meaning = n > 0 && (is_word(&words[0], "but") ||
					 is_word(&words[0], "else"));
		if (meaning &&
		    (script->n == 0 ||
		     !add_meaning(&script->steps[script->n - 1], words, n))) {
			snprintf(why, size,
				 "line %d: expected `but BYTES means NAME`, "
				 "`but nothing|end|more means NAME` or `else "
				 "means NAME` below a step",
				 number);
			return -1;
		}
		if (n > 0 && !meaning) {
			script->steps = room_for_one(script->steps, script->n,
						     sizeof *script->steps);
			struct step *step = &script->steps[script->n++];
			*step = (struct step){
				.line = number, .words = words, .n = n};
			line[length] = '\0';
			step->text = line + strspn(line, " \t");
		}
		line = next;
	}
	return 0;
}

/* ---- words into bytes ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One escape at p (behind the backslash). Returns its length, 0 if unknown. */
static int unescape(const char *p, struct bytes *out)
{
	static const char names[] = "nrt0\\\"{", values[] = "\n\r\t\0\\\"{";
	if (p[0] == 'x' && hex_digit(p[1]) >= 0 && hex_digit(p[2]) >= 0) {
		unsigned char c =
			(unsigned char)(hex_digit(p[1]) * 16 + hex_digit(p[2]));
		bytes_add(out, &c, 1);
		return 3;
	}
	const char *at = p[0] == '\0' ? NULL : strchr(names, p[0]);
	if (at == NULL)
		return 0;
	bytes_add(out, &values[at - names], 1);
	return 1;
}

int word_expand(const struct word *word, lookup_fn *lookup, struct bytes *out,
		char *why, size_t size)
{
	for (const char *p = word->text; *p != '\0';) {
		if (p[0] == '\\') {
			int n = unescape(p + 1, out);
			if (n == 0) {
				snprintf(why, size, "unknown escape \\%c",
					 p[1]);
				return -1;
			}
			p += 1 + n;
		} else if (p[0] == '{' && islower((unsigned char)p[1]) &&
			   strchr(p, '}') != NULL) {
			char name[64];
			size_t n = strcspn(p + 1, "}");
			snprintf(name, sizeof name, "%.*s", (int)n, p + 1);
			const char *value = lookup(name);
			if (value == NULL) {
				snprintf(why, size, "there is no variable {%s}",
					 name);
				return -1;
			}
			bytes_add(out, value, strlen(value));
			p += n + 2;
		} else {
			bytes_add(out, p++, 1);
		}
	}
	bytes_add(out, "", 0);
	return 0;
}

/* Every byte value comes up, and no two blocks of 251 are alike. */
static void add_pattern(struct bytes *out, size_t n)
{
	unsigned char block[4096];
	for (size_t done = 0; done < n;) {
		size_t k = 0;
		for (; k < sizeof block && done < n; k++, done++)
			block[k] =
				(unsigned char)((done * 7 + done / 251 * 13) ^
						(done >> 16));
		bytes_add(out, block, k);
	}
}

/* Doubles what is there until it is enough. */
static void add_repeated(struct bytes *out, const struct bytes *one,
			 size_t times)
{
	size_t from = out->n;
	size_t end = from + one->n * times;
	make_room(out, end - from);
	if (times > 0)
		bytes_add(out, one->data, one->n);
	while (out->n < end) {
		size_t have = out->n - from;
		bytes_add(out, out->data + from,
			  have < end - out->n ? have : end - out->n);
	}
}

static int add_file(struct bytes *out, const char *path, char *why, size_t size)
{
	char block[65536];
	size_t n;
	FILE *file = fopen(path, "rb");
	if (file == NULL) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return -1;
	}
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		bytes_add(out, block, n);
	fclose(file);
	return 0;
}

static void to_case(struct bytes *out, size_t from, bool upper)
{
	for (size_t i = from; i < out->n; i++) {
		unsigned char c = out->data[i];
		if (upper && c >= 'a' && c <= 'z')
			out->data[i] = (unsigned char)(c - 'a' + 'A');
		else if (!upper && c >= 'A' && c <= 'Z')
			out->data[i] = (unsigned char)(c - 'A' + 'a');
	}
}

/* Appends the bytes of one token that begins at words[0]. Returns how many
 * words it took, or -1. */
static int add_token(const struct word *words, int n, lookup_fn *lookup,
		     struct bytes *out, char *why, size_t size)
{
	const char *text = words[0].text;
	if (words[0].quoted)
		return word_expand(&words[0], lookup, out, why, size) == -1 ? -1
									    : 1;
	if (strcmp(text, "empty") == 0)
		return 1;
	/* `16 x "a"` is a count, though 16 alone is a byte. */
	bool times = n >= 3 && !words[1].quoted &&
		     strcmp(words[1].text, "x") == 0 && parse_size(text) >= 0;
	if (!times && strlen(text) == 2 && hex_digit(text[0]) >= 0 &&
	    hex_digit(text[1]) >= 0) {
		unsigned char c = (unsigned char)(hex_digit(text[0]) * 16 +
						  hex_digit(text[1]));
		bytes_add(out, &c, 1);
		return 1;
	}
	if (n < 2)
		goto unknown;
	if (strcmp(text, "u8") == 0 || strcmp(text, "u16") == 0 ||
	    strcmp(text, "u32") == 0) {
		int width = text[1] == '8' ? 1 : text[1] == '1' ? 2 : 4;
		long long value = parse_size(words[1].text);
		if (value < 0 || value >> (8 * width) != 0)
			goto unknown;
		for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
			unsigned char c = (unsigned char)(value >> shift);
			bytes_add(out, &c, 1);
		}
		return 2;
	}
	if (strcmp(text, "pattern") == 0 && parse_size(words[1].text) >= 0) {
		add_pattern(out, (size_t)parse_size(words[1].text));
		return 2;
	}
	if (strcmp(text, "upper") == 0 || strcmp(text, "lower") == 0) {
		size_t from = out->n;
		int used = add_token(words + 1, n - 1, lookup, out, why, size);
		to_case(out, from, text[0] == 'u');
		return used == -1 ? -1 : used + 1;
	}
	if (strcmp(text, "header") == 0) {
		struct bytes lines = {0};
		int used =
			add_token(words + 1, n - 1, lookup, &lines, why, size);
		for (int shift = 24; used != -1 && shift >= 0; shift -= 8) {
			unsigned char c = (unsigned char)(lines.n >> shift);
			bytes_add(out, &c, 1);
		}
		if (used != -1)
			bytes_add(out, lines.data, lines.n);
		bytes_free(&lines);
		return used == -1 ? -1 : used + 1;
	}
	if (strcmp(text, "file") == 0) {
		struct bytes path = {0};
		int ok = word_expand(&words[1], lookup, &path, why, size);
		if (ok == 0)
			ok = add_file(out, (char *)path.data, why, size);
		bytes_free(&path);
		return ok == -1 ? -1 : 2;
	}
	if (times) {
		struct bytes one = {0};
		int used = add_token(words + 2, n - 2, lookup, &one, why, size);
		if (used != -1)
			add_repeated(out, &one, (size_t)parse_size(text));
		bytes_free(&one);
		return used == -1 ? -1 : used + 2;
	}
unknown:
	snprintf(why, size, "\"%s\" is not understood as bytes", text);
	return -1;
}

int words_bytes(const struct word *words, int n, lookup_fn *lookup,
		struct bytes *out, char *why, size_t size)
{
	bytes_add(out, "", 0);
	if (n == 0) {
		snprintf(why, size, "which bytes?");
		return -1;
	}
	for (int i = 0; i < n;) {
		int used = add_token(words + i, n - i, lookup, out, why, size);
		if (used == -1)
			return -1;
		i += used;
	}
	return 0;
}
