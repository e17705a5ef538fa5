/*
 * ladder_order.c - puts calls into rows, and programs into columns.
 *
 * A strand is the calls of one thread: they follow each other. What a strand
 * does next can be placed when all that it needs has been placed. Among those
 * that can, the earliest phase comes first. Within a phase whoever takes what
 * was just sent comes first (in the same row), then whoever takes what was sent
 * before, then whoever has just done something, then all others by name; last
 * comes what a program had waited for, since the others are its reason.
 *
 * Between two phases stands, where there is something to say, a row that tells
 * who waits in which call.
 */
#include "ladder.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What one row shows of a strand. */
struct unit {
	struct call *call;
	enum part part;
	struct call *waits_in; /* the call that it waited in before; or NULL */
	int begin, phase;      /* phases: the wait began, it was over */
	struct need *needs;
};

struct strand {
	struct program *program;
	int64_t tid;
	struct unit *units;
	size_t n, room, next;
	int last_row, announced; /* rows */
	struct strand *following;
};

static struct strand *strands;

/* ---- phases ---- */

static int by_number(const void *a, const void *b)
{
	const int64_t *p = a, *q = b;
	return *p < *q ? -1 : *p > *q;
}

/* Where nobody wrote down when all were at rest, it was so wherever nothing
 * happened for a while. */
static void find_pauses(struct drawing *drawing)
{
	size_t n = 0, room = 0;
	int64_t *times = NULL;
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct calls *calls = &drawing->programs[i]->calls;
		for (size_t k = 0; k < calls->n; k++) {
			struct call *call = calls->items[k];
			if (!call->shown && call->act != ACT_POLL)
				continue;
			times = room_for(times, n, &room, sizeof *times);
			times[n++] = call->t0;
			if (call->t1 == -1)
				continue;
			times = room_for(times, n, &room, sizeof *times);
			times[n++] = call->t1;
		}
	}
	if (n > 1)
		qsort(times, n, sizeof *times, by_number);
	for (size_t i = 1; i < n; i++) {
		if (times[i] - times[i - 1] < GRAIN)
			continue;
		drawing->marks = room_for(drawing->marks, drawing->n_marks,
					  &drawing->marks_room, sizeof *times);
		drawing->marks[drawing->n_marks++] =
			times[i - 1] + (times[i] - times[i - 1]) / 2;
	}
}

static int phase_at(const struct drawing *drawing, int64_t t)
{
	size_t low = 0, high = drawing->n_marks;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (drawing->marks[middle] <= t)
			low = middle + 1;
		else
			high = middle;
	}
	return (int)low;
}

/* ---- strands ---- */

/* Calls that end when another program gives something. */
static bool takes(const struct call *call)
{
	return call->act == ACT_ACCEPT || call->act == ACT_RECEIVE ||
	       call->act == ACT_POLL;
}

static struct strand *strand_of(struct program *program, int64_t tid)
{
	struct strand **place = &strands;
	for (; *place != NULL; place = &(*place)->following)
		if ((*place)->program == program && (*place)->tid == tid)
			return *place;
	struct strand *strand = take(sizeof *strand);
	*place = strand;
	strand->program = program;
	strand->tid = tid;
	strand->last_row = strand->announced = NOWHERE;
	return strand;
}

static void add_unit(struct strand *strand, struct unit unit)
{
	strand->units = room_for(strand->units, strand->n, &strand->room,
				 sizeof *strand->units);
	strand->units[strand->n++] = unit;
}

static void add_units(struct drawing *drawing, struct strand *strand,
		      struct unit unit)
{
	struct call *call = unit.call;
	int begin = phase_at(drawing, call->t0);
	int end = call->t1 == -1 ? INT_MAX : phase_at(drawing, call->t1);
	if (unit.waits_in == NULL && takes(call))
		unit.waits_in = call;
	unit.begin = unit.waits_in == NULL
			     ? begin
			     : phase_at(drawing, unit.waits_in->t0);
	unit.phase = takes(call) ? end : begin;
	if (call->t1 == -1 && takes(call))
		unit.part = STILL_WAITS;
	bool split = (call->act == ACT_SEND || call->act == ACT_CONNECT) &&
		     begin < end;
	if (split)
		unit.part = BEGINS;
	add_unit(strand, unit);
	if (!split)
		return;
	unit.part = call->t1 == -1 ? STILL_WAITS : ENDS;
	unit.begin = begin;
	unit.phase = end;
	unit.needs = NULL;
	unit.waits_in = call;
	add_unit(strand, unit);
}

