/*
 * calls.c - a program for the tests of trace.so: it makes socket calls of all
 * kinds, and says what they returned.
 *
 * Usage: calls WHAT [N]
 *
 *   results     right and wrong calls, each with its result on a line
 *   pieces      one conversation through vectors, messages, peeks, datagrams
 *   echo N      N small messages there and back; says how long it took
 *   stream N    N MiB from one process to another
 *   threads N   N threads, a thousand messages each
 *   forks N     N children, a conversation each
 *   signals     a second of interrupted calls, with jumps out of them
 *   descriptors talks with all descriptors closed, and with none left
 *   execs       becomes another program, after it could not become one
 *   vforks      a child that shares its memory with us closes our sockets
 *   waits       says "waiting" and waits for ever
 *   rounds N    N times each: poll, connect, accept, send ten bytes, receive,
 *               fork; and their results
 *   others N    N times ten bytes in a datagram, and through a pipe
 */
#define _GNU_SOURCE /* for accept4(), vfork() */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* A listening socket on loopback, and where it is. */
static int listener(struct sockaddr_in *at)
{
	socklen_t len = sizeof *at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	*at = (struct sockaddr_in){.sin_family = AF_INET};
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)at, len) == -1 ||
	    listen(fd, 16) == -1 ||
	    getsockname(fd, (struct sockaddr *)at, &len) == -1)
		die("listener");
	return fd;
}

static int call(const struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd == -1 ||
	    connect(fd, (const struct sockaddr *)at, sizeof *at) == -1)
		die("connect");
	return fd;
}

/* A TCP connection within this process. */
static void connection(int ends[2])
{
	struct sockaddr_in at;
	int fd = listener(&at);
	ends[0] = call(&at);
	ends[1] = accept(fd, NULL, NULL);
	if (ends[1] == -1)
		die("accept");
	close(fd);
}

