/* Keeps packets that come too early until their turn, and writes with write()
 * into a hidden file. */
#include <fcntl.h>
#include <limits.h>

#include "../../lessons/net.h"

enum { EARLY = 64, SIZE = 1024 };

static struct {
	bool here;
	size_t len;
	char bytes[SIZE];
} early[EARLY];

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [FILE]]]", 3);
	const char *name = argc > 3 ? argv[3] : "received";
	char hidden[PATH_MAX];
	snprintf(hidden, sizeof hidden, "%s~", name);

	int sock = udp_bind(argc > 2 ? argv[2] : "127.0.0.1",
			    argc > 1 ? parse_port(argv[1]) : 9016);
	ready(sock);

	struct sockaddr_storage owner = {0};
	uint32_t next = 0;
	int file = -1;
	for (;;) {
		unsigned char in[2048];
		struct sockaddr_storage who = {0};
		socklen_t who_len = sizeof who;
		ssize_t n = recvfrom(sock, in, sizeof in, 0,
				     (struct sockaddr *)&who, &who_len);
		if (n < 5 || n > 5 + SIZE || in[0] != 'D')
			continue;
		uint32_t number = get_u32(in + 1);
		bool same = same_address(&who, &owner);
		if (file != -1 && !same)
			continue;
		if (file == -1 && !same) {
			if (number != 0)
				continue;
			owner = who;
			next = 0;
			memset(early, 0, sizeof early);
			file = open(hidden, O_WRONLY | O_CREAT | O_TRUNC, 0666);
			if (file == -1)
				die(hidden);
		}

		if (file != -1 && number >= next && number < next + EARLY) {
			size_t at = number % EARLY;
			early[at].here = true;
			early[at].len = (size_t)n - 5;
			memcpy(early[at].bytes, in + 5, early[at].len);
		}
		while (file != -1 && early[next % EARLY].here) {
			size_t at = next++ % EARLY;
			early[at].here = false;
			if (early[at].len == 0) {
				close(file);
				file = -1;
				if (rename(hidden, name) == -1)
					die("rename");
			} else if (write(file, early[at].bytes,
					 early[at].len) == -1) {
				die("write");
			}
		}

		unsigned char out[5] = {'A'};
		put_u32(out + 1, next);
		sendto(sock, out, sizeof out, 0, (struct sockaddr *)&who,
		       who_len);
	}
}
