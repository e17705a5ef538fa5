/* Sends something to addresses that are not on this machine. (They are those
 * kept for documentation, RFC 5737: nobody is there.) */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
	const char *addresses[] = {"192.0.2.1", "198.51.100.7", "203.0.113.9"};
	for (int i = 0; i < 3; i++) {
		struct sockaddr_in addr = {.sin_family = AF_INET,
					   .sin_port = htons(80)};
		inet_pton(AF_INET, addresses[i], &addr.sin_addr);
		int udp = socket(AF_INET, SOCK_DGRAM, 0);
		if (connect(udp, (struct sockaddr *)&addr, sizeof addr) == 0)
			fprintf(stderr, "ESCAPED: a way to %s\n", addresses[i]);
	}
	return 1;
}
