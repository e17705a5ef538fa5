/*
 * script.h - the words of a conversation's script (see peer.c for the verbs).
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* A growing array of bytes. */
struct bytes {
	unsigned char *data;
	size_t n, room;
};

/* Appends n bytes. Ends the program (status 3) when memory runs out. */
void bytes_add(struct bytes *bytes, const void *data, size_t n);
void bytes_free(struct bytes *bytes);

struct word {
	char *text; /* as it stands in the script, without the quotes */
	bool quoted;
};

/* `but WHAT means NAME` and `else means NAME` below a step. */
struct meaning {
	enum {
		MEANS_BYTES,
		MEANS_NOTHING,
		MEANS_END,
		MEANS_MORE,
		MEANS_ELSE
	} when;
	struct word *words; /* the bytes, for MEANS_BYTES */
	int n;
	const char *name; /* of the mistake */
};

struct step {
	int line;
	char *text; /* the sentence as written, without comment */
	struct word *words;
	int n;
	struct meaning *meanings;
	int n_meanings;
};

struct script {
	struct step *steps;
	int n;
};

/* Splits text into steps. Returns 0; on a fault -1, with a sentence that
 * names the line in why. text is kept by reference and changed. */
int script_parse(char *text, struct script *script, char *why, size_t size);

/* Gives the value of variable name, or NULL. */
typedef const char *lookup_fn(const char *name);

/* The text of a word with its escapes resolved and {name} replaced.
 * Returns 0, or -1 with a sentence in why. */
int word_expand(const struct word *word, lookup_fn *lookup, struct bytes *out,
		char *why, size_t size);

/* The bytes that the n words mean: "text", hex digits, u32 5, 3 x "a",
 * pattern 8M, upper ..., header ..., file PATH, empty. Returns 0, or -1 and
 * why. */
int words_bytes(const struct word *words, int n, lookup_fn *lookup,
		struct bytes *out, char *why, size_t size);

/* A number with an optional K, M or G (1024 each). -1 if it is none, or too
 * large for the type. */
long long parse_size(const char *text);

/* A duration such as 50ms or 2s, in milliseconds, of at most an hour. -1 if it
 * is none. */
long parse_duration(const char *text);

#endif
