/* client.c - asks everybody on a network who is there, and lists the answers
 *
 * usage: client [PORT [ADDRESS/PREFIX]]
 * see also: setsockopt(2), sendto(2), recvfrom(2), poll(2), ip(7), socket(7)
 */
#include <poll.h>

#include "../../net.h"

enum { DEFAULT_PORT = 9017, WAIT_MS = 500, NAME_MAX_LEN = 64 };
enum { LINE_SIZE = INET_ADDRSTRLEN + 1 + NAME_MAX_LEN, LINES_MAX = 1024 };

static const char question[] = "who is there?";

/* The lines to be printed, each a C string. */
struct list {
	size_t count;
	char line[LINES_MAX][LINE_SIZE];
};

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

	/* TODO 1: As in the server. */
	(void)address;
	(void)prefix;
	(void)port;
	return all;
}

/* Whether a sender is in the network of the one who asks. */
static bool is_inside(struct in_addr sender, struct in_addr address, int prefix)
{
	/* TODO 2: Two addresses are in one network if they agree where the mask
	 * has ones (lesson 04). */
	(void)sender;
	(void)address;
	(void)prefix;
	return false;
}

/* Adds the line `ADDRESS NAME` for an answer of n bytes, if it is one. */
static void add(struct list *list, struct in_addr sender, const char *buf,
		size_t n)
{
	/* TODO 3: An answer is `here `, and then 1 to 64 bytes, each of them
	 * 0x21 to 0x7e; let all else go by. buf is no C string: what comes may
	 * hold zero bytes, and has none at its end. Each line is wanted once,
	 * however often the answer comes. */
	(void)list;
	(void)sender;
	(void)buf;
	(void)n;
}

/* For qsort(3): the order of two lines, byte by byte. */
static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [ADDRESS/PREFIX]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *network = argc > 2 ? argv[2] : "127.0.0.1/8";
	struct in_addr address;
	int prefix = parse_network(network, &address);
	struct sockaddr_in all = broadcast_of(address, prefix, port);
	static struct list list;

	/* TODO 4: Make a socket for datagrams, say that you mean it
	 * (SO_BROADCAST), and send the question, 13 bytes, to the broadcast
	 * address. */
	int fd = -1;
	(void)all;
	(void)question;

	/* TODO 5: For half a second, whatever comes: poll() for what is left of
	 * it, receive, and add() what comes from inside the network. You do not
	 * know how many there are, so no answer is the last one. */
	(void)is_inside;
	(void)add;

	/* TODO 6: Print the lines, sorted byte by byte: qsort() does it. */
	(void)compare;
	(void)list;
	close(fd);
	return 0;
}