#define SAY(expression)                                                        \
	do {                                                                   \
		errno = 77;                                                    \
		long result = (long)(expression);                              \
		printf("%s: %ld, %s\n", #expression, result, strerror(errno)); \
	} while (0)

static void results(void)
{
	struct sockaddr_in at, other = {.sin_family = AF_INET};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	void *volatile nowhere = (void *)16;
	volatile int less = -1;
	char buf[64];
	socklen_t len = sizeof other;
	int on = 1, ends[2], pair[2];
	int fd = listener(&at);
	SAY(socket(AF_INET, SOCK_STREAM, 0));
	SAY(socket(AF_INET, 99, 0));
	SAY(socket(4711, SOCK_STREAM, 0));
	SAY(bind(4, nowhere, sizeof at));
	SAY(bind(4, (struct sockaddr *)&at, sizeof at));
	SAY(bind(4, (struct sockaddr *)&un, 5));
	SAY(listen(0, 5));
	SAY(accept(4, NULL, NULL));
	SAY(accept(99, NULL, NULL));
	SAY(connect(4, (struct sockaddr *)&other, sizeof other));
	SAY(connect(4, nowhere, 16));
	SAY(close(4));
	SAY(close(4));
	SAY(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	SAY(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, nowhere, sizeof on));
	SAY(setsockopt(fd, SOL_SOCKET, 9999, &on, sizeof on));
	SAY(getsockopt(fd, SOL_SOCKET, SO_TYPE, &on, nowhere));
	SAY(getpeername(fd, (struct sockaddr *)&other, &len));
	SAY(getsockname(fd, nowhere, &len));
	SAY(send(fd, "x", 1, MSG_NOSIGNAL));
	SAY(recv(fd, buf, sizeof buf, 0));
	connection(ends);
	SAY(fcntl(ends[0], F_SETFL, O_NONBLOCK));
	SAY(recv(ends[0], buf, sizeof buf, 0));
	SAY(recv(ends[1], NULL, 10, MSG_DONTWAIT));
	SAY(send(ends[1], "hello", 5, 0));
	SAY(recv(ends[0], buf, 3, MSG_PEEK));
	SAY(recv(ends[0], nowhere, 3, 0));
	SAY(recvfrom(ends[0], buf, 3, 0, NULL, NULL));
	SAY(recvfrom(ends[0], buf, 3, 0, (struct sockaddr *)&other, NULL));
	SAY(recvfrom(ends[0], buf, 3, 0, NULL, nowhere));
	SAY(send(ends[1], nowhere, 5, 0));
	SAY(writev(ends[1], nowhere, 5));
	SAY(writev(ends[1], NULL, less));
	SAY(sendmsg(ends[1], nowhere, 0));
	SAY(recvmsg(ends[0], NULL, 0));
	SAY(read(ends[0], buf, 0));
	SAY(poll(nowhere, 1, 0));
	SAY(poll(NULL, 0, 1));
	SAY(select(-1, NULL, NULL, NULL, NULL));
	SAY(shutdown(ends[1], SHUT_WR));
	SAY(shutdown(ends[1], 42));
	SAY(recv(ends[0], buf, sizeof buf, 0));
	SAY(send(ends[1], "x", 1, MSG_NOSIGNAL));
	SAY(close(ends[1]));
	SAY(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	SAY(socketpair(AF_INET, SOCK_STREAM, 0, pair));
	SAY(socketpair(AF_UNIX, SOCK_STREAM, 0, nowhere));
	SAY(write(pair[0], "12345", 5));
	SAY(read(pair[1], buf, sizeof buf));
	SAY(write(-1, "x", 1));
	SAY(read(99, buf, 1));
	/* The next descriptor shows that none was left open or taken. */
	SAY(dup(0));
}

static void pieces(void)
{
	struct sockaddr_in at;
	socklen_t len = sizeof at;
	int ends[2], udp, from;
	char one[4], two[40];
	struct iovec out[2] = {{"abc", 3}, {"defgh", 5}};
	struct iovec in[2] = {{one, sizeof one}, {two, sizeof two}};
	struct msghdr message = {.msg_iov = out, .msg_iovlen = 2};
	/* Nobody asks for the sender, and the length is what it happens to be. */
	struct msghdr answer = {
		.msg_namelen = 99, .msg_iov = in, .msg_iovlen = 2};
	connection(ends);
	writev(ends[0], out, 2);
	readv(ends[1], in, 2);
	sendmsg(ends[0], &message, MSG_NOSIGNAL);
	recvmsg(ends[1], &answer, 0);
	send(ends[0], "again", 5, 0);
	recv(ends[1], two, sizeof two, MSG_PEEK);
	read(ends[1], two, 2);
	read(ends[1], two, sizeof two);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	from = socket(AF_INET, SOCK_DGRAM, 0);
	at = (struct sockaddr_in){.sin_family = AF_INET};
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(udp, (struct sockaddr *)&at, sizeof at);
	getsockname(udp, (struct sockaddr *)&at, &len);
	sendto(from, "datagram", 8, 0, (struct sockaddr *)&at, len);
	sendto(from, "", 0, 0, (struct sockaddr *)&at, len);
	recvfrom(udp, two, 4, 0, NULL, NULL);
	recvfrom(udp, two, 4, 0, (struct sockaddr *)&at, &len);
	close(ends[0]);
	recv(ends[1], two, sizeof two, 0);
}

static void echo_until_end(int fd)
{
	char buf[1024];
	ssize_t n;
	while ((n = recv(fd, buf, sizeof buf, 0)) > 0)
		send(fd, buf, (size_t)n, MSG_NOSIGNAL);
}

static void converse(int fd, long n)
{
	char buf[64];
	for (long i = 0; i < n; i++)
		if (send(fd, "sixteen bytes...", 16, MSG_NOSIGNAL) != 16 ||
		    recv(fd, buf, sizeof buf, 0) != 16)
			die("converse");
}

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void echo(long n)
{
	int ends[2];
	connection(ends);
	if (fork() == 0) {
		close(ends[0]);
		echo_until_end(ends[1]);
		_exit(0);
	}
	close(ends[1]);
	double began = seconds();
	converse(ends[0], n);
	printf("%.0f us\n", (seconds() - began) * 1e6);
	close(ends[0]);
	wait(NULL);
}

static void stream(long megabytes)
{
	static char block[1 << 16];
	long long left = megabytes << 20;
	int ends[2];
	connection(ends);
	if (fork() == 0) {
		long long came = 0;
		ssize_t n;
		close(ends[0]);
		while ((n = recv(ends[1], block, sizeof block, 0)) > 0 ||
		       (n == -1 && errno == EINTR))
			came += n > 0 ? n : 0;
		printf("%lld bytes\n", came);
		exit(0);
	}
	close(ends[1]);
	while (left > 0) {
		size_t want = left < (long long)sizeof block ? (size_t)left
							     : sizeof block;
		ssize_t n = send(ends[0], block, want, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			die("send");
		left -= n;
	}
	close(ends[0]);
	wait(NULL);
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	printf("%ld KiB of memory\n", use.ru_maxrss);
}

static void *echo_thread(void *argument)
{
	echo_until_end(*(int *)argument);
	return NULL;
}

static void *thread(void *argument)
{
	int ends[2];
	pthread_t other;
	connection(ends);
	pthread_create(&other, NULL, echo_thread, &ends[1]);
	converse(ends[0], 1000);
	shutdown(ends[0], SHUT_WR);
	pthread_join(other, NULL);
	close(ends[0]);
	close(ends[1]);
	return argument;
}

static void threads(long n)
{
	pthread_t all[64];
	for (long i = 0; i < n && i < 64; i++)
		pthread_create(&all[i], NULL, thread, NULL);
	for (long i = 0; i < n && i < 64; i++)
		pthread_join(all[i], NULL);
}

static void forks(long n)
{
	struct sockaddr_in at;
	int fd = listener(&at), status, bad = 0;
	for (long i = 0; i < n; i++) {
		int caller = call(&at), callee = accept(fd, NULL, NULL);
		if (fork() == 0) {
			close(fd);
			close(caller);
			echo_until_end(callee);
			_exit(0);
		}
		close(callee);
		converse(caller, 3);
		close(caller);
	}
	while (wait(&status) > 0)
		bad += status != 0;
	printf("%d ended badly\n", bad);
}

static sigjmp_buf out_of_it;
static volatile sig_atomic_t jump, count;
static int alarm_fd;

static void on_alarm(int number)
{
	int saved = errno;
	(void)number;
	count++;
	send(alarm_fd, "!", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	errno = saved;
	if (jump)
		siglongjmp(out_of_it, 1);
}

static void signals(void)
{
	int ends[2], other[2];
	char buf[64];
	struct itimerval often = {{0, 200}, {0, 200}}, off = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = on_alarm};
	connection(ends);
	connection(other);
	alarm_fd = other[0];
	sigaction(SIGALRM, &action, NULL);
	for (double end = seconds() + 1; seconds() < end;) {
		if (sigsetjmp(out_of_it, 1) == 0) {
			jump = 1;
			setitimer(ITIMER_REAL, &often, NULL);
			while (recv(ends[0], buf, sizeof buf, MSG_DONTWAIT))
				continue;
		}
		jump = 0;
		while (send(ends[1], "x", 1, 0) == -1 && errno == EINTR)
			continue;
		setitimer(ITIMER_REAL, &off, NULL);
		while (recv(ends[0], buf, sizeof buf, 0) == -1)
			continue;
		while (recv(other[1], buf, sizeof buf, MSG_DONTWAIT) > 0)
			continue;
	}
	printf("%s\n", count > 100 ? "many signals" : "few signals");
}

static void descriptors(void)
{
	int ends[2];
	struct rlimit limit = {64, 64};
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
	connection(ends);
	converse((send(ends[1], "sixteen bytes...", 16, 0), ends[0]), 1);
	for (int fd = 3; fd < 1024; fd++)
		if (fd != ends[0] && fd != ends[1])
			close(fd);
	setrlimit(RLIMIT_NOFILE, &limit);
	while (socket(AF_INET, SOCK_STREAM, 0) != -1)
		continue;
	printf("%s\n", strerror(errno));
	for (int i = 0; i < 2000; i++) { /* more than one piece of a file */
		char buf[300];
		memset(buf, 'x', sizeof buf);
		send(ends[0], buf, sizeof buf, 0);
		recv(ends[1], buf, sizeof buf, MSG_WAITALL);
	}
	printf("%d\n", socket(AF_INET, SOCK_STREAM, 0));
}

static void execs(void)
{
	int ends[2];
	char *argv[] = {"true", NULL};
	connection(ends);
	execv("/no/such/program", argv);
	printf("%s\n", strerror(errno));
	fflush(stdout);
	send(ends[0], "before", 6, 0);
	execlp("sh", "sh", "-c", "echo another", (char *)NULL);
	die("sh");
}

static void vforks(void)
{
	int ends[2], status;
	connection(ends);
	pid_t pid = vfork();
	if (pid == 0) {
		close(ends[0]);
		close(ends[1]);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	send(ends[0], "alive", 5, 0);
}

/* Says what a call returned: a number, or the name of an error. */
static long told(const char *name, long result)
{
	if (result >= 0)
		printf("%s %ld\n", name, result);
	else
		printf("%s %s\n", name,
		       errno == EINTR          ? "EINTR"
		       : errno == EMFILE       ? "EMFILE"
		       : errno == ECONNREFUSED ? "ECONNREFUSED"
		       : errno == EAGAIN       ? "EAGAIN"
		       : errno == ECONNABORTED ? "ECONNABORTED"
					       : strerror(errno));
	fflush(stdout);
	return result;
}

static void others(long n)
{
	char buf[64];
	int pair[2], through[2];
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	if (pipe(through) == -1)
		die("pipe");
	while (n-- > 0) {
		told("datagram out", send(pair[0], "ten bytes.", 10, 0));
		told("datagram in", recv(pair[1], buf, 64, MSG_DONTWAIT));
		told("pipe out", write(through[1], "ten bytes.", 10));
		told("pipe in", read(through[0], buf, sizeof buf));
	}
}

static void rounds(long n)
{
	char buf[64];
	struct sockaddr_in at;
	int fd = listener(&at), ends[2];
	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	while (n-- > 0) {
		int caller = socket(AF_INET, SOCK_STREAM, 0), callee;
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		told("poll", poll(&ready, 1, 0));
		told("connect",
		     connect(caller, (struct sockaddr *)&at, sizeof at));
		fcntl(fd, F_SETFL, O_NONBLOCK);
		callee = accept(fd, NULL, NULL);
		told("accept", callee < 0 ? -1 : 0);
		close(callee);
		close(caller);
		told("send", send(ends[0], "ten bytes.", 10, 0));
		told("recv", recv(ends[1], buf, sizeof buf, MSG_DONTWAIT));
		pid_t pid = fork();
		if (pid == 0)
			_exit(0);
		told("fork", pid < 0 ? -1 : 0);
		waitpid(pid, NULL, 0);
	}
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	long n = argc > 2 ? atol(argv[2]) : 1;
	int ends[2];
	char buf[16];
	if (strcmp(what, "results") == 0)
		results();
	else if (strcmp(what, "pieces") == 0)
		pieces();
	else if (strcmp(what, "echo") == 0)
		echo(n);
	else if (strcmp(what, "stream") == 0)
		stream(n);
	else if (strcmp(what, "threads") == 0)
		threads(n);
	else if (strcmp(what, "forks") == 0)
		forks(n);
	else if (strcmp(what, "signals") == 0)
		signals();
	else if (strcmp(what, "descriptors") == 0)
		descriptors();
	else if (strcmp(what, "execs") == 0)
		execs();
	else if (strcmp(what, "vforks") == 0)
		vforks();
	else if (strcmp(what, "rounds") == 0)
		rounds(n);
	else if (strcmp(what, "others") == 0)
		others(n);
	else if (strcmp(what, "waits") == 0) {
		connection(ends);
		printf("waiting\n");
		fflush(stdout);
		recv(ends[0], buf, sizeof buf, 0);
	} else {
		return 2;
	}
	return 0;
}
