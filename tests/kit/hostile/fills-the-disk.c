/* Fills every directory that it may write to, with data and with names. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	const char *dirs[] = {getenv("KIT_DIR"),
			      "/tmp",
			      "/dev/shm",
			      "/var/tmp",
			      "/run",
			      "/dev",
			      "/",
			      "/usr",
			      "/etc",
			      "."};
	static char block[1 << 20];
	unsigned long long all = 0;
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
		for (int n = 0; dirs[i] != NULL && n < 2000; n++) {
			char path[512];
			snprintf(path, sizeof path, "%s/fill%d", dirs[i], n);
			int fd = open(path, O_WRONLY | O_CREAT, 0600);
			if (fd == -1)
				break;
			ssize_t got;
			while ((got = write(fd, block, sizeof block)) > 0)
				all += (unsigned long long)got;
			close(fd);
		}
	if (all > 400000000)
		fprintf(stderr, "ESCAPED: wrote %llu bytes\n", all);
	return 1;
}
