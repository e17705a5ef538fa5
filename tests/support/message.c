/*
 * message.c - what a failed check says, line by line.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

enum {
	COLUMNS = 79,
	INDENT = 14, /* "| " and a label of 12 */
	ROW = 16     /* bytes a line of a dump */
};

/* Length of the character at p in bytes (UTF-8), for wrapping. */
static size_t char_length(const char *p)
{
	size_t n = 1;
	while ((p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void put_safe(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			printf("\\x%02x", (unsigned char)p[i]);
		else
			putchar(p[i]);
}

void message_verbatim(const char *label, const char *text)
{
	size_t n = 0, columns = 0, room = COLUMNS - INDENT;
	while (text[n] != '\0' && columns < room - 3)
		n += char_length(text + n), columns++;
	if (strlen(text + n) <= 3)
		n += strlen(text + n);
	printf("| %-11s ", label);
	put_safe(text, n);
	puts(text[n] != '\0' ? "..." : "");
}

void message_line(const char *label, const char *text)
{
	const size_t room = COLUMNS - INDENT;
	do {
		/* The longest part that ends at a blank and fits. */
		size_t n = 0, columns = 0, cut = 0;
		while (text[n] != '\0' && columns < room) {
			if (text[n] == ' ')
				cut = n;
			n += char_length(text + n);
			columns++;
		}
		if (text[n] == '\0' || text[n] == ' ' || cut == 0)
			cut = n;
		printf("| %-11s ", label);
		put_safe(text, cut);
		putchar('\n');
		text += cut + (text[cut] == ' ');
		label = "";
	} while (*text != '\0');
}

void message_format(const char *label, const char *format, ...)
{
	char text[2048];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	message_line(label, text);
}

void quote_bytes(const unsigned char *data, size_t n, char *text, size_t size)
{
	size_t used = 0;
	text[used++] = '"';
	for (size_t i = 0; i < n; i++) {
		char one[8];
		unsigned char c = data[i];
		if (c == '\n')
			snprintf(one, sizeof one, "\\n");
		else if (c == '"' || c == '\\')
			snprintf(one, sizeof one, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			snprintf(one, sizeof one, "\\x%02x", c);
		else
			snprintf(one, sizeof one, "%c", c);
		if (used + strlen(one) + 5 > size) {
			used += (size_t)snprintf(text + used, size - used,
						 "...");
			break;
		}
		used += (size_t)snprintf(text + used, size - used, "%s", one);
	}
	snprintf(text + used, size - used, "\"");
}

/* One row of a dump: hex at the left, text at the right. */
static void dump_row(const char *label, const struct bytes *bytes, size_t from,
		     const char *end)
{
	char hex[3 * ROW + 1] = "", text[ROW + 1] = "";
	size_t n = bytes->n > from ? bytes->n - from : 0;
	n = n > ROW ? ROW : n;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = bytes->data[from + i];
		snprintf(hex + 3 * i, 4, "%02x ", c);
		text[i] = c >= 0x20 && c < 0x7f ? (char)c : '.';
	}
	if (n == 0)
		printf("| %-11s %s\n", label,
		       *end != '\0' ? end
		       : from == 0  ? "nothing"
				    : "nothing more");
	else if (n < ROW && *end != '\0')
		printf("| %-11s %-*s  %s   then %s\n", label, 3 * 8, hex, text,
		       end);
	else
		printf("| %-11s %-*s  %s\n", label, 3 * (n > 8 ? ROW : 8), hex,
		       text);
}

void message_difference(const struct bytes *expected, const struct bytes *came,
			const char *end)
{
	size_t wrong = 0;
	while (wrong < expected->n && wrong < came->n &&
	       expected->data[wrong] == came->data[wrong])
		wrong++;
	size_t from = wrong / ROW * ROW;
	if (from > 0 && wrong >= came->n && wrong % ROW == 0)
		from -= ROW; /* show what came last, not an empty row */
	if (expected->n > ROW || came->n > ROW)
		message_format("",
			       "(%zu bytes expected, %zu came; shown from "
			       "byte %zu)",
			       expected->n, came->n, from + 1);
	dump_row("expected", expected, from, "");
	dump_row("came", came, from, end);
	if (wrong - from < ROW && came->n > from)
		printf("| %-11s %*s^^ byte %zu\n", "",
		       (int)(3 * (wrong - from)), "", wrong + 1);
}

void message_mistake(const char *path, const char *name)
{
	char line[1024], sentence[2048] = "";
	char where[256] = "";
	FILE *table = path == NULL ? NULL : fopen(path, "r");
	bool found = false;
	while (table != NULL && fgets(line, sizeof line, table) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\t' && line[0] != ' ') {
			if (found)
				break;
			found = strcmp(line, name) == 0;
			continue;
		}
		if (!found)
			continue;
		char *text = line + strspn(line, " \t");
		if (strncmp(text, "read ", 5) == 0) {
			snprintf(where, sizeof where, "%s", text + 5);
			continue;
		}
		size_t used = strlen(sentence);
		snprintf(sentence + used, sizeof sentence - used, "%s%s",
			 used > 0 ? " " : "", text);
	}
	if (table != NULL)
		fclose(table);
	message_line("mistake", name);
	if (sentence[0] != '\0')
		message_line("this means", sentence);
	/* read NN "Heading" */
	char *heading = strchr(where, '"');
	if (heading != NULL)
		message_format("read", "%s in the README of lesson %.2s",
			       heading, where);
}
