/*
 * namespaces.h - what private and cell have in common: a user namespace in
 * which the caller is somebody, mounts that stay where they are made, and
 * the reason why not.
 */
#ifndef NAMESPACES_H
#define NAMESPACES_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/mount.h>
#include <sys/wait.h>
#endif

/* Why something can't be done: a sentence without its full stop. */
static char why[256];

/* Writes why and returns false. */
static inline bool refused(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(why, sizeof why, format, args);
	va_end(args);
	return false;
}

#ifdef __linux__

/* Whether a file in /proc holds the number n. */
static inline bool holds(const char *path, int n)
{
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return false;
	int found;
	bool same = fscanf(f, "%d", &found) == 1 && found == n;
	fclose(f);
	return same;
}

/* Why may there be no namespaces? Asks the usual suspects. */
static inline bool refused_namespaces(void)
{
	const char *said = strerror(errno);
	bool none_left = errno == ENOSPC;
	if (geteuid() != 0 &&
	    holds("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1))
		return refused("AppArmor keeps user namespaces from ordinary "
			       "users here (%s)",
			       said);
	if (geteuid() != 0 &&
	    holds("/proc/sys/kernel/unprivileged_userns_clone", 0))
		return refused("user namespaces are switched off for ordinary "
			       "users (kernel.unprivileged_userns_clone)");
	if (holds("/proc/sys/user/max_user_namespaces", 0))
		return refused("user namespaces are switched off "
			       "(user.max_user_namespaces)");
	if (none_left)
		return refused("no more namespaces are allowed here");
	if (access("/.dockerenv", F_OK) == 0 ||
	    access("/run/.containerenv", F_OK) == 0)
		return refused("this container may not make namespaces (%s)",
			       said);
	return refused("the system allows no namespaces (%s)", said);
}

static inline bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd == -1)
		return false;
	size_t len = strlen(text);
	bool written = write(fd, text, len) == (ssize_t)len;
	return close(fd) == 0 && written;
}

/* Who uid and gid are inside, once there is a user namespace: as inside_uid
 * and inside_gid. What they own stays theirs. */
static inline bool map_ids(uid_t inside_uid, gid_t inside_gid, uid_t uid,
			   gid_t gid)
{
	char map[64];
	snprintf(map, sizeof map, "%u %u 1", (unsigned)inside_uid,
		 (unsigned)uid);
	if (!write_file("/proc/self/uid_map", map))
		return false;
	/* Without this an ordinary user may not map a group. */
	if (!write_file("/proc/self/setgroups", "deny") && errno != ENOENT)
		return false;
	snprintf(map, sizeof map, "%u %u 1", (unsigned)inside_gid,
		 (unsigned)gid);
	return write_file("/proc/self/gid_map", map);
}

/* What is mounted in this namespace from now on stays in it. */
static inline bool keep_mounts_here(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		return true;
	if (errno != EINVAL)
		return refused("mounts: %s", strerror(errno));
	/* In a chroot "/" need not be a mount; a child does it from the true
	 * root: by moving its own root away it gets above it. */
	pid_t pid = fork();
	if (pid == 0) {
		if (chdir("/") == -1 || chroot("/proc") == -1)
			_exit(1);
		for (int i = 0; i < 64; i++)
			if (chdir("..") == -1)
				_exit(1);
		_exit(mount(NULL, ".", NULL, MS_REC | MS_PRIVATE, NULL) == -1);
	}
	int status;
	if (pid == -1 || waitpid(pid, &status, 0) == -1 || status != 0)
		return refused("the mounts of this chroot can't be kept apart");
	return true;
}

#endif /* __linux__ */
#endif
