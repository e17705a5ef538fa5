/*
 * ladder_match.c - finds out which call had to do with which.
 *
 * All calls of all programs are gone through in the order of time, once, to
 * learn which descriptor is which end of which connection, who owns which
 * address, and which close() was the last. Then the ends are paired: of a TCP
 * connection by both addresses, of a Unix socket by the kernel's numbers or by
 * the path. The bytes of a stream are paired by their place in it, datagrams
 * by their addresses, their bytes and their order.
 */
#include "ladder.h"

#include <stdlib.h>
#include <string.h>

enum { KEYS = 4096, MOST_DESCRIPTORS = 65536, PORTS = 65536 };

static struct end *all_ends, **ends_end = &all_ends, *keys[KEYS];

bool failed(const struct call *call)
{
	return call->error != NULL;
}

static bool finished(const struct call *call)
{
	return call->t1 != -1;
}

static bool done(const struct call *call)
{
	return finished(call) && !failed(call);
}

/* It goes on in the background (connect), or there was nothing to do. */
static bool put_off(const struct call *call)
{
	return failed(call) && (strcmp(call->error, "EINPROGRESS") == 0 ||
				strcmp(call->error, "EAGAIN") == 0 ||
				strcmp(call->error, "EINTR") == 0);
}

static bool took_long(const struct call *call)
{
	return !finished(call) || call->t1 - call->t0 >= GRAIN;
}

static bool on_stream(const struct call *call)
{
	return (call->kind == KIND_TCP || call->kind == KIND_UNIX) &&
	       !call->datagram;
}

/* ---- who owns an address ---- */

struct address *owned(struct address *address)
{
	if (address == NULL || address->owner != NULL || address->port <= 0)
		return address == NULL || address->owner == NULL ? NULL
								 : address;
	static const char *const any[] = {"0.0.0.0", "[::]"};
	for (int i = 0; i < 2; i++) {
		struct address *wide =
			address_of(format("%s:%d", any[i], address->port));
		if (wide->owner != NULL)
			return wide;
	}
	return NULL;
}

static bool ports[PORTS]; /* that somebody here has */

static bool is_any(const struct address *address)
{
	return strncmp(address->text, "0.0.0.0:", 8) == 0 ||
	       strncmp(address->text, "[::]:", 5) == 0;
}

static void own(struct call *call)
{
	struct address *local = call->local;
	if (local == NULL || local->port == 0 || local->owner != NULL)
		return;
	local->owner = call->program;
	local->opener = call;
	if (local->port > 0 && local->port < PORTS)
		ports[local->port] = true;
}

bool is_port(int number)
{
	return number > 0 && number < PORTS && ports[number];
}

/* ---- ends of connections ---- */

static unsigned key_of(const struct address *local, const struct address *peer)
{
	return (unsigned)(((uintptr_t)local >> 4) * 31 +
			  ((uintptr_t)peer >> 4)) %
	       KEYS;
}

static struct end *new_end(struct call *call)
{
	struct end *end = take(sizeof *end);
	end->program = call->program;
	end->local = call->local;
	end->peer = call->peer;
	end->inode = call->inode;
	end->pair = call->pair;
	end->peer_pid = call->peer_pid;
	*ends_end = end;
	ends_end = &end->next;
	struct end **key = &keys[key_of(end->local, end->peer)];
	end->next_key = *key; /* the latest first */
	*key = end;
	return end;
}

static bool is_end(const struct end *end, const struct call *call)
{
	if (call->inode != 0 && end->inode != 0)
		return call->inode == end->inode;
	return (call->local == NULL && call->peer == NULL) ||
	       (end->local == call->local && end->peer == call->peer);
}

/* The descriptors of a program. */
static struct end **descriptor(struct program *program, int64_t fd)
{
	static struct end *none;
	none = NULL;
	if (fd < 0 || fd >= MOST_DESCRIPTORS)
		return &none;
	while (program->n_ends <= (size_t)fd) {
		program->ends =
			room_for(program->ends, program->n_ends,
				 &program->ends_room, sizeof *program->ends);
		program->ends[program->n_ends++] = NULL;
	}
	return &program->ends[fd];
}

