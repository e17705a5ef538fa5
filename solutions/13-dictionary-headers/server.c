/* server.c - runs the commands of its callers, one after another on the same
 * connection, and sends both outputs back, apart
 *
 * On loopback only: whoever can call this server can do all that you can do.
 *
 * usage: server [PORT [HOST]]      HOST: 127.0.0.1, another 127.x.y.z, or ::1
 * see also: poll(2), kill(2), sendmsg(2), pipe(2), fork(2), exec(3), wait(2)
 */
#include <fcntl.h>
#include <poll.h>

#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9013, BACKLOG = 8 };
enum { COMMAND_MAX = 65536, OUTPUT_MAX = 16777216, DIGITS_MAX = 10 };

/* One line of a header, without its colon, space and newline. Both point into
 * the header; neither is a C string. */
struct line {
	const char *name;
	size_t name_len;
	const char *value;
	size_t value_len;
};

/* What a command has printed. A byte more than may be sent: so we see it. */
struct output {
	size_t len;
	char text[OUTPUT_MAX + 1];
};

/* Takes the line at *at, which is before end, and moves *at behind it. Returns
 * whether it is one. */
static bool next_line(const char **at, const char *end, struct line *line)
{
	/* STEP 1: A line is a name, a colon, one space, a value, a newline. A
	 * name has the characters a to z and -, at least one; a value any, also
	 * none, also colons, but no newline. Never look at or behind end. */
	const char *next = *at;

	line->name = next;
	while (next < end && ((*next >= 'a' && *next <= 'z') || *next == '-'))
		next++;
	line->name_len = (size_t)(next - line->name);
	if (line->name_len == 0 || end - next < 3 || next[0] != ':' ||
	    next[1] != ' ')
		return false;

	line->value = next + 2;
	const char *newline =
		memchr(line->value, '\n', (size_t)(end - line->value));
	if (newline == NULL)
		return false;
	line->value_len = (size_t)(newline - line->value);
	*at = newline + 1;
	return true;
	/* STUB: (void)at; */
	/* STUB: (void)end; */
	/* STUB: (void)line; */
	/* STUB: return false; */
	/* END 1 */
}

/* Turns a value of 1 to DIGITS_MAX digits, and nothing else, into a number.
 * Returns whether it is one. */
static bool to_number(const struct line *line, uint64_t *number)
{
	/* STEP 2: Digit by digit: ten times what you have, and the next. Not
	 * strtoul() or atoi(): they take spaces, signs and letters, and a value
	 * is no C string. */
	if (line->value_len == 0 || line->value_len > DIGITS_MAX)
		return false;
	*number = 0;
	for (size_t i = 0; i < line->value_len; i++) {
		char c = line->value[i];
		if (c < '0' || c > '9')
			return false;
		*number = *number * 10 + (uint64_t)(c - '0');
	}
	return true;
	/* STUB: (void)line; */
	/* STUB: (void)number; */
	/* STUB: return false; */
	/* END 2 */
}

/* Goes through all lines of a header. Returns whether each is a line, and just
 * one of them has this name and a number, which goes into *number. */
static bool find_number(const struct header *header, const char *name,
			uint64_t *number)
{
	int found = 0;

	/* STEP 3: Call next_line() until nothing is left; a line that is none
	 * spoils the header. Compare the name's length, too: command-length-max
	 * is another name. Names that you do not know are ignored: that is how
	 * a header can grow. Count how often the name is there. */
	const char *at = header->text;
	const char *end = header->text + header->len;
	struct line line;

	while (at < end) {
		if (!next_line(&at, end, &line))
			return false;
		if (line.name_len != strlen(name) ||
		    memcmp(line.name, name, line.name_len) != 0)
			continue;
		if (!to_number(&line, number))
			return false;
		found++;
	}
	/* STUB: (void)header; */
	/* STUB: (void)name; */
	/* STUB: (void)number; */
	/* STUB: (void)next_line; */
	/* STUB: (void)to_number; */
	/* END 3 */
	return found == 1;
}

/* Takes exactly len bytes out of a reader. Returns whether they came; complains
 * if not. */
