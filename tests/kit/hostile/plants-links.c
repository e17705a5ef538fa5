/* Plants links and a pipe where the test may read or write next. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	const char *dir = getenv("KIT_DIR");
	const char *names[] = {"out", "in",   "file",   "answer",      "list",
			       "s",   "sock", "result", "results.json"};
	for (size_t i = 0; dir != NULL && i < sizeof names / sizeof *names;
	     i++) {
		char path[512];
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		unlink(path);
		if (i % 2 == 0 ? symlink("/etc/passwd", path)
			       : mkfifo(path, 0600))
			continue;
	}
	if (dir != NULL)
		chmod(dir, 0);
	return 1;
}
