/* For fuzz.c: lesson 14 works with files, in the current directory. Each input
 * begins with the same ones there; after it nothing may lie there that is not
 * whole. (Finds: -artifact_prefix, since the directory is another one.) */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

/* Tidies up the directory, and leaves only the file `hello` in it. A file that
 * was left beside ends the fuzzer. */
static void begin_anew(void)
{
	static int began;
	char name[300];
	struct dirent *entry;

	if (!began) {
		if (mkdir("room", 0700) == -1 && errno != EEXIST)
			abort();
		if (chdir("room") == -1)
			abort();
		began = 1;
	}
	DIR *room = opendir(".");
	if (room == NULL)
		abort();
	while ((entry = readdir(room)) != NULL) {
		snprintf(name, sizeof name, "%s", entry->d_name);
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
			continue;
		if (name[0] == '.')
			abort(); /* not whole, and not removed */
		if (unlink(name) == -1)
			abort();
	}
	closedir(room);
	int fd = open("hello", O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd == -1 || write(fd, "hello\n", 6) != 6 || close(fd) == -1)
		abort();
	errno = 0;
}

#ifdef CLIENT
#define LINES "get one\nput hello\nlist\nget two\nput hello\nget hello\n"
#undef tcp_connect
#define tcp_connect(host, port)                                                \
	((void)(host), (void)(port), begin_anew(), connection_fd)
#else
#define SERVE(fd) (begin_anew(), serve(fd))
#endif
#define signal(number, handler) ((void)(handler), SIG_DFL)
