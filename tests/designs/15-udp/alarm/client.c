/* client.c - an alarm clock: SIGALRM writes into a pipe, and select() waits for
 * the pipe and the socket. The signal may come at any time, nothing is lost. */
#include <fcntl.h>
#include <sys/select.h>
#include <sys/time.h>

#include "../../lessons/net.h"

static int bell[2];

static void ring(int number)
{
	int reason = errno;
	(void)number;
	if (write(bell[1], "!", 1) == -1)
		_exit(1);
	errno = reason;
}

static void set_alarm(long seconds)
{
	char c;
	struct itimerval timer = {.it_value.tv_sec = seconds};
	setitimer(ITIMER_REAL, &timer, NULL);
	while (seconds == 0 && read(bell[0], &c, 1) == 1)
		;
}

/* -1: the bell has rung. */
static ssize_t hear(int fd, const struct addrinfo *server, char *buf,
		    size_t size)
{
	for (;;) {
		fd_set set;
		FD_ZERO(&set);
		FD_SET(fd, &set);
		FD_SET(bell[0], &set);
		int top = fd > bell[0] ? fd : bell[0];
		if (select(top + 1, &set, NULL, NULL, NULL) == -1)
			continue;
		if (FD_ISSET(bell[0], &set))
			return -1;
		struct sockaddr_storage from = {0}, want = {0};
		socklen_t from_len = sizeof from;
		memcpy(&want, server->ai_addr, server->ai_addrlen);
		ssize_t n = recvfrom(fd, buf, size, 0, (struct sockaddr *)&from,
				     &from_len);
		if (n >= 0 && same_address(&from, &want))
			return n;
	}
}

int main(int argc, char *argv[])
{
	char line[65507], buf[1025];
	int status = EXIT_SUCCESS;

	start(argc, argv, "[PORT [HOST]]", 2);
	struct addrinfo *server =
		look_up(argc > 2 ? argv[2] : "127.0.0.1",
			argc > 1 ? parse_port(argv[1]) : 9015, 0, SOCK_DGRAM);
	int fd = socket(server->ai_family, server->ai_socktype, 0);
	struct sigaction action = {.sa_handler = ring, .sa_flags = SA_RESTART};
	if (fd == -1 || pipe(bell) == -1 ||
	    fcntl(bell[0], F_SETFL, O_NONBLOCK) == -1 ||
	    sigaction(SIGALRM, &action, NULL) == -1)
		die("start");

	ssize_t len;
	while ((len = read_line(line, sizeof line)) != -1 &&
	       !(len == 3 && memcmp(line, "bye", 3) == 0)) {
		if ((size_t)len > sizeof line ||
		    sendto(fd, line, (size_t)len, 0, server->ai_addr,
			   server->ai_addrlen) == -1) {
			complain_that("this line cannot be sent");
			status = EXIT_FAILURE;
			continue;
		}
		set_alarm(1);
		ssize_t n = hear(fd, server, buf, sizeof buf);
		set_alarm(0);
		if (n == -1)
			status = EXIT_FAILURE;
		printf("%s", n == -1 ? "no answer" : "");
		fwrite(buf, 1, n == -1 ? 0 : (size_t)n, stdout);
		printf("\n");
	}
	return status;
}
