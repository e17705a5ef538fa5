/*
 * ladder_fold.c - makes lines of rows, and arrows of links.
 *
 * Of rows that look alike and come again and again, the first and the last are
 * shown, and in between a sentence tells how many there are. What is still too
 * long to be read after that is cut in the middle.
 */
#include "ladder.h"

#include <stdlib.h>
#include <string.h>

enum {
	OFTEN = 4,      /* rows of one look: it repeats */
	HIDDEN = 8,     /* so many at least are hidden by a fold */
	STRETCH = 20,   /* so many in a row are worth a fold */
	LOOKS_MAX = 12, /* of different looks in one stretch */
	FEW = 4,        /* rows that give an impression */
	LINES_MAX = 200,
	LINES_FIRST = 120,
	LINES_LAST = 60
};

/* ---- what a row looks like ---- */

static uint64_t mix(uint64_t hash, uint64_t more)
{
	return (hash ^ more) * UINT64_C(1099511628211);
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = mix(hash, (unsigned char)*text);
	return hash;
}

static uint64_t mix_link(uint64_t hash, const struct link *link,
			 const struct program *other)
{
	if (link == NULL)
		return mix(hash, 98);
	hash = mix(hash, link->kind * 8 + link->fate);
	return mix(hash, other == NULL ? 99 : (uint64_t)other->column);
}

/* The same number for rows that differ in their bytes, and in how many sends
 * they came from, alone. */
static uint64_t look_of(const struct drawing *drawing, int row)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	const struct entry *entry = drawing->rows[row].entries;
	for (; entry != NULL; entry = entry->next) {
		const struct call *call = entry->call;
		const struct link *in = call->arriving, *out = call->leaving;
		hash = mix_text(hash, call->name);
		hash = mix(hash, (uint64_t)call->program->column * 8 +
					 (uint64_t)entry->part);
		hash = mix(hash, call->len > 0);
		if (call->error != NULL)
			hash = mix_text(hash, call->error);
		if (entry->part == WAITS_ON)
			continue;
		hash = mix_link(hash, in, in == NULL ? NULL : in->source);
		hash = mix_link(hash, out, out == NULL ? NULL : out->target);
	}
	return hash;
}

struct look {
	uint64_t hash;
	int row;
};

static int by_hash(const void *a, const void *b)
{
	const struct look *p = a, *q = b;
	if (p->hash != q->hash)
		return p->hash < q->hash ? -1 : 1;
	return p->row - q->row;
}

/* Gives rows of the same look the same number, from 1; 0 to those whose look
 * is rare. */
static int *number_looks(const struct drawing *drawing)
{
	int n = (int)drawing->n_rows, next = 1;
	struct look *looks = take((size_t)(n + 1) * sizeof *looks);
	int *numbers = take((size_t)(n + 1) * sizeof *numbers);
	for (int i = 0; i < n; i++)
		looks[i] = (struct look){look_of(drawing, i), i};
	if (n > 1)
		qsort(looks, (size_t)n, sizeof *looks, by_hash);
	for (int i = 0, k; i < n; i = k) {
		for (k = i; k < n && looks[k].hash == looks[i].hash;)
			k++;
		for (int j = i; j < k && k - i >= OFTEN; j++)
			numbers[looks[j].row] = next;
		next++;
	}
	return numbers;
}

/* How many rows to show at one end of a stretch of n, which goes on from `from`
 * in steps of step: a round in which each look is seen, or only some if they
 * come in no order. 0 if there are too many looks. */
static int rows_to_show(const int *numbers, int from, int step, int n)
{
	int seen[LOOKS_MAX], n_seen = 0, last = 0;
	for (int i = 0; i < n; i++) {
		int k = 0;
		while (k < n_seen && seen[k] != numbers[from + i * step])
			k++;
		if (k < n_seen)
			continue;
		if (n_seen == LOOKS_MAX)
			return 0;
		seen[n_seen++] = numbers[from + i * step];
		last = i + 1;
	}
	bool in_order = last <= 2 * n_seen && last <= LOOKS_MAX;
	return in_order ? last : n_seen > FEW ? n_seen : FEW;
}

/* ---- lines ---- */

static void add_line(struct drawing *drawing, struct line line)
{
	drawing->lines = room_for(drawing->lines, drawing->n_lines,
				  &drawing->lines_room, sizeof *drawing->lines);
	drawing->lines[drawing->n_lines++] = line;
}

