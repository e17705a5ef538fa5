/* client.c - another design: three sockets with 0.0.0.0 and IP_MULTICAST_ALL 0,
 * there from the beginning; select()
 *
 * usage: client [PORT [INTERFACE]]
 */
#define _DEFAULT_SOURCE
#include <sys/select.h>

#include "../../lessons/net.h"

#ifndef IP_MULTICAST_ALL
#define IP_MULTICAST_ALL 49 /* Linux; not in every library's headers */
#endif

static struct {
	char name[8];
	int fd;
	bool in;
} rooms[] = {{"red", 0, false}, {"green", 0, false}, {"blue", 0, false}};

static struct ip_mreq member;
static in_port_t port;
static int status;

static void wrong(const char *why)
{
	complain_that("%s", why);
	status = 1;
}

static void obey(char *line, size_t len)
{
	char *space = memchr(line, ' ', len);
	size_t verb = space == NULL ? len : (size_t)(space - line);
	size_t rest = space == NULL ? 0 : len - verb - 1;
	char *end = space == NULL ? NULL : memchr(space + 1, ' ', rest);
	size_t name = end == NULL ? rest : (size_t)(end - space) - 1;

	for (unsigned i = 0; space != NULL && i < 3; i++) {
		if (strlen(rooms[i].name) != name ||
		    memcmp(rooms[i].name, space + 1, name) != 0)
			continue;
		member.imr_multiaddr.s_addr = htonl(0xefff1201u + i);
		if (verb == 3 && memcmp(line, "say", 3) == 0 && end != NULL) {
			struct sockaddr_in to = {.sin_family = AF_INET,
						 .sin_port = htons(port)};
			to.sin_addr = member.imr_multiaddr;
			size_t n = len - (size_t)(end + 1 - line);
			if (n > 1024)
				wrong("too much text");
			else if (sendto(rooms[i].fd, end + 1, n, 0,
					(struct sockaddr *)&to,
					sizeof to) == -1)
				wrong("not sent");
			return;
		}
		bool join = verb == 4 && memcmp(line, "join", 4) == 0;
		if (end != NULL ||
		    (!join && (verb != 5 || memcmp(line, "leave", 5) != 0)))
			break;
		if (rooms[i].in != join &&
		    setsockopt(rooms[i].fd, IPPROTO_IP,
			       join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP,
			       &member, sizeof member) == -1)
			wrong("neither joined nor left");
		else
			rooms[i].in = join;
		return;
	}
	wrong("not understood");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [INTERFACE]]", 2);
	port = argc > 1 ? parse_port(argv[1]) : 9018;
	struct sockaddr_in any = {.sin_family = AF_INET,
				  .sin_port = htons(port)};
	int on = 1, off = 0;
	char input[8192];
	size_t have = 0;

	if (inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1",
		      &member.imr_interface) != 1)
		wrong_usage("no interface");
	for (int i = 0; i < 3; i++) {
		int fd = rooms[i].fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ==
			    -1 ||
		    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off,
			       sizeof off) == -1 ||
		    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF,
			       &member.imr_interface,
			       sizeof member.imr_interface) == -1 ||
		    bind(fd, (struct sockaddr *)&any, sizeof any) == -1)
			die("socket");
	}
	for (;;) {
		fd_set set;
		FD_ZERO(&set);
		FD_SET(0, &set);
		for (int i = 0; i < 3; i++)
			FD_SET(rooms[i].fd, &set);
		if (select(rooms[2].fd + 1, &set, NULL, NULL, NULL) == -1)
			continue;
		for (int i = 0; i < 3; i++) {
			char buf[1024];
			if (!FD_ISSET(rooms[i].fd, &set))
				continue;
			ssize_t n = read(rooms[i].fd, buf, sizeof buf);
			if (n == -1)
				continue;
			printf("%s: ", rooms[i].name);
			fwrite(buf, 1, (size_t)n, stdout);
			printf("\n");
		}
		if (!FD_ISSET(0, &set))
			continue;
		ssize_t n = read(0, input + have, sizeof input - have);
		if (n == 0) {
			if (have > 0)
				obey(input, have);
			return status;
		}
		if (n == -1)
			die("read");
		have += (size_t)n;
		for (char *end; (end = memchr(input, '\n', have)) != NULL;) {
			size_t len = (size_t)(end - input);
			obey(input, len);
			have -= len + 1;
			memmove(input, end + 1, have);
		}
		if (have == sizeof input)
			die_because("a line without end");
	}
}
