/* Keeps every port it can get, so that the next one finds none. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	for (int port = 20000; port < 60000; port++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		struct sockaddr_in addr = {.sin_family = AF_INET,
					   .sin_port = htons(port)};
		if (fd == -1)
			break;
		bind(fd, (struct sockaddr *)&addr, sizeof addr);
	}
	for (;;)
		pause();
}
