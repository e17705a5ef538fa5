/*
 * ends.c - both ends of a conversation through a relay, played step by step.
 *
 * usage: ends RELAY tcp|udp [RELAY-OPTION ...] -- STEP ...
 *
 * Starts RELAY in front of a target of its own, prints what the relay says in
 * its second line, plays the steps, and prints what each end receives. WHO is
 * c or d (callers of the relay) or s (the target; over TCP t is the target's
 * end of d's connection).
 *
 *   WHO+TEXT   sends TEXT             WHO*N   sends N bytes
 *   WHO?       receives once          WHO#N   receives until it has N bytes,
 *                                             prints how many each time
 *   WHO:TEXT   receives, and prints nothing, until TEXT has come
 *   WHO.       nothing comes for 50 ms
 *   WHO-       shuts its side down    WHO!    resets        (TCP)
 *   s@WHO      s answers WHO from now on                    (UDP)
 *   =N         N ms have passed since the last = (or the start), at least
 *   wait N     stop-and-wait of N packets; prints the most sends that one
 *              needed. No timer: the relay's log, which goes to ends for
 *              this, tells whether an answer can come at once.       (UDP)
 *   window N   N packets of 1024 bytes, 32 under way; prints the time   (UDP)
 *
 * Ends with 1 when something could not be done, or when the relay did not end
 * with status 0 on SIGTERM.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BUF_SIZE = 70000, WINDOW = 32 };

static const char ends[] = "cdst";
static const char *const names[] = {"client", "client d", "server", "server t"};
static int fds[4] = {-1, -1, -1, -1};
static bool udp;
static pid_t relay_pid = -1;
static FILE *relay_log;               /* for stop_and_wait() */
static struct sockaddr_in callers[2]; /* as the target sees them */
static int answers;                   /* index of the caller that s answers */
static char buf[BUF_SIZE];

static void end_relay(void)
{
	int status;
	if (relay_pid == -1)
		return;
	kill(relay_pid, SIGTERM);
	if (waitpid(relay_pid, &status, 0) == -1 || status != 0) {
		printf("the relay ended with wait status %d\n", status);
		fflush(stdout);
		_exit(1);
	}
}

