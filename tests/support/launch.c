/*
 * launch.c - start a program under limits, and leave nothing of it behind.
 *
 * More than POSIX: prctl(2) on Linux, so that orphans come to us and nothing
 * outlives us. Elsewhere the session alone holds the processes together.
 */
#ifdef __linux__
#define _DEFAULT_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "launch.h"
#include "look.h"

extern char **environ;

static const struct {
	int number;
	const char *name;
} signals[] = {
	{SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"},
	{SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"},
	{SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGKILL, "SIGKILL"},
	{SIGUSR1, "SIGUSR1"}, {SIGSEGV, "SIGSEGV"}, {SIGUSR2, "SIGUSR2"},
	{SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGTERM, "SIGTERM"},
	{SIGCHLD, "SIGCHLD"}, {SIGCONT, "SIGCONT"}, {SIGSTOP, "SIGSTOP"},
	{SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {SIGSYS, "SIGSYS"},
};

const char *signal_name(int number)
{
	static char other[24];
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (signals[i].number == number)
			return signals[i].name;
	snprintf(other, sizeof other, "signal %d", number);
	return other;
}

int signal_number(const char *name)
{
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		if (strcasecmp(name, signals[i].name) == 0 ||
		    strcasecmp(name, signals[i].name + 3) == 0)
			return signals[i].number;
	return -1;
}

struct limits default_limits(void)
{
	return (struct limits){
		.cpu_seconds = 20,
		.processes = 64,
		.descriptors = 256,
		.memory_bytes = (size_t)1 << 30,
		.file_bytes = (size_t)256 << 20,
	};
}

void launch_init(void)
{
	signal(SIGPIPE, SIG_IGN);
	/* If SIGCHLD came to us ignored, waitpid() would find nothing. */
	signal(SIGCHLD, SIG_DFL);
#ifdef __linux__
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
#endif
}

/* The environment of a program: the few names that it may see, then extra. */
static char **make_environment(char *const extra[])
{
	static const char *const kept[] = {
		"PATH=", "HOME=", "TMPDIR=", "LANG=", "LC_ALL=", "TERM="};
	int n = 0, more = 0;
	while (extra != NULL && extra[more] != NULL)
		more++;
	while (environ[n] != NULL)
		n++;
	char **env = calloc((size_t)(n + more + 1), sizeof *env);
	if (env == NULL)
		return NULL;
	int used = 0;
	for (int i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++)
			if (strncmp(environ[i], kept[k], strlen(kept[k])) == 0)
				env[used++] = environ[i];
	for (int i = 0; i < more; i++)
		env[used++] = extra[i];
	return env;
}

static void set_limit(int what, rlim_t value)
{
	struct rlimit limit;
	if (getrlimit(what, &limit) == -1)
		return;
	if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max)
		value = limit.rlim_max;
	limit.rlim_cur = limit.rlim_max = value;
	setrlimit(what, &limit);
}

static void apply_limits(const struct limits *limits)
{
	set_limit(RLIMIT_CORE, 0);
	if (limits->cpu_seconds > 0)
		set_limit(RLIMIT_CPU, (rlim_t)limits->cpu_seconds);
	if (limits->descriptors > 0)
		set_limit(RLIMIT_NOFILE, (rlim_t)limits->descriptors);
	if (limits->memory_bytes > 0)
		set_limit(RLIMIT_AS, (rlim_t)limits->memory_bytes);
	if (limits->file_bytes > 0)
		set_limit(RLIMIT_FSIZE, (rlim_t)limits->file_bytes);
}

/* Everything a fresh program may count on (signal(7): a child inherits the
 * mask and what is ignored; a program started with SIGPIPE ignored would hide
 * the mistake of not handling it). */
static void default_signals(void)
{
	sigset_t none;
	for (int number = 1; number < 65; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_from(int first, int except)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, except - 1, 0) == 0 &&
	    syscall(SYS_close_range, except + 1, ~0U, 0) == 0)
		return;
#endif
	long highest = sysconf(_SC_OPEN_MAX);
	if (highest == -1 || highest > 65536)
		highest = 65536;
	for (int fd = first; fd < highest; fd++)
		if (fd != except)
			close(fd);
}

/* In the child of parent: never returns. Reports a failed exec through
 * report_fd. */
static void become(char *const argv[], char *const env[], const int stdio[3],
		   int report_fd, const struct limits *limits, pid_t parent)
{
	setsid();
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent) /* it went before that could tell us */
		_exit(126);
#else
	(void)parent;
#endif
	default_signals();
	if (limits->mild)
		signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < 3; i++)
		dup2(stdio[i], i);
	int high = fcntl(report_fd, F_DUPFD_CLOEXEC, 4);
	close_from(3, high);
	apply_limits(limits);
	environ = (char **)env;
	execvp(argv[0], argv);
	int why = errno;
	if (write(high, &why, sizeof why) == -1)
		_exit(126);
	_exit(127);
}

