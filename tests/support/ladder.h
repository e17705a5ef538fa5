/*
 * ladder.h - what the parts of ladder share.
 *
 * A drawing is made in six steps, a file each:
 *
 *   ladder_read.c    trace files -> programs and their calls
 *   ladder_match.c   calls -> links: which send fed which recv
 *   ladder_order.c   calls and links -> rows: what stands above what
 *   ladder_fold.c    rows -> lines: repetition is told, not shown
 *   ladder_words.c   a call -> its words
 *   ladder_text.c    lines -> text for a terminal, or
 *   ladder_svg.c     lines -> a picture for a slide
 */
#ifndef LADDER_H
#define LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What happens closer together than this, without one causing the other,
 * happens at once: only its causes order it, and the clock does not. */
#define GRAIN (20 * INT64_C(1000000))

/* So many programs have a column of their own. */
enum { MAX_COLUMNS = 8 };

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
	ACT_DUP,
	ACT_FORK,
	ACT_END,  /* not a call: the program ends */
	ACT_GAP,  /* not a call: here the trace leaves some out */
};

struct program;

/* An address; each exists once, so that pointers can be compared. */
struct address {
	const char *text; /* 127.0.0.1:9001, [::1]:9001, or a path */
	size_t host_len;  /* of text, without the port */
	int port;	  /* -1: a path */
	bool any;	  /* 0.0.0.0 or [::] */
	bool many;	  /* a broadcast or multicast address */
	struct program *owner; /* whose socket has it; NULL: nobody's here */
	struct address *next;
};

/* Something that must have happened before. */
struct need {
	struct call *call;
	bool finished; /* its end, not only its beginning */
	struct need *next;
};

struct call {
	struct program *program;
	enum act act;
	enum kind kind;
	int64_t n, tid, segment;
	size_t line;	/* in its file, which orders records of one number */
	int64_t t0, t1; /* t1 is -1 while it still waits */
	const char *name, *text;
	const char *error; /* errno's name, or NULL */
	int64_t ret, fd, new_fd, child;
	struct address *local, *peer;
	const char *pair; /* an identity of the connection, or NULL */
	bool has_offset;
	uint64_t offset, len; /* of the bytes that it moved */
	const unsigned char *data;
	size_t data_len;

	/* found by ladder_match.c */
	struct end *end;	/* of a connection; NULL: not on one */
	bool lets_go;		/* the last close of that end */
	bool shown;		/* has a row of its own */
	struct call *woken_by;	/* for poll: the send that made it return */
	struct need *before_begin, *before_finish;
	struct link *arriving, *leaving;

	/* found by ladder_order.c */
	bool begun, finished, waited;
	size_t begun_row; /* it began above this row */
	size_t row;	  /* where it stands; arrows begin and end here */
};

struct calls {
	struct call **items;
	size_t n, room;
};

/* One end of a connection. */
struct end {
	struct program *program; /* who opened it */
	enum kind kind;
	struct address *local, *peer;
	const char *pair;
	struct call *opened; /* connect or accept; NULL: before the trace */
	struct end *mate;    /* the other end; NULL: its program has no trace */
	struct program *unaccepted_by; /* it waits in this one's backlog */
	struct calls out, in, closers;
	int holders; /* descriptors that are this end */
	struct end *next;     /* in the order of their beginning */
	struct end *next_key; /* with the same hash of addresses */
};

enum link_kind {
	LINK_CONNECTION,
	LINK_BYTES,
	LINK_DATAGRAM,
	LINK_FIN,
	LINK_RST,
	LINK_FORK
};

enum fate {
	ARRIVED,
	LOST,	    /* a datagram that nobody took, though others came later */
	UNREAD,	    /* it came, and the program did not ask for it */
	REFUSED,    /* a connection that nobody listens for */
	UNACCEPTED, /* a connection that waits in the backlog */
	UNRECORDED, /* the other trace leaves out whether it was taken */
};

/* An arrow. */
struct link {
	enum link_kind kind;
	enum fate fate;
	struct call *from, *to; /* NULL: in a program without a trace */
	struct program *source, *target; /* target NULL: not known */
	int outsider;			 /* which one, from 1 */
	struct link *next_arriving, *next_leaving;
	struct link *next; /* all of them */
};