static void hold(struct program *program, int64_t fd, struct end *end)
{
	struct end **place = descriptor(program, fd);
	if (*place != NULL)
		(*place)->holders--;
	*place = end;
	if (end != NULL)
		end->holders++;
}

/* The end that a call is about: by its descriptor, else by its addresses. */
static struct end *end_of(struct call *call)
{
	struct end *end = *descriptor(call->program, call->fd);
	if (end != NULL && is_end(end, call))
		return end;
	if (call->local == NULL || call->peer == NULL)
		return NULL;
	for (end = keys[key_of(call->local, call->peer)]; end != NULL;
	     end = end->next_key)
		if (is_end(end, call))
			break;
	if (end == NULL && done(call))
		end = new_end(call); /* it is older than the trace */
	if (end != NULL && call->act != ACT_CLOSE)
		hold(call->program, call->fd, end);
	return end;
}

/* ---- what a call does to ends ---- */

/* The end of a program, as if it were its last call. */
static struct call *end_call(struct program *program)
{
	if (program->end != NULL)
		return program->end;
	struct call *call = take(sizeof *call), *last = NULL;
	if (program->calls.n > 0)
		last = program->calls.items[program->calls.n - 1];
	int64_t t = program->end_time;
	if (t == -1)
		t = last == NULL ? 0 : last->t1 == -1 ? last->t0 : last->t1;
	*call = (struct call){
		.program = program,
		.act = ACT_END,
		.tid = last == NULL ? 0 : last->tid,
		.t0 = t,
		.t1 = t,
		.name = "end",
		.text = "end",
		.fd = -1,
		.new_fd = -1,
		.row = NOWHERE,
	};
	program->end = call;
	return call;
}

static void let_go(struct program *program, int64_t fd, struct call *call)
{
	struct end *end = *descriptor(program, fd);
	if (end == NULL)
		return;
	hold(program, fd, NULL);
	if (end->holders <= 0 && end->said_end == NULL)
		end->said_end = call != NULL ? call : end_call(program);
}

static void opens(struct call *call)
{
	int64_t fd = call->act == ACT_ACCEPT ? call->new_fd : call->fd;
	if (fd == -1)
		fd = call->ret;
	struct end *end = new_end(call);
	end->opened = call;
	end->connector = call->act == ACT_CONNECT;
	call->end = end;
	hold(call->program, fd, end);
}

static void opens_pair(struct call *call)
{
	struct end *one = new_end(call), *two = new_end(call);
	two->inode = call->pair;
	two->pair = call->inode;
	one->mate = two;
	two->mate = one;
	hold(call->program, call->fd, one);
	hold(call->program, call->new_fd, two);
}

static void inherits(struct drawing *drawing, struct call *fork)
{
	struct program *parent = fork->program;
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct program *child = drawing->programs[i];
		if (child->pid != fork->child || child->start < fork->t0)
			continue;
		for (size_t fd = 0; fd < parent->n_ends; fd++)
			if (parent->ends[fd] != NULL)
				hold(child, (int64_t)fd, parent->ends[fd]);
		if (child->calls.n > 0) {
			struct call *first = child->calls.items[0];
			struct need *need = take(sizeof *need);
			need->call = fork;
			need->next = first->needs;
			first->needs = need;
		}
		return;
	}
}

static void moves(struct call *call)
{
	struct end *end = call->end = end_of(call);
	if (end == NULL || !finished(call))
		return;
	bool reset = failed(call) && (strcmp(call->error, "ECONNRESET") == 0 ||
				      strcmp(call->error, "EPIPE") == 0);
	bool over = !failed(call) && call->act == ACT_RECEIVE &&
		    call->ret == 0 && call->in;
	if ((reset || over) && end->saw_end == NULL)
		end->saw_end = call;
	if (!failed(call) && call->len > 0 && call->out)
		add_call(&end->out, call);
	if (!failed(call) && call->len > 0 && call->in)
		add_call(&end->in, call);
}

