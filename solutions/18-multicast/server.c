/* server.c - tells all who want to know, again and again, which rooms there are
 *
 * IPv4 multicast is not in POSIX, though every system has it: _DEFAULT_SOURCE
 * asks the headers for more than the standard.
 *
 * usage: server [PORT [INTERFACE]]
 * see also: setsockopt(2), sendto(2), nanosleep(2), ip(7)
 */
#define _DEFAULT_SOURCE
#include <time.h>

#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9018, PAUSE_MS = 200 };

static const char group[] = "239.255.18.254";
static const char rooms[] = "rooms red green blue";

/* Reads the address of one of this machine's interfaces; all else is wrong
 * usage. */
static struct in_addr parse_interface(const char *text)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1)
		wrong_usage("INTERFACE is an address of ours, not: %s", text);
	return address;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [INTERFACE]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	struct in_addr interface =
		parse_interface(argc > 2 ? argv[2] : "127.0.0.1");

	/* STEP 1: Make a socket for datagrams, and choose the interface that they
	 * go out by: IP_MULTICAST_IF, of IPPROTO_IP. A socket of this kind needs
	 * no address, and must join nothing: joining is for hearing. */
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &interface,
		       sizeof interface) == -1)
		die("IP_MULTICAST_IF");
	/* STUB: (void)interface; */
	/* STUB: int fd = socket(AF_INET, SOCK_DGRAM, 0); */
	/* END 1 */

	struct sockaddr_in all = {.sin_family = AF_INET,
				  .sin_port = htons(port)};
	inet_pton(AF_INET, group, &all.sin_addr);
	ready(fd);

	/* STEP 2: Send the rooms to the group, wait for 200 ms, and so on. Who
	 * joins late hears them all the same. A failure is no reason to end:
	 * complain. */
	for (;;) {
		if (sendto(fd, rooms, strlen(rooms), 0, (struct sockaddr *)&all,
			   sizeof all) == -1)
			complain("sendto");
		nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L},
			  NULL);
	}
	/* STUB: (void)rooms; */
	/* STUB: close(fd); */
	/* END 2 */
}
