/*
 * message.h - what a failed check says, line by line, each marked with "| ".
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stdbool.h>

#include "script.h"

/* Prints "| label       text", wrapped at 79 columns; a label of "" goes on
 * below the last one. Control bytes in text are printed as \xHH. */
void message_line(const char *label, const char *text);

/* The same, formatted as by printf. */
void message_format(const char *label, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints text as it is behind the label, without wrapping; cut at the right
 * margin. */
void message_verbatim(const char *label, const char *text);

/* Prints both byte strings in hex and text around the first byte that
 * differs, and points at it. end says how what came ended ("" if it did
 * not). */
void message_difference(const struct bytes *expected, const struct bytes *came,
			const char *end);

/* Prints the lines mistake, this means and read for name, from the table at
 * path. A name that stands nowhere is printed all the same. */
void message_mistake(const char *path, const char *name);

/* Writes bytes as a quoted text with escapes, cut to size, for one line. */
void quote_bytes(const unsigned char *data, size_t n, char *text, size_t size);

#endif
