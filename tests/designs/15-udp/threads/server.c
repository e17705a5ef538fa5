/* Another right server: four threads, all waiting at the same socket. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "../../lessons/net.h"

static int fd;

static void *work(void *argument)
{
	char message[2000];
	struct sockaddr_storage from;

	for (;;) {
		socklen_t from_len = sizeof from;
		ssize_t n = recvfrom(fd, message, sizeof message, 0,
				     (struct sockaddr *)&from, &from_len);
		if (n < 0)
			continue;
		if (n > 1024)
			n = snprintf(message, sizeof message, "too long");
		else
			to_upper(message, (size_t)n);
		sendto(fd, message, (size_t)n, 0, (struct sockaddr *)&from,
		       from_len);
	}
	return argument;
}

int main(int argc, char *argv[])
{
	pthread_t thread;

	start(argc, argv, "[PORT [HOST]]", 2);
	fd = udp_bind(argc > 2 ? argv[2] : "127.0.0.1",
		      argc > 1 ? parse_port(argv[1]) : 9015);
	ready(fd);
	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread, NULL, work, NULL) != 0)
			die_because("no thread");
	work(NULL);
}
