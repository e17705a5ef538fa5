/*
 * ladder_text.c - a drawing as text.
 *
 * The words of the first column stand to the left of its line, those of all
 * others to the right of theirs; between words and the next line is the lane
 * of the arrows. An arrow leaves in the row of its send, goes down in a lane if
 * it must, and arrives in the row of its recv. What is drawn are strokes of
 * cells (to the left, right, up, down); only the last step knows whether they
 * become ASCII or box-drawing characters.
 */
#include "ladder.h"

#include <stdlib.h>
#include <string.h>

enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8 };

enum style {
	STYLE_PLAIN,
	STYLE_NAME,
	STYLE_FAINT,
	STYLE_BYTES,
	STYLE_OTHER_LINK,
	STYLE_WAIT,
	STYLE_ERROR
};

enum mark { NO_MARK, LINE_RUNS, LINE_WAITS, HEAD_LEFT, HEAD_RIGHT };

struct cell {
	unsigned char strokes, mark, style;
	bool dashed;
	char letter; /* 0: none */
};

enum {
	LEAST_WORDS = 7,
	READABLE = 24, /* so wide are words wide enough */
	LINES_MEASURED = 300,
	LEAST_LANE = 14, /* of the only one; of more, see least_lane() */
	MOST_LANE = 22,
	MOST_OTHER_LANE = 12,
	STUB = 3 /* of an arrow to or from a fold */
};

struct sheet {
	const struct drawing *drawing;
	struct cell *cells;
	int width, n_lines;
	int line_x[MAX_COLUMNS], words_width[MAX_COLUMNS];
	int *words_end; /* of each line and column: the first cell after */
	int *track;     /* of each bundle: where it goes down */
};

static struct cell *cell_at(const struct sheet *sheet, int line, int x)
{
	static struct cell beyond;
	if (x < 0 || x >= sheet->width)
		return &beyond;
	return &sheet->cells[(size_t)line * (size_t)sheet->width + (size_t)x];
}

static void put_text(const struct sheet *sheet, int line, int x,
		     const char *text, enum style style)
{
	for (; *text != '\0'; text++, x++) {
		struct cell *cell = cell_at(sheet, line, x);
		*cell = (struct cell){.letter = *text,
				      .style = (unsigned char)style};
	}
}

/* ---- where things stand ---- */

static bool words_left(const struct drawing *drawing, int column)
{
	return column == 0 && drawing->n_columns > 1;
}

/* Whether the words of a column can be read in so many cells. */
static bool can_be_read(const struct drawing *drawing, int column, int width)
{
	char words[WORDS_MAX];
	for (size_t i = 0; i < drawing->n_lines && i < LINES_MEASURED; i++) {
		const struct line *line = &drawing->lines[i];
		const struct entry *entry =
			line->kind == LINE_ROW
				? entry_at(drawing, line->row, column)
				: NULL;
		if (entry == NULL)
			continue;
		entry_words(entry, width, words);
		if (strstr(words, "...") != NULL)
			return false;
	}
	return true;
}

/* The widest words of a column, if there were room for all. */
static int widest_words(const struct drawing *drawing, int column)
{
	char words[WORDS_MAX];
	int widest = LEAST_WORDS;
	for (size_t i = 0; i < drawing->n_lines; i++) {
		const struct line *line = &drawing->lines[i];
		const struct entry *entry =
			line->kind == LINE_ROW
				? entry_at(drawing, line->row, column)
				: NULL;
		if (entry == NULL)
			continue;
		int n = entry_words(entry, WORDS_MAX, words);
		if (n > widest)
			widest = n;
	}
	return widest;
}

/* Shares room among columns: each gets what it needs to be read, and then
 * what it would like to have. */
static void share(const struct drawing *drawing, int room,
		  int widths[MAX_COLUMNS])
{
	int n = drawing->n_columns, wanted[MAX_COLUMNS], sum = 0;
	for (int i = 0; i < n; i++) {
		wanted[i] = widest_words(drawing, i);
		widths[i] = LEAST_WORDS;
		while (widths[i] < wanted[i] && widths[i] < READABLE &&
		       !can_be_read(drawing, i, widths[i]))
			widths[i]++;
		sum += widths[i];
	}
	while (sum > room) { /* the widest gives way */
		int widest = 0;
		for (int i = 1; i < n; i++)
			if (widths[i] > widths[widest])
				widest = i;
		if (widths[widest] <= LEAST_WORDS)
			break;
		widths[widest]--;
		sum--;
	}
	for (bool grown = true; grown && sum < room;) {
		grown = false;
		for (int i = 0; i < n && sum < room; i++) {
			if (widths[i] >= wanted[i])
				continue;
			widths[i]++;
			sum++;
			grown = true;
		}
	}
}