struct program {
	const char *name, *file;
	char label[24];
	int64_t pid, ppid, start;
	struct calls calls; /* in the order of their numbers */
	struct call *end;
	bool outside;	      /* stands for all programs without a trace */
	bool listens, connects, datagrams;
	uint64_t calls_left_out, bytes_left_out;
	struct program *parent;
	struct address *listening_at;
	struct end **ends; /* by descriptor */
	size_t n_ends;
	int column; /* -1: not drawn */
	size_t first_row, end_row;
	size_t woken_row; /* 1 + the row in which a hidden wait ended */
};

/* A call's part in a row. */
enum phase { WHOLE, BEGINS, ENDS, STILL_WAITS };
struct entry {
	struct call *call;
	enum phase phase;
	struct entry *next;
};
struct row {
	struct entry *entries;
	int64_t t;
};

/* A stretch of time in which a program waited: rows from..to. */
struct wait {
	struct call *call;
	size_t from, to;
	struct wait *next;
};

/* A line of the drawing: a row, or words in place of many rows. */
struct line {
	size_t row;	      /* the row, or the first of the folded ones */
	const char *sentence; /* NULL: a row */
};

enum state { ABSENT, RUNS, WAITS };

struct options {
	bool svg, ascii, colour, everything, unfolded, numbers, times;
	bool given_order;
	enum { LIGHT_AND_DARK, LIGHT, DARK } mode;
	int width;
	const char *title;
};

struct drawing {
	struct options options;
	struct program **programs;
	size_t n_programs, programs_room;
	struct program *columns[MAX_COLUMNS];
	int n_columns;
	struct link *links, **links_end;
	int n_outsiders;
	struct row *rows;
	size_t n_rows, rows_room;
	struct wait *waits;
	enum state *states; /* n_rows for each column */
	struct line *lines;
	size_t n_lines, lines_room;
	size_t *line_of_row;
	const char **notes; /* sentences about what cannot be drawn */
	size_t n_notes, notes_room;
};

/* ---- memory (ladder.c); all of it lives until the end ---- */

/* Zeroed memory. Ends the program when there is none left. */
void *take(size_t size);
/* Makes room for one more item: returns items, or a larger copy of it. */
void *room_for(void *items, size_t n, size_t *room, size_t size);
char *copy_text(const char *text, size_t len);
/* Like sprintf, into memory of its own. */
char *format(const char *template, ...)
	__attribute__((format(printf, 1, 2)));
void add_call(struct calls *calls, struct call *call);
void add_note(struct drawing *drawing, const char *sentence);

/* ---- the steps ---- */

/* Reads one trace. Returns 0, or -1 after a note that says why not. */
int read_trace(struct drawing *drawing, const char *path);
struct address *address_of(const char *text);

/* Finds connections, links, what is shown, and what needs what. */
void match_calls(struct drawing *drawing);
/* Whether a call is on a byte stream. */
bool on_stream(const struct call *call);

/* Gives the drawn programs their columns and labels. */
void choose_columns(struct drawing *drawing);
void order_rows(struct drawing *drawing);
void fold_rows(struct drawing *drawing);

enum state state_at(const struct drawing *drawing, int column, size_t row);

/* ---- words (ladder_words.c) ---- */

enum { WORDS_MAX = 256 };
/* Writes a call's part in a row in at most width columns, ASCII only.
 * Returns how many columns it takes. */
int entry_words(const struct drawing *drawing, const struct entry *entry,
	int width, char words[WORDS_MAX]);
/* "recv(4) waits", for a call in the middle of a long wait. */
int waiting_words(const struct drawing *drawing, const struct call *call,
	int width, char words[WORDS_MAX]);
/* A word on an arrow (FIN, lost ...), or "". */
const char *link_word(const struct link *link);
/* What stands below a program's name, or "". */
const char *subtitle(const struct drawing *drawing,
	const struct program *program);
/* 1,234,567 */
char *with_commas(uint64_t number);
/* Cuts words to width columns. */
void cut_words(char *words, int width);

/* ---- the drawing ---- */

/* A link as it is drawn: between lines and columns, after folding. */
struct arrow {
	const struct link *link;
	size_t from_line, to_line;
	int from, to;  /* columns; to is -1: ends on the way */
	int towards;   /* +1 or -1: to the right or to the left */
	int bundle;    /* arrows of one byte stream that meet share it */
	bool from_fold, to_fold; /* begins or ends in a folded part */
};
/* Gives the arrows in the order of their lines. */
struct arrow *arrows_of(const struct drawing *drawing, size_t *n,
	int *n_bundles);

void draw_text(const struct drawing *drawing, FILE *out);
void draw_svg(const struct drawing *drawing, FILE *out);

#endif