/* One call in the order of time. */
static void follow(struct drawing *drawing, struct call *call)
{
	struct program *program = call->program;
	switch (call->act) {
	case ACT_LISTEN:
		if (done(call)) {
			program->listens = true;
			own(call);
		}
		break;
	case ACT_BIND:
		if (done(call) && call->datagram) {
			program->listens = true;
			own(call);
		}
		break;
	case ACT_CONNECT:
		if (call->datagram)
			break;
		program->connects = true;
		if (!failed(call) || put_off(call)) {
			own(call);
			opens(call);
		}
		break;
	case ACT_ACCEPT:
		if (done(call))
			opens(call);
		break;
	case ACT_PAIR:
		if (done(call))
			opens_pair(call);
		break;
	case ACT_SEND:
	case ACT_RECEIVE:
		if (on_stream(call))
			moves(call);
		else if (call->datagram && done(call))
			own(call);
		break;
	case ACT_SHUTDOWN:
		call->end = end_of(call);
		if (done(call) && call->end != NULL &&
		    call->end->said_end == NULL &&
		    strstr(call->text, "SHUT_RD)") == NULL)
			call->end->said_end = call;
		break;
	case ACT_CLOSE:
		call->end = end_of(call);
		let_go(program, call->fd, call);
		break;
	case ACT_FORK:
		if (done(call) && call->child > 0)
			inherits(drawing, call);
		break;
	case ACT_END:
		for (size_t fd = 0; fd < program->n_ends; fd++)
			let_go(program, (int64_t)fd, NULL);
		break;
	case ACT_POLL:
	case ACT_OTHER:
		break;
	}
}

struct event {
	int64_t t;
	size_t order;
	struct call *call;
};

static int by_time(const void *a, const void *b)
{
	const struct event *p = a, *q = b;
	if (p->t != q->t)
		return p->t < q->t ? -1 : 1;
	return p->order < q->order ? -1 : p->order > q->order;
}

/* What gives counts from its beginning, what takes from its end. */
static int64_t time_of(const struct call *call)
{
	bool takes = call->act == ACT_ACCEPT || call->act == ACT_RECEIVE ||
		     call->act == ACT_PAIR;
	return takes && finished(call) ? call->t1 : call->t0;
}

static void follow_all(struct drawing *drawing)
{
	size_t n = 0, total = 0;
	for (size_t i = 0; i < drawing->n_programs; i++)
		total += drawing->programs[i]->calls.n + 1;
	struct event *events = take((total + 1) * sizeof *events);
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct program *program = drawing->programs[i];
		for (size_t k = 0; k < program->calls.n; k++, n++) {
			struct call *call = program->calls.items[k];
			events[n] = (struct event){time_of(call), n, call};
		}
		if (program->end_time == -1)
			continue;
		struct call *end = end_call(program);
		events[n] = (struct event){end->t0, n, end};
		n++;
	}
	qsort(events, n, sizeof *events, by_time);
	for (size_t i = 0; i < n; i++)
		follow(drawing, events[i].call);
}

/* ---- pairs of ends ---- */

static bool are_mates(const struct end *a, const struct end *b)
{
	if (a == b || b->mate != NULL)
		return false;
	bool both_known = a->opened != NULL && b->opened != NULL;
	if (both_known && a->connector == b->connector)
		return false;
	if (a->pair != 0 && b->inode != 0)
		return a->pair == b->inode;
	if (a->local != NULL && a->peer != NULL && b->local != NULL)
		return a->local == b->peer && a->peer == b->local;
	/* Unix: whoever has called at a path, and who was taken there. */
	const struct end *caller = a->connector ? a : b;
	const struct end *taker = a->connector ? b : a;
	if (!both_known || caller->peer == NULL ||
	    caller->peer != taker->local || caller->peer->port != -1)
		return false;
	return taker->peer_pid == 0 || taker->peer_pid == caller->program->pid;
}

static void pair_ends(void)
{
	for (struct end *end = all_ends; end != NULL; end = end->next) {
		if (end->mate != NULL)
			continue;
		struct end *found = NULL;
		if (end->local != NULL && end->peer != NULL) {
			/* The latest come first, the oldest is wanted. */
			unsigned key = key_of(end->peer, end->local);
			for (struct end *e = keys[key]; e; e = e->next_key)
				if (are_mates(end, e))
					found = e;
		} else {
			for (struct end *e = all_ends; e && !found; e = e->next)
				if (are_mates(end, e))
					found = e;
		}
		if (found == NULL)
			continue;
		end->mate = found;
		found->mate = end;
	}
}

