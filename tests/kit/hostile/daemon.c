/* Leaves a daemon behind, in a session of its own, and says all is well. */
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	if (fork() == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		struct sockaddr_in addr = {.sin_family = AF_INET,
					   .sin_port = htons(7777)};
		bind(fd, (struct sockaddr *)&addr, sizeof addr);
		listen(fd, 5);
		for (;;)
			pause();
	}
	return 0;
}