/* What the rows from..to-1 would have shown. */
static const char *fold_sentence(const struct drawing *drawing, int from,
				 int to, const char *what)
{
	struct {
		uint64_t bytes;
		int programs;
		const struct program *last;
	} sent[MAX_COLUMNS] = {0};
	uint64_t calls = 0;
	for (int row = from; row < to; row++) {
		const struct entry *entry = drawing->rows[row].entries;
		for (; entry != NULL; entry = entry->next) {
			const struct call *call = entry->call;
			int column = call->program->column;
			if (entry->part == WAITS_ON)
				continue;
			calls++;
			if (!call->out || column == NOWHERE)
				continue;
			sent[column].bytes += call->len;
			sent[column].programs +=
				call->program != sent[column].last;
			sent[column].last = call->program;
		}
	}
	const char *text =
		format("... %s more calls%s", with_commas(calls), what);
	const char *before = ": ";
	for (int i = 0; i < drawing->n_columns; i++) {
		if (sent[i].programs == 0)
			continue;
		const char *who_sent =
			sent[i].programs > 1
				? format("%d programs", sent[i].programs)
				: sent[i].last->label;
		text = format("%s%s%s%s %s%s", text, before, who_sent,
			      *before == ','         ? ""
			      : sent[i].programs > 1 ? " send"
						     : " sends",
			      with_commas(sent[i].bytes),
			      *before == ',' ? "" : " bytes");
		before = ", ";
	}
	return format("%s ...", text);
}

static void add_fold(struct drawing *drawing, int from, int to,
		     const char *what)
{
	for (int row = from; row < to; row++)
		drawing->line_of_row[row] = (int)drawing->n_lines;
	add_line(drawing,
		 (struct line){
			 .kind = LINE_FOLD,
			 .row = from,
			 .sentence = fold_sentence(drawing, from, to, what),
		 });
}

static void add_row_line(struct drawing *drawing, int row)
{
	/* Names of those who take the column of somebody who has gone. */
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct program *program = drawing->programs[i];
		if (program->column != NOWHERE && program->first_row == row &&
		    drawing->heads[program->column] != program)
			add_line(drawing, (struct line){.kind = LINE_HEAD,
							.row = row,
							.head = program});
	}
	bool drawn = false;
	for (struct entry *e = drawing->rows[row].entries; e; e = e->next)
		drawn |= e->call->program->column != NOWHERE;
	if (!drawn) {
		drawing->line_of_row[row] = NOWHERE;
		return;
	}
	drawing->line_of_row[row] = (int)drawing->n_lines;
	add_line(drawing, (struct line){.kind = LINE_ROW, .row = row});
}

static void fold_repetitions(struct drawing *drawing)
{
	int n = (int)drawing->n_rows;
	const int *numbers = number_looks(drawing);
	for (int row = 0; row < n; row++) {
		int end = row;
		while (end < n && numbers[end] != 0)
			end++;
		int first = rows_to_show(numbers, row, 1, end - row);
		int last = rows_to_show(numbers, end - 1, -1, end - row);
		bool folds = end - row >= STRETCH && first > 0 && last > 0 &&
			     end - row - first - last >= HIDDEN;
		if (!folds) {
			add_row_line(drawing, row);
			for (; row + 1 < end; row++)
				add_row_line(drawing, row + 1);
			continue;
		}
		int to = end - last;
		for (; first > 0; first--)
			add_row_line(drawing, row++);
		add_fold(drawing, row, to, "");
		for (row = to; row < end; row++)
			add_row_line(drawing, row);
		row--;
	}
}

/* Leaves the middle of too many lines out. */
static void cut_middle(struct drawing *drawing)
{
	size_t n = drawing->n_lines;
	if (n <= LINES_MAX)
		return;
	struct line *lines = drawing->lines;
	size_t resume = n - LINES_LAST;
	int from = lines[LINES_FIRST].row, to = lines[resume].row;
	drawing->lines = NULL;
	drawing->n_lines = drawing->lines_room = 0;
	for (size_t i = 0; i < LINES_FIRST; i++)
		add_line(drawing, lines[i]);
	add_fold(drawing, from, to, " left out");
	int moved = (int)(resume - drawing->n_lines);
	for (size_t i = resume; i < n; i++)
		add_line(drawing, lines[i]);
	for (size_t row = (size_t)to; row < drawing->n_rows; row++)
		if (drawing->line_of_row[row] != NOWHERE)
			drawing->line_of_row[row] -= moved;
}