/* ---- links ---- */

static struct link *add_link(struct drawing *drawing, enum link_kind kind,
			     struct call *from, struct call *to)
{
	struct link *link = take(sizeof *link);
	link->kind = kind;
	link->from = from;
	link->to = to;
	if (from != NULL) {
		link->source = from->program;
		link->next_leaving = from->leaving;
		from->leaving = link;
	}
	if (to != NULL) {
		link->target = to->program;
		link->next_arriving = to->arriving;
		to->arriving = link;
	}
	*drawing->links_end = link;
	drawing->links_end = &link->next;
	return link;
}

static struct program *outside(struct drawing *drawing)
{
	if (drawing->outside == NULL) {
		struct program *program = take(sizeof *program);
		*program = (struct program){
			.name = "not traced",
			.file = "",
			.end_time = -1,
			.status = -1,
			.outside = true,
			.column = NOWHERE,
			.first_row = NOWHERE,
		};
		drawing->outside = program;
	}
	return drawing->outside;
}

static void add_need(struct call *call, struct address *address)
{
	struct address *owner = owned(address);
	if (owner == NULL || owner->opener == NULL ||
	    (owner->opener->act != ACT_LISTEN &&
	     owner->opener->act != ACT_BIND) ||
	    (finished(call) && owner->opener->t0 > call->t1))
		return;
	struct need *need = take(sizeof *need);
	need->call = owner->opener;
	need->next = call->needs;
	call->needs = need;
}

static int by_offset(const void *a, const void *b)
{
	const struct call *const *p = a, *const *q = b;
	if ((*p)->offset != (*q)->offset)
		return (*p)->offset < (*q)->offset ? -1 : 1;
	return (*p)->t0 < (*q)->t0 ? -1 : (*p)->t0 > (*q)->t0;
}

static void sort_calls(struct calls *calls)
{
	if (calls->n > 1)
		qsort(calls->items, calls->n, sizeof *calls->items, by_offset);
}

/* The bytes that one end sent and the other received. */
static void link_bytes(struct drawing *drawing, struct end *sender,
		       struct end *receiver)
{
	struct calls *out = &sender->out, *in = &receiver->in;
	size_t i = 0, k = 0;
	sort_calls(out);
	sort_calls(in);
	while (i < out->n && k < in->n) {
		struct call *from = out->items[i], *to = in->items[k];
		uint64_t from_end = from->offset + from->len;
		uint64_t to_end = to->offset + to->len;
		if (from->offset < to_end && to->offset < from_end)
			add_link(drawing, LINK_BYTES, from, to);
		if (from_end <= to_end)
			i++;
		if (to_end <= from_end)
			k++;
	}
	bool complete = receiver->program->calls_left_out == 0;
	for (i = 0; i < out->n; i++) {
		struct call *from = out->items[i];
		if (from->leaving != NULL || !complete)
			continue;
		struct link *link = add_link(drawing, LINK_BYTES, from, NULL);
		link->target = receiver->program;
		link->fate = UNREAD;
	}
}

/* How the other end was closed, where this end has seen it. */
static void link_end(struct drawing *drawing, struct end *end)
{
	if (end->saw_end == NULL)
		return;
	enum link_kind kind = failed(end->saw_end) ? LINK_RST : LINK_FIN;
	struct end *mate = end->mate;
	if (mate == NULL) {
		add_link(drawing, kind, NULL, end->saw_end)->source =
			outside(drawing);
		return;
	}
	if (mate->said_end == NULL && mate->program->end_time == -1) {
		/* It was killed, and the kernel closed for it. */
		mate->said_end = end_call(mate->program);
		if (mate->said_end->leaving == NULL)
			mate->said_end->t0 = mate->said_end->t1 =
				end->saw_end->t1;
	}
	if (mate->said_end != NULL && mate->said_end->t0 <= end->saw_end->t1)
		add_link(drawing, kind, mate->said_end, end->saw_end);
}

