/*
 * ends.c - the verbs of the test's own ends of a conversation.
 */
#define _DEFAULT_SOURCE /* multicast is not in POSIX */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/ioctl.h>
#endif

#include "endtrace.h"
#include "look.h"
#include "message.h"
#include "verbs.h"

static void set_nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Fills addr from a numeric address and port. */
static socklen_t make_address(const char *host, int port,
			      struct sockaddr_storage *addr)
{
	struct sockaddr_in *in = (struct sockaddr_in *)addr;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)addr;
	memset(addr, 0, sizeof *addr);
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		return sizeof *in;
	}
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		return sizeof *in6;
	}
	script_error("\"%s\" is no address", host);
	return 0;
}

static socklen_t make_unix(const char *path, struct sockaddr_storage *addr)
{
	struct sockaddr_un *un = (struct sockaddr_un *)addr;
	memset(addr, 0, sizeof *addr);
	un->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof un->sun_path)
		script_error("the path is too long for a Unix socket");
	memcpy(un->sun_path, path, strlen(path) + 1);
	return sizeof *un;
}

/* ADDR:PORT or [ADDR6]:PORT in words. */
static socklen_t parse_endpoint(const char *text, struct sockaddr_storage *addr)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	if (colon == NULL)
		script_error("\"%s\" is not ADDR:PORT", text);
	bool bracket = text[0] == '[';
	snprintf(host, sizeof host, "%.*s",
		 (int)(colon - text) - (bracket ? 2 : 0), text + bracket);
	return make_address(host, (int)number_of(colon + 1), addr);
}

/* Notes the two addresses of a new socket. What a peer sends leaves at once: a
 * program that has nothing to say acknowledges late, and with Nagle's algorithm
 * each piece would wait 40 ms for that. */
static void remember_ends(struct peer *peer)
{
	int on = 1;

	setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	peer->local_len = sizeof peer->local;
	getsockname(peer->fd, (struct sockaddr *)&peer->local,
		    &peer->local_len);
	if (peer->type == SOCK_STREAM && peer->remote.ss_family != AF_UNIX) {
		peer->remote_len = sizeof peer->remote;
		getpeername(peer->fd, (struct sockaddr *)&peer->remote,
			    &peer->remote_len);
	}
}

