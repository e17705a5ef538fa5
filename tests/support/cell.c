/*
 * cell - run a command as the root of a small world of its own.
 *
 * usage: cell [-p FILE] COMMAND [ARG ...]
 *
 *   -p FILE   FILE holds the number of process 1, as it is outside, while it
 *             lives
 *
 * COMMAND may make interfaces, network namespaces and mounts, and sees only
 * processes that it began itself. All of that ends with COMMAND, and also
 * when cell or whoever called it is killed: process 1 of the world goes then,
 * and the kernel takes the rest. Files belong to the caller, inside as
 * outside. lan is built on this.
 *
 * The status is COMMAND's, 128 and the signal's number if one ended it; 77
 * where the system allows no such world, after a line that says why.
 *
 * It needs Linux: namespaces are not POSIX.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#endif

#include "namespaces.h"

enum { NOT_ALLOWED = 77 };

static int not_allowed(void)
{
	fprintf(stderr, "cell: %s\n", why);
	return NOT_ALLOWED;
}

#ifdef __linux__

static int status_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

/* Root of the machine needs no user namespace; where it has not got the
 * right to make others (a container), it tries as everybody does. */
static bool enter(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	int all = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWUTS;
	if (uid == 0 && unshare(all) == 0)
		return true;
	if (unshare(CLONE_NEWUSER | all) == -1 || !map_ids(0, 0, uid, gid))
		return refused_namespaces();
	return true;
}

/* Process 1: runs command, buries whatever else ends, returns its status. */
static int govern(char **command, const sigset_t *before)
{
	if (!keep_mounts_here())
		return not_allowed();
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) == -1) {
		refused("/proc can't be mounted here (%s)", strerror(errno));
		return not_allowed();
	}
	pid_t pid = fork();
	if (pid == -1) {
		perror("cell: fork");
		return 125;
	}
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		sigprocmask(SIG_SETMASK, before, NULL);
		execvp(command[0], command);
		int status = errno == ENOENT ? 127 : 126;
		fprintf(stderr, "cell: %s: %s\n", command[0], strerror(errno));
		_exit(status);
	}
	for (;;) {
		int status;
		pid_t ended = wait(&status);
		if (ended == pid)
			return status_of(status);
		if (ended == -1 && errno != EINTR)
			return 125;
	}
}

/* A shell that ends in another pid namespace can't give the terminal back to
 * whoever had it before: it doesn't know their numbers. */
static void take_terminal_back(void)
{
	signal(SIGTTOU, SIG_IGN);
	if (tcgetpgrp(STDIN_FILENO) != -1)
		(void)tcsetpgrp(STDIN_FILENO, getpgrp());
}

static int run(char **command, const char *pid_file)
{
	/* Nothing here may outlive the caller. */
	pid_t caller = getppid();
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != caller)
		return 137;
	if (!enter())
		return not_allowed();
	/* a change of rights may have cleared it */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);

	/* ^C is for COMMAND to decide about. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	sigset_t none, before;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, &before);

	int alive[2];
	if (pipe2(alive, O_CLOEXEC) == -1) {
		perror("cell: pipe");
		return 125;
	}
	pid_t pid = fork();
	if (pid == -1) {
		perror("cell: fork");
		return 125;
	}
	if (pid == 0) {
		close(alive[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		/* The end of this pipe means that the parent went before the
		 * line above could have any effect. */
		char byte;
		if (read(alive[0], &byte, 1) != 1)
			_exit(137);
		close(alive[0]);
		exit(govern(command, &before));
	}
	close(alive[0]);
	char number[32];
	snprintf(number, sizeof number, "%d\n", (int)pid);
	if (pid_file != NULL && !write_file(pid_file, number))
		fprintf(stderr, "cell: %s: %s\n", pid_file, strerror(errno));
	bool terminal = tcgetpgrp(STDIN_FILENO) == getpgrp();
	if (write(alive[1], "", 1) != 1)
		perror("cell: pipe");
	int status;
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return 125;
	if (pid_file != NULL)
		(void)unlink(pid_file);
	if (terminal)
		take_terminal_back();
	return status_of(status);
}

#else /* not Linux */

static int run(char **command, const char *pid_file)
{
	(void)command;
	(void)pid_file;
	refused("that needs Linux");
	return not_allowed();
}

#endif

int main(int argc, char **argv)
{
	const char *pid_file = NULL;
	int opt;
	/* + is for glibc, which would read the options of COMMAND too */
	while ((opt = getopt(argc, argv, "+p:")) != -1) {
		if (opt == 'p')
			pid_file = optarg;
		else
			optind = argc;
	}
	if (optind >= argc) {
		fputs("usage: cell [-p FILE] COMMAND [ARG ...]\n", stderr);
		return 2;
	}
	return run(argv + optind, pid_file);
}
