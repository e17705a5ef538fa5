/* Reads all of its input first, cuts packets out of it as it needs them, and
 * waits with select(). */
#include <sys/select.h>
#include <time.h>

#include "../../lessons/net.h"

enum { SIZE = 512, UNDER_WAY = 40 };

static long long ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	char *all = NULL;
	size_t total = 0, room = 0, n;
	do {
		room += 1 << 20;
		all = realloc(all, room);
		if (all == NULL)
			die("realloc");
		n = fread(all + total, 1, room - total, stdin);
		total += n;
	} while (n > 0);
	uint32_t end = (uint32_t)((total + SIZE - 1) / SIZE); /* its number */

	struct addrinfo *to =
		look_up(argc > 2 ? argv[2] : "127.0.0.1",
			argc > 1 ? parse_port(argv[1]) : 9016, 0, SOCK_DGRAM);
	int sock = socket(to->ai_family, SOCK_DGRAM, 0);
	if (sock == -1 || connect(sock, to->ai_addr, to->ai_addrlen) == -1)
		die("socket");

	uint32_t base = 0, fresh = 0;
	int rounds = 0;
	while (base <= end) {
		for (; fresh <= end && fresh < base + UNDER_WAY; fresh++) {
			char out[5 + SIZE] = {'D'};
			size_t at = (size_t)fresh * SIZE;
			size_t len = fresh == end        ? 0
				     : total - at > SIZE ? SIZE
							 : total - at;
			put_u32(out + 1, fresh);
			if (len > 0)
				memcpy(out + 5, all + at, len);
			send(sock, out, 5 + len, 0);
		}
		long long until = ms() + 60;
		uint32_t before = base;
		while (base == before && ms() < until) {
			long long left = until - ms();
			struct timeval wait = {.tv_usec = left * 1000};
			fd_set set;
			FD_ZERO(&set);
			FD_SET(sock, &set);
			if (left <= 0 ||
			    select(sock + 1, &set, NULL, NULL, &wait) != 1)
				continue;
			char in[5 + 1];
			if (recv(sock, in, sizeof in, 0) != 5 || in[0] != 'A')
				continue;
			uint32_t wanted = get_u32(in + 1);
			if (wanted > base && wanted <= fresh)
				base = wanted;
		}
		if (base != before)
			rounds = 0;
		else if (++rounds == 20)
			die_because("silence");
		else
			fresh = base; /* go back */
	}
	free(all);
	return 0;
}