/* A pipe whose ends stay out of children and away from descriptors 0 to 2. */
static int make_pipe(int ends[2])
{
	int low[2];
	if (pipe(low) == -1)
		return -1;
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
		close(low[i]);
	}
	return ends[0] == -1 || ends[1] == -1 ? -1 : 0;
}

/* The same with a file to be read, and no end to write to. */
static int open_input(const char *path, int ends[2])
{
	ends[0] = open(path, O_RDONLY | O_CLOEXEC);
	ends[1] = -1;
	return ends[0] == -1 ? -1 : 0;
}

int launch(struct program *program, char *const argv[], char *const extra[],
	   const struct limits *limits)
{
	int in[2], out[2], err[2], report[2], why = 0;
	char *launcher = getenv("KIT_LAUNCHER");
	int argc = 0;
	while (argv[argc] != NULL)
		argc++;
	char **words = calloc((size_t)argc + 2, sizeof *words);
	char **env = make_environment(extra);
	*program = (struct program){.pid = -1, .in = -1, .out = -1, .err = -1};
	if (words == NULL || env == NULL ||
	    (limits->input == NULL ? make_pipe(in)
				   : open_input(limits->input, in)) == -1 ||
	    make_pipe(out) == -1 || make_pipe(err) == -1 ||
	    make_pipe(report) == -1)
		return -1;
	int first = 0;
	if (launcher != NULL && launcher[0] != '\0' && !limits->trusted)
		words[first++] = launcher;
	memcpy(words + first, argv, (size_t)argc * sizeof *argv);

	fflush(NULL);
	pid_t self = getpid();
	program->pid = fork();
	if (program->pid == 0)
		become(words, env, (int[]){in[0], out[1], err[1]}, report[1],
		       limits, self);
	why = program->pid == -1 ? errno : 0;
	close(in[0]);
	close(out[1]);
	close(err[1]);
	close(report[1]);
	/* The report pipe closes by itself when exec succeeds. */
	if (program->pid > 0 &&
	    read(report[0], &why, sizeof why) == (ssize_t)sizeof why)
		waitpid(program->pid, &program->status, 0);
	close(report[0]);
	free(words);
	free(env);
	if (why != 0) {
		if (in[1] != -1)
			close(in[1]);
		close(out[0]);
		close(err[0]);
		program->pid = -1;
		errno = why;
		return -1;
	}
	program->in = in[1];
	program->out = out[0];
	program->err = err[0];
	if (program->in != -1)
		fcntl(program->in, F_SETFL, O_NONBLOCK);
	fcntl(program->out, F_SETFL, O_NONBLOCK);
	fcntl(program->err, F_SETFL, O_NONBLOCK);
	return 0;
}

void reap(struct program *programs[], int n)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < n; i++)
			if (programs[i]->pid == pid) {
				programs[i]->ended = true;
				programs[i]->status = status;
			}
}

bool too_many_processes(const struct program *program,
			const struct limits *limits)
{
	pid_t pids[MAX_PROCESSES];
	return limits->processes > 0 &&
	       look_tree(program->pid, pids, MAX_PROCESSES) > limits->processes;
}

void kill_tree(const struct program *program)
{
	pid_t pids[MAX_PROCESSES];
	int n = look_tree(program->pid, pids, MAX_PROCESSES);
	/* Stop them all first, so that none forks while we go through them. */
	for (int i = 0; i < n; i++)
		kill(pids[i], SIGSTOP);
	kill(-program->pid, SIGKILL);
	for (int i = 0; i < n; i++)
		kill(pids[i], SIGKILL);
	if (!program->ended)
		kill(program->pid, SIGKILL);
}

void sweep(void)
{
	/* Killed processes' children come to us in turn, so this ends only
	 * when none is left; the bound is for processes that may not be
	 * killed (another user's). */
	for (int round = 0; round < 1000; round++) {
		pid_t pids[MAX_PROCESSES];
		int n = look_tree(getpid(), pids, MAX_PROCESSES), others = 0;
		for (int i = 0; i < n; i++)
			if (pids[i] != getpid()) {
				kill(pids[i], SIGKILL);
				others++;
			}
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (others == 0)
			return;
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
}

int end_signal(const struct program *program)
{
	if (WIFSIGNALED(program->status))
		return WTERMSIG(program->status);
	if (getenv("KIT_LAUNCHER") != NULL &&
	    WEXITSTATUS(program->status) > 128 &&
	    WEXITSTATUS(program->status) < 128 + 65)
		return WEXITSTATUS(program->status) - 128;
	return 0;
}

int end_code(const struct program *program)
{
	int number = end_signal(program);
	return number > 0 ? 128 + number : WEXITSTATUS(program->status);
}

void end_text(const struct program *program, char *text, size_t size)
{
	int number = end_signal(program);
	if (number > 0)
		snprintf(text, size, "was killed by signal %d (%s)", number,
			 signal_name(number));
	else
		snprintf(text, size, "ended with status %d",
			 WEXITSTATUS(program->status));
}