static int least_lane(int n_columns, int lane)
{
	if (n_columns == 2)
		return LEAST_LANE;
	return (n_columns == 3 ? 7 : 4) + (lane == 0 ? 2 : 0);
}

static void lay_out(struct sheet *sheet)
{
	const struct drawing *drawing = sheet->drawing;
	int n = drawing->n_columns, *widths = sheet->words_width;
	int lanes[MAX_COLUMNS] = {0}, sum = 2 * n;
	for (int i = 0; i + 1 < n; i++) {
		lanes[i] = least_lane(n, i);
		sum += lanes[i];
	}
	share(drawing, sheet->width - sum, widths);
	for (int i = 0; i < n; i++)
		sum += widths[i];
	for (bool grown = true; grown && sum < sheet->width;) {
		grown = false;
		for (int i = 0; i + 1 < n && sum < sheet->width; i++) {
			if (lanes[i] >= (i == 0 ? MOST_LANE : MOST_OTHER_LANE))
				continue;
			lanes[i]++;
			sum++;
			grown = true;
		}
	}
	int x = 0;
	for (int i = 0; i < n; i++) {
		if (words_left(drawing, i))
			x += widths[i] + 1;
		sheet->line_x[i] = x;
		x += 1 + lanes[i];
		if (!words_left(drawing, i))
			x += widths[i] + 1;
	}
	if (x > sheet->width)
		sheet->width = x;
}

/* ---- names, lines and words ---- */

static void put_name(const struct sheet *sheet, int line,
		     const struct program *program)
{
	int n = (int)strlen(program->label);
	int x = sheet->line_x[program->column] - n / 2;
	put_text(sheet, line, x < 0 ? 0 : x, program->label,
		 program->outside ? STYLE_FAINT : STYLE_NAME);
}

static void put_lines(const struct sheet *sheet, int line)
{
	const struct drawing *drawing = sheet->drawing;
	for (int i = 0; i < drawing->n_columns; i++) {
		struct cell *cell = cell_at(sheet, line + 1, sheet->line_x[i]);
		enum state state = state_at(drawing, line, i);
		cell->mark = state == ABSENT  ? NO_MARK
			     : state == WAITS ? LINE_WAITS
					      : LINE_RUNS;
		cell->style = state == WAITS ? STYLE_WAIT : STYLE_PLAIN;
	}
}

static void put_words(const struct sheet *sheet, int line)
{
	const struct drawing *drawing = sheet->drawing;
	int row = drawing->lines[line].row;
	char words[WORDS_MAX];
	for (int i = 0; i < drawing->n_columns; i++) {
		const struct entry *entry = entry_at(drawing, row, i);
		if (entry == NULL)
			continue;
		int n = entry_words(entry, sheet->words_width[i], words);
		bool left = words_left(drawing, i);
		int x = left ? sheet->line_x[i] - 1 - n : sheet->line_x[i] + 2;
		enum style style = entry->part != WHOLE && entry->part != ENDS
					   ? STYLE_WAIT
				   : failed(entry->call) ? STYLE_ERROR
							 : STYLE_PLAIN;
		put_text(sheet, line + 1, x, words, style);
		if (!left)
			sheet->words_end[line * MAX_COLUMNS + i] = x + n + 1;
	}
}

static void put_sentence(const struct sheet *sheet, int line)
{
	const char *sentence = sheet->drawing->lines[line].sentence;
	int n = (int)strlen(sentence), x = (sheet->width - n) / 2;
	put_text(sheet, line + 1, x < 0 ? 0 : x, sentence, STYLE_FAINT);
	if (x > 0)
		cell_at(sheet, line + 1, x - 1)->mark = NO_MARK;
	cell_at(sheet, line + 1, (x < 0 ? 0 : x) + n)->mark = NO_MARK;
}

/* ---- arrows ---- */