/* A thread begins after what its program did last. */
static struct need *first_need(struct program *program, size_t i)
{
	struct call *call = program->calls.items[i], *last = NULL;
	for (size_t k = 0; k < i; k++) {
		struct call *other = program->calls.items[k];
		if (other->shown && other->t1 != -1 && other->t1 <= call->t0)
			last = other;
	}
	if (last == NULL)
		return NULL;
	struct need *need = take(sizeof *need);
	need->call = last;
	return need;
}

static void add_needs(struct need **to, struct need *more)
{
	while (*to != NULL)
		to = &(*to)->next;
	*to = more;
}

static void make_strands(struct drawing *drawing, struct program *program)
{
	struct need *needs = NULL; /* of calls without a row, before */
	struct call *polled = NULL;
	struct strand *strand = NULL;
	for (size_t i = 0; i < program->calls.n; i++) {
		struct call *call = program->calls.items[i];
		if (!call->shown) {
			if (call->act == ACT_POLL || call->cut_short)
				polled = call;
			add_needs(&needs, call->needs);
			continue;
		}
		if (strand == NULL || strand->tid != call->tid)
			strand = strand_of(program, call->tid);
		if (strand->n == 0 && i > 0)
			add_needs(&needs, first_need(program, i));
		add_needs(&needs, call->needs);
		if (polled != NULL && polled->tid != call->tid)
			polled = NULL;
		add_units(drawing, strand,
			  (struct unit){
				  .call = call,
				  .waits_in = polled,
				  .needs = needs,
			  });
		needs = NULL;
		polled = NULL;
	}
}

/* ---- rows ---- */

static struct entry *add_entry(struct row *row, struct call *call,
			       enum part part)
{
	struct entry *entry = take(sizeof *entry);
	struct entry **place = &row->entries;
	while (*place != NULL)
		place = &(*place)->next;
	entry->call = call;
	entry->part = part;
	*place = entry;
	return entry;
}

static struct row *add_row(struct drawing *drawing, int phase)
{
	drawing->rows = room_for(drawing->rows, drawing->n_rows,
				 &drawing->rows_room, sizeof *drawing->rows);
	drawing->rows[drawing->n_rows] = (struct row){.phase = phase};
	return &drawing->rows[drawing->n_rows++];
}

static bool placed(const struct call *call)
{
	return call == NULL || !call->shown || call->row != NOWHERE;
}

static bool is_ready(const struct unit *unit)
{
	if (unit->part == ENDS)
		return true;
	for (struct need *need = unit->needs; need; need = need->next)
		if (!placed(need->call))
			return false;
	for (struct link *l = unit->call->arriving; l; l = l->next_arriving)
		if (!placed(l->from))
			return false;
	return true;
}

/* Does it take what the last row gave, and nothing else? */
static bool fits_last_row(const struct drawing *drawing,
			  const struct strand *strand, const struct unit *unit)
{
	const struct link *cause = unit->call->arriving;
	if (drawing->n_rows == 0 || unit->part != WHOLE || cause == NULL ||
	    cause->next_arriving != NULL || cause->from == NULL)
		return false;
	int last = (int)drawing->n_rows - 1;
	const struct row *row = &drawing->rows[last];
	if (row->phase != unit->phase || cause->from->row != last ||
	    row->entries->call != cause->from || strand->last_row == last)
		return false;
	for (const struct entry *e = row->entries; e; e = e->next)
		if (e->call->program == strand->program)
			return false;
	return true;
}

/* Notes that the strand waited for what is now in this row. */
static void note_wait(struct drawing *drawing, struct strand *strand,
		      const struct unit *unit, int row)
{
	const struct call *in = unit->waits_in;
	if (in == NULL)
		return;
	int from = strand->last_row + 1, cause = NOWHERE;
	const struct program *program = strand->program;
	if (from < program->first_row)
		from = program->first_row;
	if (program->first_row == NOWHERE)
		return;
	while (from < row && drawing->rows[from].phase < unit->begin)
		from++;
	for (struct link *l = unit->call->arriving; l; l = l->next_arriving)
		if (l->from != NULL && l->from->row > cause)
			cause = l->from->row;
	bool waited = cause != NOWHERE && unit->part == WHOLE
			      ? cause >= from
			      : unit->begin < unit->phase || in->t1 == -1 ||
					in->t1 - in->t0 >= GRAIN;
	if (!waited || from >= row)
		return;
	struct wait *wait = take(sizeof *wait);
	*wait = (struct wait){strand->program, from, row - 1, drawing->waits};
	drawing->waits = wait;
}

