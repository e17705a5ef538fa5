/*
 * run.c - start a program under limits and say how it ended.
 *
 * Usage: run [-t SECONDS] [-c SECONDS] [-m MIB] [-o KIB] [-p PROCESSES]
 *            [-f DESCRIPTORS] [-i FILE] PROGRAM [ARG ...]
 *
 * The program runs in a session of its own, with default signal dispositions
 * and nothing inherited but standard streams and a few names of the
 * environment (launch.h). What it prints is passed on; when it ends, or goes
 * over a limit, nothing of it is left. Exit status: the program's own, 128 +
 * the signal that killed it, 124 for a limit, 125 for run's own troubles, 126
 * or 127 when PROGRAM can't be started, 2 for wrong usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "launch.h"
#include "script.h"

static const char usage_text[] =
	"usage: run [OPTION ...] [--] PROGRAM [ARG ...]\n"
	"Starts PROGRAM under limits, passes on what it prints, says on\n"
	"standard error how it ended, and leaves no process of it behind.\n"
	"  -t SECONDS      of time that may pass (10)\n"
	"  -c SECONDS      of processor time (20)\n"
	"  -m MIB          of memory (1024; 0: no limit, as sanitizers need)\n"
	"  -o KIB          that it may print on each output (1024)\n"
	"  -p PROCESSES    in its session (64)\n"
	"  -f DESCRIPTORS  open at once (256)\n"
	"  -i FILE         its standard input (else it is at its end)\n"
	"  -q              say nothing about how it ended\n";

/* One output of the program, passed on up to a limit. */
struct output {
	int from, to;
	size_t left;
	bool flooded;
};

static volatile sig_atomic_t stop_signal;

static void note_signal(int number)
{
	stop_signal = number;
}

static long now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void wrong_usage(const char *what)
{
	if (what != NULL)
		fprintf(stderr, "run: %s\n", what);
	fputs(usage_text, stderr);
	exit(2);
}

static void pass_on(struct output *output)
{
	char block[16384];
	while (output->from != -1) {
		ssize_t n = read(output->from, block, sizeof block);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			close(output->from);
			output->from = -1;
			return;
		}
		size_t most =
			(size_t)n > output->left ? output->left : (size_t)n;
		for (size_t done = 0; done < most;) {
			ssize_t put =
				write(output->to, block + done, most - done);
			if (put == -1 && errno != EINTR)
				break;
			done += put > 0 ? (size_t)put : 0;
		}
		output->left -= most;
		if (most < (size_t)n) {
			output->flooded = true;
			close(output->from);
			output->from = -1;
		}
	}
}

/* Feeds the program's standard input from fd, as it takes it. */
static void feed(struct program *program, int *fd)
{
	static char block[16384];
	static ssize_t n, done;
	while (program->in != -1) {
		if (done == n) {
			n = *fd == -1 ? 0 : read(*fd, block, sizeof block);
			done = 0;
			if (n <= 0) {
				close(program->in);
				program->in = -1;
				return;
			}
		}
		ssize_t put =
			write(program->in, block + done, (size_t)(n - done));
		if (put == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (put == -1) {
			close(program->in);
			program->in = -1;
			return;
		}
		done += put;
	}
}

/* Watches until the program has ended or goes over a limit. Returns the
 * limit's name, or NULL. */
static const char *watch(struct program *program, struct output outputs[2],
			 const struct limits *limits, long end, int input)
{
	struct program *all[] = {program};
	while (true) {
		struct pollfd fds[3] = {
			{.fd = outputs[0].from, .events = POLLIN},
			{.fd = outputs[1].from, .events = POLLIN},
			{.fd = program->in, .events = POLLOUT}};
		poll(fds, 3, 5);
		feed(program, &input);
		reap(all, 1);
		pass_on(&outputs[0]);
		pass_on(&outputs[1]);
		if (outputs[0].flooded || outputs[1].flooded)
			return "output";
		if (program->ended)
			return NULL;
		if (stop_signal != 0)
			return "patience of whoever started it";
		if (now_ms() > end)
			return "time";
		if (too_many_processes(program, limits))
			return "processes";
	}
}

int main(int argc, char **argv)
{
	struct limits limits = default_limits();
	struct program program;
	long long seconds = 10, output_kib = 1024, memory_mib = 1024;
	bool quiet = false;
	int input = -1, option;
	while ((option = getopt(argc, argv, "+t:c:m:o:p:f:i:q")) != -1) {
		long long value = optarg == NULL ? 0 : parse_size(optarg);
		if (option != 'i' && value == -1)
			wrong_usage("a limit is a number");
		switch (option) {
		case 't':
			seconds = value;
			break;
		case 'c':
			limits.cpu_seconds = (int)value;
			break;
		case 'm':
			memory_mib = value;
			break;
		case 'o':
			output_kib = value;
			break;
		case 'p':
			limits.processes = (int)value;
			break;
		case 'f':
			limits.descriptors = (int)value;
			break;
		case 'q':
			quiet = true;
			break;
		case 'i':
			input = open(optarg, O_RDONLY | O_CLOEXEC);
			if (input == -1) {
				fprintf(stderr, "run: %s: %s\n", optarg,
					strerror(errno));
				return 125;
			}
			break;
		default:
			wrong_usage(NULL);
		}
	}
	if (optind == argc)
		wrong_usage("which program?");
	limits.memory_bytes = (size_t)memory_mib << 20;

	launch_init();
	struct sigaction stop = {.sa_handler = note_signal};
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	if (launch(&program, argv + optind, NULL, &limits) == -1) {
		fprintf(stderr, "run: %s: %s\n", argv[optind], strerror(errno));
		return errno == ENOENT ? 127 : 126;
	}
	struct output outputs[2] = {
		{.from = program.out,
		 .to = 1,
		 .left = (size_t)output_kib << 10},
		{.from = program.err,
		 .to = 2,
		 .left = (size_t)output_kib << 10},
	};
	const char *limit = watch(&program, outputs, &limits,
				  now_ms() + seconds * 1000, input);
	if (limit != NULL)
		kill_tree(&program);
	sweep();
	if (limit != NULL) {
		fprintf(stderr, "run: %s: stopped at its limit of %s\n",
			argv[optind], limit);
		return 124;
	}
	char text[64];
	end_text(&program, text, sizeof text);
	if (!quiet)
		fprintf(stderr, "run: %s: %s\n", argv[optind], text);
	return end_code(&program);
}
