/*
 * ladder.h - what the parts of ladder share.
 *
 * A drawing is made in steps, a file each:
 *
 *   ladder_read.c    trace files -> programs and their calls
 *   ladder_match.c   calls -> links: which send fed which recv
 *   ladder_order.c   calls and links -> rows: what stands above what
 *   ladder_fold.c    rows -> lines: repetition is told, not shown
 *   ladder_words.c   a call -> its words
 *   ladder_text.c    lines -> text for a terminal, or
 *   ladder_svg.c     lines -> a picture for a slide
 *
 * The order of rows is the order of causes: each program's own calls, a send
 * before the recv that took its bytes, a connect before its accept. The clock
 * decides only between phases: stretches of time at whose ends every program
 * was at rest. Whoever plays a conversation can write these ends down (records
 * `mark`); else they are where nothing happened for a while. So the same
 * conversation gives the same drawing, however fast the machine is.
 */
#ifndef LADDER_H
#define LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* So long nothing happens: then a phase is over. So long a call takes: then it
 * has waited. Nanoseconds. */
#define GRAIN (20 * INT64_C(1000000))

enum {
	MAX_COLUMNS = 8,
	WORDS_MAX = 256, /* the words of a call, with their NUL */
	NOWHERE = -1     /* a column, or a row, that is not */
};

enum kind { KIND_OTHER, KIND_TCP, KIND_UDP, KIND_UNIX };

/* What a call is for. */
enum act {
	ACT_OTHER,
	ACT_BIND,
	ACT_LISTEN,
	ACT_CONNECT,
	ACT_ACCEPT,
	ACT_SEND,
	ACT_RECEIVE,
	ACT_POLL,
	ACT_SHUTDOWN,
	ACT_CLOSE,
	ACT_PAIR,
	ACT_FORK,
	ACT_END /* no call: the program ends */
};

/* An address; each exists once, so that pointers can be compared. */
struct address {
	const char *text;      /* 127.0.0.1:9001, [::1]:9001, or a path */
	size_t host_len;       /* of the text, without the port */
	int port;              /* -1: a path */
	struct program *owner; /* whose socket has it; NULL: nobody's here */
	struct call *opener;   /* the listen or bind that made it so */
	struct address *next;
};

/* Something that must have happened before. */
struct need {
	struct call *call;
	struct need *next;
};

struct call {
	struct program *program;
	enum act act;
	enum kind kind;
	bool datagram;
	int64_t n, tid;
	int64_t t0, t1; /* t1 is -1 while it still waits */
	const char *name, *text;
	const char *error; /* errno's name, or NULL */
	int64_t ret, fd, new_fd, child;
	struct address *local, *peer;
	int64_t inode, pair, peer_pid; /* Unix: who is who; 0: not known */
	bool in, out;                  /* bytes of the stream were moved */
	uint64_t offset, len;          /* which, and how many */
	const unsigned char *data;     /* the first of them */
	size_t data_len;

	/* found by ladder_match.c */
	struct end *end; /* of the connection it is about, or NULL */
	bool shown;      /* has a row */
	bool cut_short;  /* it waited when its program ended */
	struct need *needs;
	struct link *arriving, *leaving;

	int row;    /* found by ladder_order.c: where arrows end and begin */
	int bundle; /* found by ladder_fold.c: that of its arrows, or 0 */
};

struct calls {
	struct call **items;
	size_t n, room;
};

/* One end of a connection. */
struct end {
	struct program *program; /* who opened it */
	struct address *local, *peer;
	int64_t inode, pair, peer_pid;
	bool connector;
	struct call *opened; /* connect or accept; NULL: before the trace */
	struct end *mate;    /* the other end; NULL: its program has no trace */
	struct calls out, in;
	struct call *said_end; /* shutdown(), or the last close() */
	struct call *saw_end;  /* recv() was 0, or the reset's error */
	int holders;           /* descriptors that are this end */
	struct end *next;      /* in the order of their beginning */
	struct end *next_key;  /* with the same hash */
};

enum link_kind { LINK_CONNECTION, LINK_BYTES, LINK_FIN, LINK_RST };

enum fate {
	ARRIVED,
	LOST,       /* a datagram that nobody took, though later ones came */
	UNREAD,     /* it came, and the program did not take it */
	REFUSED,    /* a connection that nobody listens for */
	UNANSWERED, /* a connection that has not come about */
	UNACCEPTED  /* a connection that waits in the backlog */
};

/* An arrow. */
struct link {
	enum link_kind kind;
	enum fate fate;
	struct call *from, *to;          /* one of them may be NULL */
	struct program *source, *target; /* target NULL: nobody */
	struct link *next_arriving, *next_leaving, *next;
};

