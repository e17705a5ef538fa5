/* server.c - another design: a connected socket, and poll() for the pause
 *
 * usage: server [PORT [INTERFACE]]
 */
#define _DEFAULT_SOURCE
#include <poll.h>

#include "../../lessons/net.h"

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [INTERFACE]]", 2);
	struct addrinfo *group =
		look_up("239.255.18.254",
			argc > 1 ? parse_port(argv[1]) : (in_port_t)9018, 0,
			SOCK_DGRAM);
	struct sockaddr_in own = {.sin_family = AF_INET};
	unsigned char ttl = 2;

	if (inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1",
		      &own.sin_addr) != 1)
		wrong_usage("no interface");
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(fd, (struct sockaddr *)&own, sizeof own) == -1 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &own.sin_addr,
		       sizeof own.sin_addr) == -1 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl) ==
		    -1 ||
	    connect(fd, group->ai_addr, group->ai_addrlen) == -1)
		die("no socket");
	freeaddrinfo(group);
	ready(fd);
	do {
		if (write(fd, "rooms red green blue", 20) == -1)
			complain("write");
	} while (poll(NULL, 0, 200) == 0);
	return 1;
}
