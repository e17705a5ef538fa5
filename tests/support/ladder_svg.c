/*
 * ladder_svg.c - a drawing as a picture (SVG).
 *
 * It is made for a slide of 1280 by 720: 22 rows in 470 pixels, no letter
 * smaller than 15 of them. Words are text, nothing needs a style sheet, a
 * script or an identifier, so that a picture can be put into any page; it
 * brings its own ground, so that it can be read on any.
 *
 * As in the text, the words of the first column stand to the left of its line
 * and those of the others to the right. An arrow is a straight line wherever
 * there are no words between its ends; elsewhere it goes level past the words.
 */
#include "ladder.h"

#include <string.h>

enum {
	FONT = 16,
	LETTER = 97, /* the width of one, in tenths */
	ROW = 20,
	TOP = 46, /* above the first row, for the names */
	MARGIN = 14,
	AIR = 10,          /* between a line and its words */
	MOST_WIDTH = 1200, /* else a slide makes its letters too small */
	ONE_LANE = 230,
	FIRST_LANE = 120,
	OTHER_LANE = 90,
	FIRST_OF_MANY = 100,
	OTHER_OF_MANY = 50,
	LEAST_LETTERS = 7,
	MOST_LETTERS = 46,
	SLOPE = 3, /* an arrow arrives a little lower than it left */
	HEAD = 9   /* of an arrow: its length */
};

struct colours {
	const char *paper, *ink, *soft;
	const char *client, *client_ground, *server, *server_ground;
	const char *other_ground, *bytes, *wait;
};

static const struct colours light = {
	.paper = "#ffffff",
	.ink = "#1b2430",
	.soft = "#4d5b6a",
	.client = "#1f5f9e",
	.client_ground = "#e3eefa",
	.server = "#1b6b3a",
	.server_ground = "#e3f4e8",
	.other_ground = "#edf0f3",
	.bytes = "#7d5200",
	.wait = "#a3271c",
};

static const struct colours dark = {
	.paper = "#11181f",
	.ink = "#e8edf2",
	.soft = "#a9b5c2",
	.client = "#86bdf2",
	.client_ground = "#16304a",
	.server = "#84d3a0",
	.server_ground = "#143a24",
	.other_ground = "#26313c",
	.bytes = "#f0bf57",
	.wait = "#ff958a",
};

struct picture {
	const struct drawing *drawing;
	const struct colours *colours;
	FILE *out;
	double line_x[MAX_COLUMNS], lane_x[MAX_COLUMNS], width;
	int letters[MAX_COLUMNS]; /* of the words, at most */
	double *words_end;        /* of each line and column; 0: no words */
};

/* Within the picture, since a page may choose the font of a whole one. */
static const char mono[] =
	"font-family=\"'Lab Mono','IBM Plex Mono',Menlo,Consolas,"
	"'DejaVu Sans Mono',monospace\"";

static double row_y(int line)
{
	return TOP + ROW * (line + 0.5);
}

static double width_of(int letters)
{
	return letters * LETTER / 10.0;
}

static void put_escaped(const struct picture *picture, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '<':
			fputs("&lt;", picture->out);
			break;
		case '>':
			fputs("&gt;", picture->out);
			break;
		case '&':
			fputs("&amp;", picture->out);
			break;
		default:
			fputc(*text, picture->out);
		}
}

/* A piece of text whose middle is at height y. */
static void put_text(const struct picture *picture, double x, double y,
		     const char *anchor, const char *colour, const char *more,
		     const char *text)
{
	fprintf(picture->out,
		"<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\""
		"%s>",
		x, y + FONT * 0.34, anchor, colour, more);
	put_escaped(picture, text);
	fputs("</text>\n", picture->out);
}

/* The same over whatever is there. */
static void put_over(const struct picture *picture, double x, double y,
		     const char *anchor, const char *colour, const char *text)
{
	double width = width_of((int)strlen(text)) + 8;
	double left = *anchor == 's'   ? x - 4
		      : *anchor == 'e' ? x - width + 4
				       : x - width / 2;
	fprintf(picture->out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\""
		" fill=\"%s\"/>\n",
		left, y - ROW / 2.0, width, ROW, picture->colours->paper);
	put_text(picture, x, y, anchor, colour, "", text);
}