static void forget(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* Closes a socket of peer, as a deed of its own. */
static void hang_up(struct peer *peer, int *fd)
{
	if (*fd != -1)
		endtrace_call(peer, *fd, "close", 0, "close(%d)", *fd);
	forget(fd);
}

/* Begins to connect. Returns 0, or the error. */
static int begin_connect(struct peer *peer, struct words *words)
{
	struct sockaddr_storage from;
	char *path = take(words, "unix"), *to = take(words, "to");
	char *port = take(words, "port"), *source = take(words, "from");
	char *window = take(words, "window");
	nothing_left(words, 0);
	forget(&peer->fd);
	peer->type = SOCK_STREAM;
	peer->sent = 0;
	peer->first_ms = peer->n_parts = 0;
	peer->late = false;
	if (path != NULL)
		peer->remote_len = make_unix(path, &peer->remote);
	else
		peer->remote_len = make_address(
			to == NULL ? "127.0.0.1" : to,
			port == NULL ? stage.port : (int)number_of(port),
			&peer->remote);
	peer->fd = socket(peer->remote.ss_family, SOCK_STREAM, 0);
	if (peer->fd == -1)
		script_error("socket: %s", strerror(errno));
	if (window != NULL) {
		int size = (int)number_of(window);
		setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	}
	if (source != NULL) {
		socklen_t len = make_address(source, 0, &from);
		if (bind(peer->fd, (struct sockaddr *)&from, len) == -1)
			script_error("bind %s: %s", source, strerror(errno));
	}
	set_nonblocking(peer->fd);
	if (connect(peer->fd, (struct sockaddr *)&peer->remote,
		    peer->remote_len) == 0)
		return 0;
	return errno;
}

/* Waits for a connect that has begun. Returns 0, its error, or ETIMEDOUT. */
static int finish_connect(struct peer *peer, int error, long limit_ms)
{
	char whom[128];
	struct deadline deadline = deadline_in(limit_ms);
	/* Where a Unix socket's backlog is full, nothing has begun. */
	while (error == EAGAIN) {
		if (is_over(&deadline))
			return ETIMEDOUT;
		pump(-1, 0, 5);
		bool done = connect(peer->fd, (struct sockaddr *)&peer->remote,
				    peer->remote_len) == 0;
		error = done ? 0 : errno;
	}
	if (error == EINPROGRESS) {
		while (!pump(peer->fd, POLLOUT, time_left(&deadline)))
			if (is_over(&deadline))
				return ETIMEDOUT;
		socklen_t len = sizeof error;
		getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	}
	address_text((struct sockaddr *)&peer->remote, whom, sizeof whom);
	errno = error;
	endtrace_call(peer, peer->fd, "connect", error == 0 ? 0 : -1,
		      "connect(%d, %s)", peer->fd, whom);
	return error;
}

/* Notes that a connection was not made, for this error. Returns false. */
static bool fail_connect(const char *expected, int error)
{
	if (error == ETIMEDOUT)
		return fail(FAIL_NOTHING, expected,
			    "the connection was not made in time");
	return fail(error == ECONNREFUSED ? FAIL_END : FAIL_OTHER, expected,
		    "%s", strerror(error));
}

static bool do_connects(struct peer *peer, struct words *words)
{
	long limit = take_duration(words, "within", EXPECT_MS);
	int error = finish_connect(peer, begin_connect(peer, words), limit);
	if (error != 0)
		return fail_connect("a connection", error);
	remember_ends(peer);
	return true;
}

static bool do_dials(struct peer *peer, struct words *words)
{
	char whom[128];
	int error = begin_connect(peer, words);
	if (error != 0 && error != EINPROGRESS)
		return fail_connect("the connection begins", error);
	address_text((struct sockaddr *)&peer->remote, whom, sizeof whom);
	endtrace_dials(peer, whom);
	return true;
}

static bool do_is_peer(struct peer *peer, struct words *words)
{
	if (word_is(words, 0, "refused")) {
		words->word++;
		words->n--;
		int error = finish_connect(peer, begin_connect(peer, words),
					   EXPECT_MS);
		forget(&peer->fd);
		if (error == ECONNREFUSED || error == ENOENT)
			return true;
		return fail(FAIL_MORE, "the connection is refused", "%s",
			    error == 0 ? "the connection was made"
				       : strerror(error));
	}
	if (peer->fd == -1)
		script_error("%s has not dialed", peer->name);
	if (word_is(words, 0, "connected")) {
		long limit = take_duration(words, "within", EXPECT_MS);
		int error = finish_connect(peer, EINPROGRESS, limit);
		if (error != 0)
			return fail_connect("a connection", error);
		remember_ends(peer);
		return true;
	}
	if (word_is(words, 0, "not") && word_is(words, 1, "connected")) {
		long ms = take_duration(words, "for", SILENCE_MS);
		int error = finish_connect(peer, EINPROGRESS, ms);
		if (error == ETIMEDOUT)
			return true;
		return fail(FAIL_MORE, "the connection is not made yet", "%s",
			    error == 0 ? "it is made" : strerror(error));
	}
	script_error("expected refused, connected or not connected");
	return false;
}

/* Whoever calls host and forgets htons() comes here. */
static void set_trap(struct peer *host)
{
	struct sockaddr_storage addr = host->local;
	struct sockaddr_in *in = (struct sockaddr_in *)&addr;
	in->sin_port = (in_port_t)(in->sin_port << 8 | in->sin_port >> 8);
	forget(&host->trap_fd);
	host->trap_fd = socket(addr.ss_family, host->type, 0);
	set_nonblocking(host->trap_fd);
	if (bind(host->trap_fd, (struct sockaddr *)&addr, host->local_len) ==
		    -1 ||
	    (host->type == SOCK_STREAM && listen(host->trap_fd, 1) == -1))
		forget(&host->trap_fd);
}

/* True, with the failure told, if somebody has come there. */
static bool in_trap(struct peer *host, const char *what)
{
	struct pollfd trap = {.fd = host->trap_fd, .events = POLLIN};
	if (trap.fd == -1 || poll(&trap, 1, 0) != 1)
		return false;
	int port = ntohs(((struct sockaddr_in *)&host->local)->sin_port);
	char wanted[64];
	snprintf(wanted, sizeof wanted, "%s to port %d", what, port);
	fail(FAIL_OTHER, wanted,
	     "one to port %d, which is %d with its two bytes swapped",
	     (port & 0xff) << 8 | port >> 8, port);
	because("port-without-htons", true);
	return true;
}

static bool do_listens(struct peer *peer, struct words *words)
{
	struct sockaddr_storage addr;
	char *path = take(words, "unix"), *at = take(words, "at");
	char *port = take(words, "port"), *backlog = take(words, "backlog");
	/* A free port differs from its byte-swapped twin, so that whoever
	 * forgets htons() is seen to call elsewhere. */
	int on = 1, number = port == NULL ? free_port() : (int)number_of(port);
	socklen_t len;
	nothing_left(words, 0);
	if (path != NULL)
		len = make_unix(path, &addr);
	else
		len = make_address(at == NULL ? "127.0.0.1" : at, number,
				   &addr);
	forget(&peer->listen_fd);
	peer->listen_fd = socket(addr.ss_family, SOCK_STREAM, 0);
	set_nonblocking(peer->listen_fd);
	setsockopt(peer->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	int most = backlog == NULL ? 16 : (int)number_of(backlog);
	if (bind(peer->listen_fd, (struct sockaddr *)&addr, len) == -1 ||
	    listen(peer->listen_fd, most) == -1)
		script_error("%s", strerror(errno));
	endtrace_call(peer, peer->listen_fd, "listen", 0, "listen(%d, %d)",
		      peer->listen_fd, most);
	if (path != NULL)
		return true;
	peer->type = SOCK_STREAM;
	peer->local_len = sizeof peer->local;
	getsockname(peer->listen_fd, (struct sockaddr *)&peer->local,
		    &peer->local_len);
	struct sockaddr_in *in = (struct sockaddr_in *)&peer->local;
	claim_port(port == NULL ? ntohs(in->sin_port) : 0);
	set_trap(peer);
	return true;
}

/* True when no program can say anything any more. */
bool all_ended(void)
{
	int started = 0;
	for (int i = 0; i < stage.n_actors; i++) {
		started += stage.actors[i].started;
		if (stage.actors[i].started && !stage.actors[i].program.ended)
			return false;
	}
	return started > 0;
}

static bool do_accepts(struct peer *host, struct words *words)
{
	struct deadline deadline =
		deadline_in(take_duration(words, "within", EXPECT_MS));
	char *name = take(words, "as");
	nothing_left(words, 0);
	if (host->listen_fd == -1)
		script_error("%s does not listen", host->name);
	while (!pump(host->listen_fd, POLLIN, time_left(&deadline))) {
		bool ended = all_ended();
		if (!ended && !is_over(&deadline))
			continue;
		if (pump(host->listen_fd, POLLIN, 0))
			break; /* it called, and then it ended */
		if (in_trap(host, "a connection"))
			return false;
		fail(ended ? FAIL_END : FAIL_NOTHING, "a connection",
		     "nobody connected");
		return because("never-calls", false);
	}
	struct peer *peer = name == NULL ? host : peer_named(name);
	forget(&peer->fd);
	peer->fd = accept(host->listen_fd, NULL, NULL);
	if (peer->fd == -1)
		return fail(FAIL_OTHER, "a connection", "%s", strerror(errno));
	set_nonblocking(peer->fd);
	peer->type = SOCK_STREAM;
	peer->sent = 0;
	peer->first_ms = peer->n_parts = 0;
	peer->late = false;
	remember_ends(peer);
	endtrace_accepted(host, peer);
	return true;
}

static bool do_binds(struct peer *peer, struct words *words)
{
	struct sockaddr_storage addr;
	char *at = take(words, "at"), *port = take(words, "port");
	bool called = port == NULL && !port_claimed;
	int number = port == NULL ? free_port() : (int)number_of(port), on = 1;
	nothing_left(words, 0);
	socklen_t len =
		make_address(at == NULL ? "127.0.0.1" : at, number, &addr);
	forget(&peer->fd);
	stage.datagrams = true;
	peer->type = SOCK_DGRAM;
	peer->remote_len = 0;
	peer->heard.n = 0;
	peer->fd = socket(addr.ss_family, SOCK_DGRAM, 0);
	set_nonblocking(peer->fd);
	if (port != NULL)
		setsockopt(peer->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(peer->fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
	/* What it sends to a group stays on this machine. */
	struct in_addr loopback = {.s_addr = htonl(INADDR_LOOPBACK)};
	if (addr.ss_family == AF_INET)
		setsockopt(peer->fd, IPPROTO_IP, IP_MULTICAST_IF, &loopback,
			   sizeof loopback);
	if (bind(peer->fd, (struct sockaddr *)&addr, len) == -1)
		script_error("bind: %s", strerror(errno));
	remember_ends(peer);
	char where[128];
	address_text((struct sockaddr *)&peer->local, where, sizeof where);
	endtrace_call(peer, peer->fd, "bind", 0, "bind(%d, %s)", peer->fd,
		      where);
	claim_port(
		port == NULL
			? ntohs(((struct sockaddr_in *)&peer->local)->sin_port)
			: 0);
	if (called) /* it plays the server */
		set_trap(peer);
	return true;
}

/* What peer sent and has not arrived in the other end's queue or (Unix) has not
 * been read. What is not acknowledged may well have arrived: a program that says
 * nothing acknowledges late. So ask the other end. */
static int on_its_way(struct peer *peer)
{
	int unsent = 0;
#ifdef __linux__
	if (peer->type == SOCK_STREAM &&
	    ioctl(peer->fd, TIOCOUTQ, &unsent) == -1)
		return 0;
	uint64_t arrived;
	if (unsent > 0 && peer->remote.ss_family != AF_UNIX &&
	    look_arrived((struct sockaddr *)&peer->remote,
			 (struct sockaddr *)&peer->local, &arrived) &&
	    arrived >= peer->sent)
		return 0;
#endif
	return unsent;
}

/* True when the other end has taken all that peer sent. */
static bool all_read(struct peer *peer)
{
	if (on_its_way(peer) > 0)
		return false;
	if (peer->remote.ss_family == AF_UNIX)
		return true;
	return look_unread(peer->type == SOCK_STREAM ? KIND_TCP : KIND_UDP,
			   (struct sockaddr *)&peer->remote,
			   (struct sockaddr *)&peer->local) <= 0;
}

/* True when every program waits in its calls for something to happen, and not
 * for a time to pass. */
static bool all_wait(void)
{
	for (int i = 0; i < stage.n_actors; i++) {
		struct actor *actor = &stage.actors[i];
		if (actor->started && !actor->program.ended &&
		    look_napping(actor_pid(actor)))
			return false;
	}
	return all_rest(NULL);
}

/* Notes that what peer sends is not read any more, for this error. Returns
 * false. Whether a reset is met by the next send, by one after it (EPIPE), or
 * before that, is a matter of luck. */
static bool fail_reset(int error)
{
	bool reset = error == ECONNRESET || error == EPIPE;
	return fail(FAIL_END, "the program reads what is sent", "%s",
		    reset ? "the connection was reset" : strerror(error));
}

/* Waits until the program has read what peer sent. With noticed it is enough
 * that it has arrived and the program has come to rest: one that waits with
 * MSG_PEEK or SO_RCVLOWAT for all of a message leaves a part of it unread. */
static bool wait_read(struct peer *peer, bool noticed)
{
	struct deadline deadline = deadline_in(EXPECT_MS);
	long waits_since = -1;
	if (!can_look()) {
		for (long end = now_ms() + BLIND_MS; now_ms() < end;)
			pump(-1, 0, end - now_ms());
		return true;
	}
	for (;;) {
		/* Of a connection that was reset nothing is left to ask: who
		 * would say that it was read? */
		bool is_read = all_read(peer);
		struct pollfd gone = {.fd = peer->fd};
		if (poll(&gone, 1, 0) == 1 && (gone.revents & POLLERR) != 0)
			return fail_reset(ECONNRESET);
		if (is_read)
			return true;
		if (all_ended() || is_over(&deadline))
			return fail(all_ended() ? FAIL_END : FAIL_NOTHING,
				    "the program reads what is sent",
				    "it lies unread");
		long now = now_ms();
		bool arrived = peer->remote.ss_family == AF_UNIX ||
			       on_its_way(peer) == 0;
		if (!noticed || !arrived || !all_wait())
			waits_since = -1;
		else if (waits_since == -1)
			waits_since = now;
		else if (now - waits_since >= REST_MS)
			return true;
		pump(-1, 0, 1);
	}
}

static bool has_conversation(struct peer *peer)
{
	if (peer->fd == -1)
		script_error("%s has no conversation", peer->name);
	return true;
}

/* Has the kernel wait with its acknowledgements, in the hope of something to
 * send them along with. It does so anyway after a few questions and answers, but
 * not if the machine is busy and they are slow. */
static void acknowledge_late(struct peer *peer)
{
#ifdef TCP_QUICKACK
	int off = 0;
	setsockopt(peer->fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof off);
#else
	(void)peer;
#endif
}

static bool do_acknowledges(struct peer *peer, struct words *words)
{
	if (!word_is(words, 0, "late"))
		script_error("expected `acknowledges late`");
	nothing_left(words, 1);
	has_conversation(peer);
	peer->late = true;
	acknowledge_late(peer);
	return true;
}

/* What has come since the last send was one message: notes how long it took
 * from its first byte to its last. */
static void message_ends(struct peer *peer)
{
	if (peer->first_ms != 0)
		peer->parts[peer->n_parts++ % MAX_PARTS] =
			peer->last_ms - peer->first_ms;
	peer->first_ms = 0;
}

static bool send_stream(struct peer *peer, const unsigned char *data, size_t n)
{
	struct deadline deadline = deadline_in(EXPECT_MS);
	message_ends(peer);
	if (peer->late)
		acknowledge_late(peer);
	while (n > 0) {
		ssize_t sent = send(peer->fd, data, n, 0);
		if (sent > 0) {
			endtrace_moved(peer, 'o', data, n, sent);
			data += sent;
			n -= (size_t)sent;
			peer->sent += (size_t)sent;
			deadline = deadline_in(EXPECT_MS);
			continue;
		}
		if (sent == -1 && errno != EAGAIN && errno != EINTR) {
			return fail_reset(errno);
		}
		if (is_over(&deadline))
			return fail(FAIL_NOTHING,
				    "the program reads what is sent",
				    "it does not: %zu bytes wait", n);
		pump(peer->fd, POLLOUT, time_left(&deadline));
	}
	return true;
}

static bool send_datagram(struct peer *peer, struct bytes *bytes, char *to)
{
	struct sockaddr_storage addr = peer->remote;
	socklen_t len = peer->remote_len;
	if (to != NULL)
		len = parse_endpoint(to, &addr);
	else if (len == 0)
		len = make_address("127.0.0.1", stage.port, &addr);
	ssize_t sent = sendto(peer->fd, bytes->data, bytes->n, 0,
			      (struct sockaddr *)&addr, len);
	if (sent == -1 && errno != ECONNREFUSED)
		script_error("sendto: %s", strerror(errno));
	if (peer->remote_len == 0) {
		peer->remote = addr;
		peer->remote_len = len;
	}
	endtrace_moved(peer, 'o', bytes->data, bytes->n, (ssize_t)bytes->n);
	return true;
}

/* joins GROUP | leaves GROUP: on the loopback interface. */
static bool join_or_leave(struct peer *peer, struct words *words, int what)
{
	struct ip_mreq group = {.imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
	has_conversation(peer);
	if (inet_pton(AF_INET, word_text(words, 0), &group.imr_multiaddr) != 1)
		script_error("expected the address of a group");
	nothing_left(words, 1);
	if (setsockopt(peer->fd, IPPROTO_IP, what, &group, sizeof group) == -1)
		script_error("%s", strerror(errno));
	count_own(group.imr_multiaddr, what == IP_ADD_MEMBERSHIP ? 1 : -1);
	return true;
}

static bool do_joins(struct peer *peer, struct words *words)
{
	return join_or_leave(peer, words, IP_ADD_MEMBERSHIP);
}

static bool do_leaves(struct peer *peer, struct words *words)
{
	return join_or_leave(peer, words, IP_DROP_MEMBERSHIP);
}

static bool do_sends(struct peer *peer, struct words *words)
{
	size_t piece = 0;
	char *to = take(words, "to"), *of = take(words, "of");
	if (of != NULL) {
		if (words->n < 3 || !word_is(words, words->n - 2, "in") ||
		    !word_is(words, words->n - 1, "pieces"))
			script_error("expected `sends BYTES in pieces of N`");
		words->n -= 2;
		piece = (size_t)number_of(of);
	} else if (words->n >= 3 && word_is(words, words->n - 3, "byte") &&
		   word_is(words, words->n - 2, "by") &&
		   word_is(words, words->n - 1, "byte")) {
		words->n -= 3;
		piece = 1;
	}
	struct bytes bytes = all_bytes(words);
	has_conversation(peer);
	if (peer->type == SOCK_DGRAM)
		return send_datagram(peer, &bytes, to);
	if (piece == 0)
		piece = bytes.n;
	for (size_t done = 0; done < bytes.n;) {
		size_t n = bytes.n - done < piece ? bytes.n - done : piece;
		if (done > 0 && !wait_read(peer, false))
			return false;
		if (!send_stream(peer, bytes.data + done, n))
			return false;
		done += n;
	}
	bytes_free(&bytes);
	return true;
}

/* What is sent again and again, to where peer has sent before, while something is
 * waited for: it must not change anything. On a busy machine we may not come to
 * send it for a while, and what comes in or after such a gap proves nothing; so
 * the time counts for which it has been sent without one. */
struct nuisance {
	struct bytes bytes;
	long every;       /* milliseconds */
	long since, last; /* without a gap; when it was sent last */
};

static void send_nuisance(struct peer *peer, struct nuisance *nuisance)
{
	long now = now_ms();
	if (now - nuisance->last < nuisance->every)
		return;
	if (now - nuisance->last > GAP_MS)
		nuisance->since = now;
	nuisance->last = now;
	send_datagram(peer, &nuisance->bytes, NULL);
}

/* eve pesters PROGRAM with BYTES until BYTES ...: until the program shows that.
 */
static bool do_pesters(struct peer *peer, struct words *words)
{
	static struct word at_once[] = {{"within", false}, {"1ms", false}};
	struct deadline deadline =
		deadline_in(take_duration(words, "within", EXPECT_MS));
	struct word then[16];
	int until = 0, n = 0, shown = 0;
	while (until < words->n && !word_is(words, until, "until"))
		until++;
	if (!word_is(words, 1, "with") || until + 1 >= words->n ||
	    words->n - until > 12)
		script_error("expected `pesters PROGRAM with BYTES until "
			     "BYTES [not before T] [within T]`");
	has_conversation(peer);
	struct actor *actor = actor_named(word_text(words, 0));
	struct nuisance nuisance = {.bytes = bytes_of(words, 2, until - 2),
				    .every = PESTER_MS};
	for (int i = until + 1; i < words->n; i++)
		then[n++] = words->word[i];
	while (until + 1 + shown < words->n &&
	       !word_is(words, until + 1 + shown, "not"))
		shown++;
	struct bytes want = bytes_of(words, until + 1, shown);
	while (!has_shown(actor, &want) && !actor->program.ended &&
	       !is_over(&deadline)) {
		send_nuisance(peer, &nuisance);
		pump(-1, 0, PESTER_MS);
	}
	bytes_free(&nuisance.bytes);
	bytes_free(&want);
	then[n++] = at_once[0];
	then[n++] = at_once[1];
	bool known;
	return program_verb(actor->name, "shows", &(struct words){then, n},
			    &known);
}

static bool do_waits_until(struct peer *peer, struct words *words)
{
	bool noticed = word_is(words, 1, "noticed");
	if (!word_is(words, 0, "until") ||
	    (!noticed && !word_is(words, 1, "read")))
		script_error("expected `waits until read` or `until noticed`");
	nothing_left(words, 2);
	has_conversation(peer);
	return wait_read(peer, noticed);
}

/* Tries to receive once. 1: something was added to into, 0: nothing there,
 * -1: end of stream, -2: reset or another error (errno). */
static int receive(struct peer *peer, struct bytes *into, size_t most)
{
	static unsigned char block[1 << 16];
	if (most > sizeof block || most == 0)
		most = sizeof block;
	ssize_t n;
	if (peer->type == SOCK_DGRAM) {
		struct sockaddr_storage from;
		socklen_t len = sizeof from;
		n = recvfrom(peer->fd, block, sizeof block, 0,
			     (struct sockaddr *)&from, &len);
		if (n >= 0) {
			peer->remote = from;
			peer->remote_len = len;
			endtrace_moved(peer, 'i', block, sizeof block, n);
			bytes_add(into, block, (size_t)n);
			return 1;
		}
	} else {
		n = recv(peer->fd, block, most, 0);
		if (n >= 0 || (errno != EAGAIN && errno != EINTR))
			endtrace_moved(peer, 'i', block, most, n);
		if (n > 0) {
			peer->last_ms = now_ms();
			if (peer->first_ms == 0)
				peer->first_ms = peer->last_ms;
			bytes_add(into, block, (size_t)n);
			return 1;
		}
		if (n == 0)
			return -1;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED)
		return 0;
	return -2;
}

static const char *end_words(int result)
{
	return result == -1 ? "end of stream" : "a reset";
}

static bool expect_bytes(struct peer *peer, struct bytes want, long limit_ms)
{
	struct bytes came = {0};
	struct deadline deadline = deadline_in(limit_ms);
	bool wrong = false;
	bytes_add(&came, "", 0);
	while (came.n < want.n) {
		size_t before = came.n;
		int result = receive(peer, &came, want.n - came.n);
		if (result < 0)
			return fail_bytes(wrong ? FAIL_BYTES : FAIL_END, want,
					  came, end_words(result));
		if (!wrong && !agrees(&came, &want, before)) {
			wrong = true;
			deadline = deadline_in(MISMATCH_MS);
		}
		if (result == 1)
			continue;
		if (is_over(&deadline))
			return fail_bytes(wrong ? FAIL_BYTES : FAIL_NOTHING,
					  want, came, "");
		pump(peer->fd, POLLIN, time_left(&deadline));
	}
	if (wrong)
		return fail_bytes(FAIL_BYTES, want, came, "");
	bytes_free(&came);
	bytes_free(&want);
	return true;
}

/* ---- a header: its length in four bytes, then lines `name: value` ---- */

enum { HEADER_LINES = 8, HEADER_BYTES = 4096 };

/* What `a header with LINE ... without LINE ...` asks for. */
struct wanted_lines {
	char *with[HEADER_LINES], *without[HEADER_LINES];
	int n_with, n_without;
};

static struct wanted_lines wanted_lines(struct words *words)
{
	struct wanted_lines wanted = {0};
	bool with = word_is(words, 2, "with"), line = false;
	if (!with && !word_is(words, 2, "without"))
		script_error("expected `a header with LINE ...` or `without`");
	for (int i = 3; i < words->n; i++) {
		if (word_is(words, i, "without")) {
			with = false;
			continue;
		}
		int *n = with ? &wanted.n_with : &wanted.n_without;
		if (*n == HEADER_LINES)
			script_error("too many lines");
		(with ? wanted.with : wanted.without)[(*n)++] =
			word_text(words, i);
		line = true;
	}
	if (!line)
		script_error("which lines?");
	return wanted;
}

/* Where the digits of a line `name: 0012` begin, without the zeros before; NULL
 * if it has another value. */
static const char *number_in(const char *line, size_t n)
{
	const char *end = line + n, *colon = memchr(line, ':', n);
	if (colon == NULL || end - colon < 3 || colon[1] != ' ')
		return NULL;
	for (const char *p = colon + 2; p < end; p++)
		if (*p < '0' || *p > '9')
			return NULL;
	for (colon += 2; colon < end - 1 && *colon == '0';)
		colon++;
	return colon;
}

/* True if a header has the line; one that ends with * stands for any that
 * begins so. A number may have zeros before it. */
static bool has_line(const struct bytes *text, const char *line)
{
	size_t len = strlen(line);
	bool any = len > 0 && line[len - 1] == '*';
	const char *number = number_in(line, len);
	size_t digits = number == NULL ? 0 : (size_t)(line + len - number);
	size_t name = strcspn(line, ":") + 2;
	len -= any;
	for (size_t from = 0; from < text->n;) {
		const char *at = (const char *)text->data + from;
		const char *end = memchr(at, '\n', text->n - from);
		size_t n = end == NULL ? text->n - from : (size_t)(end - at);
		if (n >= len && memcmp(at, line, len) == 0 && (any || n == len))
			return true;
		const char *other = number_in(at, n);
		if (number != NULL && other != NULL && n > name &&
		    memcmp(at, line, name) == 0 &&
		    (size_t)(at + n - other) == digits &&
		    memcmp(other, number, digits) == 0)
			return true;
		from += n + 1;
	}
	return false;
}

/* True if every line is `name: value`, and no name is there twice. */
static bool is_header(const struct bytes *text)
{
	const char *all = (const char *)text->data;
	for (size_t from = 0; from < text->n;) {
		const char *line = all + from;
		const char *newline = memchr(line, '\n', text->n - from);
		size_t name = 0;
		if (!newline)
			return false;
		while ((line[name] >= 'a' && line[name] <= 'z') ||
		       line[name] == '-')
			name++;
		if (name == 0 || newline - line < (long)name + 2 ||
		    line[name] != ':' || line[name + 1] != ' ')
			return false;
		for (size_t other = 0; other < from;) {
			const char *before = all + other;
			if (memcmp(before, line, name + 1) == 0)
				return false;
			const char *its_end =
				memchr(before, '\n', text->n - other);
			other = (size_t)(its_end - all) + 1;
		}
		from += (size_t)(newline - line) + 1;
	}
	return true;
}

/* The wanted lines in words: `"a: b", "c: d"`. */
static void quote_lines(char *const lines[], int n, char *text, size_t size)
{
	for (int i = 0; i < n; i++) {
		size_t used = strlen(text);
		snprintf(text + used, size - used, "%s\"%s\"",
			 i > 0 ? ", " : "", lines[i]);
	}
}

/* Receives until into has n bytes. Returns false when that failed, with the
 * kind of failure and how the stream ended. */
static bool receive_exactly(struct peer *peer, struct bytes *into, size_t n,
			    struct deadline *deadline, int *kind,
			    const char **how)
{
	while (into->n < n) {
		int result = receive(peer, into, n - into->n);
		if (result == 1)
			continue;
		if (result < 0 || is_over(deadline)) {
			*kind = result < 0 ? FAIL_END : FAIL_NOTHING;
			*how = result < 0 ? end_words(result) : "";
			return false;
		}
		pump(peer->fd, POLLIN, time_left(deadline));
	}
	return true;
}

/* The bytes that a header with just these lines would have. */
static struct bytes example_of(const struct wanted_lines *wanted)
{
	struct bytes lines = {0}, example = {0};
	for (int i = 0; i < wanted->n_with; i++) {
		bytes_add(&lines, wanted->with[i], strlen(wanted->with[i]));
		bytes_add(&lines, "\n", 1);
	}
	for (int shift = 24; shift >= 0; shift -= 8) {
		unsigned char c = (unsigned char)(lines.n >> shift);
		bytes_add(&example, &c, 1);
	}
	bytes_add(&example, lines.data, lines.n);
	bytes_free(&lines);
	return example;
}

/* A header that has all the lines of one kind and none of the other, in any
 * order, among others. */
static bool expect_header(struct peer *peer, struct words *words, long limit_ms)
{
	struct wanted_lines wanted = wanted_lines(words);
	struct bytes came = {0}, text = {0};
	char expected[512] = "a header with ", shown[400];
	const char *how = "";
	int kind = FAIL_BYTES;
	size_t len = 0;
	struct deadline deadline = deadline_in(limit_ms);

	quote_lines(wanted.with, wanted.n_with, expected, sizeof expected);
	if (wanted.n_without > 0) {
		size_t used = strlen(expected);
		snprintf(expected + used, sizeof expected - used, "%s",
			 wanted.n_with > 0 ? ", without " : "out ");
		quote_lines(wanted.without, wanted.n_without, expected,
			    sizeof expected);
	}
	bytes_add(&came, "", 0);
	bool whole = receive_exactly(peer, &came, 4, &deadline, &kind, &how);
	if (whole) {
		len = (size_t)came.data[0] << 24 | (size_t)came.data[1] << 16 |
		      (size_t)came.data[2] << 8 | came.data[3];
		whole = len > 0 && len <= HEADER_BYTES &&
			receive_exactly(peer, &came, 4 + len, &deadline, &kind,
					&how);
	}
	if (!whole && came.n == 0) {
		fail(kind, expected, "%s", kind == FAIL_END ? how : "nothing");
		return false;
	}
	if (!whole) { /* in bytes, with what else comes */
		struct bytes want = example_of(&wanted);
		struct deadline more = deadline_in(MISMATCH_MS);
		int other;
		if (kind == FAIL_BYTES)
			receive_exactly(peer, &came, want.n, &more, &other,
					&how);
		return fail_bytes(kind, want, came, how);
	}
	bytes_add(&text, came.data + 4, len);
	bytes_free(&came);
	bool right = is_header(&text);
	if (!right)
		how = ", which is no list of lines \"name: value\\n\", each "
		      "name once";
	for (int i = 0; i < wanted.n_with; i++)
		right &= has_line(&text, wanted.with[i]);
	for (int i = 0; i < wanted.n_without; i++)
		right &= !has_line(&text, wanted.without[i]);
	if (right) {
		bytes_free(&text);
		return true;
	}
	quote_bytes(text.data, text.n, shown, sizeof shown);
	fail(FAIL_BYTES, expected, "%s%s", shown, how);
	stage.failure.came = text;
	stage.failure.among = true;
	return false;
}

/* Notes a datagram; tells whether the very same one has come before. */
static bool heard_before(struct peer *peer, const struct bytes *datagram)
{
	uint64_t hash = 14695981039346656037ULL, old;
	for (size_t i = 0; i < datagram->n; i++)
		hash = (hash ^ datagram->data[i]) * 1099511628211ULL;
	for (size_t i = 0; i < peer->heard.n; i += sizeof old) {
		memcpy(&old, peer->heard.data + i, sizeof old);
		if (old == hash)
			return true;
	}
	bytes_add(&peer->heard, &hash, sizeof hash);
	return false;
}

/* Which datagram is meant: the next one; the next that is no repetition; one
 * that comes again; one that comes at last, whatever comes before. */
enum which { NEXT, NEW, AGAIN, AT_LAST };

/* Waits for a datagram of that kind. */
static bool expect_datagram(struct peer *peer, enum which which,
			    struct bytes want, long limit_ms, const char *from,
			    struct nuisance *despite)
{
	struct bytes came = {0};
	struct deadline deadline = deadline_in(limit_ms);
	int others = 0;
	char text[120], wanted[160];
	bytes_add(&came, "", 0);
	for (;;) {
		if (despite != NULL)
			send_nuisance(peer, despite);
		if (receive(peer, &came, 0) == 1) {
			bool same = came.n == want.n && agrees(&came, &want, 0);
			bool again = heard_before(peer, &came);
			bool proof = despite == NULL ||
				     despite->last - despite->since > GAP_MS;
			if (which == NEXT || (which == NEW && !again) ||
			    (same && (which == AT_LAST || again) && proof))
				break;
			others++;
			came.n = 0;
			continue;
		}
		bool over = all_ended();
		if (despite != NULL &&
		    despite->last - despite->since > DESPITE_ENOUGH_MS)
			over = true;
		else if (despite != NULL && now_ms() > deadline.end)
			return true; /* there was no such time */
		else if (despite == NULL)
			over |= is_over(&deadline);
		if (over && in_trap(peer, "a datagram"))
			return false;
		const char *instead =
			all_ended() ? "the program had ended" : "no datagram";
		int kind = all_ended() ? FAIL_END : FAIL_NOTHING;
		if (which == AGAIN && despite == NULL && others > 2)
			kind = FAIL_MORE; /* much came, but not this */
		if (over && which != NEXT) {
			quote_bytes(want.data, want.n, text, 48);
			snprintf(wanted, sizeof wanted, "%s: %s",
				 which == NEW     ? "a new datagram"
				 : which == AGAIN ? "once more"
						  : "at last",
				 text);
			return fail(kind, wanted, "%s%s", instead,
				    kind == FAIL_MORE ? "; others before" : "");
		}
		if (over && want.n == 0)
			return fail(kind, "an empty datagram", "%s", instead);
		if (over)
			return fail_bytes(kind, want, came, instead);
		pump(peer->fd, POLLIN,
		     despite != NULL ? DESPITE_MS : time_left(&deadline));
	}
	if (want.n == 0 && came.n > 0) {
		quote_bytes(came.data, came.n, text, 48);
		fail(FAIL_BYTES, "an empty datagram", "%zu byte%s: %s", came.n,
		     came.n == 1 ? "" : "s", text);
		stage.failure.came = came;
		return false;
	}
	if (came.n != want.n || !agrees(&came, &want, 0))
		return fail_bytes(FAIL_BYTES, want, came,
				  came.n == 0 ? "an empty datagram" : "");
	char sender[128];
	address_text((struct sockaddr *)&peer->remote, sender, sizeof sender);
	if (from != NULL && strcmp(from, sender) != 0)
		return fail(FAIL_OTHER, from, "the datagram came from %s",
			    sender);
	return true;
}

/* Adds to came what else of a stream comes right behind it, since how much of
 * it is there at the first look is a matter of luck; no more than ENOUGH bytes
 * in all, of a program that never stops. */
static void receive_behind(struct peer *peer, struct bytes *came)
{
	struct deadline deadline = deadline_in(SILENCE_MS);
	enum { ENOUGH = 1 << 16 };
	while (came->n < ENOUGH && !is_over(&deadline)) {
		pump(peer->fd, POLLIN, time_left(&deadline));
		if (receive(peer, came, ENOUGH - came->n) < 0)
			break;
	}
}

/* Nothing comes, or (if it is not NULL) nothing but this datagram. */
static bool expect_nothing(struct peer *peer, struct bytes *but, long ms)
{
	struct bytes came = {0};
	struct deadline deadline = deadline_in(ms);
	bytes_add(&came, "", 0);
	do {
		pump(peer->fd, POLLIN, time_left(&deadline));
		int result = receive(peer, &came, 0);
		if (result == 1 && but != NULL && came.n == but->n &&
		    agrees(&came, but, 0)) {
			came.n = 0;
			continue;
		}
		if (result == 1) {
			if (peer->type != SOCK_DGRAM)
				receive_behind(peer, &came);
			return fail_bytes(FAIL_MORE, (struct bytes){0}, came,
					  came.n == 0 ? "an empty datagram"
						      : "");
		}
		if (result < 0) {
			fail(FAIL_END, "nothing yet", "%s",
			     result == -1 ? "end of stream" : "a reset");
			return false;
		}
	} while (!is_over(&deadline));
	return true;
}

static bool expect_end(struct peer *peer, bool end_ok, bool reset_ok,
		       long limit_ms)
{
	const char *wanted = end_ok && reset_ok ? "end of stream, or a reset"
			     : end_ok           ? "end of stream"
						: "a reset";
	struct bytes came = {0};
	struct deadline deadline = deadline_in(limit_ms);
	bytes_add(&came, "", 0);
	while (true) {
		int result = receive(peer, &came, 0);
		if (came.n > 0) {
			receive_behind(peer, &came);
			char text[120];
			quote_bytes(came.data, came.n, text, 48);
			fail(FAIL_MORE, wanted, "%zu byte%s: %s", came.n,
			     came.n == 1 ? "" : "s", text);
			stage.failure.came = came;
			return false;
		}
		if ((result == -1 && end_ok) || (result == -2 && reset_ok))
			return true;
		if (result < 0)
			return fail(FAIL_OTHER, wanted, "%s",
				    result == -1 ? "end of stream"
						 : strerror(errno));
		if (is_over(&deadline))
			return fail(FAIL_NOTHING, wanted,
				    "the connection stays open");
		pump(peer->fd, POLLIN, time_left(&deadline));
	}
}

static bool expect_some_datagram(struct peer *peer, struct words *words,
				 long within, const char *from)
{
	enum which which = word_is(words, 0, "new")     ? NEW
			   : word_is(words, 0, "again") ? AGAIN
			   : word_is(words, 0, "at")    ? AT_LAST
							: NEXT;
	int first = which == NEXT ? 0 : which == AT_LAST ? 2 : 1;
	int end = first;
	while (end < words->n && !word_is(words, end, "despite"))
		end++;
	struct bytes want = bytes_of(words, first, end - first);
	struct nuisance despite = {.every = DESPITE_MS};
	if (end < words->n)
		despite.bytes = bytes_of(words, end + 1, words->n - end - 1);
	return expect_datagram(peer, which, want, within, from,
			       end < words->n ? &despite : NULL);
}

static bool do_expects(struct peer *peer, struct words *words)
{
	long within = take_duration(words, "within", EXPECT_MS);
	char *from = take(words, "from");
	has_conversation(peer);
	if (word_is(words, 0, "nothing")) {
		long ms = take_duration(words, "for", SILENCE_MS);
		if (!word_is(words, 1, "or")) {
			nothing_left(words, 1);
			return expect_nothing(peer, NULL, ms);
		}
		struct bytes but = bytes_of(words, 2, words->n - 2);
		return expect_nothing(peer, &but, ms);
	}
	if (word_is(words, 0, "end")) {
		bool reset = word_is(words, 1, "or");
		nothing_left(words, reset ? 3 : 1);
		return expect_end(peer, true, reset, within);
	}
	if (word_is(words, 0, "reset")) {
		nothing_left(words, 1);
		return expect_end(peer, false, true, within);
	}
	if (word_is(words, 0, "a") && word_is(words, 1, "header"))
		return expect_header(peer, words, within);
	if (peer->type == SOCK_DGRAM)
		return expect_some_datagram(peer, words, within, from);
	return expect_bytes(peer, all_bytes(words), within);
}

/* Sends one and receives the other at the same time. */
static bool do_exchanges(struct peer *peer, struct words *words)
{
	int split = 0;
	struct bytes came = {0};
	long within = take_duration(words, "within", EXPECT_MS);
	while (split < words->n && !word_is(words, split, "for"))
		split++;
	if (split == words->n)
		script_error("expected `exchanges BYTES for BYTES`");
	struct bytes out = bytes_of(words, 0, split);
	struct bytes want = bytes_of(words, split + 1, words->n - split - 1);
	size_t sent = 0;
	has_conversation(peer);
	message_ends(peer);
	bytes_add(&came, "", 0);
	struct deadline deadline = deadline_in(within);
	while (came.n < want.n || sent < out.n) {
		bool moved = false;
		if (sent < out.n) {
			ssize_t n = send(peer->fd, out.data + sent,
					 out.n - sent, 0);
			moved |= n > 0;
			if (n > 0) {
				endtrace_moved(peer, 'o', out.data + sent,
					       out.n - sent, n);
				sent += (size_t)n;
				peer->sent += (size_t)n;
			} else if (n == -1 && errno != EAGAIN && errno != EINTR)
				return fail_bytes(FAIL_END, want, came,
						  "a reset");
		}
		if (came.n < want.n) {
			size_t before = came.n;
			int result = receive(peer, &came, want.n - came.n);
			moved |= result == 1;
			if (result < 0)
				return fail_bytes(FAIL_END, want, came,
						  end_words(result));
			if (result == 1 && !agrees(&came, &want, before))
				return fail_bytes(FAIL_BYTES, want, came, "");
		}
		if (moved)
			deadline = deadline_in(within);
		else if (is_over(&deadline))
			return fail_bytes(FAIL_NOTHING, want, came, "");
		else
			pump(peer->fd,
			     (short)(POLLIN | (sent < out.n ? POLLOUT : 0)),
			     time_left(&deadline));
	}
	bytes_free(&out);
	bytes_free(&want);
	bytes_free(&came);
	return true;
}

static int longer(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;
	return (x > y) - (x < y);
}

/* Looks back at the messages that came: more than half of them in parts, with
 * a wait between them, means that the sender's kernel held the second part
 * back until ours confirmed the first. One late part proves nothing, since the
 * sender may have been kept from its processor. */
static bool do_heard(struct peer *peer, struct words *words)
{
	message_ends(peer);
	int n = peer->n_parts < MAX_PARTS ? peer->n_parts : MAX_PARTS;
	if (!word_is(words, 0, "each") || !word_is(words, 1, "in") ||
	    !word_is(words, 2, "one") || !word_is(words, 3, "go"))
		script_error("expected `heard each in one go`");
	nothing_left(words, 4);
	if (n == 0 || !peer->late)
		script_error("`heard` comes after `acknowledges late` and "
			     "some messages");
	qsort(peer->parts, (size_t)n, sizeof peer->parts[0], longer);
	long usual = peer->parts[n / 2];
	peer->n_parts = 0;
	if (usual < PARTS_MS)
		return true;
	return fail(FAIL_OTHER, "each message in one go",
		    "most of them in two parts, %ld ms apart", usual);
}

static bool do_drains(struct peer *peer, struct words *words)
{
	struct bytes came = {0};
	long within = take_duration(words, "within", EXPECT_MS);
	struct deadline deadline = deadline_in(within);
	nothing_left(words, 0);
	has_conversation(peer);
	while (true) {
		int result = receive(peer, &came, 0);
		came.n = 0;
		if (result < 0)
			return true;
		if (result == 1)
			deadline = deadline_in(within);
		else if (is_over(&deadline))
			return fail(FAIL_NOTHING, "end of stream",
				    "the connection stays open");
		pump(peer->fd, POLLIN, time_left(&deadline));
	}
}

static bool do_half_closes(struct peer *peer, struct words *words)
{
	nothing_left(words, 0);
	has_conversation(peer);
	int ret = shutdown(peer->fd, SHUT_WR);
	endtrace_call(peer, peer->fd, "shutdown", ret, "shutdown(%d, SHUT_WR)",
		      peer->fd);
	return true;
}

static bool do_closes(struct peer *peer, struct words *words)
{
	nothing_left(words, 0);
	hang_up(peer, &peer->fd);
	hang_up(peer, &peer->listen_fd);
	forget(&peer->trap_fd);
	return true;
}

static bool do_hangs_up(struct peer *peer, struct words *words)
{
	if (!word_is(words, 0, "up"))
		script_error("expected `hangs up`");
	nothing_left(words, 1);
	hang_up(peer, &peer->fd);
	return true;
}

static bool do_resets(struct peer *peer, struct words *words)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	nothing_left(words, 0);
	has_conversation(peer);
	setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	endtrace_call(peer, peer->fd, "setsockopt", 0,
		      "setsockopt(%d, SOL_SOCKET, SO_LINGER, on, 0 s)",
		      peer->fd);
	hang_up(peer, &peer->fd);
	return true;
}

static const struct {
	const char *verb;
	bool (*peer)(struct peer *, struct words *);
} peer_verbs[] = {
	{"connects", do_connects}, {"dials", do_dials},
	{"is", do_is_peer},        {"listens", do_listens},
	{"accepts", do_accepts},   {"binds", do_binds},
	{"sends", do_sends},       {"waits", do_waits_until},
	{"expects", do_expects},   {"exchanges", do_exchanges},
	{"heard", do_heard},       {"acknowledges", do_acknowledges},
	{"drains", do_drains},     {"half-closes", do_half_closes},
	{"closes", do_closes},     {"hangs", do_hangs_up},
	{"resets", do_resets},     {"pesters", do_pesters},
	{"joins", do_joins},       {"leaves", do_leaves},
};

bool end_verb(const char *who, const char *verb, struct words *words,
	      bool *known)
{
	*known = true;
	for (size_t i = 0; i < sizeof peer_verbs / sizeof peer_verbs[0]; i++)
		if (strcmp(verb, peer_verbs[i].verb) == 0) {
			show_peer();
			endtrace_begin();
			return peer_verbs[i].peer(peer_named(who), words);
		}
	*known = false;
	return false;
}
