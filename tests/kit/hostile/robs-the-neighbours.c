/* Looks for the directories in which others are graded, to copy a program of
 * theirs or their source, and for a way to put itself in another's place. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
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
	char stage[PATH_MAX], line[8192];
	ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
	if (n == -1)
		return 1;
	/* its own directory is STAGE/wN/out, where it is not hidden */
	snprintf(stage, sizeof stage, "%s", own);
	for (int up = 0; up < 3; up++)
		if (strrchr(stage, '/') != NULL)
			*strrchr(stage, '/') = '\0';
	look(stage);
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		char path[PATH_MAX];
		snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
		FILE *f = fopen(path, "r");
		size_t got = f == NULL ? 0 : fread(line, 1, sizeof line - 1, f);
		if (f != NULL)
			fclose(f);
		line[got] = '\0';
		for (size_t i = 0; i < got; i++)
			line[i] = line[i] == '\0' ? ' ' : line[i];
		char *name = strstr(line, "/kit-grade.");
		if (name == NULL)
			continue;
		char *end = strchr(name + 1, '/'), *begin = name;
		while (begin > line && begin[-1] != ' ' && begin[-1] != '=')
			begin--;
		if (end != NULL) {
			*end = '\0';
			look(begin);
		}
	}
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