/* An end whose other end has no trace, or was never accepted. */
static void link_alone(struct drawing *drawing, struct end *end)
{
	struct address *listener = end->connector ? owned(end->peer) : NULL;
	bool waits = listener != NULL && listener->owner->listens;
	struct program *other = waits ? listener->owner : outside(drawing);
	if (end->opened != NULL && end->connector) {
		struct link *link =
			add_link(drawing, LINK_CONNECTION, end->opened, NULL);
		link->target = finished(end->opened) ? other : NULL;
		link->fate = !finished(end->opened) ? UNANSWERED
			     : waits                ? UNACCEPTED
						    : ARRIVED;
	} else if (end->opened != NULL) {
		add_link(drawing, LINK_CONNECTION, NULL, end->opened)->source =
			other;
	}
	for (size_t i = 0; i < end->out.n; i++) {
		struct link *link =
			add_link(drawing, LINK_BYTES, end->out.items[i], NULL);
		link->target = other;
		link->fate = waits ? UNREAD : ARRIVED;
	}
	for (size_t i = 0; i < end->in.n; i++)
		add_link(drawing, LINK_BYTES, NULL, end->in.items[i])->source =
			other;
	if (!waits && end->said_end != NULL) {
		struct link *link =
			add_link(drawing, LINK_FIN, end->said_end, NULL);
		link->target = other;
	}
	link_end(drawing, end);
}

static void link_streams(struct drawing *drawing)
{
	for (struct end *end = all_ends; end != NULL; end = end->next) {
		if (end->mate == NULL) {
			link_alone(drawing, end);
			continue;
		}
		struct end *mate = end->mate;
		if (end->connector && end->opened != NULL &&
		    mate->opened != NULL)
			add_link(drawing, LINK_CONNECTION, end->opened,
				 mate->opened);
		link_bytes(drawing, end, mate);
		link_end(drawing, end);
	}
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct calls *calls = &drawing->programs[i]->calls;
		for (size_t k = 0; k < calls->n; k++) {
			struct call *call = calls->items[k];
			if (call->act != ACT_CONNECT || call->datagram)
				continue;
			if (failed(call) &&
			    strcmp(call->error, "ECONNREFUSED") == 0)
				add_link(drawing, LINK_CONNECTION, call, NULL)
					->fate = REFUSED;
			else
				add_need(call, call->peer);
		}
	}
}

/* ---- datagrams ---- */

struct flow {
	int from, to; /* ports */
	struct calls sent;
	size_t first; /* those before it are taken */
	struct flow *next;
};
static struct flow *flows[KEYS];

static struct flow *flow_of(int from, int to)
{
	struct flow **place = &flows[(unsigned)(from * 31 + to) % KEYS];
	for (; *place != NULL; place = &(*place)->next)
		if ((*place)->from == from && (*place)->to == to)
			return *place;
	*place = take(sizeof **place);
	(*place)->from = from;
	(*place)->to = to;
	return *place;
}

static bool same_host(const struct address *a, const struct address *b)
{
	return a == b || is_any(a) || is_any(b) ||
	       (a->host_len == b->host_len &&
		memcmp(a->text, b->text, a->host_len) == 0);
}

/* An address that several sockets hear. */
static bool is_shared(const struct address *address)
{
	int first = atoi(address->text);
	return (first >= 224 && first < 240) ||
	       strncmp(address->text, "[ff", 3) == 0 ||
	       strstr(address->text, ".255:") != NULL;
}

static bool took_already(const struct call *from, const struct call *to)
{
	for (struct link *link = from->leaving; link; link = link->next_leaving)
		if (!is_shared(from->peer) ||
		    (link->to->program == to->program &&
		     link->to->fd == to->fd))
			return true;
	return false;
}

static bool is_datagram(const struct call *from, const struct call *to)
{
	size_t n =
		from->data_len < to->data_len ? from->data_len : to->data_len;
	return from->t0 <= to->t1 && !took_already(from, to) &&
	       (same_host(from->peer, to->local) || is_shared(from->peer)) &&
	       (to->peer == NULL || same_host(from->local, to->peer)) &&
	       from->len >= to->len &&
	       (n == 0 || memcmp(from->data, to->data, n) == 0);
}