static bool take(struct reader *in, void *buf, size_t len)
{
	ssize_t n = reader_take(in, buf, len);
	if (n == -1)
		complain("recv");
	else if ((size_t)n < len)
		complain_that("the stream ended inside a message");
	return n != -1 && (size_t)n == len;
}

/* Receives a request: a header, and the command as a C string. Returns whether
 * there is one; false at the end of stream, and, with a complaint, for anything
 * that is no request. */
static bool recv_request(struct reader *in, char command[COMMAND_MAX + 1])
{
	struct header header;
	unsigned char length[4];

	/* STEP 4: First four bytes, the length of the header: get_u32(). Nothing
	 * at all is the end of the conversation. Then the header, 1 to
	 * HEADER_MAX bytes, into header.text (struct header stands in net.h);
	 * compare before you take it. Find command-length in it. */
	ssize_t n = reader_take(in, length, sizeof length);
	if (n == 0)
		return false;
	if (n == -1) {
		complain("recv");
		return false;
	}
	if ((size_t)n < sizeof length) {
		complain_that("the stream ended inside the length of a header");
		return false;
	}
	header.len = get_u32(length);
	if (header.len == 0 || header.len > HEADER_MAX) {
		complain_that("a header of %zu bytes", header.len);
		return false;
	}
	if (!take(in, header.text, header.len))
		return false;

	uint64_t len;
	if (!find_number(&header, "command-length", &len)) {
		complain_that("a header without one good command-length");
		return false;
	}
	/* STUB: (void)header; */
	/* STUB: (void)length; */
	/* STUB: (void)find_number; */
	/* END 4 */

	/* STEP 5: A command is 1 to COMMAND_MAX bytes, without a zero byte, since
	 * a C string ends there, and half a command is another command. take()
	 * it and make it a C string. */
	if (len == 0 || len > COMMAND_MAX) {
		complain_that("a command of %llu bytes",
			      (unsigned long long)len);
		return false;
	}
	if (!take(in, command, (size_t)len))
		return false;
	if (memchr(command, '\0', (size_t)len) != NULL) {
		complain_that("a command with a zero byte");
		return false;
	}
	command[len] = '\0';
	return true;
	/* STUB: (void)in; */
	/* STUB: (void)command; */
	/* STUB: (void)take; */
	/* STUB: return false; */
	/* END 5 */
}

/* Makes a pipe that no command inherits but as its output. Returns 0 or -1. */
static int make_pipe(int ends[2])
{
	if (pipe(ends) == -1)
		return -1;
	keep_from_commands(ends[0]);
	keep_from_commands(ends[1]);
	return 0;
}

/* The child's part: becomes the shell with a command, in a process group of its
 * own, so that all of it can be killed at once. Does not return. */
static _Noreturn void become_shell(const char *command, int out_fd,
				   int error_fd)
{
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL); /* lesson 08 */
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null_fd != -1 && dup2(null_fd, STDIN_FILENO) != -1 &&
	    dup2(out_fd, STDOUT_FILENO) != -1 &&
	    dup2(error_fd, STDERR_FILENO) != -1)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* Starts a command, as in lesson 08, but with a pipe for each output. Returns
 * its process, and the reading ends in fds; -1 with errno set if it failed. */
static pid_t start_command(const char *command, int fds[2])
{
	int out[2], error[2];

	if (make_pipe(out) == -1)
		return -1;
	if (make_pipe(error) == -1) {
		close(out[0]);
		close(out[1]);
		return -1;
	}
	pid_t pid = fork();
	if (pid == 0)
		become_shell(command, out[1], error[1]);
	if (pid != -1)
		setpgid(pid, pid); /* whoever of the two comes first */
	close(out[1]);
	close(error[1]);
	if (pid == -1) {
		close(out[0]);
		close(error[0]);
	}
	fds[0] = out[0];
	fds[1] = error[0];
	return pid;
}

/* Reads both outputs of a command to their ends. Returns whether they fit in;
 * false as soon as one of them is longer than OUTPUT_MAX. */
