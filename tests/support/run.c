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
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "launch.h"
#include "look.h"
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

/* What has been read, and how much of it was written. To a pipe that is not
 * full, so much can be written without a wait (pipe(7)). */
struct buffer {
	char bytes[4096];
	size_t n, done;
};

/* One output of the program, passed on up to a limit. */
struct output {
	int from, to;
	size_t left;  /* bytes that may still come */
	bool flooded; /* more came */
	struct buffer buffer;
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

static bool is_ready(int fd, short events)
{
	struct pollfd one = {.fd = fd, .events = events};
	return poll(&one, 1, 0) == 1;
}

/* Passes on what is there, as long as nobody has to be waited for. False if
 * something is left that its reader does not take now. */
static bool pass_on(struct output *output)
{
	struct buffer *buffer = &output->buffer;
	while (true) {
		size_t left = buffer->n - buffer->done;
		if (left > 0) {
			if (!is_ready(output->to, POLLOUT))
				return false;
			ssize_t put = write(output->to,
					    buffer->bytes + buffer->done, left);
			if (put == -1 && errno != EINTR)
				put = (ssize_t)left; /* nobody reads it */
			buffer->done += put > 0 ? (size_t)put : 0;
			continue;
		}
		if (output->from == -1)
			return true;
		ssize_t n =
			read(output->from, buffer->bytes, sizeof buffer->bytes);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return true;
		buffer->done = 0;
		buffer->n = n > 0 ? (size_t)n : 0;
		output->flooded = buffer->n > output->left;
		if (output->flooded)
			buffer->n = output->left;
		output->left -= buffer->n;
		if (n <= 0 || output->flooded) {
			close(output->from);
			output->from = -1;
		}
	}
}

/* Feeds the program's standard input from fd, as the one takes it and the other
 * has it. Returns what is to be waited for. */
static struct pollfd feed(struct program *program, int fd)
{
	static struct buffer buffer;
	while (program->in != -1) {
		ssize_t moved;
		if (buffer.done < buffer.n) {
			moved = write(program->in, buffer.bytes + buffer.done,
				      buffer.n - buffer.done);
			if (moved == -1 && (errno == EAGAIN || errno == EINTR))
				return (struct pollfd){.fd = program->in,
						       .events = POLLOUT};
			buffer.done += moved > 0 ? (size_t)moved : 0;
		} else {
			if (fd != -1 && !is_ready(fd, POLLIN))
				return (struct pollfd){.fd = fd,
						       .events = POLLIN};
			moved = fd == -1 ? 0
					 : read(fd, buffer.bytes,
						sizeof buffer.bytes);
			buffer.done = 0;
			buffer.n = moved > 0 ? (size_t)moved : 0;
		}
		if (moved <= 0) { /* its end; or nobody reads any more */
			close(program->in);
			program->in = -1;
		}
	}
	return (struct pollfd){.fd = -1};
}

/* Watches until the program has ended or goes over a limit. Returns the
 * limit's name, or NULL. */
static const char *watch(struct program *program, struct output outputs[2],
			 const struct limits *limits, long end, int input)
{
	struct program *all[] = {program};
	while (true) {
		struct pollfd fds[3] = {{.fd = -1}, {.fd = -1}};
		bool taken = true; /* all that it printed so far */
		fds[2] = feed(program, input);
		reap(all, 1);
		for (int i = 0; i < 2; i++) {
			if (!pass_on(&outputs[i]))
				taken = false;
			else
				fds[i] = (struct pollfd){.fd = outputs[i].from,
							 .events = POLLIN};
		}
		if (outputs[0].flooded || outputs[1].flooded)
			return "output";
		if (program->ended && taken)
			return NULL;
		if (stop_signal != 0)
			return "patience of whoever started it";
		if (now_ms() > end)
			return "time";
		if (too_many_processes(program, limits))
			return "processes";
		poll(fds, 3, 5);
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
		if (option != 'i' && (value < 0 || value > INT_MAX))
			wrong_usage(
				"a limit is a number, of at most 2147483647");
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
			if (value >= MAX_PROCESSES)
				wrong_usage(
					"so many processes are not counted");
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
