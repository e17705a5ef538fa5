/* server.c - receives numbered datagrams, and tells what the network did
 *
 * Compare lesson 15: each datagram begins with its number, four bytes. So it is
 * seen what is missing, what came twice and what overtook. WRONG ON PURPOSE:
 * seen, and nothing done about it.
 *
 * usage: server [PORT [HOST]]
 * see also: recv(2), udp(7)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9016, NUMBER_SIZE = 4, MESSAGE_MAX = 1024 };

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int fd = udp_bind(host, port);
	ready(fd);

	char buf[NUMBER_SIZE + MESSAGE_MAX];
	uint32_t wanted = 0;
	for (;;) {
		ssize_t n = recv(fd, buf, sizeof buf, 0);
		if (n == -1)
			die("recv");
		if (n < NUMBER_SIZE)
			continue;

		uint32_t number = get_u32(buf);
		printf("%u: ", (unsigned)number);
		fwrite(buf + NUMBER_SIZE, 1, (size_t)n - NUMBER_SIZE, stdout);
		if (number > wanted)
			printf("    (where is %u?)", (unsigned)wanted);
		if (number < wanted)
			printf("    (late, or twice)");
		putchar('\n');
		if (number >= wanted)
			wanted = number + 1;
	}
}
