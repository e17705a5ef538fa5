/*
 * ladder_words.c - a call in words: what it was given, and what it returned.
 *
 * Words are made in several lengths, and the longest that fits is taken. They
 * are ASCII, whatever the bytes are, and hold nothing that differs from run to
 * run: names of programs stand for their addresses.
 */
#include "ladder.h"

#include <ctype.h>
#include <string.h>

enum {
	DATA_WIDTH = 36, /* columns for bytes, where there is room */
	TEXT_RUN = 3,    /* so many letters among other bytes are a text */
	READABLE = 24,   /* in fewer columns, details go */
	FIRST_EPHEMERAL = 32768
};

const char *with_commas(uint64_t number)
{
	char digits[32];
	int n = snprintf(digits, sizeof digits, "%llu",
			 (unsigned long long)number);
	char *text = take((size_t)(n + n / 3 + 1)), *to = text;
	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	return text;
}

void plain(char *text)
{
	for (unsigned char c; (c = (unsigned char)*text) != '\0'; text++)
		if (c < 0x20 || c >= 0x7f)
			*text = '?';
}

/* ---- who ---- */

static bool is_loopback(const char *host, size_t len)
{
	static const char *const usual[] = {"127.0.0.1", "[::1]"};
	for (int i = 0; i < 2; i++)
		if (len == strlen(usual[i]) && memcmp(host, usual[i], len) == 0)
			return true;
	return false;
}

const char *who(struct address *address, const struct program *self)
{
	if (address == NULL)
		return "?";
	if (address->port == -1) { /* the directory may be another next time */
		const char *slash = strrchr(address->text, '/');
		return slash == NULL || slash == address->text
			       ? address->text
			       : format("...%s", slash);
	}
	const struct address *owner = owned(address);
	int len = (int)address->host_len;
	bool usual = is_loopback(address->text, address->host_len);
	if (owner != NULL && owner->owner != self)
		return usual ? owner->owner->label
			     : format("%s at %.*s", owner->owner->label, len,
				      address->text);
	if (owner == NULL && address->port > 0 &&
	    address->port < FIRST_EPHEMERAL)
		return address->text;
	return format("%.*s", len, address->text);
}

/* A call's own text, with names in the place of addresses. */
static const char *named_text(const struct call *call)
{
	static const char part[] = "0123456789abcdef.:[]";
	const char *text = call->text, *result = "";
	const char *open = strchr(text, '(');
	if (call->program->played && open != NULL) { /* its descriptor */
		result = format("%.*s", (int)(open + 1 - text), text);
		text = open + 1 + strspn(open + 1, "0123456789");
		text += strspn(text, ", ");
	}
	while (*text != '\0') {
		size_t plain = strcspn(text, part);
		size_t n = strspn(text + plain, part);
		const char *token = format("%.*s", (int)n, text + plain);
		const char *colon = strrchr(token, ':');
		if (colon != NULL && colon[1] != '\0' &&
		    (strchr(token, '.') != NULL || *token == '['))
			token = who(address_of(token), call->program);
		result = format("%s%.*s%s", result, (int)plain, text, token);
		text += plain + n;
	}
	return result;
}

/* ---- bytes ---- */

static bool is_letter(unsigned char c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
}

/* One byte as it stands between quotes, or in hexadecimal. */
static const char *byte_words(unsigned char c, bool quoted, char word[8])
{
	if (!quoted)
		snprintf(word, 8, "%02x", c);
	else if (c == '\n' || c == '\r' || c == '\t')
		snprintf(word, 8, "\\%c",
			 c == '\n'   ? 'n'
			 : c == '\r' ? 'r'
				     : 't');
	else if (c == '"' || c == '\\')
		snprintf(word, 8, "\\%c", c);
	else
		snprintf(word, 8, "%c", c);
	return word;
}

/* If the digits of a port that the kernel has chosen stand at byte i: how many
 * there are, else 0. It is another one in the next run. */
static size_t port_at(const struct call *call, size_t i)
{
	int number = 0;
	size_t n = 0;
	if (i > 0 && isdigit(call->data[i - 1]))
		return 0;
	for (; i + n < call->data_len && isdigit(call->data[i + n]); n++)
		if (n < 6)
			number = number * 10 + (call->data[i + n] - '0');
	return number >= FIRST_EPHEMERAL && is_port(number) ? n : 0;
}

/* How many letters stand together around byte i. */
static size_t run_at(const struct call *call, size_t i)
{
	size_t from = i, to = i;
	if (!is_letter(call->data[i]))
		return 0;
	while (from > 0 && is_letter(call->data[from - 1]))
		from--;
	while (to < call->data_len && is_letter(call->data[to]))
		to++;
	return from == 0 && to == call->data_len ? SIZE_MAX : to - from;
}