static void place(struct drawing *drawing, struct strand *strand, int phase)
{
	struct unit *unit = &strand->units[strand->next++];
	struct call *call = unit->call;
	int row = (int)drawing->n_rows;
	/* It went on without anything in between: no wait to be seen. */
	if (unit->part == ENDS && strand->last_row == row - 1) {
		for (struct entry *e = drawing->rows[row - 1].entries; e;
		     e = e->next)
			if (e->call == call)
				e->part = WHOLE;
		call->row = row - 1;
		return;
	}
	if (fits_last_row(drawing, strand, unit))
		row--;
	else
		add_row(drawing, phase);
	note_wait(drawing, strand, unit, row);
	add_entry(&drawing->rows[row], call, unit->part);
	/* A connection is there when connect() returns; bytes can arrive as
	 * soon as send() is called. */
	if (call->row == NOWHERE &&
	    (unit->part != BEGINS || call->act == ACT_SEND || call->t1 == -1))
		call->row = row;
	strand->last_row = row;
	strand->announced = NOWHERE;
	if (strand->program->first_row == NOWHERE)
		strand->program->first_row = row;
	strand->program->last_row = row;
}

/* A row that tells who waits in which call, now that a phase is over. */
static void announce(struct drawing *drawing, int phase)
{
	struct row *row = NULL;
	for (struct strand *s = strands; s != NULL; s = s->following) {
		struct unit *unit = &s->units[s->next];
		if (s->next == s->n || s->announced != NOWHERE ||
		    unit->waits_in == NULL || unit->begin > phase ||
		    unit->phase <= phase || unit->part == ENDS)
			continue;
		bool twice = false;
		for (struct entry *e = row == NULL ? NULL : row->entries; e;
		     e = e->next)
			twice |= e->call->program == s->program;
		if (twice)
			continue;
		if (row == NULL)
			row = add_row(drawing, phase);
		add_entry(row, unit->waits_in, WAITS_ON);
		s->announced = (int)drawing->n_rows - 1;
		if (s->program->first_row == NOWHERE)
			s->program->first_row = s->announced;
	}
}

/* The last row: who still waits. */
static void end_rows(struct drawing *drawing, int phase)
{
	int last = (int)drawing->n_rows - 1;
	struct row *row = NULL;
	for (struct strand *s = strands; s != NULL; s = s->following) {
		if (s->next == s->n)
			continue;
		struct unit *unit = &s->units[s->next];
		bool told = s->announced != NOWHERE;
		for (struct entry *e = last < 0 ? NULL
						: drawing->rows[last].entries;
		     e != NULL; e = e->next)
			if (e->call == unit->waits_in && e->part == WAITS_ON)
				e->part = STILL_WAITS;
		if (!told && row == NULL)
			row = add_row(drawing, phase);
		if (!told) {
			struct entry *e = row->entries;
			while (e != NULL && e->call->program != s->program)
				e = e->next;
			if (e == NULL)
				add_entry(row, unit->call, STILL_WAITS);
		}
		int end = (int)drawing->n_rows;
		note_wait(drawing, s, unit, end);
		if (s->program->first_row == NOWHERE)
			s->program->first_row = end - 1;
		s->program->last_row = end - 1;
		s->next = s->n;
	}
}

/* Whether unit a comes before unit b of the same phase. */
static bool comes_first(const struct drawing *drawing, const struct strand *a,
			const struct strand *b, const struct strand *last)
{
	const struct strand *both[2] = {a, b};
	int rank[2];
	int64_t t[2];
	for (int i = 0; i < 2; i++) {
		const struct unit *unit = &both[i]->units[both[i]->next];
		bool given = unit->part == WHOLE && takes(unit->call) &&
			     unit->call->arriving != NULL;
		rank[i] = unit->part == ENDS                      ? 4
			  : fits_last_row(drawing, both[i], unit) ? 0
			  : given                                 ? 1
			  : both[i] == last                       ? 2
								  : 3;
		t[i] = unit->part == ENDS || takes(unit->call) ? unit->call->t1
							       : unit->call->t0;
	}
	/* Without marks nobody promises that the order is always the same:
	 * then that of the clock is good. */
	if (!drawing->has_marks && rank[0] > 0 && rank[1] > 0)
		return t[0] < t[1];
	return rank[0] < rank[1];
}

