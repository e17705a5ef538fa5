/* server.c - hears what is sent to a group that it has joined, and prints it
 *
 * Compare lesson 17: nobody hears a group's datagrams who has not joined it.
 * IPv4 multicast is not in POSIX, though every system has it: _DEFAULT_SOURCE
 * asks the headers for more than the standard.
 *
 * usage: server [PORT [GROUP [INTERFACE]]]
 * see also: socket(2), bind(2), setsockopt(2), recvfrom(2), ip(7), socket(7)
 */
#define _DEFAULT_SOURCE
#include "../net.h"

enum { DEFAULT_PORT = 9018, MESSAGE_MAX = 1024 };
enum { IN_NUMBERS = NI_NUMERICHOST | NI_NUMERICSERV };

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [GROUP [INTERFACE]]]", 3);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "239.255.18.1";
	const char *interface = argc > 3 ? argv[3] : "127.0.0.1";
	struct addrinfo *list = look_up(host, port, AI_PASSIVE, SOCK_DGRAM);

	/* Not a telephone, a letter box: a socket for datagrams. */
	int fd = socket(list->ai_family, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");

	/* Everybody's letter box: others on this machine may have this address
	 * and port as well, and each gets a copy. */
	int on = 1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
		die("setsockopt");
	if (bind(fd, list->ai_addr, list->ai_addrlen) == -1)
		die("bind");
	freeaddrinfo(list);

	/* The address alone brings nothing. Join the group, on one interface:
	 * from here on the kernel takes what comes for it there. */
	struct ip_mreq member;
	if (inet_pton(AF_INET, host, &member.imr_multiaddr) != 1 ||
	    inet_pton(AF_INET, interface, &member.imr_interface) != 1)
		wrong_usage("GROUP and INTERFACE are IPv4 addresses");
	if (setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member,
		       sizeof member) == -1)
		die("IP_ADD_MEMBERSHIP");
	ready(fd);

	char buf[MESSAGE_MAX], name[64], number[8];
	ssize_t n;
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
	} while (n != 3 || memcmp(buf, "bye", 3) != 0);
	close(fd);
	return 0;
}