/* Where an arrow at a column's line ends, on its left (towards < 0) or right
 * side: beside the line, or beside the words that stand there. */
static int side_of(const struct sheet *sheet, int line, int column, int side)
{
	int end = sheet->words_end[line * MAX_COLUMNS + column];
	if (side < 0 || end == 0)
		return sheet->line_x[column] + side;
	return end;
}

/* The lane beside a column: its first and last cell. */
static void lane_of(const struct sheet *sheet, int column, int side, int *from,
		    int *to)
{
	int left = side > 0 ? column : column - 1;
	*from = sheet->line_x[left] + 1;
	if (!words_left(sheet->drawing, left))
		*from += sheet->words_width[left] + 2;
	*to = sheet->line_x[left + 1] - 1;
}

struct track {
	int lane, x, towards, until; /* until: its last line */
};

/* Chooses where each bundle goes down. An older one is nearer to its target,
 * so that messages that follow each other do not cross. */
static void choose_tracks(struct sheet *sheet)
{
	const struct drawing *drawing = sheet->drawing;
	size_t n = 0;
	struct track *tracks = take((drawing->n_arrows + 1) * sizeof *tracks);
	int *ends = take(((size_t)drawing->n_bundles + 1) * sizeof *ends);
	sheet->track = take(((size_t)drawing->n_bundles + 1) * sizeof(int));
	for (size_t i = 0; i < drawing->n_arrows; i++) {
		const struct arrow *a = &drawing->arrows[i];
		if (a->to_line > ends[a->bundle])
			ends[a->bundle] = a->to_line;
	}
	for (size_t i = 0; i < drawing->n_arrows; i++) {
		const struct arrow *a = &drawing->arrows[i];
		if (sheet->track[a->bundle] != 0 || a->from_line == a->to_line)
			continue;
		int from, to, lane = a->towards > 0 ? a->from : a->from - 1;
		lane_of(sheet, a->from, a->towards, &from, &to);
		from += a->towards < 0; /* the arrow's head stands there */
		to -= a->towards > 0;
		int third = (to - from) / 3;
		int x = a->towards > 0 ? to - third : from + third;
		bool free = true;
		for (size_t k = 0; k < n; k++) {
			const struct track *t = &tracks[k];
			if (t->lane != lane || t->until < a->from_line)
				continue;
			free &= t->x != x;
			if (t->towards != a->towards)
				continue;
			if (a->towards > 0 && t->x - 2 < x)
				x = t->x - 2;
			if (a->towards < 0 && t->x + 2 > x)
				x = t->x + 2;
		}
		for (int tries = to - from; tries >= 0; tries--) {
			free = x >= from && x <= to;
			for (size_t k = 0; k < n; k++)
				free &= tracks[k].lane != lane ||
					tracks[k].until < a->from_line ||
					tracks[k].x != x;
			if (free)
				break;
			x -= a->towards;
			if (x < from)
				x = to;
			if (x > to)
				x = from;
		}
		/* What is over makes room. */
		size_t kept = 0;
		for (size_t k = 0; k < n; k++)
			if (tracks[k].until >= a->from_line)
				tracks[kept++] = tracks[k];
		n = kept;
		tracks[n++] =
			(struct track){lane, x, a->towards, ends[a->bundle]};
		sheet->track[a->bundle] = x;
	}
}

static enum style arrow_style(const struct link *link)
{
	return link->kind == LINK_RST || link->fate == LOST ||
			       link->fate == REFUSED || link->fate == UNANSWERED
		       ? STYLE_ERROR
	       : link->kind == LINK_BYTES ? STYLE_BYTES
					  : STYLE_OTHER_LINK;
}

static void stroke(const struct sheet *sheet, int line, int x, int strokes,
		   const struct link *link)
{
	struct cell *cell = cell_at(sheet, line + 1, x);
	if (cell->letter != '\0')
		return;
	bool dashed = link->kind != LINK_BYTES;
	cell->dashed = cell->strokes == 0 ? dashed : cell->dashed && dashed;
	cell->strokes |= (unsigned char)strokes;
	if (cell->mark == NO_MARK)
		cell->style = (unsigned char)arrow_style(link);
}

