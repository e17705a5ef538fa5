/* server.c - runs a command for each caller, and sends back what it printed
 *
 * On loopback only: whoever can call this server can do all that you can do.
 *
 * usage: server [PORT [HOST]]      HOST: 127.0.0.1, another 127.x.y.z, or ::1
 * see also: pipe(2), fork(2), dup2(2), exec(3), wait(2), fcntl(2)
 */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "../../lessons/net.h"

enum { DEFAULT_PORT = 9008, BACKLOG = 8, COMMAND_MAX = 4096 };

/* Tells whether host is an address of loopback, which nobody on another machine
 * can call. */
static bool is_loopback(const char *host)
{
	/* STEP 1: Two kinds of text are: an IPv4 address whose first byte (after
	 * ntohl(), the highest) is 127, and the IPv6 address ::1. inet_pton()
	 * reads both kinds; for the second, see IN6_IS_ADDR_LOOPBACK(). A name
	 * is neither. */
	struct in_addr four;
	struct in6_addr six;

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six);
	/* STUB: (void)host; */
	/* END 1 */
	return false;
}

/* Closes fd in a child when it becomes another program. A command must not
 * inherit what is ours. */
static void close_on_exec(int fd)
{
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		complain("fcntl");
}

/* Receives a command, up to the end of stream, as a C string. Returns whether
 * there is one that may be run. */
static bool read_command(int client_fd, char command[COMMAND_MAX + 1])
{
	/* STEP 2: Call recv_some() until it returns 0: half a command must not
	 * be run. Nor what came before an error (-1), nothing at all, more than
	 * COMMAND_MAX bytes (the array has room for one more, so that you see
	 * it), or bytes with a zero among them, since a C string ends there.
	 * Complain and return false then. At the end, make it a C string. */
	size_t len = 0;

	for (;;) {
		ssize_t n = recv_some(client_fd, command + len,
				      COMMAND_MAX + 1 - len);
		if (n == -1) {
			complain("recv");
			return false;
		}
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > COMMAND_MAX) {
			complain_that("a command of more than %d bytes",
				      COMMAND_MAX);
			return false;
		}
	}
	if (len == 0 || memchr(command, '\0', len) != NULL) {
		complain_that("no command, or one with a zero byte");
		return false;
	}
	command[len] = '\0';
	return true;
	/* STUB: (void)client_fd; */
	/* STUB: (void)command; */
	/* STUB: return false; */
	/* END 2 */
}

/* The child's part: becomes the shell with a command. Both its outputs go into
 * the pipe whose writing end is given. Does not return. */
static _Noreturn void become_shell(const char *command, int write_fd)
{
	/* STEP 3: Open /dev/null as standard input: else the command would
	 * read what is meant for the server. With dup2(), make the pipe its
	 * standard output, and its standard error, too. Set SIGPIPE to SIG_DFL
	 * with signal(): start() ignores it on systems without MSG_NOSIGNAL,
	 * and exec keeps that. Then execl("/bin/sh", "sh", "-c", ...): the
	 * command is one argument, as it came. */
	signal(SIGPIPE, SIG_DFL);
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null_fd != -1 && dup2(null_fd, STDIN_FILENO) != -1 &&
	    dup2(write_fd, STDOUT_FILENO) != -1 &&
	    dup2(write_fd, STDERR_FILENO) != -1)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	/* STUB: (void)command; */
	/* STUB: (void)write_fd; */
	/* END 3 */

	/* exec returns only if it failed. Without this line there would be two
	 * servers now. */
	_exit(127);
}

/* Starts a command. Returns its process and, in *read_fd, the end of a pipe from
 * which both its outputs can be read; -1 with errno set if that failed. */