static void die(const char *what)
{
	fprintf(stderr, "ends: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static void set_timeout(int fd)
{
	struct timeval timeout = {.tv_sec = 5};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
}

static int open_socket(void)
{
	int fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (fd == -1)
		die("socket");
	set_timeout(fd);
	return fd;
}

/* Opens the target's socket at a free port and returns it. With SIX in the
 * environment it takes IPv6 as well. */
static int open_target(unsigned int *port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET};
	struct sockaddr_in6 addr6 = {.sin6_family = AF_INET6};
	socklen_t addr_len = sizeof addr, addr6_len = sizeof addr6;
	int fd;

	if (getenv("SIX") != NULL) {
		fd = socket(AF_INET6, SOCK_STREAM, 0);
		if (fd == -1 ||
		    bind(fd, (struct sockaddr *)&addr6, addr6_len) == -1 ||
		    getsockname(fd, (struct sockaddr *)&addr6, &addr6_len) ==
			    -1)
			die("IPv6");
		*port = ntohs(addr6.sin6_port);
	} else {
		addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		fd = open_socket();
		if (bind(fd, (struct sockaddr *)&addr, addr_len) == -1 ||
		    getsockname(fd, (struct sockaddr *)&addr, &addr_len) == -1)
			die("bind");
		*port = ntohs(addr.sin_port);
	}
	if (!udp && listen(fd, 5) == -1)
		die("listen");
	set_timeout(fd);
	return fd;
}

/* Starts the relay and returns the port where it listens. */
static unsigned int start_relay(char *relay, char *protocol, char **options,
				int n_options, unsigned int target,
				bool takes_log)
{
	char *argv[64], target_text[16], lines[4096];
	int out[2], err[2], n = 0;
	size_t have = 0;
	unsigned int port;

	snprintf(target_text, sizeof target_text, "%u", target);
	argv[n++] = relay;
	for (int i = 0; i < n_options && n < 58; i++)
		argv[n++] = options[i];
	argv[n++] = protocol;
	argv[n++] = "0";
	argv[n++] = target_text;
	argv[n] = NULL;
	if (pipe(out) == -1 || pipe(err) == -1 || (relay_pid = fork()) == -1)
		die("start");
	if (relay_pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		if (takes_log)
			dup2(err[1], STDERR_FILENO);
		close(out[0]);
		close(out[1]);
		close(err[0]);
		close(err[1]);
		execv(relay, argv);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	relay_log = fdopen(err[0], "r");
	atexit(end_relay);
	while (memchr(lines, '\n', have) == NULL && have < sizeof lines - 1) {
		ssize_t got =
			read(out[0], lines + have, sizeof lines - 1 - have);
		if (got <= 0) {
			fputs("ends: the relay says nothing\n", stderr);
			exit(1);
		}
		have += (size_t)got;
	}
	lines[have] = '\0';
	if (sscanf(lines, "relaying 127.0.0.1:%u to", &port) != 1) {
		fprintf(stderr, "ends: the relay says: %s", lines);
		exit(1);
	}
	fputs(strchr(lines, '\n') + 1, stdout);
	return port;
}

static int call(unsigned int port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_port = htons((uint16_t)port)};
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = open_socket();
	if (connect(fd, (struct sockaddr *)&addr, sizeof addr) == -1)
		die("connect");
	return fd;
}

static void send_bytes(int who, const char *bytes, size_t n)
{
	ssize_t sent;
	if (udp && who == 2)
		sent = sendto(fds[2], bytes, n, 0,
			      (struct sockaddr *)&callers[answers],
			      sizeof callers[answers]);
	else
		sent = send(fds[who], bytes, n, MSG_NOSIGNAL);
	if (sent != (ssize_t)n)
		die("send");
}

/* Receives once and remembers who called. */
static ssize_t receive(int who)
{
	struct sockaddr_in addr;
	socklen_t addr_len = sizeof addr;
	if (!udp || who != 2)
		return recv(fds[who], buf, sizeof buf, 0);
	ssize_t n = recvfrom(fds[2], buf, sizeof buf, 0,
			     (struct sockaddr *)&addr, &addr_len);
	if (n == -1)
		return -1;
	for (answers = 0; answers < 2; answers++) {
		if (callers[answers].sin_port == 0)
			callers[answers] = addr;
		if (callers[answers].sin_port == addr.sin_port)
			return n;
	}
	fputs("ends: a third caller\n", stderr);
	exit(1);
}

static void show_received(int who)
{
	ssize_t n = receive(who);
	printf("%s got ", names[who]);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		printf("nothing\n");
	else if (n == -1)
		printf("%s\n", errno == ECONNRESET ? "reset" : strerror(errno));
	else if (n == 0 && !udp)
		printf("end\n");
	else
		printf("\"%.*s\"%s\n", (int)n, buf,
		       udp && who == 2 && answers == 1 ? " from d" : "");
}

/* Receives n bytes and prints how many came each time: SIZE or COUNTxSIZE. */
static void show_sizes(int who, long n)
{
	ssize_t size = 0;
	long count = 0;
	printf("%s got", names[who]);
	while (n > 0) {
		ssize_t got = receive(who);
		if (got != size && count > 0)
			printf(" %ldx%zd", count, size);
		if (got <= 0) {
			printf(" and then %s\n",
			       got == 0 ? "the end" : strerror(errno));
			return;
		}
		count = got == size ? count + 1 : 1;
		size = got;
		n -= got;
	}
	printf(" %ldx%zd\n", count, size);
}

static void receive_until(int who, const char *text)
{
	ssize_t n;
	do {
		n = receive(who);
		if (n == -1 || (n == 0 && !udp))
			die(text);
	} while ((size_t)n != strlen(text) ||
		 memcmp(buf, text, (size_t)n) != 0);
}

static void show_nothing(int who)
{
	struct pollfd fd = {.fd = fds[who], .events = POLLIN};
	if (poll(&fd, 1, 50) == 0)
		printf("%s got nothing\n", names[who]);
	else
		show_received(who);
}

static void reset(int who)
{
	struct linger linger = {.l_onoff = 1};
	setsockopt(fds[who], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	close(fds[who]);
	fds[who] = -1;
}

static uint32_t number_of(const char *bytes)
{
	uint32_t number;
	memcpy(&number, bytes + 1, sizeof number);
	return ntohl(number);
}

static void send_numbered(int who, char kind, uint32_t number, size_t n)
{
	static char bytes[1029];
	uint32_t wire = htonl(number);
	bytes[0] = kind;
	memcpy(bytes + 1, &wire, sizeof wire);
	send_bytes(who, bytes, n);
}

/* True if the relay's next line says that a datagram goes on at once. */
static bool goes_on(void)
{
	char line[256];
	if (fgets(line, sizeof line, relay_log) == NULL)
		die("the relay's log");
	return strstr(line, ": passed") != NULL ||
	       strstr(line, ": doubled") != NULL;
}

/* Sends numbers packets, each until its acknowledgement is on its way.
 * Returns the most sends of one packet. */
static int stop_and_wait(uint32_t numbers)
{
	uint32_t wanted = 0;
	int most = 0;
	for (uint32_t number = 0; number < numbers; number++) {
		bool acknowledged = false;
		int sends = 0;
		while (!acknowledged) {
			struct pollfd ready = {.fd = fds[2], .events = POLLIN};
			send_numbered(0, 'D', number, 6);
			sends++;
			/* One that goes on will come, others may. */
			int patience = goes_on() ? 5000 : 0;
			while (poll(&ready, 1, patience) == 1) {
				receive(2);
				wanted += number_of(buf) == wanted;
				send_numbered(2, 'A', wanted, 5);
				acknowledged |= goes_on() && wanted > number;
				patience = 0;
			}
			ready.fd = fds[0];
			while (poll(&ready, 1, 0) == 1)
				receive(0); /* keeps the buffer empty */
		}
		if (sends > most)
			most = sends;
	}
	return most;
}

/* Sends packets 0 to last - 1, WINDOW of them under way, and again those
 * under way after 200 ms without a new acknowledgement. */
static void transfer(uint32_t last)
{
	uint32_t base = 0, next = 0, wanted = 0;
	long due = 0;
	while (base < last) {
		while (next < last && next < base + WINDOW) {
			send_numbered(0, 'D', next++, 1029);
			due = now_ms() + 200;
		}
		struct pollfd ready[] = {{.fd = fds[0], .events = POLLIN},
					 {.fd = fds[2], .events = POLLIN}};
		long wait = due - now_ms();
		if (wait <= 0)
			next = base;
		else
			poll(ready, 2, (int)wait);
		if (ready[1].revents != 0) {
			receive(2);
			wanted += number_of(buf) == wanted;
			send_numbered(2, 'A', wanted, 5);
		}
		if (ready[0].revents != 0 && receive(0) == 5 &&
		    number_of(buf) > base) {
			base = number_of(buf);
			due = now_ms() + 200;
		}
	}
}

int main(int argc, char *argv[])
{
	int first = 3;
	unsigned int target;
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	while (first < argc && strcmp(argv[first], "--") != 0)
		first++;
	if (first >= argc) {
		fputs("usage: ends RELAY tcp|udp [OPTION ...] -- STEP ...\n",
		      stderr);
		return 2;
	}
	udp = strcmp(argv[2], "udp") == 0;
	int target_fd = open_target(&target);
	if (getenv("NOBODY") != NULL)
		close(target_fd); /* nobody will be there */
	bool takes_log =
		first + 1 < argc && strcmp(argv[first + 1], "wait") == 0;
	unsigned int port = start_relay(argv[1], argv[2], argv + 3, first - 3,
					target, takes_log);
	fds[0] = call(port);
	if (udp) {
		fds[1] = call(port);
		fds[2] = target_fd;
	} else if (getenv("NOBODY") == NULL) {
		fds[2] = accept(target_fd, NULL, NULL);
		fds[1] = call(port);
		fds[3] = accept(target_fd, NULL, NULL);
		if (fds[2] == -1 || fds[3] == -1)
			die("accept");
		set_timeout(fds[2]);
		set_timeout(fds[3]);
	}

	long start = now_ms();
	for (int i = first + 1; i < argc; i++) {
		const char *step = argv[i];
		long n = strtol(step + 1 + (step[0] != '='), NULL, 10);
		if (step[0] == '=') {
			long passed = now_ms() - start;
			if (passed < n)
				printf("only %ld ms have passed\n", passed);
			start = now_ms();
			continue;
		}
		if (strcmp(step, "wait") == 0 && i + 1 < argc) {
			n = strtol(argv[++i], NULL, 10);
			printf("most sends %d\n", stop_and_wait((uint32_t)n));
			continue;
		}
		if (strcmp(step, "window") == 0 && i + 1 < argc) {
			n = strtol(argv[++i], NULL, 10);
			transfer((uint32_t)n);
			printf("took %ld ms\n", now_ms() - start);
			continue;
		}
		const char *found = strchr(ends, step[0]);
		int who = found == NULL ? 0 : (int)(found - ends);
		switch (found == NULL ? '\0' : step[1]) {
		case '+':
			send_bytes(who, step + 2, strlen(step + 2));
			break;
		case '*':
			memset(buf, 'x', sizeof buf);
			send_bytes(who, buf, (size_t)n % sizeof buf);
			break;
		case '?':
			show_received(who);
			break;
		case '#':
			show_sizes(who, n);
			break;
		case ':':
			receive_until(who, step + 2);
			break;
		case '.':
			show_nothing(who);
			break;
		case '-':
			shutdown(fds[who], SHUT_WR);
			break;
		case '!':
			reset(who);
			break;
		case '@':
			answers = step[2] == 'd';
			break;
		default:
			fprintf(stderr, "ends: what is %s?\n", step);
			return 2;
		}
	}
	return 0;
}