/* ---- where things stand ---- */

static int widest(const struct drawing *drawing, int column)
{
	char words[WORDS_MAX];
	int most = LEAST_LETTERS;
	for (size_t i = 0; i < drawing->n_lines; i++) {
		const struct line *line = &drawing->lines[i];
		const struct entry *entry =
			line->kind == LINE_ROW
				? entry_at(drawing, line->row, column)
				: NULL;
		if (entry == NULL)
			continue;
		int n = entry_words(entry, MOST_LETTERS, words);
		if (n > most)
			most = n;
	}
	return most;
}

static void lay_out(struct picture *picture)
{
	const struct drawing *drawing = picture->drawing;
	int n = drawing->n_columns;
	double lanes[MAX_COLUMNS] = {0}, sum = 2 * MARGIN + 3 * AIR * n;
	for (int i = 0; i + 1 < n; i++) {
		lanes[i] = n == 2   ? ONE_LANE
			   : i == 0 ? (n == 3 ? FIRST_LANE : FIRST_OF_MANY)
				    : (n == 3 ? OTHER_LANE : OTHER_OF_MANY);
		sum += lanes[i];
	}
	for (int i = 0; i < n; i++) {
		picture->letters[i] = widest(drawing, i);
		sum += width_of(picture->letters[i]);
	}
	while (sum > MOST_WIDTH) {
		int most = 0;
		for (int i = 1; i < n; i++)
			if (picture->letters[i] > picture->letters[most])
				most = i;
		if (picture->letters[most] <= LEAST_LETTERS)
			break;
		picture->letters[most]--;
		sum -= width_of(1);
	}
	double x = MARGIN;
	for (int i = 0; i < n; i++) {
		double words = width_of(picture->letters[i]) + 2 * AIR;
		bool left = i == 0 && n > 1;
		picture->line_x[i] = left ? x + words : x + AIR;
		picture->lane_x[i] =
			left ? picture->line_x[i] : picture->line_x[i] + words;
		x = picture->lane_x[i] + lanes[i];
	}
	picture->width = x + MARGIN;
}

/* ---- names, lines and words ---- */

static bool calls(const struct program *program)
{
	return !program->listens && !program->outside;
}

static const char *colour_of(const struct picture *picture,
			     const struct program *program)
{
	return program->outside ? picture->colours->soft
	       : calls(program) ? picture->colours->client
				: picture->colours->server;
}

static void put_name(const struct picture *picture, double y,
		     const struct program *program)
{
	const char *colour = colour_of(picture, program);
	double x = picture->line_x[program->column];
	double width = 24 + width_of((int)strlen(program->label)) * 1.05;
	double height = y < TOP ? 26 : ROW;
	if (x - width / 2 < 2)
		x = width / 2 + 2;
	fprintf(picture->out,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\""
		" rx=\"4\" fill=\"%s\" stroke=\"%s\" stroke-width=\"2\"/>\n",
		x - width / 2, y - height / 2, width, height,
		program->outside ? picture->colours->other_ground
		: calls(program) ? picture->colours->client_ground
				 : picture->colours->server_ground,
		colour);
	put_text(picture, x, y, "middle", colour, " font-weight=\"600\"",
		 program->label);
}

/* The lines of a column in one state, from..to-1. */
static void put_line(const struct picture *picture, int column, int from,
		     int to, enum state state, const char *colour)
{
	double top = TOP + ROW * from, bottom = TOP + ROW * to;
	if (state == ABSENT)
		return;
	fprintf(picture->out,
		"<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\""
		" stroke-width=\"%d\"/>\n",
		picture->line_x[column], top, bottom,
		state == WAITS ? picture->colours->wait : colour,
		state == WAITS ? 7 : 2);
}

static void put_lines(const struct picture *picture, int column)
{
	const struct drawing *drawing = picture->drawing;
	const char *colour = colour_of(picture, drawing->heads[column]);
	int n = (int)drawing->n_lines;
	for (int i = 0, k; i < n; i = k) {
		enum state state = state_at(drawing, i, column);
		for (k = i + 1; k < n && state_at(drawing, k, column) == state;)
			k++;
		put_line(picture, column, i, k, state, colour);
	}
}

