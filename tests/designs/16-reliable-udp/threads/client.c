/* Two threads: one receives acknowledgements, the other sends and keeps the
 * time. Go-back-N with a window of 64. */
#include <pthread.h>
#include <time.h>

#include "../../lessons/net.h"

enum { WINDOW = 64, SIZE = 1000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint32_t acknowledged, sent;
static unsigned char packets[WINDOW][5 + SIZE];
static size_t sizes[WINDOW];
static int sock;

static void *listen_for_news(void *unused)
{
	(void)unused;
	for (;;) {
		unsigned char in[16];
		ssize_t n = recv(sock, in, sizeof in, 0);
		if (n == -1) {
			struct timespec pause = {.tv_nsec = 1000000};
			nanosleep(&pause, NULL);
			continue;
		}
		if (n != 5 || in[0] != 'A')
			continue;
		pthread_mutex_lock(&lock);
		uint32_t number = get_u32(in + 1);
		if (number > acknowledged && number <= sent) {
			acknowledged = number;
			pthread_cond_signal(&changed);
		}
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	struct addrinfo *to =
		look_up(argc > 2 ? argv[2] : "127.0.0.1",
			argc > 1 ? parse_port(argv[1]) : 9016, 0, SOCK_DGRAM);
	sock = socket(to->ai_family, SOCK_DGRAM, 0);
	if (sock == -1 || connect(sock, to->ai_addr, to->ai_addrlen) == -1)
		die("socket");

	pthread_t listener;
	if (pthread_create(&listener, NULL, listen_for_news, NULL) != 0)
		die_because("no thread");

	bool all = false;
	int tries = 1;
	pthread_mutex_lock(&lock);
	while (!all || acknowledged < sent) {
		while (!all && sent - acknowledged < WINDOW) {
			unsigned char *packet = packets[sent % WINDOW];
			pthread_mutex_unlock(&lock);
			size_t n = fread(packet + 5, 1, SIZE, stdin);
			pthread_mutex_lock(&lock);
			packet[0] = 'D';
			put_u32(packet + 1, sent);
			sizes[sent % WINDOW] = 5 + n;
			all = n == 0;
			sent++;
			send(sock, packet, 5 + n, 0);
		}

		/* The condition's clock is the one on the wall. */
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += 50000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		uint32_t before = acknowledged;
		while (acknowledged == before &&
		       pthread_cond_timedwait(&changed, &lock, &until) == 0)
			;
		if (acknowledged != before) {
			tries = 1;
			continue;
		}
		if (tries++ == 20)
			die_because("there is nobody");
		for (uint32_t i = acknowledged; i < sent; i++)
			send(sock, packets[i % WINDOW], sizes[i % WINDOW], 0);
	}
	pthread_mutex_unlock(&lock);
	return 0;
}
