/*
 * ladder.c - draws what programs said to each other: a column a program, time
 * downwards, an arrow from each send to the recv that took its bytes.
 *
 * usage: ladder [options] FILE.trace ...
 *
 * The files are traces as trace.so writes them. ladder.h tells the steps from
 * a trace to a drawing.
 */
#include "ladder.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 1 << 18 };

static const char usage_text[] =
	"usage: ladder [options] FILE.trace ...\n"
	"\n"
	"Draws the traces of two or more programs as one ladder: a column a\n"
	"program, time downwards, an arrow from each send to the recv that\n"
	"took its bytes.\n"
	"\n"
	"  --svg         a picture (SVG) instead of text\n"
	"  --dark        ... with light lines on a dark ground\n"
	"  --ascii       text without any other characters\n"
	"  --width N     text of N columns, 40 to 400 (default 80)\n"
	"  --colour      text in colour, also when it is no terminal\n"
	"  --all         every call, also those that nobody else can notice\n"
	"  --unfolded    every row, however often they repeat\n"
	"  --help        this text\n";

/* ---- memory ---- */

/* Pieces come from chunks, and all chunks hang on one list, so nothing is
 * ever lost track of. */
static struct chunk {
	struct chunk *next;
	size_t used, size;
	max_align_t bytes[];
} * chunks;

void *take(size_t size)
{
	size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (chunks == NULL || chunks->size - chunks->used < size) {
		size_t room = size > CHUNK ? size : CHUNK;
		struct chunk *chunk = calloc(1, sizeof *chunk + room);
		if (chunk == NULL) {
			fputs("ladder: out of memory\n", stderr);
			exit(1);
		}
		chunk->size = room;
		chunk->next = chunks;
		chunks = chunk;
	}
	void *piece = (char *)chunks->bytes + chunks->used;
	chunks->used += size;
	return piece;
}

void *room_for(void *items, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return items;
	size_t more = *room == 0 ? 8 : 2 * *room;
	void *larger = take(more * size);
	if (n > 0)
		memcpy(larger, items, n * size);
	*room = more;
	return larger;
}

char *format(const char *template, ...)
{
	va_list arguments, again;
	va_start(arguments, template);
	va_copy(again, arguments);
	int len = vsnprintf(NULL, 0, template, arguments);
	char *text = take((size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, template, again);
	va_end(again);
	va_end(arguments);
	return text;
}

void add_call(struct calls *calls, struct call *call)
{
	calls->items = room_for(calls->items, calls->n, &calls->room,
				sizeof *calls->items);
	calls->items[calls->n++] = call;
}

void add_note(struct drawing *drawing, const char *sentence)
{
	drawing->notes = room_for(drawing->notes, drawing->n_notes,
				  &drawing->notes_room, sizeof *drawing->notes);
	drawing->notes[drawing->n_notes++] = sentence;
}

/* ---- the command ---- */

/* Says what is wrong (printf) and ends with 2. */
__attribute__((format(printf, 1, 2), noreturn)) static void
wrong_usage(const char *what, ...)
{
	va_list arguments;
	va_start(arguments, what);
	fputs("ladder: ", stderr);
	vfprintf(stderr, what, arguments);
	fputs("\n'ladder --help' tells how it is used\n", stderr);
	va_end(arguments);
	exit(2);
}

static int number_of(const char *text, int least, int most)
{
	char *end;
	errno = 0;
	long number = strtol(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || number < least ||
	    number > most)
		wrong_usage("--width is a number from %d to %d, not: %s", least,
			    most, text);
	return (int)number;
}

/* Reads the options; *first becomes the number of the first file. */
static struct options read_options(int argc, char *argv[], int *first)
{
	const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
	struct options options = {
		.width = 80,
		.colour = isatty(STDOUT_FILENO) && term != NULL &&
			  strcmp(term, "dumb") != 0 &&
			  (no_colour == NULL || *no_colour == '\0'),
	};
	const struct {
		const char *name;
		bool *set;
	} known[] = {
		{"--svg", &options.svg},
		{"--dark", &options.dark},
		{"--ascii", &options.ascii},
		{"--colour", &options.colour},
		{"--all", &options.everything},
		{"--unfolded", &options.unfolded},
	};
	const size_t n = sizeof known / sizeof known[0];
	int i = 1;
	for (; i < argc && argv[i][0] == '-'; i++) {
		size_t k = 0;
		while (k < n && strcmp(argv[i], known[k].name) != 0)
			k++;
		if (k < n) {
			*known[k].set = true;
		} else if (strcmp(argv[i], "--help") == 0) {
			fputs(usage_text, stdout);
			exit(0);
		} else if (strcmp(argv[i], "--width") != 0) {
			wrong_usage("there is no option %s", argv[i]);
		} else if (++i == argc) {
			wrong_usage("--width needs a number");
		} else {
			options.width = number_of(argv[i], 40, 400);
		}
	}
	if (options.dark && !options.svg)
		wrong_usage("--dark is for pictures: --svg --dark");
	if (i == argc)
		wrong_usage("which traces? Name their files");
	*first = i;
	return options;
}

int main(int argc, char *argv[])
{
	int first;
	struct drawing drawing = {.options = read_options(argc, argv, &first)};
	drawing.links_end = &drawing.links;
	for (int i = first; i < argc; i++)
		read_trace(&drawing, argv[i]);
	join_programs(&drawing);
	match_calls(&drawing);
	order_rows(&drawing);
	fold_rows(&drawing);
	bool empty = drawing.n_lines == 0;
	if (empty)
		add_note(&drawing, "There is nothing to draw.");
	/* In a picture there is no room for sentences; they go beside it. */
	FILE *beside = drawing.options.svg || empty ? stderr : stdout;
	if (!empty && drawing.options.svg)
		draw_svg(&drawing, stdout);
	else if (!empty)
		draw_text(&drawing, stdout);
	for (size_t i = 0; i < drawing.n_notes; i++)
		fprintf(beside, "%s\n", drawing.notes[i]);
	if (fflush(stdout) == EOF || ferror(stdout)) {
		perror("ladder: standard output");
		return 1;
	}
	return empty ? 1 : 0;
}
