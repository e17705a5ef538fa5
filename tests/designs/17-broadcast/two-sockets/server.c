/* server.c - another design: two sockets, one that hears the broadcasts and one
 * that answers, from another port
 *
 * usage: server [PORT [ADDRESS/PREFIX [NAME]]]
 */
#include "../../lessons/net.h"

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [ADDRESS/PREFIX [NAME]]]", 3);
	char copy[64] = "", answer[80];
	int on = 1;
	struct sockaddr_in all = {.sin_family = AF_INET};
	struct in_addr own;

	snprintf(copy, sizeof copy, "%s", argc > 2 ? argv[2] : "127.0.0.1/8");
	char *slash = strchr(copy, '/');
	if (slash == NULL)
		wrong_usage("no prefix");
	*slash = '\0';
	int prefix = atoi(slash + 1);
	if (inet_pton(AF_INET, copy, &own) != 1 || prefix < 1 || prefix > 30)
		wrong_usage("no such network");
	/* Byte by byte, in the order of the network. */
	unsigned char bytes[4];
	memcpy(bytes, &own, 4);
	for (int bit = prefix; bit < 32; bit++)
		bytes[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
	memcpy(&all.sin_addr, bytes, 4);
	all.sin_port = htons(argc > 1 ? parse_port(argv[1]) : 9017);

	int ear = socket(AF_INET, SOCK_DGRAM, 0);
	int mouth = socket(AF_INET, SOCK_DGRAM, 0);
	setsockopt(ear, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(ear, (struct sockaddr *)&all, sizeof all) == -1)
		die("bind");
	ready(ear);
	int len = snprintf(answer, sizeof answer, "here %s",
			   argc > 3 ? argv[3] : "me");
	for (;;) {
		char buf[64];
		struct sockaddr_storage from;
		socklen_t from_len = sizeof from;
		ssize_t n = recvfrom(ear, buf, sizeof buf, 0,
				     (struct sockaddr *)&from, &from_len);
		if (n == 13 && memcmp(buf, "who is there?", 13) == 0)
			sendto(mouth, answer, (size_t)len, 0,
			       (struct sockaddr *)&from, from_len);
	}
}