enum state state_at(const struct drawing *drawing, int line, int column)
{
	const struct line *l = &drawing->lines[line];
	int row = l->row;
	if (l->kind != LINE_HEAD)
		return drawing->states[row * MAX_COLUMNS + column];
	/* A line between two rows: there if there on both sides. */
	if (row == 0 || l->head->column == column)
		return ABSENT;
	enum state before = drawing->states[(row - 1) * MAX_COLUMNS + column];
	enum state after = drawing->states[row * MAX_COLUMNS + column];
	return before == ABSENT || after == ABSENT ? ABSENT : before;
}

/* ---- arrows ---- */

static int line_of(const struct drawing *drawing, const struct call *call)
{
	return call == NULL || !call->shown || call->row == NOWHERE
		       ? NOWHERE
		       : drawing->line_of_row[call->row];
}

static bool is_fold(const struct drawing *drawing, int line)
{
	return drawing->lines[line].kind == LINE_FOLD;
}

/* Arrows that share a call share a bundle. */
static int bundle_of(struct drawing *drawing, const struct link *link)
{
	int bundle = 0;
	if (link->kind == LINK_BYTES && link->from != NULL)
		bundle = link->from->bundle;
	if (bundle == 0 && link->kind == LINK_BYTES && link->to != NULL)
		bundle = link->to->bundle;
	if (bundle == 0)
		bundle = ++drawing->n_bundles;
	if (link->kind == LINK_BYTES && link->from != NULL)
		link->from->bundle = bundle;
	if (link->kind == LINK_BYTES && link->to != NULL)
		link->to->bundle = bundle;
	return bundle;
}

static bool make_arrow(struct drawing *drawing, const struct link *link,
		       struct arrow *arrow)
{
	*arrow = (struct arrow){
		.link = link,
		.from = link->source->column,
		.to = link->target == NULL ? NOWHERE : link->target->column,
		.from_line = line_of(drawing, link->from),
		.to_line = line_of(drawing, link->to),
	};
	if (arrow->from == NOWHERE || arrow->from == arrow->to ||
	    (link->from != NULL && arrow->from_line == NOWHERE) ||
	    (link->to != NULL && arrow->to_line == NOWHERE) ||
	    (link->target != NULL && arrow->to == NOWHERE))
		return false;
	if (link->from == NULL)
		arrow->from_line = arrow->to_line;
	if (link->to == NULL)
		arrow->to_line = arrow->from_line;
	arrow->from_fold = is_fold(drawing, arrow->from_line);
	arrow->to_fold = is_fold(drawing, arrow->to_line);
	if (arrow->from_line > arrow->to_line ||
	    (arrow->from_fold && arrow->to_fold) ||
	    (arrow->from_fold && link->to == NULL))
		return false;
	int last = drawing->n_columns - 1;
	arrow->towards = arrow->to == NOWHERE ? (arrow->from < last ? 1 : -1)
			 : arrow->to > arrow->from ? 1
						   : -1;
	if (link->fate == LOST)
		arrow->to = NOWHERE;
	return arrow->to != NOWHERE || last > 0;
}

static int by_line(const void *a, const void *b)
{
	const struct arrow *p = a, *q = b;
	if (p->from_line != q->from_line)
		return p->from_line - q->from_line;
	if (p->to_line != q->to_line)
		return p->to_line - q->to_line;
	/* Copies of one datagram lie on one another: who received first does
	 * not change the drawing. */
	if (p->from != q->from)
		return p->from - q->from;
	return p->to - q->to;
}

static void make_arrows(struct drawing *drawing)
{
	size_t n = 0;
	for (struct link *link = drawing->links; link; link = link->next)
		n++;
	drawing->arrows = take((n + 1) * sizeof *drawing->arrows);
	for (struct link *link = drawing->links; link; link = link->next)
		if (link->source != NULL &&
		    make_arrow(drawing, link,
			       &drawing->arrows[drawing->n_arrows]))
			drawing->n_arrows++;
	if (drawing->n_arrows > 1)
		qsort(drawing->arrows, drawing->n_arrows,
		      sizeof *drawing->arrows, by_line);
	for (size_t i = 0; i < drawing->n_arrows; i++)
		drawing->arrows[i].bundle =
			bundle_of(drawing, drawing->arrows[i].link);
}

void fold_rows(struct drawing *drawing)
{
	if (drawing->n_rows == 0)
		return;
	drawing->line_of_row = take(drawing->n_rows * sizeof(int));
	if (drawing->options.unfolded)
		for (size_t row = 0; row < drawing->n_rows; row++)
			add_row_line(drawing, (int)row);
	else
		fold_repetitions(drawing);
	if (!drawing->options.unfolded)
		cut_middle(drawing);
	make_arrows(drawing);
}
