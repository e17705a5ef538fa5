/* Another right client: a thread for each direction, and no poll(). Each may
 * wait in its call as long as it likes. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int fd;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long long said;
static int all_said;

static void give_up(const char *why)
{
	perror(why);
	exit(3);
}

static void *say(void *unused)
{
	char buf[5000];
	ssize_t n, k;

	(void)unused;
	while ((n = read(0, buf, sizeof buf)) > 0) {
		pthread_mutex_lock(&lock);
		said += (unsigned long long)n;
		pthread_mutex_unlock(&lock);
		for (char *at = buf; n > 0; at += k, n -= k)
			if ((k = send(fd, at, (size_t)n, MSG_NOSIGNAL)) == -1)
				give_up("send");
	}
	if (n == -1)
		give_up("input");
	pthread_mutex_lock(&lock);
	all_said = 1;
	pthread_mutex_unlock(&lock);
	shutdown(fd, SHUT_WR);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9007"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	int size = argc > 3 ? atoi(argv[3]) : 0;
	unsigned long long came = 0;
	pthread_t sender;
	char buf[7000];
	ssize_t n, k;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (size > 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == -1)
		give_up("connect");
	if (pthread_create(&sender, NULL, say, NULL) != 0)
		give_up("pthread_create");
	while ((n = recv(fd, buf, sizeof buf, 0)) > 0) {
		came += (unsigned long long)n;
		for (char *at = buf; n > 0; at += k, n -= k)
			if ((k = write(1, at, (size_t)n)) == -1)
				give_up("output");
	}
	if (n == -1)
		give_up("recv");
	/* The sender may sleep in read(): exit() takes it along. */
	pthread_mutex_lock(&lock);
	if (!all_said || came != said) {
		fputs("that was not all\n", stderr);
		exit(2);
	}
	return 0;
}