static struct call *sent_as(struct call *to)
{
	struct flow *flow = flow_of(to->peer->port, to->local->port);
	struct calls *sent = &flow->sent;
	while (flow->first < sent->n &&
	       sent->items[flow->first]->leaving != NULL &&
	       !is_shared(sent->items[flow->first]->peer))
		flow->first++;
	for (size_t i = flow->first; i < sent->n; i++)
		if (is_datagram(sent->items[i], to))
			return sent->items[i];
	return NULL;
}

/* A program may ask for no sender: recv() of a socket that is not connected.
 * Then what was sent to its port and has the same bytes is meant. */
static struct call *sent_by_somebody(struct call *to, const struct calls *out)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i]->peer->port == to->local->port &&
		    is_datagram(out->items[i], to))
			return out->items[i];
	return NULL;
}

static int by_begin(const void *a, const void *b)
{
	const struct call *const *p = a, *const *q = b;
	int64_t t = time_of(*p), u = time_of(*q);
	if (t != u)
		return t < u ? -1 : 1;
	return strcmp((*p)->program->name, (*q)->program->name);
}

/* A Unix datagram socket has a path, and often only one of two has. */
static bool has_ports(const struct call *call)
{
	return call->local != NULL && call->peer != NULL &&
	       call->local->port > 0 && call->peer->port > 0;
}

/* Whether a datagram that nobody took was lost: those that were sent later
 * came, or the program waited for one in vain. */
static bool was_lost(const struct call *from, const struct program *taker,
		     const struct calls *in)
{
	for (size_t i = in->n; i > 0; i--) {
		const struct link *other = in->items[i - 1]->arriving;
		if (other != NULL && other->from != NULL &&
		    other->target == taker && other->from->t0 > from->t0)
			return true;
	}
	for (size_t i = 0; i < taker->calls.n; i++) {
		const struct call *call = taker->calls.items[i];
		if (call->act == ACT_RECEIVE && call->datagram &&
		    (!finished(call) || (failed(call) && call->t0 > from->t0)))
			return true;
	}
	return false;
}

static void link_datagrams(struct drawing *drawing)
{
	struct calls out = {0}, in = {0}, blind = {0};
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct calls *calls = &drawing->programs[i]->calls;
		for (size_t k = 0; k < calls->n; k++) {
			struct call *call = calls->items[k];
			if (!call->datagram || !done(call))
				continue;
			if (call->in && call->peer == NULL &&
			    call->local != NULL && call->local->port > 0)
				add_call(&blind, call);
			if (!has_ports(call))
				continue;
			if (call->out)
				add_call(&out, call);
			if (call->in)
				add_call(&in, call);
		}
	}
	if (out.n > 1)
		qsort(out.items, out.n, sizeof *out.items, by_begin);
	if (in.n > 1)
		qsort(in.items, in.n, sizeof *in.items, by_begin);
	for (size_t i = 0; i < out.n; i++) {
		struct call *from = out.items[i];
		add_call(&flow_of(from->local->port, from->peer->port)->sent,
			 from);
		add_need(from, from->peer);
	}
	for (size_t i = 0; i < in.n; i++) {
		struct call *to = in.items[i], *from = sent_as(to);
		struct address *sender = owned(to->peer);
		if (from != NULL)
			add_link(drawing, LINK_BYTES, from, to);
		else if (sender == NULL)
			add_link(drawing, LINK_BYTES, NULL, to)->source =
				outside(drawing);
	}
	if (blind.n > 1)
		qsort(blind.items, blind.n, sizeof *blind.items, by_begin);
	for (size_t i = 0; i < blind.n; i++) {
		struct call *to = blind.items[i];
		struct call *from = sent_by_somebody(to, &out);
		if (from != NULL)
			add_link(drawing, LINK_BYTES, from, to);
	}
	for (size_t i = 0; i < out.n; i++) {
		struct call *from = out.items[i];
		if (from->leaving != NULL)
			continue;
		struct address *taker = owned(from->peer);
		struct link *link = add_link(drawing, LINK_BYTES, from, NULL);
		if (taker == NULL && is_shared(from->peer)) {
			link->fate = LOST; /* nobody here heard it */
			continue;
		}
		link->target = taker == NULL ? outside(drawing) : taker->owner;
		if (taker != NULL)
			link->fate = was_lost(from, taker->owner, &in) ? LOST
								       : UNREAD;
	}
}