/* Writes bytes into at most width columns: "hello\n", or 00 05 "hello".
 * Returns how many of them found room. */
static size_t put_data(const struct call *call, int width,
		       char words[DATA_WIDTH + 1])
{
	bool quoted = false;
	size_t i = 0;
	int n = 0;
	for (; i < call->data_len; i++) {
		char word[8];
		bool text = run_at(call, i) >= TEXT_RUN;
		const char *between = i == 0           ? (text ? "\"" : "")
				      : quoted && text ? ""
				      : quoted         ? "\" "
				      : text           ? " \""
						       : " ";
		size_t port = text ? port_at(call, i) : 0;
		if (port > 0)
			snprintf(word, sizeof word, "PORT");
		else
			byte_words(call->data[i], text, word);
		if (n + (int)(strlen(between) + strlen(word)) + text > width)
			break;
		n += sprintf(words + n, "%s%s", between, word);
		quoted = text;
		i += port > 0 ? port - 1 : 0;
	}
	strcpy(words + n, quoted ? "\"" : "");
	return i;
}

/* The bytes, all or the first of them, in at most width columns. */
static const char *data_words(const struct call *call, int width, bool *whole)
{
	static const char cut[] = "...";
	char words[DATA_WIDTH + 1];
	*whole = true;
	if (call->len == 0)
		return "\"\"";
	if (call->data_len == 0) /* sendfile: its bytes were never seen */
		return format("%s bytes", with_commas(call->len));
	*whole = put_data(call, width, words) == call->len;
	if (*whole)
		return format("%s", words);
	put_data(call, width - (int)strlen(cut), words);
	return format("%s%s", words, cut);
}

/* ---- calls ---- */

/* Words around bytes: before and after hold what stands there. Says whether
 * enough of the bytes has room: all, or some where nobody wants to see all. */
static bool around_data(const struct call *call, const char *before,
			const char *after, int width, const char **words)
{
	enum { FEWEST = 8, ENOUGH = 12 };
	bool whole, can_be_whole;
	int room = width - (int)(strlen(before) + strlen(after));
	data_words(call, DATA_WIDTH, &can_be_whole);
	if (room > DATA_WIDTH)
		room = DATA_WIDTH;
	const char *data =
		data_words(call, room < FEWEST ? FEWEST : room, &whole);
	*words = format("%s%s%s", before, data, after);
	return (int)strlen(*words) <= width &&
	       (whole || (!can_be_whole && room >= ENOUGH));
}

/* recv(4), or with more than the descriptor: send(4, "hello"). The descriptors
 * of an end that the test plays mean nothing. */
static const char *called(const struct call *call, const char *more)
{
	const char *comma = *more == '\0' ? "" : ", ";
	if (call->fd < 0 || call->program->played)
		return format("%s(%s)", call->name, more);
	return format("%s(%lld%s%s)", call->name, (long long)call->fd, comma,
		      more);
}

static bool fits(const char *words, int width)
{
	return (int)strlen(words) <= width;
}

static const char *sent(const struct call *call, int width)
{
	const char *words, *to = "";
	if (call->datagram && strcmp(call->name, "sendto") == 0)
		to = format(", %s", who(call->peer, call->program));
	const char *head = called(call, "");
	head = format("%.*s%s", (int)strlen(head) - 1, head,
		      head[strlen(head) - 2] == '(' ? "" : ", ");
	const char *result = format("%s) = %lld", to, (long long)call->ret);
	if (around_data(call, head, result, width, &words) ||
	    around_data(call, head, format("%s)", to), width, &words) ||
	    around_data(call, head, ")", width, &words) || width >= READABLE)
		return words;
	around_data(call, format("%s ", call->name), "", width, &words);
	return words;
}

static const char *received(const struct call *call, int width)
{
	const char *words, *from = "";
	const char *head = called(call, call->in ? "" : "MSG_PEEK");
	if (call->ret == 0 && !call->datagram) {
		words = format("%s = 0  end of stream", head);
		if (!fits(words, width))
			words = format("%s = 0 end", head);
		return fits(words, width) ? words
					  : format("%s: end", call->name);
	}
	if (call->datagram && owned(call->peer) != NULL)
		from = format(" from %s", who(call->peer, call->program));
	head = format("%s = %lld ", head, (long long)call->ret);
	if (around_data(call, head, from, width, &words) ||
	    around_data(call, head, "", width, &words) || width >= READABLE)
		return words;
	around_data(call, format("%s ", call->name), "", width, &words);
	return words;
}