static void put_words(const struct picture *picture, int line)
{
	const struct drawing *drawing = picture->drawing;
	const struct colours *colours = picture->colours;
	char words[WORDS_MAX];
	for (int i = 0; i < drawing->n_columns; i++) {
		const struct entry *entry =
			entry_at(drawing, drawing->lines[line].row, i);
		if (entry == NULL)
			continue;
		int n = entry_words(entry, picture->letters[i], words);
		bool left = i == 0 && drawing->n_columns > 1;
		bool waits = entry->part != WHOLE && entry->part != ENDS;
		double x = picture->line_x[i] + (left ? -AIR : AIR);
		put_text(picture, x, row_y(line), left ? "end" : "start",
			 waits || failed(entry->call) ? colours->wait
						      : colours->ink,
			 "", words);
		if (!left)
			picture->words_end[line * MAX_COLUMNS + i] =
				x + width_of(n) + AIR / 2.0;
	}
}

/* ---- arrows ---- */

struct point {
	double x, y;
};

/* Beside a column's line, or beside the words that stand there. */
static double side_of(const struct picture *picture, int line, int column,
		      int side)
{
	double end = picture->words_end[line * MAX_COLUMNS + column];
	return side > 0 && end > 0 ? end : picture->line_x[column] + 4 * side;
}

/* The corners of an arrow; it goes down between the two in the middle. */
static void find_corners(const struct picture *picture, const struct arrow *a,
			 struct point p[4])
{
	int side = a->towards, last = a->to;
	int near = side > 0 ? a->from : a->from - 1; /* of its lane */
	double left = picture->lane_x[near] + 4;
	double right = picture->line_x[near + 1] - 4;
	double y = row_y(a->from_line), to_y = row_y(a->to_line);
	p[0] = (struct point){side_of(picture, a->from_line, a->from, side), y};
	p[1] = (struct point){side > 0 ? left : right, y};
	p[2] = (struct point){side > 0 ? right : left, to_y};
	p[3] = p[2];
	if (last != NOWHERE)
		p[3].x = side_of(picture, a->to_line, last, -side);
	if (side * p[1].x < side * p[0].x)
		p[1].x = p[0].x;
	if (side * p[2].x > side * p[3].x && last != NOWHERE)
		p[2].x = p[3].x;
	/* Nothing in between: a straight line, a little downwards. */
	if (p[0].x == p[1].x && p[2].x == p[3].x && y == to_y) {
		p[0].y = p[1].y = y - SLOPE;
		p[2].y = p[3].y = to_y + SLOPE;
	}
	if (last == NOWHERE) { /* half way */
		p[2].x = p[3].x = (p[1].x + p[2].x) / 2;
		p[2].y = p[3].y = p[1].y + (p[2].y - p[1].y) / 2;
	}
}

static void put_head(const struct picture *picture, struct point at, double dx,
		     double dy, const char *colour)
{
	/* dx, dy: the direction, with a length of about 1 */
	double x = at.x - dx * HEAD, y = at.y - dy * HEAD;
	double wide = HEAD * 0.45;
	fprintf(picture->out,
		"<path d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fZ\" fill=\"%s\"/>\n",
		at.x, at.y, x - dy * wide, y + dx * wide, x + dy * wide,
		y - dx * wide, colour);
}

/* About the square root; enough for the head of an arrow. */
static double root(double square)
{
	double guess = square > 1 ? square : 1;
	for (int i = 0; i < 30; i++)
		guess = (guess + square / guess) / 2;
	return guess;
}

/* The word of an arrow: in its lane, else between two of the columns that it
 * passes afterwards. */
static void put_label(const struct picture *picture, const struct arrow *a,
		      const struct point p[4], const char *colour)
{
	const char *word = link_word(a->link);
	double need = width_of((int)strlen(word)) + 12;
	double from = p[1].x, to = p[2].x, y = (p[1].y + p[2].y) / 2;
	for (int column = a->from + a->towards; column != a->to;
	     column += a->towards) {
		if ((to - from) * a->towards > need)
			break;
		from = picture->line_x[column];
		to = picture->line_x[column + a->towards];
		y = p[3].y;
	}
	if ((to - from) * a->towards > need)
		put_over(picture, (from + to) / 2, y, "middle", colour, word);
}