/* ---- what is shown ---- */

/* What another program can notice, and what went wrong. */
static bool matters(const struct call *call)
{
	if (failed(call) && put_off(call) && call->act != ACT_CONNECT)
		return took_long(call); /* a time limit */
	if (failed(call))
		return true;
	switch (call->act) {
	case ACT_LISTEN:
	case ACT_CONNECT:
	case ACT_ACCEPT:
	case ACT_SEND:
	case ACT_RECEIVE:
		return call->kind != KIND_OTHER;
	case ACT_BIND:
		return call->datagram;
	case ACT_SHUTDOWN:
	case ACT_CLOSE:
		return call->end != NULL;
	case ACT_POLL:
		return !finished(call) || (call->ret == 0 && took_long(call));
	case ACT_FORK:
	case ACT_PAIR:
	case ACT_END:
	case ACT_OTHER:
		return false;
	}
	return false;
}

/* A child that only closes what it has inherited does not take part. */
static bool takes_part(const struct program *program)
{
	for (size_t i = 0; i < program->calls.n; i++) {
		const struct call *call = program->calls.items[i];
		if (call->shown && (call->act != ACT_CLOSE || failed(call)))
			return true;
	}
	return false;
}

/* The end of a program is shown if somebody saw it, or if it ended a wait. */
static void choose_end(struct program *program)
{
	struct call *end = program->end;
	end->shown = end->leaving != NULL;
	for (size_t i = 0; i < program->calls.n; i++) {
		struct call *call = program->calls.items[i];
		if (finished(call) || !call->shown)
			continue;
		end->shown = call->cut_short = true;
		end->tid = call->tid;
	}
	for (size_t i = 0; i < program->calls.n && end->shown; i++)
		if (program->calls.items[i]->cut_short)
			program->calls.items[i]->shown = false;
	if (end->shown)
		add_call(&program->calls, end);
}

static void choose_shown(struct drawing *drawing)
{
	bool all = drawing->options.everything;
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct program *program = drawing->programs[i];
		for (size_t k = 0; k < program->calls.n; k++) {
			struct call *call = program->calls.items[k];
			call->shown = all || matters(call);
		}
		if (!takes_part(program))
			for (size_t k = 0; k < program->calls.n; k++)
				program->calls.items[k]->shown = false;
	}
	/* A fork is shown if the child takes part; an end, if it was seen. */
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct program *program = drawing->programs[i];
		if (program->end != NULL)
			choose_end(program);
		if (program->calls.n == 0 || !takes_part(program))
			continue;
		struct need *need = program->calls.items[0]->needs;
		for (; need != NULL; need = need->next)
			if (need->call->act == ACT_FORK)
				need->call->shown = true;
	}
}

static void add_notes(struct drawing *drawing)
{
	bool met = false;
	size_t taking_part = 0;
	for (struct link *link = drawing->links; link; link = link->next)
		met |= link->source != link->target && link->target != NULL &&
		       !link->source->outside && !link->target->outside;
	for (size_t i = 0; i < drawing->n_programs; i++) {
		struct program *program = drawing->programs[i];
		size_t n = program->calls.n;
		taking_part += takes_part(program);
		if (program->calls_left_out > 0)
			add_note(drawing,
				 format("The trace of %s leaves out %s calls "
					"with %s bytes.",
					program->name,
					with_commas(program->calls_left_out),
					with_commas(program->bytes_left_out)));
		if (n == 0)
			add_note(drawing,
				 format("%s made no call.", program->name));
		else if (drawing->n_marks == 0 && program->end_time == -1 &&
			 finished(program->calls.items[n - 1]) &&
			 program->calls.items[n - 1]->act != ACT_END)
			add_note(drawing,
				 format("The trace of %s has no end: it was "
					"killed, or it runs on.",
					program->name));
	}
	if (taking_part > 1 && !met)
		add_note(drawing, "These programs exchanged nothing with each "
				  "other.");
}

void match_calls(struct drawing *drawing)
{
	follow_all(drawing);
	pair_ends();
	link_streams(drawing);
	link_datagrams(drawing);
	choose_shown(drawing);
	add_notes(drawing);
}
