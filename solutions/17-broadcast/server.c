/* server.c - tells everybody who asks that it is here, and what its name is
 *
 * usage: server [PORT [ADDRESS/PREFIX [NAME]]]
 * see also: bind(2), setsockopt(2), recvfrom(2), sendto(2), ip(7), socket(7)
 */
#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9017, NAME_MAX_LEN = 64 };

static const char question[] = "who is there?";

/* Reads ADDRESS/PREFIX, such as 192.168.56.11/24: an IPv4 address, and how many
 * ones the mask has. Returns the prefix, 1 to 32; all else is wrong usage. */
static int parse_network(const char *text, struct in_addr *address)
{
	char copy[INET_ADDRSTRLEN] = "", *end;
	const char *slash = strchr(text, '/');
	long prefix = 0;

	if (slash != NULL && (size_t)(slash - text) < sizeof copy)
		memcpy(copy, text, (size_t)(slash - text));
	if (inet_pton(AF_INET, copy, address) == 1 && slash[1] >= '0' &&
	    slash[1] <= '9')
		prefix = strtol(slash + 1, &end, 10);
	if (prefix < 1 || prefix > 32 || *end != '\0')
		wrong_usage("no ADDRESS/PREFIX: %s", text);
	return (int)prefix;
}

/* Returns the broadcast address of a network, with a port. A network without
 * one is wrong usage. */
static struct sockaddr_in broadcast_of(struct in_addr address, int prefix,
				       in_port_t port)
{
	struct sockaddr_in all = {.sin_family = AF_INET};

	/* STEP 1: A broadcast address is the address OR NOT mask. Make the mask,
	 * prefix ones from the left, and reckon in the order of this machine
	 * (ntohl()); address and port travel in that of the network. Networks
	 * of one and of two addresses, /32 and /31, have no broadcast address:
	 * wrong_usage(). The client needs the same. */
	if (prefix > 30)
		wrong_usage("a /%d has no broadcast address", prefix);
	uint32_t mask = UINT32_MAX << (32 - prefix);
	all.sin_addr.s_addr = htonl(ntohl(address.s_addr) | ~mask);
	all.sin_port = htons(port);
	/* STUB: (void)address; */
	/* STUB: (void)prefix; */
	/* STUB: (void)port; */
	/* END 1 */
	return all;
}

/* Waits for one datagram, and answers it if it is the question. */
static void serve(int fd, const char *name)
{
	/* STEP 2: Receive one datagram, and learn who sent it. If it is not
	 * exactly the 13 bytes of the question, return: whoever answered
	 * anything would answer answers, too. If recvfrom() fails, complain
	 * (not of EINTR) and return. */
	char buf[sizeof question];
	struct sockaddr_storage addr;
	socklen_t addr_len = sizeof addr;
	struct sockaddr *caller = (struct sockaddr *)&addr;
	ssize_t n = recvfrom(fd, buf, sizeof buf, 0, caller, &addr_len);
	if (n == -1) {
		if (errno != EINTR)
			complain("recvfrom");
		return;
	}
	if ((size_t)n != strlen(question) ||
	    memcmp(buf, question, strlen(question)) != 0)
		return;
	/* STUB: (void)fd; */
	/* STUB: (void)question; */
	/* END 2 */

	/* STEP 3: Answer `here NAME`, without a zero byte or a newline, to the
	 * one who asked, and to nobody else. If that fails, complain. */
	char answer[sizeof "here " + NAME_MAX_LEN];
	int len = snprintf(answer, sizeof answer, "here %s", name);
	if (sendto(fd, answer, (size_t)len, 0, caller, addr_len) == -1)
		complain("sendto");
	/* STUB: (void)name; */
	/* END 3 */
}

/* Checks a NAME: 1 to 64 bytes that can be seen, none of them a space. */
static void check_name(const char *name)
{
	size_t len = 0;

	while (name[len] > ' ' && name[len] <= '~')
		len++;
	if (len < 1 || len > NAME_MAX_LEN || name[len] != '\0')
		wrong_usage("no NAME: %s", name);
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [ADDRESS/PREFIX [NAME]]]", 3);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *network = argc > 2 ? argv[2] : "127.0.0.1/8";
	const char *name = argc > 3 ? argv[3] : "somebody";
	check_name(name);
	struct in_addr address;
	int prefix = parse_network(network, &address);
	struct sockaddr_in all = broadcast_of(address, prefix, port);

	/* STEP 4: Make a socket for datagrams, and bind() it to the broadcast
	 * address. (0.0.0.0 would do, and hear datagrams for this host alone
	 * besides. The host's own address would not: a broadcast has another.)
	 * Other servers on this machine want the same address and port: allow
	 * that before bind(). */
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");
	int on = 1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1)
		die("setsockopt");
	if (bind(fd, (struct sockaddr *)&all, sizeof all) == -1)
		die("bind");
	/* STUB: (void)all; */
	/* STUB: int fd = -1; */
	/* END 4 */

	ready(fd);
	for (;;)
		serve(fd, name);
}
