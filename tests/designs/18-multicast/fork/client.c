/* client.c - another design: a child for each room that hears and prints, and
 * dies when the room is left
 *
 * usage: client [PORT [INTERFACE]]
 */
#define _DEFAULT_SOURCE
#include <sys/wait.h>

#include "../../lessons/net.h"

static const char *const names[] = {"red", "green", "blue"};

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [INTERFACE]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : 9018;
	struct in_addr interface;
	pid_t child[3] = {0};
	int status = 0;
	char line[2048];
	ssize_t len;

	if (inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &interface) !=
	    1)
		wrong_usage("no interface");
	int mouth = socket(AF_INET, SOCK_DGRAM, 0);
	if (setsockopt(mouth, IPPROTO_IP, IP_MULTICAST_IF, &interface,
		       sizeof interface) == -1)
		die("interface");
	while ((len = read_line(line, sizeof line)) != -1) {
		int at = -1;
		size_t verb = 0, name = 0;
		if (len > 1100)
			len = 0;
		while (verb < (size_t)len && line[verb] != ' ')
			verb++;
		for (int i = 0; i < 3; i++) {
			size_t n = strlen(names[i]);
			if (verb + 1 + n <= (size_t)len &&
			    memcmp(line + verb + 1, names[i], n) == 0) {
				at = i;
				name = n;
			}
		}
		size_t used = verb + 1 + name;
		struct sockaddr_in addr = {
			.sin_family = AF_INET,
			.sin_port = htons(port),
			.sin_addr.s_addr = htonl((239u << 24) + (255 << 16) +
						 (18 << 8) + 1 + (unsigned)at),
		};
		if (at != -1 && verb == 4 && memcmp(line, "join", 4) == 0 &&
		    used == (size_t)len) {
			if (child[at] > 0)
				continue;
			int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
			struct ip_mreq member = {addr.sin_addr, interface};
			if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on,
				       sizeof on) == -1 ||
			    bind(fd, (struct sockaddr *)&addr, sizeof addr) ==
				    -1 ||
			    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP,
				       &member, sizeof member) == -1)
				die("joining");
			fflush(stdout);
			child[at] = fork();
			if (child[at] == 0) {
				for (;;) {
					char buf[1400];
					ssize_t n = recv(fd, buf, 1400, 0);
					printf("%s: ", names[at]);
					fwrite(buf, 1, n < 0 ? 0 : (size_t)n,
					       stdout);
					printf("\n");
				}
			}
			close(fd);
		} else if (at != -1 && verb == 5 &&
			   memcmp(line, "leave", 5) == 0 &&
			   used == (size_t)len) {
			if (child[at] > 0) {
				kill(child[at], SIGKILL);
				waitpid(child[at], NULL, 0);
			}
			child[at] = 0;
		} else if (at != -1 && verb == 3 &&
			   memcmp(line, "say", 3) == 0 && used < (size_t)len &&
			   line[used] == ' ' &&
			   (size_t)len - used - 1 <= 1024) {
			if (sendto(mouth, line + used + 1,
				   (size_t)len - used - 1, 0,
				   (struct sockaddr *)&addr, sizeof addr) == -1)
				die("sendto");
		} else {
			complain_that("that is no line of ours");
			status = 1;
		}
	}
	for (int i = 0; i < 3; i++)
		if (child[i] > 0)
			kill(child[i], SIGKILL);
	return status;
}
