/* client.c - another design: SO_RCVTIMEO, bound to an own port, a list that is
 * kept sorted, stdio for the lines
 *
 * usage: client [PORT [ADDRESS/PREFIX]]
 */
#include <sys/time.h>
#include <time.h>

#include "../../lessons/net.h"

static long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct node {
	struct node *next;
	char text[100];
};

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [ADDRESS/PREFIX]]", 2);
	char copy[64];
	int on = 1;
	struct sockaddr_in own = {.sin_family = AF_INET}, all;
	struct node *first = NULL;

	snprintf(copy, sizeof copy, "%s", argc > 2 ? argv[2] : "127.0.0.1/8");
	char *slash = strchr(copy, '/');
	if (slash == NULL)
		wrong_usage("no prefix");
	*slash = '\0';
	int prefix = atoi(slash + 1);
	if (inet_pton(AF_INET, copy, &own.sin_addr) != 1 || prefix < 1 ||
	    prefix > 30)
		wrong_usage("no such network");
	uint32_t hosts = (UINT32_C(1) << (32 - prefix)) - 1;
	all = own;
	all.sin_addr.s_addr |= htonl(hosts);
	all.sin_port = htons(argc > 1 ? parse_port(argv[1]) : 9017);

	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
	own.sin_addr.s_addr = htonl(INADDR_ANY);
	if (bind(fd, (struct sockaddr *)&own, sizeof own) == -1)
		die("bind");
	if (sendto(fd, "who is there?", 13, 0, (struct sockaddr *)&all,
		   sizeof all) != 13)
		die("sendto");
	for (long end = now_us() + 500000, left; (left = end - now_us()) > 0;) {
		struct timeval limit = {.tv_usec = (suseconds_t)left};
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		char buf[70];
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
		ssize_t n = recvfrom(fd, buf, sizeof buf, 0,
				     (struct sockaddr *)&from, &len);
		if (n < 6 || n > 69 || memcmp(buf, "here ", 5) != 0)
			continue;
		if ((ntohl(from.sin_addr.s_addr) | hosts) !=
		    ntohl(all.sin_addr.s_addr))
			continue;
		bool good = true;
		for (ssize_t i = 5; i < n; i++)
			good &= buf[i] > ' ' && buf[i] < 127;
		if (!good)
			continue;
		struct node *node = calloc(1, sizeof *node), **at = &first;
		if (node == NULL)
			die("calloc");
		sprintf(node->text, "%s %.*s", inet_ntoa(from.sin_addr),
			(int)n - 5, buf + 5);
		while (*at != NULL && strcmp((*at)->text, node->text) < 0)
			at = &(*at)->next;
		if (*at != NULL && strcmp((*at)->text, node->text) == 0) {
			free(node);
			continue;
		}
		node->next = *at;
		*at = node;
	}
	while (first != NULL) {
		struct node *node = first;
		puts(node->text);
		first = node->next;
		free(node);
	}
	return 0;
}
