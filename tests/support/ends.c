/*
 * ends.c - the verbs of the test's own ends of a conversation.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
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

static void remember_ends(struct peer *peer)
{
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
	long end = now_ms() + limit_ms;
	if (error != EINPROGRESS && error != EAGAIN)
		return error;
	while (!pump(peer->fd, POLLOUT, end - now_ms()))
		if (now_ms() > end)
			return ETIMEDOUT;
	socklen_t len = sizeof error;
	getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	return error;
}

/* How the first program that is on stage is; for a peer that waits in vain.
 */
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
	int error = begin_connect(peer, words);
	if (error != 0 && error != EINPROGRESS)
		return fail_connect("the connection begins", error);
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
	if (word_is(words, 0, "called") && word_is(words, 1, "by")) {
		long ms = take_duration(words, "for", SILENCE_MS);
		long end = now_ms() + ms;
		while (now_ms() < end)
			if (pump(peer->listen_fd, POLLIN, end - now_ms()))
				return fail(FAIL_MORE, "no connection",
					    "a connection");
		return true;
	}
	script_error("expected refused, connected, not connected, or called by "
		     "nobody");
	return false;
}

static bool do_listens(struct peer *peer, struct words *words)
{
	struct sockaddr_storage addr;
	char *path = take(words, "unix"), *at = take(words, "at");
	char *port = take(words, "port"), *backlog = take(words, "backlog");
	/* A free port that differs from its byte-swapped twin, so that whoever
	 * forgets htons() is seen to call elsewhere. */
	int on = 1, number = port == NULL ? free_port() : (int)number_of(port);
	socklen_t len;
	nothing_left(words, 0);
	if (path != NULL)
		len = make_unix(path, &addr);
	else
		len = make_address(at == NULL ? "127.0.0.1" : at, number,
				   &addr);
	peer->listen_fd = socket(addr.ss_family, SOCK_STREAM, 0);
	set_nonblocking(peer->listen_fd);
	setsockopt(peer->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(peer->listen_fd, (struct sockaddr *)&addr, len) == -1 ||
	    listen(peer->listen_fd,
		   backlog == NULL ? 16 : (int)number_of(backlog)) == -1)
		script_error("%s", strerror(errno));
	if (path != NULL)
		return true;
	len = sizeof addr;
	getsockname(peer->listen_fd, (struct sockaddr *)&addr, &len);
	peer->local = addr;
	struct sockaddr_in *in = (struct sockaddr_in *)&addr;
	claim_port(port == NULL ? ntohs(in->sin_port) : 0);
	/* Whoever forgets htons() calls here. */
	in->sin_port = (in_port_t)(in->sin_port << 8 | in->sin_port >> 8);
	peer->trap_fd = socket(addr.ss_family, SOCK_STREAM, 0);
	set_nonblocking(peer->trap_fd);
	if (bind(peer->trap_fd, (struct sockaddr *)&addr, len) == -1 ||
	    listen(peer->trap_fd, 1) == -1)
		forget(&peer->trap_fd);
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
	long end = now_ms() + take_duration(words, "within", EXPECT_MS);
	char *name = take(words, "as");
	nothing_left(words, 0);
	if (host->listen_fd == -1)
		script_error("%s does not listen", host->name);
	struct pollfd trap = {.fd = host->trap_fd, .events = POLLIN};
	while (!pump(host->listen_fd, POLLIN, end - now_ms())) {
		bool ended = all_ended();
		if (!ended && now_ms() <= end)
			continue;
		if (poll(&trap, 1, 0) == 1) {
			struct sockaddr_in *in =
				(struct sockaddr_in *)&host->local;
			int port = ntohs(in->sin_port);
			char wanted[64];
			snprintf(wanted, sizeof wanted,
				 "a connection to port %d", port);
			fail(FAIL_OTHER, wanted,
			     "one to port %d, which is %d with its two bytes "
			     "swapped",
			     (port & 0xff) << 8 | port >> 8, port);
			return because("port-without-htons", true);
		}
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
	remember_ends(peer);
	return true;
}

static bool do_binds(struct peer *peer, struct words *words)
{
	struct sockaddr_storage addr;
	char *at = take(words, "at"), *port = take(words, "port");
	int number = port == NULL ? free_port() : (int)number_of(port), on = 1;
	nothing_left(words, 0);
	socklen_t len =
		make_address(at == NULL ? "127.0.0.1" : at, number, &addr);
	forget(&peer->fd);
	peer->type = SOCK_DGRAM;
	peer->remote_len = 0;
	peer->fd = socket(addr.ss_family, SOCK_DGRAM, 0);
	set_nonblocking(peer->fd);
	if (port != NULL)
		setsockopt(peer->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(peer->fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
	if (bind(peer->fd, (struct sockaddr *)&addr, len) == -1)
		script_error("bind: %s", strerror(errno));
	remember_ends(peer);
	claim_port(
		port == NULL
			? ntohs(((struct sockaddr_in *)&peer->local)->sin_port)
			: 0);
	return true;
}

/* True when the other end has taken all that peer sent. */
static bool all_read(struct peer *peer)
{
#ifdef __linux__
	/* Not yet in the other end's queue, or (Unix) not yet read. */
	int unsent = 0;
	if (peer->type == SOCK_STREAM &&
	    ioctl(peer->fd, TIOCOUTQ, &unsent) == 0 && unsent > 0)
		return false;
#endif
	if (peer->remote.ss_family == AF_UNIX)
		return true;
	return look_unread(peer->type == SOCK_STREAM ? KIND_TCP : KIND_UDP,
			   (struct sockaddr *)&peer->remote,
			   (struct sockaddr *)&peer->local) <= 0;
}

static bool wait_read(struct peer *peer)
{
	long end = now_ms() + EXPECT_MS;
	if (!can_look()) {
		for (end = now_ms() + BLIND_MS; now_ms() < end;)
			pump(-1, 0, end - now_ms());
		return true;
	}
	while (!all_read(peer)) {
		if (now_ms() > end || all_ended())
			return fail(all_ended() ? FAIL_END : FAIL_NOTHING,
				    "the program reads what was sent",
				    "it lies unread");
		pump(-1, 0, 1);
	}
	return true;
}

static bool has_conversation(struct peer *peer)
{
	if (peer->fd == -1)
		script_error("%s has no conversation", peer->name);
	return true;
}

static bool send_stream(struct peer *peer, const unsigned char *data, size_t n)
{
	long end = now_ms() + EXPECT_MS;
	while (n > 0) {
		ssize_t sent = send(peer->fd, data, n, 0);
		if (sent > 0) {
			data += sent;
			n -= (size_t)sent;
			end = now_ms() + EXPECT_MS;
			continue;
		}
		if (sent == -1 && errno != EAGAIN && errno != EINTR) {
			fail(FAIL_END, "the program takes what is sent",
			     "the connection is gone: %s", strerror(errno));
			return false;
		}
		if (now_ms() > end)
			return fail(FAIL_NOTHING,
				    "the program takes what is sent",
				    "it does not read: %zu bytes wait", n);
		pump(peer->fd, POLLOUT, end - now_ms());
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
	if (sendto(peer->fd, bytes->data, bytes->n, 0, (struct sockaddr *)&addr,
		   len) == -1 &&
	    errno != ECONNREFUSED)
		script_error("sendto: %s", strerror(errno));
	if (peer->remote_len == 0) {
		peer->remote = addr;
		peer->remote_len = len;
	}
	return true;
}

static bool do_sends(struct peer *peer, struct words *words)
{
	size_t piece = 0;
	char *to = take(words, "to"), *of = take(words, "of");
	if (of != NULL) { /* in pieces of N */
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
		if (done > 0 && !wait_read(peer))
			return false;
		if (!send_stream(peer, bytes.data + done, n))
			return false;
		done += n;
	}
	bytes_free(&bytes);
	return true;
}

static bool do_waits_until(struct peer *peer, struct words *words)
{
	if (!word_is(words, 0, "until") || !word_is(words, 1, "read"))
		script_error("expected `waits until read`");
	nothing_left(words, 2);
	has_conversation(peer);
	return wait_read(peer);
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
			bytes_add(into, block, (size_t)n);
			return 1;
		}
	} else {
		n = recv(peer->fd, block, most, 0);
		if (n > 0) {
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
	long end = now_ms() + limit_ms;
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
			end = now_ms() + MISMATCH_MS;
		}
		if (result == 1)
			continue;
		if (now_ms() > end)
			return fail_bytes(wrong ? FAIL_BYTES : FAIL_NOTHING,
					  want, came, "");
		pump(peer->fd, POLLIN, end - now_ms());
	}
	if (wrong)
		return fail_bytes(FAIL_BYTES, want, came, "");
	bytes_free(&came);
	bytes_free(&want);
	return true;
}

static bool expect_datagram(struct peer *peer, struct bytes want, long limit_ms,
			    const char *from)
{
	struct bytes came = {0};
	long end = now_ms() + limit_ms;
	bytes_add(&came, "", 0);
	while (receive(peer, &came, 0) != 1) {
		if (all_ended())
			end = 0;
		if (now_ms() > end)
			return fail_bytes(all_ended() ? FAIL_END : FAIL_NOTHING,
					  want, came,
					  all_ended() ? "the program had ended"
						      : "no datagram");
		pump(peer->fd, POLLIN, end - now_ms());
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

static bool expect_nothing(struct peer *peer, long ms)
{
	struct bytes came = {0};
	long end = now_ms() + ms;
	bytes_add(&came, "", 0);
	do {
		pump(peer->fd, POLLIN, end - now_ms());
		int result = receive(peer, &came, 0);
		if (result == 1)
			return fail_bytes(FAIL_MORE, (struct bytes){0}, came,
					  came.n == 0 ? "an empty datagram"
						      : "");
		if (result < 0) {
			fail(FAIL_END, "nothing yet", "%s",
			     result == -1 ? "end of stream" : "a reset");
			return false;
		}
	} while (now_ms() < end);
	return true;
}

static bool expect_end(struct peer *peer, bool end_ok, bool reset_ok,
		       long limit_ms)
{
	const char *wanted = end_ok && reset_ok ? "end of stream, or a reset"
			     : end_ok           ? "end of stream"
						: "a reset";
	struct bytes came = {0};
	long end = now_ms() + limit_ms;
	bytes_add(&came, "", 0);
	while (true) {
		int result = receive(peer, &came, 0);
		if (came.n > 0) { /* and what else comes right behind it */
			for (long more = now_ms() + SILENCE_MS;
			     now_ms() < more && result >= 0;) {
				pump(peer->fd, POLLIN, more - now_ms());
				result = receive(peer, &came, 0);
			}
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
		if (now_ms() > end)
			return fail(FAIL_NOTHING, wanted,
				    "the connection stays open");
		pump(peer->fd, POLLIN, end - now_ms());
	}
}

static bool do_expects(struct peer *peer, struct words *words)
{
	long within = take_duration(words, "within", EXPECT_MS);
	char *from = take(words, "from");
	has_conversation(peer);
	if (word_is(words, 0, "nothing")) {
		long ms = take_duration(words, "for", SILENCE_MS);
		nothing_left(words, 1);
		return expect_nothing(peer, ms);
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
	if (peer->type == SOCK_DGRAM)
		return expect_datagram(peer, all_bytes(words), within, from);
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
	struct bytes out = bytes_of(words, 0, split);
	struct bytes want = bytes_of(words, split + 1, words->n - split - 1);
	size_t sent = 0;
	has_conversation(peer);
	bytes_add(&came, "", 0);
	for (long end = now_ms() + within; came.n < want.n || sent < out.n;) {
		bool moved = false;
		if (sent < out.n) {
			ssize_t n = send(peer->fd, out.data + sent,
					 out.n - sent, 0);
			moved |= n > 0;
			if (n > 0)
				sent += (size_t)n;
			else if (n == -1 && errno != EAGAIN && errno != EINTR)
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
			end = now_ms() + within;
		else if (now_ms() > end)
			return fail_bytes(FAIL_NOTHING, want, came, "");
		else
			pump(peer->fd,
			     (short)(POLLIN | (sent < out.n ? POLLOUT : 0)),
			     end - now_ms());
	}
	bytes_free(&out);
	bytes_free(&want);
	bytes_free(&came);
	return true;
}

static bool do_drains(struct peer *peer, struct words *words)
{
	struct bytes came = {0};
	long within = take_duration(words, "within", EXPECT_MS);
	long end = now_ms() + within;
	nothing_left(words, 0);
	has_conversation(peer);
	while (true) {
		int result = receive(peer, &came, 0);
		came.n = 0;
		if (result < 0)
			return true;
		if (result == 1)
			end = now_ms() + within;
		else if (now_ms() > end)
			return fail(FAIL_NOTHING, "end of stream",
				    "the connection stays open");
		pump(peer->fd, POLLIN, end - now_ms());
	}
}

static bool do_half_closes(struct peer *peer, struct words *words)
{
	nothing_left(words, 0);
	has_conversation(peer);
	shutdown(peer->fd, SHUT_WR);
	return true;
}

static bool do_closes(struct peer *peer, struct words *words)
{
	nothing_left(words, 0);
	forget(&peer->fd);
	forget(&peer->listen_fd);
	forget(&peer->trap_fd);
	return true;
}

static bool do_hangs_up(struct peer *peer, struct words *words)
{
	nothing_left(words, 1);
	forget(&peer->fd);
	return true;
}

static bool do_resets(struct peer *peer, struct words *words)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	nothing_left(words, 0);
	has_conversation(peer);
	setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	forget(&peer->fd);
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
	{"drains", do_drains},     {"half-closes", do_half_closes},
	{"closes", do_closes},     {"hangs", do_hangs_up},
	{"resets", do_resets},
};

bool end_verb(const char *who, const char *verb, struct words *words,
	      bool *known)
{
	*known = true;
	for (size_t i = 0; i < sizeof peer_verbs / sizeof peer_verbs[0]; i++)
		if (strcmp(verb, peer_verbs[i].verb) == 0) {
			show_peer();
			return peer_verbs[i].peer(peer_named(who), words);
		}
	*known = false;
	return false;
}
