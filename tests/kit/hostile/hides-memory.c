/* Takes memory that belongs to no process: files without a name, segments
 * that nobody has attached, full pipes and sockets, and memory that is shared
 * with nobody. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	static char block[1 << 20];
	for (int i = 0; i < 200; i++) {
		int fd = memfd_create("x", 0);
		if (fd == -1)
			break;
		fputs("ESCAPED: memfd\n", stderr);
		for (int n = 0; n < 60; n++)
			if (write(fd, block, sizeof block) == -1)
				break;
	}
	for (int i = 0; i < 200; i++) {
		int id = shmget(IPC_PRIVATE, 16 << 20, IPC_CREAT | 0600);
		if (id == -1)
			break;
		fputs("ESCAPED: shared memory\n", stderr);
		char *p = shmat(id, NULL, 0);
		if (p != (char *)-1) {
			memset(p, 1, 16 << 20);
			shmdt(p);
		}
	}
	for (int i = 0; i < 300; i++) {
		int ends[2];
		if (pipe(ends) == -1)
			break;
		fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
		fcntl(ends[1], F_SETFL, O_NONBLOCK);
		while (write(ends[1], block, sizeof block) > 0)
			;
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
			break;
		while (send(ends[0], block, 65536, MSG_DONTWAIT) > 0)
			;
	}
	for (int i = 0; i < 30; i++) {
		char *p = mmap(NULL, 32 << 20, PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			break;
		memset(p, 1, 32 << 20);
		usleep(20000);
	}
	fputs("ESCAPED: mapped memory\n", stderr);
	sleep(100);
	return 1;
}
