/* Another right client: one thread asks, another one receives for ever, and a
 * condition with a limit in time lies between them. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <time.h>

#include "../../lessons/net.h"

static int fd;
static struct sockaddr_storage server;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t come;
static bool answered;
static char answer[4096];
static size_t answer_len;

static void *receive(void *argument)
{
	static char buf[4096];

	for (;;) {
		struct sockaddr_storage from;
		socklen_t from_len = sizeof from;
		ssize_t n = recvfrom(fd, buf, sizeof buf, 0,
				     (struct sockaddr *)&from, &from_len);
		if (n < 0 || !same_address(&from, &server))
			continue;
		pthread_mutex_lock(&lock);
		memcpy(answer, buf, (size_t)n);
		answer_len = (size_t)n;
		answered = true;
		pthread_cond_signal(&come);
		pthread_mutex_unlock(&lock);
	}
	return argument;
}

static bool ask(const char *line, size_t len, socklen_t server_len)
{
	struct timespec end;
	bool came;

	/* What came too late for the last line is none for this one. */
	pthread_mutex_lock(&lock);
	answered = false;
	pthread_mutex_unlock(&lock);
	if (sendto(fd, line, len, 0, (struct sockaddr *)&server, server_len) ==
	    -1) {
		complain("sendto");
		return false;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec++;
	pthread_mutex_lock(&lock);
	while (!answered)
		if (pthread_cond_timedwait(&come, &lock, &end) != 0)
			break;
	came = answered;
	if (came)
		fwrite(answer, 1, answer_len, stdout);
	else
		fputs("no answer", stdout);
	putchar('\n');
	pthread_mutex_unlock(&lock);
	return came;
}

int main(int argc, char *argv[])
{
	static char line[65507];
	pthread_condattr_t kind;
	pthread_t thread;
	int status = 0;

	start(argc, argv, "[PORT [HOST]]", 2);
	struct addrinfo *list =
		look_up(argc > 2 ? argv[2] : "127.0.0.1",
			argc > 1 ? parse_port(argv[1]) : 9015, 0, SOCK_DGRAM);
	memcpy(&server, list->ai_addr, list->ai_addrlen);
	fd = socket(list->ai_family, SOCK_DGRAM, 0);
	/* recvfrom() wants a port: a free one, of any address. */
	struct sockaddr_storage own = {.ss_family = server.ss_family};
	if (fd == -1 ||
	    bind(fd, (struct sockaddr *)&own, list->ai_addrlen) == -1)
		die("bind");
	pthread_condattr_init(&kind);
	pthread_condattr_setclock(&kind, CLOCK_MONOTONIC);
	pthread_cond_init(&come, &kind);
	if (pthread_create(&thread, NULL, receive, NULL) != 0)
		die_because("no thread");

	for (ssize_t len; (len = read_line(line, sizeof line)) != -1;) {
		if (len == 3 && memcmp(line, "bye", 3) == 0)
			break;
		if (len > (ssize_t)sizeof line) {
			complain_that("a line that fits in no datagram");
			status = 1;
		} else if (!ask(line, (size_t)len, list->ai_addrlen)) {
			status = 1;
		}
	}
	return status;
}