/* What a call that failed, or that is of no other sort, says. Forms from 0,
 * the longest, to 4, the shortest. */
static const char *otherwise(const struct call *call, int form)
{
	bool moves = call->act == ACT_SEND || call->act == ACT_RECEIVE;
	const char *text =
		moves || form > 1 ? called(call, "") : named_text(call);
	if (call->error != NULL) {
		bool late = call->act != ACT_CONNECT && form == 0 &&
			    strcmp(call->error, "EAGAIN") == 0;
		if (form == 1 && !moves)
			return format("%s: %s", text, call->error);
		return form > 2 ? format("%s: %s", call->name, call->error)
				: format("%s = -1 %s%s", text, call->error,
					 late ? "  time is up" : "");
	}
	if (form > 3)
		return call->name;
	if (call->ret == 0 || call->act == ACT_FORK || form > 2)
		return text;
	return format("%s = %lld", text, (long long)call->ret);
}

static const char *listened(const struct call *call, int form)
{
	const struct address *local = call->local;
	if (form > 1 || local == NULL || local->port == -1 ||
	    is_loopback(local->text, local->host_len))
		return otherwise(call, form);
	return format("%s at %.*s", call->text, (int)local->host_len,
		      local->text);
}

/* A whole call. */
static const char *call_words(const struct call *call, int form, int width)
{
	const struct program *self = call->program;
	if (call->error != NULL && strcmp(call->error, "EINPROGRESS") != 0)
		return otherwise(call, form);
	switch (call->act) {
	case ACT_SEND:
		return sent(call, width);
	case ACT_RECEIVE:
		return received(call, width);
	case ACT_CONNECT:
		return form > 3 ? call->name
				: called(call, who(call->peer, self));
	case ACT_ACCEPT:
		return form > 3       ? call->name
		       : self->played ? called(call, "")
				      : format("%s = %lld", called(call, ""),
					       (long long)call->ret);
	case ACT_LISTEN:
		return listened(call, form);
	case ACT_POLL:
		return format("%s() = 0%s", call->name,
			      form < 3 ? "  time is up" : "");
	case ACT_END:
		return self->end_time == -1 ? "is killed"
		       : self->status <= 0  ? "ends"
					    : format("ends with status %lld",
						     (long long)self->status);
	case ACT_BIND:
	case ACT_SHUTDOWN:
	case ACT_CLOSE:
	case ACT_PAIR:
	case ACT_FORK:
	case ACT_OTHER:
		break;
	}
	return otherwise(call, form);
}

/* A call that has begun, or goes on. In the shortest form its line alone
 * tells that it waits. */
static const char *waiting_words(const struct entry *entry, int form)
{
	const struct call *call = entry->call;
	bool calls = entry->part == BEGINS && call->act == ACT_CONNECT;
	if (form > 3)
		return call->name;
	return format("%s %s",
		      called(call, calls && form < 3
					   ? who(call->peer, call->program)
					   : ""),
		      entry->part == STILL_WAITS && form < 2 ? "still waits"
							     : "waits");
}

int entry_words(const struct entry *entry, int width, char words[WORDS_MAX])
{
	const struct call *call = entry->call;
	const char *text = "";
	if (width > WORDS_MAX - 1)
		width = WORDS_MAX - 1;
	for (int form = 0; form < 5; form++) {
		if (entry->part == WHOLE)
			text = call_words(call, form, width);
		else if (entry->part == ENDS && call->error == NULL)
			text = form > 3 ? call->name
					: format("%s = %lld", called(call, ""),
						 (long long)call->ret);
		else if (entry->part == ENDS)
			text = otherwise(call, form);
		else
			text = waiting_words(entry, form);
		if (fits(text, width))
			break;
	}
	int n = snprintf(words, (size_t)width + 1, "%s", text);
	if (n > width && width > 3)
		memcpy(words + width - 3, "...", 3);
	plain(words);
	return (int)strlen(words);
}

const char *link_word(const struct link *link)
{
	switch (link->fate) {
	case LOST:
		return "lost";
	case UNREAD:
		return "not read";
	case REFUSED:
		return "refused";
	case UNANSWERED:
		return "no answer";
	case UNACCEPTED:
		return "backlog";
	case ARRIVED:
		break;
	}
	/* FIN and RST are TCP's; a Unix socket sends no segment. */
	bool in_kernel =
		(link->from != NULL && link->from->kind == KIND_UNIX) ||
		(link->to != NULL && link->to->kind == KIND_UNIX);
	return link->kind == LINK_FIN   ? in_kernel ? "end" : "FIN"
	       : link->kind == LINK_RST ? in_kernel ? "reset" : "RST"
					: "";
}
