/*
 * lookas - lets peer look into another user's programs, for root in containers.
 *
 * A library for LD_PRELOAD. Where bubblewrap can't run, the grader starts a
 * student's program as a user of its own. To see its sockets and descriptors
 * in /proc, the kernel wants the same user or CAP_SYS_PTRACE, which root in a
 * container has not got. So peer takes that user's number KIT_LOOK_AS as its
 * effective one, and keeps root as its real one: the program can't look back,
 * and the launcher (sandbox.c) can become root again to change users.
 *
 * It needs Linux and a C library that has RTLD_NEXT.
 */
#define _GNU_SOURCE

#ifndef __linux__
typedef int needs_linux;
#else

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static uid_t uid;
static const char *launcher = ""; /* peer clears its children's environment */

__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("KIT_LOOK_AS"), *dir = getenv("KIT_DIR");
	if (text == NULL || geteuid() != 0)
		return;
	if (getenv("KIT_LAUNCHER") != NULL)
		launcher = getenv("KIT_LAUNCHER");
	uid = (uid_t)strtoul(text, NULL, 10);
	if (uid == 0 || (dir != NULL && lchown(dir, uid, uid) == -1) ||
	    setresgid(0, uid, 0) == -1 || setresuid(0, uid, 0) == -1)
		_exit(126);
}

int prlimit(pid_t pid, int resource, const void *new, void *old);

/* The limits of a process belong to whoever has its real user's number. */
int prlimit(pid_t pid, int resource, const void *new, void *old)
{
	union {
		void *object;
		int (*function)(pid_t, int, const void *, void *);
	} real = {.object = dlsym(RTLD_NEXT, "prlimit")};
	if (uid != 0 &&
	    (setresgid(uid, uid, 0) == -1 || setresuid(uid, uid, 0) == -1))
		return -1;
	int result = real.function(pid, resource, new, old);
	if (uid != 0 &&
	    (setresuid(0, uid, 0) == -1 || setresgid(0, uid, 0) == -1))
		_exit(126);
	return result;
}

/* Only the launcher may become root again; a test's own commands work in a
 * directory where the program may have planted links. */
int execvp(const char *file, char *const argv[])
{
	union {
		void *object;
		int (*function)(const char *, char *const[]);
	} real = {.object = dlsym(RTLD_NEXT, "execvp")};
	if (uid != 0 && strcmp(launcher, file) != 0 &&
	    (setresgid(uid, uid, uid) == -1 || setresuid(uid, uid, uid) == -1))
		return -1;
	return real.function(file, argv);
}
#endif
