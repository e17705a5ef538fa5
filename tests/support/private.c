/*
 * private - run a command in a network of its own, which leads nowhere.
 *
 * usage: private [-dq] [-h HOSTS_FILE] [--] COMMAND [ARG ...]
 *        private --check
 *
 *   -d    COMMAND is killed when whoever called private dies
 *   -q    say nothing where there can be no private network
 *   -h    names to add to /etc/hosts, a line each: ADDRESS NAME ...
 *   --check   status 0 if there can be a private network here, else 1
 *
 * COMMAND runs as the same user, in the same directory, in place of this very
 * process: its status and its signals are its own. What it sees:
 *   - one interface, loopback: 127.0.0.0/8 and ::1, every port free;
 *   - no other route. Multicast goes by loopback for a program that names
 *     this interface; one that forgets to is refused (Network is
 *     unreachable), and so is 255.255.255.255;
 *   - /etc/hosts with localhost, this host and the names of -h, no resolver,
 *     and an empty /run, where the sockets of nscd, systemd-resolved and the
 *     like would answer from outside;
 *   - PRIVATE_NET=yes in the environment.
 * Where the system refuses, COMMAND runs without, after one line that says
 * why, with PRIVATE_NET=no.
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
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#endif

#include "namespaces.h"

enum {
	MAX_HOSTS = 65536,
};

/* The names of -h, as they stand in the file. */
static char hosts[MAX_HOSTS];

static void usage(void)
{
	fputs("usage: private [-dq] [-h HOSTS_FILE] [--] COMMAND [ARG ...]\n"
	      "       private --check\n",
	      stderr);
	exit(2);
}

static void read_hosts(const char *path)
{
	FILE *f = fopen(path, "r");
	if (f == NULL) {
		fprintf(stderr, "private: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	size_t n = fread(hosts, 1, sizeof hosts - 1, f);
	if (ferror(f) || fgetc(f) != EOF) {
		fprintf(stderr, "private: %s: cannot be read or is too long\n",
			path);
		exit(2);
	}
	fclose(f);
	hosts[n] = '\0';
}

#ifdef __linux__

static bool is_below(const char *path, const char *dir)
{
	char real[PATH_MAX];
	size_t len = strlen(dir);
	return path != NULL && realpath(path, real) != NULL &&
	       strncmp(real, dir, len) == 0 &&
	       (real[len] == '/' || real[len] == '\0');
}

/* Whether the kit, the command or its surroundings are in /run. */
static bool run_is_needed(const char *command)
{
	if (is_below(".", "/run") || is_below(getenv("TMPDIR"), "/run") ||
	    is_below(getenv("KIT"), "/run") ||
	    is_below("/proc/self/exe", "/run") || is_below(command, "/run"))
		return true;
	const char *path = getenv("PATH");
	while (path != NULL && *path != '\0') {
		char dir[PATH_MAX];
		size_t len = strcspn(path, ":");
		snprintf(dir, sizeof dir, "%.*s", (int)len, path);
		if (is_below(dir, "/run"))
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

/* Puts an empty directory over dir, if there is one. */
static bool hide(const char *dir)
{
	return mount("none", dir, "tmpfs", MS_NOSUID | MS_NODEV,
		     "mode=755,size=4m") == 0 ||
	       errno == ENOENT || errno == ENOTDIR;
}

/* Puts a file with this text over path, if there is one. scratch is an empty
 * directory for the file. */
static bool replace(const char *path, const char *scratch, const char *text)
{
	char file[64];
	snprintf(file, sizeof file, "%s/%s", scratch, strrchr(path, '/') + 1);
	return write_file(file, text) &&
	       (mount(file, path, NULL, MS_BIND, NULL) == 0 || errno == ENOENT);
}

/* On some systems /etc/resolv.conf is a link into /run, which is empty now.
 * Gives the link an empty file to lead to. */
static void mend_resolv_conf(void)
{
	char target[PATH_MAX] = "/etc/";
	ssize_t n = readlink("/etc/resolv.conf", target + 5, sizeof target - 6);
	if (n == -1 || access("/etc/resolv.conf", F_OK) == 0)
		return;
	target[5 + n] = '\0';
	char *path = target[5] == '/' ? target + 5 : target;
	if (strncmp(path, "/run/", 5) != 0 &&
	    strncmp(path, "/etc/../run/", 12) != 0)
		return;
	for (char *p = strstr(path, "run/") + 4; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		(void)mkdir(path, 0755);
		*p = '/';
	}
	(void)write_file(path, "");
}

/* Names come from the file alone: no resolver, no daemon that knows more. */
static bool own_names(const char *command)
{
	static char text[MAX_HOSTS + 512];
	char name[128] = "";
	(void)gethostname(name, sizeof name - 1);
	snprintf(text, sizeof text,
		 "127.0.0.1 localhost %s\n::1 localhost\n%s\n", name, hosts);

	/* The files live in a tmpfs that nobody sees: it goes again, and
	 * what is mounted from it stays. */
	const char *dir = access("/run", F_OK) == 0 ? "/run" : "/tmp";
	bool needed = run_is_needed(command);
	if (!hide(dir) || !replace("/etc/hosts", dir, text) ||
	    !replace("/etc/nsswitch.conf", dir,
		     "passwd: files\ngroup: files\nhosts: files\n"
		     "networks: files\nservices: files\nprotocols: files\n") ||
	    !replace("/etc/host.conf", dir, "multi on\n") ||
	    /* musl asks 127.0.0.1 even so: there is nobody, and not for long */
	    (access("/etc/resolv.conf", F_OK) == 0 &&
	     !replace("/etc/resolv.conf", dir,
		      "options timeout:1 attempts:1\n")) ||
	    umount2(dir, MNT_DETACH) == -1)
		return refused("mounts: %s", strerror(errno));

	static const char *const answer[] = {
		"/run/nscd",         "/run/systemd/resolve", "/run/dbus",
		"/run/avahi-daemon", "/var/run/nscd",
	};
	for (size_t i = 0; i < sizeof answer / sizeof answer[0]; i++)
		if (needed || i == sizeof answer / sizeof answer[0] - 1)
			if (!hide(answer[i]))
				return refused("mounts: %s", strerror(errno));
	if (!needed && !hide("/run"))
		return refused("mounts: %s", strerror(errno));
	mend_resolv_conf();
	return true;
}

static bool loopback_up(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return refused("loopback: %s", strerror(errno));
	struct ifreq lo = {.ifr_name = "lo"};
	bool up = false;
	if (ioctl(fd, SIOCGIFFLAGS, &lo) == 0) {
		lo.ifr_flags |= IFF_UP;
		up = ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
	}
	if (!up)
		refused("loopback: %s", strerror(errno));
	close(fd);
	return up;
}

/* For root. Every step can be taken back or does no harm by itself. */
static bool enter_as_root(const char *command)
{
	int outside = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (outside == -1 || unshare(CLONE_NEWNS) == -1)
		return refused_namespaces();
	if (!keep_mounts_here())
		return false;
	if (unshare(CLONE_NEWNET) == -1)
		return refused_namespaces();
	bool done = loopback_up() && own_names(command);
	if (!done && setns(outside, CLONE_NEWNET) == -1) {
		perror("private: no way back");
		exit(125);
	}
	close(outside);
	return done;
}

/* The whole of it in a user namespace, where an ordinary user may. */
static bool enter_as_user(const char *command)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) == -1 ||
	    !map_ids(uid, gid, uid, gid))
		return refused_namespaces();
	return keep_mounts_here() && loopback_up() && own_names(command);
}

/* Moves this process into the namespaces of pid. The working directory is
 * the root of the other one then, so it is found again. */
static bool follow(pid_t pid)
{
	static const struct {
		const char *name;
		int type;
	} ns[] = {
		{"user", CLONE_NEWUSER},
		{"net", CLONE_NEWNET},
		{"mnt", CLONE_NEWNS},
	};
	int fds[3];
	for (int i = 0; i < 3; i++) {
		char path[64];
		snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid,
			 ns[i].name);
		fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (fds[i] == -1)
			return refused("namespaces: %s", strerror(errno));
	}
	static char cwd[PATH_MAX];
	bool known = getcwd(cwd, sizeof cwd) != NULL;
	int here = open(".", O_PATH | O_CLOEXEC);
	for (int i = 0; i < 3; i++) {
		if (setns(fds[i], ns[i].type) == -1)
			return refused("namespaces: %s", strerror(errno));
		close(fds[i]);
	}
	if (!known || chdir(cwd) == -1)
		if (fchdir(here) == -1)
			return refused("%s: %s", cwd, strerror(errno));
	close(here);
	return true;
}