static void put_arrow(const struct picture *picture, const struct arrow *a)
{
	const struct link *link = a->link;
	const struct colours *colours = picture->colours;
	bool bytes = link->kind == LINK_BYTES;
	bool bad = link->kind == LINK_RST || link->fate == LOST ||
		   link->fate == REFUSED || link->fate == UNANSWERED;
	const char *colour = bad     ? colours->wait
			     : bytes ? colours->bytes
				     : colours->soft;
	struct point p[4];
	if (a->from_fold || a->to_fold) { /* only the end that is there */
		int line = a->from_fold ? a->to_line : a->from_line;
		int column = a->from_fold ? a->to : a->from;
		int side = a->from_fold ? -a->towards : a->towards;
		double x = side_of(picture, line, column, side);
		p[0] = p[1] = p[2] = p[3] = (struct point){x, row_y(line)};
		p[a->from_fold ? 0 : 3].x += side * 3 * HEAD;
		p[a->from_fold ? 1 : 2].x += side * 3 * HEAD;
	} else {
		find_corners(picture, a, p);
	}
	fprintf(picture->out,
		"<path d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fL%.1f %.1f\""
		" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>\n",
		p[0].x, p[0].y, p[1].x, p[1].y, p[2].x, p[2].y, p[3].x, p[3].y,
		colour, bytes ? "" : " stroke-dasharray=\"7 4\"");
	int before = p[2].x == p[3].x ? 1 : 2;
	double dx = p[3].x - p[before].x, dy = p[3].y - p[before].y;
	double len = root(dx * dx + dy * dy);
	const char *word = link_word(link);
	if (a->to == NOWHERE) {
		double x = p[3].x, y = p[3].y;
		fprintf(picture->out,
			"<path d=\"M%.1f %.1fl10 10m-10 0l10 -10\" "
			"fill=\"none\""
			" stroke=\"%s\" stroke-width=\"2\"/>\n",
			x - 5, y - 5, colour);
		put_over(picture, x + a->towards * 10, y,
			 a->towards > 0 ? "start" : "end", colour, word);
		return;
	}
	if (!a->to_fold && len > 0)
		put_head(picture, p[3], dx / len, dy / len, colour);
	if (*word != '\0' && !a->from_fold && !a->to_fold)
		put_label(picture, a, p, colour);
}

void draw_svg(const struct drawing *drawing, FILE *out)
{
	struct picture picture = {
		.drawing = drawing,
		.colours = drawing->options.dark ? &dark : &light,
		.out = out,
		.words_end =
			take(drawing->n_lines * MAX_COLUMNS * sizeof(double)),
	};
	int n = (int)drawing->n_lines;
	double height = TOP + ROW * n + MARGIN;
	lay_out(&picture);
	fprintf(out,
		"<svg font-size=\"%d\" xmlns=\"http://www.w3.org/2000/svg\""
		" viewBox=\"0 0 %.0f %.0f\">\n",
		FONT, picture.width, height);
	fputs("<title>What ", out);
	for (int i = 0; i < drawing->n_columns; i++) {
		fputs(i == 0                       ? ""
		      : i < drawing->n_columns - 1 ? ", "
						   : " and ",
		      out);
		put_escaped(&picture, drawing->heads[i]->label);
	}
	fprintf(out,
		" said to each other</title>\n"
		"<g %s>\n"
		"<rect width=\"%.0f\" height=\"%.0f\" fill=\"%s\"/>\n",
		mono, picture.width, height, picture.colours->paper);
	for (int i = 0; i < drawing->n_columns; i++) {
		put_lines(&picture, i);
		put_name(&picture, TOP / 2.0, drawing->heads[i]);
	}
	for (int line = 0; line < n; line++)
		if (drawing->lines[line].kind == LINE_ROW)
			put_words(&picture, line);
	for (size_t i = 0; i < drawing->n_arrows; i++)
		put_arrow(&picture, &drawing->arrows[i]);
	for (int line = 0; line < n; line++) {
		const struct line *l = &drawing->lines[line];
		if (l->kind == LINE_HEAD)
			put_name(&picture, row_y(line), l->head);
		if (l->kind == LINE_FOLD)
			put_over(&picture, picture.width / 2, row_y(line),
				 "middle", picture.colours->soft, l->sentence);
	}
	fputs("</g>\n</svg>\n", out);
}