/* The strand whose turn it is, or NULL if only those are left that wait. */
static struct strand *next_strand(const struct drawing *drawing,
				  const struct strand *last)
{
	struct strand *best = NULL, *forced = NULL;
	for (struct strand *s = strands; s != NULL; s = s->following) {
		if (s->next == s->n)
			continue;
		const struct unit *unit = &s->units[s->next];
		if (unit->part == STILL_WAITS)
			continue;
		/* Causes in a circle: a broken trace. Then by time. */
		if (forced == NULL ||
		    unit->call->t0 < forced->units[forced->next].call->t0)
			forced = s;
		if (!is_ready(unit))
			continue;
		int best_phase =
			best == NULL ? 0 : best->units[best->next].phase;
		if (best == NULL || unit->phase < best_phase ||
		    (unit->phase == best_phase &&
		     comes_first(drawing, s, best, last)))
			best = s;
	}
	return best != NULL ? best : forced;
}

static void make_rows(struct drawing *drawing)
{
	struct strand *last = NULL, *next;
	int phase = 0;
	while ((next = next_strand(drawing, last)) != NULL) {
		const struct unit *unit = &next->units[next->next];
		if (unit->phase > phase && drawing->n_rows > 0)
			announce(drawing, unit->phase - 1);
		if (unit->phase > phase)
			phase = unit->phase;
		size_t rows = drawing->n_rows;
		place(drawing, next, phase);
		if (drawing->n_rows > rows)
			last = next;
	}
	end_rows(drawing, phase);
}

/* ---- columns ---- */

static bool is_drawn(const struct program *program)
{
	return program->first_row != NOWHERE;
}

/* Callers stand to the left, and whoever is called to the right. */
static int rank_of(const struct program *program)
{
	return !program->listens ? 0 : program->connects ? 1 : 2;
}

static struct program *parent_of(const struct drawing *drawing,
				 const struct program *child)
{
	for (size_t i = 0; i < drawing->n_programs; i++)
		if (drawing->programs[i]->pid == child->ppid &&
		    child->ppid != 0)
			return drawing->programs[i];
	return NULL;
}

static void give_labels(struct drawing *drawing)
{
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct program *program = drawing->programs[i];
		struct program *parent = parent_of(drawing, program);
		bool child = parent != NULL &&
			     strcmp(parent->name, program->name) == 0;
		int same = 1;
		for (size_t k = 0; k < i; k++)
			same += is_drawn(drawing->programs[k]) &&
				strcmp(drawing->programs[k]->name,
				       program->name) == 0;
		if (child) /* the parent is one of these */
			snprintf(program->label, sizeof program->label,
				 "child %d", same - 1);
		else if (same > 1)
			snprintf(program->label, sizeof program->label,
				 "%.20s %d", program->name, same);
		else
			snprintf(program->label, sizeof program->label, "%.24s",
				 program->name);
		plain(program->label);
	}
}

/* The programs that are drawn: callers first, then by their beginning. */
static struct program **in_order(struct drawing *drawing, size_t *n)
{
	struct program **programs =
		take((drawing->n_programs + 2) * sizeof *programs);
	*n = 0;
	for (int rank = 0; rank <= 2; rank++) {
		size_t begin = *n;
		for (size_t i = 0; i < drawing->n_programs; i++) {
			struct program *program = drawing->programs[i];
			struct program *parent = parent_of(drawing, program);
			bool child = parent != NULL && is_drawn(parent) &&
				     strcmp(parent->name, program->name) == 0;
			if (child)
				program->listens = parent->listens;
			if (!is_drawn(program) || rank_of(program) != rank)
				continue;
			size_t k = (*n)++;
			for (; k > begin &&
			       programs[k - 1]->first_row > program->first_row;
			     k--)
				programs[k] = programs[k - 1];
			programs[k] = program;
		}
	}
	return programs;
}