static pid_t start_command(const char *command, int *read_fd)
{
	/* STEP 4: Make a pipe, both ends close_on_exec(), and fork(). The child
	 * calls become_shell(). The parent closes the writing end: as long as
	 * anybody has it, the pipe has no end of stream. */
	int ends[2];
	if (pipe(ends) == -1)
		return -1;
	close_on_exec(ends[0]);
	close_on_exec(ends[1]);

	pid_t pid = fork();
	if (pid == 0)
		become_shell(command, ends[1]);
	int reason = errno;
	close(ends[1]);
	if (pid == -1)
		close(ends[0]);
	errno = reason;
	*read_fd = ends[0];
	return pid;
	/* STUB: (void)command; */
	/* STUB: (void)become_shell; */
	/* STUB: *read_fd = -1; */
	/* STUB: return -1; */
	/* END 4 */
}

/* Sends on what comes out of the pipe, until its end, and then a newline if the
 * last byte is not one. Returns whether the caller could be reached. */
static bool pass_on(int read_fd, int client_fd)
{
	/* STEP 5: read(), and send_all() what came, until read() returns 0. Any
	 * amount may come, so send it as it comes. EINTR: read again. Remember
	 * the last byte; a command that printed nothing needs no newline. */
	static char buf[65536];
	char last = '\n';

	for (;;) {
		ssize_t n = read(read_fd, buf, sizeof buf);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			complain("read");
			return false;
		}
		if (n == 0)
			break;
		last = buf[n - 1];
		if (send_all(client_fd, buf, (size_t)n) == -1) {
			complain("send");
			return false;
		}
	}
	return last == '\n' || send_all(client_fd, "\n", 1) == 0;
	/* STUB: (void)read_fd; */
	/* STUB: (void)client_fd; */
	/* STUB: return false; */
	/* END 5 */
}

/* Waits for the end of a command, and sends the line with its exit status. */
static void send_status(pid_t pid, int client_fd)
{
	/* STEP 6: waitpid() waits for the child, and takes it out of the table
	 * of processes: without it a zombie stays there. (EINTR: again.) The
	 * number it leaves is no exit status yet: WIFSIGNALED() tells whether a
	 * signal ended the child, then the status is 128 + WTERMSIG(); else it
	 * is WEXITSTATUS(). Send `exit status N` and a newline. */
	int end;

	while (waitpid(pid, &end, 0) == -1) {
		if (errno != EINTR) {
			complain("waitpid");
			return;
		}
	}
	int status = WIFSIGNALED(end) ? 128 + WTERMSIG(end) : WEXITSTATUS(end);

	char line[sizeof "exit status -2147483648\n"];
	int len = snprintf(line, sizeof line, "exit status %d\n", status);
	if (send_all(client_fd, line, (size_t)len) == -1)
		complain("send");
	/* STUB: (void)pid; */
	/* STUB: (void)client_fd; */
	/* END 6 */
}

/* Serves one caller: one command, one answer. */
static void serve(int client_fd)
{
	char command[COMMAND_MAX + 1];
	int read_fd;

	if (!read_command(client_fd, command))
		return;
	pid_t pid = start_command(command, &read_fd);
	if (pid == -1) {
		complain("start a command");
		return;
	}

	/* When the caller has left, the pipe is closed before its end: a
	 * command that goes on writing gets a SIGPIPE. */
	pass_on(read_fd, client_fd);
	close(read_fd);
	send_status(pid, client_fd);
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	/* Before anything listens. It can't be said loudly enough: behind this
	 * port is a shell, yours. */
	if (!is_loopback(host))
		wrong_usage("it runs what callers say, so HOST is a loopback "
			    "address, not: %s",
			    host);

	int listen_fd = tcp_listen(host, port, BACKLOG);
	ready(listen_fd);

	/* STEP 7: The connection loop of lesson 02, with tcp_accept(). A command
	 * may leave something running behind it, which must hold neither the
	 * listening socket nor the connection: close_on_exec() for both. */
	close_on_exec(listen_fd);
	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		close_on_exec(client_fd);
		serve(client_fd);
		close(client_fd);
	}
	/* STUB: (void)close_on_exec; */
	/* STUB: (void)serve; */
	/* END 7 */
}