/* A level line over the cells from..to, both with them. */
static void level(const struct sheet *sheet, int line, int from, int to,
		  const struct link *link)
{
	for (int x = from < to ? from : to; x <= (from < to ? to : from); x++)
		stroke(sheet, line, x, LEFT | RIGHT, link);
}

/* A word in the middle of a level line, if it is long enough. */
static void put_label(const struct sheet *sheet, int line, int from, int to,
		      const struct link *link)
{
	const char *word = link_word(link);
	int left = from < to ? from : to, right = from < to ? to : from;
	int n = (int)strlen(word);
	if (n == 0 || right - left + 1 < n + 4)
		return;
	int x = left + (right - left + 1 - n - 2) / 2;
	for (int i = x; i < x + n + 2; i++) /* not over a line in between */
		if (cell_at(sheet, line + 1, i)->mark != NO_MARK)
			return;
	put_text(sheet, line + 1, x, format(" %s ", word), arrow_style(link));
}

static void put_arrow(const struct sheet *sheet, const struct arrow *a)
{
	const struct link *link = a->link;
	int side = a->towards, from = 0, to = 0;
	if (!a->from_fold)
		from = side_of(sheet, a->from_line, a->from, side);
	if (a->to == NOWHERE) { /* it gets half way */
		int first, last;
		lane_of(sheet, a->from, side, &first, &last);
		to = from + (side > 0 ? last - from : first - from) / 2;
	} else if (!a->to_fold) {
		to = side_of(sheet, a->to_line, a->to, -side);
	}
	int bend = sheet->track[a->bundle];
	if (a->from_fold || a->to_fold) {
		int line = a->from_fold ? a->to_line : a->from_line;
		if (a->from_fold)
			level(sheet, line, to - side * STUB, to, link);
		else
			level(sheet, line, from, from + side * STUB, link);
	} else if (a->from_line == a->to_line) {
		level(sheet, a->from_line, from, to, link);
		put_label(sheet, a->from_line, from, to - side, link);
	} else {
		int back = side > 0 ? LEFT : RIGHT, on = LEFT + RIGHT - back;
		if (from * side < bend * side)
			level(sheet, a->from_line, from, bend - side, link);
		stroke(sheet, a->from_line, bend, back | DOWN, link);
		for (int line = a->from_line + 1; line < a->to_line; line++)
			stroke(sheet, line, bend, UP | DOWN, link);
		stroke(sheet, a->to_line, bend, on | UP, link);
		level(sheet, a->to_line, bend + side, to, link);
		put_label(sheet, a->to_line, bend + side, to - side, link);
	}
	if (a->to_fold)
		return;
	struct cell *head = cell_at(sheet, a->to_line + 1, to);
	*head = (struct cell){
		.style = (unsigned char)arrow_style(link),
		.mark = side > 0 ? HEAD_RIGHT : HEAD_LEFT,
	};
	if (a->to != NOWHERE)
		return;
	head->mark = NO_MARK;
	head->letter = 'x';
	const char *word = link_word(link);
	int x = side > 0 ? to + 2 : to - 1 - (int)strlen(word);
	put_text(sheet, a->to_line + 1, x, word, arrow_style(link));
}

/* ---- characters ---- */

static const char *utf8_strokes(const struct cell *cell)
{
	static const char *const glyphs[16] = {
		" ", "─", "─", "─", "│", "╯", "╰", "┴",
		"│", "╮", "╭", "┬", "│", "┤", "├", "┼",
	};
	if (cell->dashed && cell->strokes == (LEFT | RIGHT))
		return "╌";
	if (cell->dashed && cell->strokes == (UP | DOWN))
		return "╎";
	return glyphs[cell->strokes];
}

static const char *ascii_strokes(const struct cell *cell, int x)
{
	if (cell->strokes == (LEFT | RIGHT))
		return cell->dashed && x % 2 == 0 ? " " : "-";
	if (cell->strokes == (UP | DOWN))
		return "|";
	return cell->strokes == 0 ? " " : "+";
}

