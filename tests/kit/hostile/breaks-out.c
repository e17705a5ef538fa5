/* Tries the calls that lead out of a sandbox. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

int main(void)
{
	if (unshare(CLONE_NEWUSER) == 0)
		fputs("ESCAPED: a user namespace\n", stderr);
	if (unshare(CLONE_NEWNS) == 0)
		fputs("ESCAPED: a mount namespace\n", stderr);
	if (mount("none", "/tmp", "tmpfs", 0, NULL) == 0)
		fputs("ESCAPED: mounts\n", stderr);
	if (umount2("/tmp", MNT_DETACH) == 0)
		fputs("ESCAPED: unmounts\n", stderr);
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL) == 0)
		fputs("ESCAPED: remounts\n", stderr);
	if (mkdir("/escape", 0700) == 0)
		fputs("ESCAPED: writes to the root\n", stderr);
	if (chroot("/tmp") == 0)
		fputs("ESCAPED: chroot\n", stderr);
	if (setuid(0) == 0 && getuid() == 0)
		fputs("ESCAPED: is root\n", stderr);
	for (const char *const *p =
		     (const char *const[]){"/etc/passwd", "/usr/bin/env",
					   "/proc/sys/kernel/hostname",
					   "/proc/sysrq-trigger", "/dev/mem",
					   "/dev/kmsg", NULL};
	     *p != NULL; p++)
		if (open(*p, O_WRONLY) != -1)
			fprintf(stderr, "ESCAPED: may write %s\n", *p);
	for (char c = '#'; c != '\n'; c = '\n')
		if (ioctl(0, TIOCSTI, &c) == 0)
			fputs("ESCAPED: types at the terminal\n", stderr);
	long child = syscall(SYS_clone, CLONE_NEWUSER | 17, 0, 0, 0, 0);
	if (child > 0)
		fputs("ESCAPED: clones a user namespace\n", stderr);
	if (child == 0)
		_exit(0);
	ptrace(PTRACE_ATTACH, 1, 0, 0);
	ptrace(PTRACE_ATTACH, getppid(), 0, 0);
	return 1;
}
