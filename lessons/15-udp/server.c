/* server.c - chats with whoever sends it a datagram, until one says bye
 *
 * Compare lesson 02: no listen(), no accept(), no connection. Each datagram is
 * a message, and comes with its sender's address. WRONG ON PURPOSE: its buffer
 * has 16 bytes, and what does not fit is gone.
 *
 * usage: server [PORT [HOST]]      the answers come from standard input
 * see also: socket(2), bind(2), recvfrom(2), sendto(2), udp(7)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9015, MESSAGE_MAX = 1024, ROOM = 16 };
enum { IN_NUMBERS = NI_NUMERICHOST | NI_NUMERICSERV };

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	struct addrinfo *list = look_up(host, port, AI_PASSIVE, SOCK_DGRAM);

	/* Not a telephone, a letter box: a socket for datagrams. */
	int fd = socket(list->ai_family, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");

	/* Put an address on it. From here on the kernel takes letters. */
	if (bind(fd, list->ai_addr, list->ai_addrlen) == -1)
		die("bind");
	freeaddrinfo(list);
	ready(fd);

	char buf[ROOM], line[MESSAGE_MAX], name[64], number[8];
	ssize_t n, len;
	do {
		/* recvfrom() waits for one datagram, and says who sent it. */
		struct sockaddr_storage addr;
		socklen_t addr_len = sizeof addr;
		struct sockaddr *caller = (struct sockaddr *)&addr;
		n = recvfrom(fd, buf, sizeof buf, 0, caller, &addr_len);
		if (n == -1)
			die("recvfrom");
		if (getnameinfo(caller, addr_len, name, sizeof name, number,
				sizeof number, IN_NUMBERS) != 0)
			die_because("a sender without an address");
		printf("%zd bytes from %s:%s: ", n, name, number);
		fwrite(buf, 1, (size_t)n, stdout);
		putchar('\n');
		if (n == 3 && memcmp(buf, "bye", 3) == 0)
			break;

		/* The answer goes where the question came from. */
		len = read_line(line, sizeof line);
		if (len == -1 || len > MESSAGE_MAX)
			die_because("there is no answer on standard input");
		if (sendto(fd, line, (size_t)len, 0, caller, addr_len) == -1)
			die("sendto");
	} while (len != 3 || memcmp(line, "bye", 3) != 0);
	close(fd);
	return 0;
}