static bool collect(const int fds[2], struct output output[2])
{
	output[0].len = output[1].len = 0;

	/* STEP 6: Both at once: who reads one to its end lets the command wait
	 * for room in the other, for ever. poll() tells which of them has
	 * something, or is at its end. read() from those, behind what is there,
	 * up to one byte more than OUTPUT_MAX. At the end of a pipe set its fd
	 * to -1, and poll() leaves it out; stop when both are. */
	struct pollfd wait[2] = {
		{.fd = fds[0], .events = POLLIN},
		{.fd = fds[1], .events = POLLIN},
	};

	while (wait[0].fd != -1 || wait[1].fd != -1) {
		if (poll(wait, 2, -1) == -1) {
			if (errno == EINTR)
				continue;
			die("poll"); /* only if the call itself is wrong */
		}
		for (int i = 0; i < 2; i++) {
			struct output *to = &output[i];
			if (wait[i].fd == -1 || wait[i].revents == 0)
				continue;
			ssize_t n = read(wait[i].fd, to->text + to->len,
					 sizeof to->text - to->len);
			if (n == -1 && errno == EINTR)
				continue;
			if (n <= 0)
				wait[i].fd = -1;
			else
				to->len += (size_t)n;
			if (to->len > OUTPUT_MAX)
				return false;
		}
	}
	/* STUB: (void)fds; */
	/* END 6 */
	return true;
}

/* Runs a command, and sends the answer. Returns whether it could be sent. */
static bool answer(int client_fd, const char *command)
{
	static struct output output[2];
	int fds[2];

	pid_t pid = start_command(command, fds);
	if (pid == -1) {
		complain("start a command");
		return false;
	}

	/* STEP 7: collect() both outputs. If they are too long, kill() the whole
	 * process group, -pid, with SIGKILL, before you wait; no bytes of
	 * either are sent then, and the status is 128 + SIGKILL. Close both
	 * pipes. wait_for() the command (in net.h; you wrote it in 08). */
	bool fits = collect(fds, output);
	if (!fits) {
		kill(-pid, SIGKILL);
		output[0].len = output[1].len = 0;
	}
	close(fds[0]);
	close(fds[1]);
	int status = wait_for(pid);
	if (!fits)
		status = 128 + SIGKILL; /* also if it was just done */
	/* STUB: (void)output; */
	/* STUB: (void)collect; */
	/* END 7 */

	/* STEP 8: In a struct header that is {0}, header_add() the three lines of
	 * the answer, and the fourth if the output was too long. Four pieces
	 * leave together: the length of the header (put_u32()), the header, both
	 * outputs. A struct iovec says where a piece is, and how long;
	 * send_parts() in net.h sends them as one. */
	struct header header = {0};
	header_add(&header, "exit-status", "%d", status);
	header_add(&header, "stdout-length", "%zu", output[0].len);
	header_add(&header, "stderr-length", "%zu", output[1].len);
	if (!fits)
		header_add(&header, "error", "output too long");

	unsigned char length[4];
	put_u32(length, (uint32_t)header.len);
	struct iovec part[] = {
		{.iov_base = length, .iov_len = sizeof length},
		{.iov_base = header.text, .iov_len = header.len},
		{.iov_base = output[0].text, .iov_len = output[0].len},
		{.iov_base = output[1].text, .iov_len = output[1].len},
	};
	if (send_parts(client_fd, part, sizeof part / sizeof part[0]) == -1) {
		complain("send");
		return false;
	}
	/* STUB: (void)client_fd; */
	/* END 8 */
	return true;
}

/* Serves one caller: command after command, until it hangs up, says what is no
 * request, or cannot be reached any more. */
static void serve(int client_fd)
{
	static char command[COMMAND_MAX + 1];
	struct reader in = {.fd = client_fd};

	while (recv_request(&in, command) && answer(client_fd, command))
		;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	/* Before anything listens: behind this port is a shell, yours. */
	only_loopback(host);

	int listen_fd = tcp_listen(host, port, BACKLOG);
	ready(listen_fd);

	keep_from_commands(listen_fd);
	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		keep_from_commands(client_fd);
		serve(client_fd);
		close(client_fd);
	}
}