struct program {
	const char *name, *file;
	char label[32];
	int64_t pid, ppid, start, end_time; /* end_time -1: not known */
	struct calls calls; /* in the order of their beginnings */
	struct call *end;   /* its end as a call, made when it is needed */
	int64_t status;     /* of its end, -1: not known */
	bool listens, connects, outside;
	bool played; /* by the test: its descriptors mean nothing */
	uint64_t calls_left_out, bytes_left_out;
	struct end **ends; /* by descriptor */
	size_t n_ends, ends_room;
	int column, first_row, last_row;
};

/* A call's part in a row. */
enum part { WHOLE, BEGINS, ENDS, WAITS_ON, STILL_WAITS };

struct entry {
	struct call *call;
	enum part part;
	struct entry *next; /* in the same row, another column */
};

struct row {
	struct entry *entries; /* the first is what the row is about */
	int phase;
};

/* A stretch in which a program waits in a call: rows from..to. */
struct wait {
	struct program *program;
	int from, to;
	struct wait *next;
};

enum line_kind { LINE_ROW, LINE_HEAD, LINE_FOLD };

struct line {
	enum line_kind kind;
	int row;              /* the row; the first of the folded ones */
	const char *sentence; /* of a fold */
	struct program *head; /* whose name stands in a LINE_HEAD */
};

enum state { ABSENT, RUNS, WAITS };

/* A link as it is drawn: between lines and columns, after folding. */
struct arrow {
	const struct link *link;
	int from_line, to_line;
	int from, to; /* columns; to is NOWHERE: it ends on the way */
	int towards;  /* +1: to the right, -1: to the left */
	int bundle;   /* arrows of one stream that meet share it */
	bool from_fold, to_fold; /* begins or ends in a folded part */
};

struct options {
	bool svg, ascii, colour, dark, everything, unfolded;
	int width; /* of text, in columns */
};

struct drawing {
	struct options options;
	struct program **programs;
	size_t n_programs, programs_room;
	struct program *outside; /* stands for all without a trace, or NULL */
	int64_t *marks;          /* ends of phases */
	size_t n_marks, marks_room;
	bool has_marks; /* of the conversation's player */
	struct link *links, **links_end;
	struct row *rows;
	size_t n_rows, rows_room;
	struct wait *waits;
	struct program *heads[MAX_COLUMNS]; /* whose name stands at the top */
	int n_columns;
	enum state *states; /* MAX_COLUMNS for each row */
	struct line *lines;
	size_t n_lines, lines_room;
	int *line_of_row;
	struct arrow *arrows; /* in the order of their first lines */
	size_t n_arrows;
	int n_bundles;
	const char **notes; /* sentences about what cannot be drawn */
	size_t n_notes, notes_room;
};

/* ---- memory (ladder.c); all of it lives until the end ---- */

/* Zeroed memory. Ends the program when there is none left. */
void *take(size_t size);
/* Makes room for one more item: returns items, or a larger copy of it. */
void *room_for(void *items, size_t n, size_t *room, size_t size);
/* Like sprintf, into memory of its own. */
char *format(const char *template, ...) __attribute__((format(printf, 1, 2)));
void add_call(struct calls *calls, struct call *call);
void add_note(struct drawing *drawing, const char *sentence);

/* ---- the steps ---- */

/* Reads one trace. False, after a note that says why, if it is none. */
bool read_trace(struct drawing *drawing, const char *path);
/* An exec begins a new file: makes one program of those with one pid. */
void join_programs(struct drawing *drawing);
struct address *address_of(const char *text);
/* Whose address it is, also if he has bound any address with its port; NULL:
 * nobody's. */
struct address *owned(struct address *address);
/* Whether a socket of these programs has that port. */
bool is_port(int number);

/* Finds connections and links, and which calls have a row. */
void match_calls(struct drawing *drawing);
bool failed(const struct call *call);

/* Puts calls into rows and programs into columns. */
void order_rows(struct drawing *drawing);
void fold_rows(struct drawing *drawing);

/* ---- words (ladder_words.c) ---- */

/* Writes the words of an entry in at most width columns, ASCII only. Returns
 * how many columns they take. */
int entry_words(const struct entry *entry, int width, char words[WORDS_MAX]);
/* What stands on an arrow (FIN, or end for a Unix socket, lost, ...), or "". */
const char *link_word(const struct link *link);
/* Who is at an address, as the program self would say it: a name, not a
 * number that is another one in the next run. */
const char *who(struct address *address, const struct program *self);
/* Puts a question mark for whatever is not ASCII. */
void plain(char *text);
/* 1,234,567 */
const char *with_commas(uint64_t number);

/* ---- the drawing ---- */

/* The entry of a column in a row, or NULL. */
const struct entry *entry_at(const struct drawing *drawing, int row,
			     int column);
/* What the program of a column does in a line. */
enum state state_at(const struct drawing *drawing, int line, int column);
void draw_text(const struct drawing *drawing, FILE *out);
void draw_svg(const struct drawing *drawing, FILE *out);

#endif