/* A user namespace can't be left again, and some systems let one be made and
 * then allow nothing in it. So a child goes ahead, and this process follows
 * once everything has worked. */
static bool follow_a_child(const char *command)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return refused("socketpair: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == -1)
		return refused("fork: %s", strerror(errno));
	if (pid == 0) {
		close(pair[0]);
		if (!enter_as_user(command))
			(void)!write(pair[1], why, sizeof why);
		else
			(void)!write(pair[1], "", 1);
		/* until the other end is closed, by whatever cause */
		char byte;
		(void)!read(pair[1], &byte, 1);
		_exit(0);
	}
	close(pair[1]);
	char answer[sizeof why];
	ssize_t n = read(pair[0], answer, sizeof answer - 1);
	bool done = false;
	if (n == 1)
		done = follow(pid);
	else if (n > 0)
		refused("%.*s", (int)n, answer);
	else
		refused("whoever went ahead was ended");
	close(pair[0]);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	return done;
}

static bool enter(const char *command)
{
	return (geteuid() == 0 && enter_as_root(command)) ||
	       follow_a_child(command);
}

#else /* not Linux */

static bool enter(const char *command)
{
	(void)command;
	return refused("that needs Linux");
}

#endif

int main(int argc, char **argv)
{
	bool quiet = false, deadly = false;
	if (argc == 2 && strcmp(argv[1], "--check") == 0) {
		if (enter(NULL))
			return 0;
		fprintf(stderr, "private: no private network: %s\n", why);
		return 1;
	}
	int opt;
	/* + is for glibc, which would read the options of COMMAND too */
	while ((opt = getopt(argc, argv, "+dqh:")) != -1) {
		if (opt == 'd')
			deadly = true;
		else if (opt == 'q')
			quiet = true;
		else if (opt == 'h')
			read_hosts(optarg);
		else
			usage();
	}
	if (optind == argc)
		usage();

	char **command = argv + optind;
	pid_t parent = getppid();
	bool private = enter(strchr(command[0], '/') ? command[0] : NULL);
	if (!private && !quiet)
		fprintf(stderr,
			"private: no private network: %s; going on without\n",
			why);
	setenv("PRIVATE_NET", private ? "yes" : "no", 1);
#ifdef __linux__
	if (deadly) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (getppid() != parent)
			return 137;
	}
#else
	(void)deadly;
	(void)parent;
#endif
	execvp(command[0], command);
	int status = errno == ENOENT ? 127 : 126;
	fprintf(stderr, "private: %s: %s\n", command[0], strerror(errno));
	return status;
}