static void choose_columns(struct drawing *drawing)
{
	size_t n, callers = 0, left_out = 0;
	struct program **programs = in_order(drawing, &n);
	struct program *last[MAX_COLUMNS] = {NULL};
	int columns = 0;
	/* Who calls when another caller has gone takes his column, and a
	 * program that is started again its own. */
	for (size_t i = 0; i < n; i++) {
		struct program *program = programs[i];
		bool caller = rank_of(program) == 0 &&
			      parent_of(drawing, program) == NULL;
		int column = 0;
		while (column < columns &&
		       (last[column]->last_row >= program->first_row ||
			(!caller &&
			 strcmp(last[column]->name, program->name) != 0)))
			column++;
		if (column == MAX_COLUMNS) {
			left_out++;
			continue;
		}
		if (column == columns)
			drawing->heads[columns++] = program;
		program->column = column;
		last[column] = program;
		if (caller)
			callers = (size_t)columns;
	}
	bool outside = drawing->outside != NULL && columns < MAX_COLUMNS;
	if (outside) {
		struct program *program = drawing->outside;
		snprintf(program->label, sizeof program->label, "%s",
			 program->name);
		program->first_row = 0;
		program->last_row = (int)drawing->n_rows - 1;
		program->column = columns;
		drawing->heads[columns++] = program;
	}
	/* One between two who call it; and whom we can't see, opposite. */
	int order[MAX_COLUMNS];
	for (int i = 0; i < columns; i++)
		order[i] = i;
	if (columns == 3 && callers == 2)
		order[1] = 2, order[2] = 1;
	else if (outside && callers == 0)
		for (int i = 0; i < columns; i++)
			order[i] = (i + 1) % columns;
	struct program *heads[MAX_COLUMNS];
	for (int i = 0; i < columns; i++)
		heads[order[i]] = drawing->heads[i];
	memcpy(drawing->heads, heads, sizeof heads);
	for (size_t i = 0; i < n; i++)
		if (programs[i]->column != NOWHERE)
			programs[i]->column = order[programs[i]->column];
	if (outside)
		drawing->outside->column = order[drawing->outside->column];
	drawing->n_columns = columns;
	if (left_out > 0)
		add_note(drawing,
			 format("%zu more program%s for which there is no "
				"column: name fewer traces.",
				left_out, left_out == 1 ? "" : "s"));
}

static void set_states(struct drawing *drawing)
{
	size_t n = drawing->n_rows;
	drawing->states = take((n + 1) * MAX_COLUMNS * sizeof(enum state));
	for (size_t i = 0; i <= drawing->n_programs; i++) {
		struct program *program = i < drawing->n_programs
						  ? drawing->programs[i]
						  : drawing->outside;
		if (program == NULL || program->column == NOWHERE)
			continue;
		for (int r = program->first_row; r <= program->last_row; r++)
			drawing->states[r * MAX_COLUMNS + program->column] =
				RUNS;
	}
	for (struct wait *wait = drawing->waits; wait; wait = wait->next)
		for (int r = wait->from;
		     r <= wait->to && wait->program->column != NOWHERE; r++)
			drawing->states[r * MAX_COLUMNS +
					wait->program->column] = WAITS;
}

const struct entry *entry_at(const struct drawing *drawing, int row, int column)
{
	const struct entry *entry = drawing->rows[row].entries;
	while (entry != NULL && entry->call->program->column != column)
		entry = entry->next;
	return entry;
}

/* The row after which it is gone. An end that the test plays is gone when it
 * has closed its connection, or the other end has, and it does no more. */
static int last_row_of(const struct drawing *drawing,
		       const struct program *program)
{
	int last = program->last_row, end = (int)drawing->n_rows - 1;
	size_t n = program->calls.n;
	if (!program->played)
		return program->end_time != -1 || (program->end != NULL &&
						   program->end->shown)
			       ? last
			       : end;
	const struct call *call = program->calls.items[n - 1];
	if (call->act == ACT_CLOSE)
		return last;
	const struct end *mate = call->end == NULL ? NULL : call->end->mate;
	if (mate == NULL || mate->said_end == NULL ||
	    mate->said_end->row == NOWHERE)
		return end;
	return mate->said_end->row > last ? mate->said_end->row : last;
}

void order_rows(struct drawing *drawing)
{
	drawing->has_marks = drawing->n_marks > 0;
	if (!drawing->has_marks)
		find_pauses(drawing);
	else
		qsort(drawing->marks, drawing->n_marks, sizeof(int64_t),
		      by_number);
	for (size_t i = 0; i < drawing->n_programs; i++)
		make_strands(drawing, drawing->programs[i]);
	make_rows(drawing);
	if (drawing->n_rows == 0)
		return;
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct program *program = drawing->programs[i];
		if (is_drawn(program))
			program->last_row = last_row_of(drawing, program);
	}
	give_labels(drawing);
	choose_columns(drawing);
	set_states(drawing);
}
