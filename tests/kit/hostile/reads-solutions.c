/* Looks for the solution, the tests and the results, everywhere. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int budget = 4000;

static void look(const char *dir, int depth)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	while (d != NULL && (e = readdir(d)) != NULL && budget-- > 0) {
		char path[4096];
		struct stat st;
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (strstr(e->d_name, ".bats") != NULL ||
		    strcmp(e->d_name, "solutions") == 0 ||
		    strcmp(e->d_name, "grades.csv") == 0 ||
		    strcmp(e->d_name, "mistakes.txt") == 0)
			fprintf(stderr, "ESCAPED: sees %s\n", path);
		if (depth > 0 && lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			look(path, depth - 1);
	}
	if (d != NULL)
		closedir(d);
}

int main(void)
{
	const char *places[] = {"/kit",
				"/work",
				"/home",
				"/root",
				"/src",
				"/srv",
				"/out",
				"/proc/1/cwd",
				"/proc/1/root/kit",
				"../..",
				"../../../solutions",
				"/tmp",
				"/run"};
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		look(places[i], 4);
	/* A directory that was left open would be a way out. */
	for (int fd = 0; fd < 100; fd++)
		if (openat(fd, "tests", O_RDONLY) != -1 ||
		    openat(fd, "..", O_RDONLY) != -1)
			fprintf(stderr, "ESCAPED: through descriptor %d\n", fd);
	FILE *f = fopen("/proc/1/environ", "r");
	char env[4096] = "";
	if (f != NULL && fread(env, 1, sizeof env - 1, f) > 0)
		for (size_t i = 0; i < sizeof env - 8; i++)
			if (memcmp(env + i, "MISTAKES", 8) == 0)
				fputs("ESCAPED: reads the environment\n",
				      stderr);
	return 1;
}
