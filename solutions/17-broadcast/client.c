/* client.c - asks everybody on a network who is there, and lists the answers
 *
 * usage: client [PORT [ADDRESS/PREFIX]]
 * see also: setsockopt(2), sendto(2), recvfrom(2), poll(2), ip(7), socket(7)
 */
#include <poll.h>

#include "../../lessons/net.h"

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

	/* STEP 1: As in the server. */
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

/* Whether a sender is in the network of the one who asks. */
static bool is_inside(struct in_addr sender, struct in_addr address, int prefix)
{
	/* STEP 2: Two addresses are in one network if they agree where the mask
	 * has ones (lesson 04). */
	uint32_t mask = UINT32_MAX << (32 - prefix);
	return ((ntohl(sender.s_addr) ^ ntohl(address.s_addr)) & mask) == 0;
	/* STUB: (void)sender; */
	/* STUB: (void)address; */
	/* STUB: (void)prefix; */
	/* STUB: return false; */
	/* END 2 */
}

/* Adds the line `ADDRESS NAME` for an answer of n bytes, if it is one. */
static void add(struct list *list, struct in_addr sender, const char *buf,
		size_t n)
{
	/* STEP 3: An answer is `here `, and then 1 to 64 bytes, each of them
	 * 0x21 to 0x7e; let all else go by. buf is no C string: what comes may
	 * hold zero bytes, and has none at its end. Each line is wanted once,
	 * however often the answer comes. */
	size_t start = strlen("here ");
	char line[LINE_SIZE], text[INET_ADDRSTRLEN];

	if (n <= start || n > start + NAME_MAX_LEN ||
	    memcmp(buf, "here ", start) != 0)
		return;
	for (size_t i = start; i < n; i++)
		if (buf[i] < 0x21 || buf[i] > 0x7e)
			return;
	inet_ntop(AF_INET, &sender, text, sizeof text);
	snprintf(line, sizeof line, "%s %.*s", text, (int)(n - start),
		 buf + start);
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->line[i], line) == 0)
			return;
	if (list->count < LINES_MAX)
		strcpy(list->line[list->count++], line);
	/* STUB: (void)list; */
	/* STUB: (void)sender; */
	/* STUB: (void)buf; */
	/* STUB: (void)n; */
	/* END 3 */
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

	/* STEP 4: Make a socket for datagrams, say that you mean it
	 * (SO_BROADCAST), and send the question, 13 bytes, to the broadcast
	 * address. */
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd == -1)
		die("socket");
	int on = 1;
	if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) == -1)
		die("setsockopt");
	if (sendto(fd, question, strlen(question), 0, (struct sockaddr *)&all,
		   sizeof all) == -1)
		die("sendto");
	/* STUB: int fd = -1; */
	/* STUB: (void)all; */
	/* STUB: (void)question; */
	/* END 4 */

	/* STEP 5: For half a second, whatever comes: poll() for what is left of
	 * it, receive, and add() what comes from inside the network. You do not
	 * know how many there are, so no answer is the last one. */
	int64_t deadline = now_ms() + WAIT_MS, left;
	while ((left = deadline - now_ms()) > 0) {
		struct pollfd want = {.fd = fd, .events = POLLIN};
		int count = poll(&want, 1, (int)left);
		if (count == -1 && errno != EINTR)
			die("poll");
		if (count < 1)
			continue;

		char buf[128];
		struct sockaddr_in sender;
		socklen_t len = sizeof sender;
		ssize_t n = recvfrom(fd, buf, sizeof buf, 0,
				     (struct sockaddr *)&sender, &len);
		if (n == -1 && errno != EINTR)
			complain("recvfrom");
		if (n != -1 && is_inside(sender.sin_addr, address, prefix))
			add(&list, sender.sin_addr, buf, (size_t)n);
	}
	/* STUB: (void)is_inside; */
	/* STUB: (void)add; */
	/* END 5 */

	/* STEP 6: Print the lines, sorted byte by byte: qsort() does it. */
	qsort(list.line, list.count, sizeof list.line[0], compare);
	for (size_t i = 0; i < list.count; i++)
		printf("%s\n", list.line[i]);
	/* STUB: (void)compare; */
	/* STUB: (void)list; */
	/* END 6 */
	close(fd);
	return 0;
}