static const char *glyph(const struct sheet *sheet, const struct cell *cell,
			 int x)
{
	static char letter[2];
	bool ascii = sheet->drawing->options.ascii;
	if (cell->letter != '\0') {
		letter[0] = cell->letter;
		return letter;
	}
	switch (cell->mark) {
	case HEAD_LEFT:
		return ascii ? "<" : "◄";
	case HEAD_RIGHT:
		return ascii ? ">" : "►";
	case LINE_RUNS:
		return cell->strokes != 0 ? (ascii ? "+" : "┼")
		       : ascii            ? "|"
					  : "│";
	case LINE_WAITS:
		return cell->strokes != 0 ? (ascii ? "+" : "┼")
		       : ascii            ? ":"
					  : "┊";
	default:
		return ascii ? ascii_strokes(cell, x) : utf8_strokes(cell);
	}
}

static const char *colour_of(enum style style)
{
	switch (style) {
	case STYLE_NAME:
		return "\033[1m";
	case STYLE_FAINT:
		return "\033[2m";
	case STYLE_BYTES:
		return "\033[33m";
	case STYLE_OTHER_LINK:
		return "\033[36m";
	case STYLE_WAIT:
		return "\033[31m";
	case STYLE_ERROR:
		return "\033[1;31m";
	case STYLE_PLAIN:
		break;
	}
	return "";
}

static bool is_blank(const struct cell *cell)
{
	return cell->strokes == 0 && cell->mark == NO_MARK &&
	       (cell->letter == '\0' || cell->letter == ' ');
}

static void print_line(const struct sheet *sheet, int line, FILE *out)
{
	int end = sheet->width;
	enum style style = STYLE_PLAIN;
	while (end > 0 && is_blank(cell_at(sheet, line, end - 1)))
		end--;
	for (int x = 0; x < end; x++) {
		const struct cell *cell = cell_at(sheet, line, x);
		if (cell->style != style && !is_blank(cell) &&
		    sheet->drawing->options.colour) {
			fputs(style == STYLE_PLAIN ? "" : "\033[0m", out);
			style = (enum style)cell->style;
			fputs(colour_of(style), out);
		}
		fputs(glyph(sheet, cell, x), out);
	}
	fputs(style == STYLE_PLAIN ? "\n" : "\033[0m\n", out);
}

/* What the signs mean, of those that are there. */
static void print_legend(const struct sheet *sheet, FILE *out)
{
	const struct drawing *drawing = sheet->drawing;
	bool ascii = drawing->options.ascii, bytes = false, other = false;
	for (size_t i = 0; i < drawing->n_arrows; i++) {
		bool is_bytes = drawing->arrows[i].link->kind == LINK_BYTES;
		bytes |= is_bytes;
		other |= !is_bytes;
	}
	const char *before = "\n";
	if (drawing->waits != NULL) {
		fprintf(out, "%s%s waits in a call", before, ascii ? ":" : "┊");
		before = "    ";
	}
	if (bytes) {
		fprintf(out, "%s%s bytes", before, ascii ? "-->" : "──►");
		before = "    ";
	}
	if (other) {
		fprintf(out, "%s%s connection, its end", before,
			ascii ? "- ->" : "╌╌►");
		before = "    ";
	}
	if (*before != '\n')
		fputs("\n", out);
}

void draw_text(const struct drawing *drawing, FILE *out)
{
	struct sheet sheet = {
		.drawing = drawing,
		.width = drawing->options.width,
		.n_lines = (int)drawing->n_lines,
	};
	lay_out(&sheet);
	/* The first line holds the names. */
	size_t cells = (drawing->n_lines + 1) * (size_t)sheet.width;
	sheet.cells = take(cells * sizeof *sheet.cells);
	sheet.words_end = take(drawing->n_lines * MAX_COLUMNS * sizeof(int));
	for (int i = 0; i < drawing->n_columns; i++)
		put_name(&sheet, 0, drawing->heads[i]);
	for (int line = 0; line < sheet.n_lines; line++) {
		put_lines(&sheet, line);
		switch (drawing->lines[line].kind) {
		case LINE_ROW:
			put_words(&sheet, line);
			break;
		case LINE_HEAD:
			put_name(&sheet, line + 1, drawing->lines[line].head);
			break;
		case LINE_FOLD:
			put_sentence(&sheet, line);
			break;
		}
	}
	choose_tracks(&sheet);
	for (size_t i = 0; i < drawing->n_arrows; i++)
		put_arrow(&sheet, &drawing->arrows[i]);
	for (int line = 0; line <= sheet.n_lines; line++)
		print_line(&sheet, line, out);
	print_legend(&sheet, out);
}
