/* Leaves zombies unburied and sockets open until no more can be had. */
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	for (int i = 0; i < 500; i++)
		if (fork() == 0)
			_exit(0);
	while (socket(AF_INET, SOCK_STREAM, 0) != -1)
		;
	for (;;)
		pause();
}
