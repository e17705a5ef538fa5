/* Looks beside its own directory for those in which others are graded at the
 * same time, to copy their program or source, and for a way to put something
 * else in the place of the other program of its pair. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char own[PATH_MAX]; /* the directory this program lies in */

static void look(const char *stage)
{
	static const char *const spoils[] = {
		"out/server", "src/lessons/01-blocking-tcp/exercise/server.c"};
	for (int i = 0; i < 40; i++)
		for (int k = 0; k < 2; k++) {
			char path[PATH_MAX];
			snprintf(path, sizeof path, "%s/w%d/", stage, i);
			if (strncmp(path, own, strlen(path)) == 0)
				continue;
			snprintf(path, sizeof path, "%s/w%d/%s", stage, i,
				 spoils[k]);
			if (access(path, R_OK) == 0)
				fprintf(stderr, "ESCAPED: reads %s\n", path);
		}
}

int main(void)
{
	char stage[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
	if (n == -1)
		return 1;
	/* its own directory is STAGE/wN/out, where it is not hidden */
	snprintf(stage, sizeof stage, "%s", own);
	for (int up = 0; up < 3; up++)
		if (strrchr(stage, '/') != NULL)
			*strrchr(stage, '/') = '\0';
	look(stage);
	/* The other program of this pair, and a word to the grader. */
	static const char *const files[] = {"client", "server.struck", "x"};
	for (int i = 0; i < 3; i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof path, "%s", own);
		*strrchr(path, '/') = '\0';
		snprintf(path + strlen(path), sizeof path - strlen(path), "/%s",
			 files[i]);
		int fd = open(path, O_WRONLY | O_CREAT, 0700);
		if (fd != -1)
			fprintf(stderr, "ESCAPED: may write %s\n", path);
	}
	return 1;
}
