/* server.c - runs commands for its callers, and sends back what they print
 *
 * Grew from lesson 02: what a caller says is not given back, it is run. That
 * is why this server listens on 127.0.0.1 and nowhere else: whoever can call
 * it can do all that you can do.
 *
 * usage: server [PORT [127.0.0.1]]
 * see also: pipe(2), fork(2), dup2(2), exec(3), wait(2)
 */
#include <sys/wait.h>

#include "../net.h"

enum { DEFAULT_PORT = 9008, BACKLOG = 8 };
enum { COMMAND_MAX = 1024, OUTPUT_MAX = 65536 };

/* Runs a command. Puts what it prints into output, up to size bytes, and
 * returns how many bytes that are. */
static size_t run(const char *command, char *output, size_t size)
{
	/* What is written into ends[1] can be read from ends[0]. */
	int ends[2];
	if (pipe(ends) == -1)
		die("pipe");

	/* From here on there are two processes, with the same text. */
	pid_t pid = fork();
	if (pid == -1)
		die("fork");
	if (pid == 0) {
		/* The child: its standard output is the pipe from now on, and
		 * then it becomes the shell. exec only returns if it fails. */
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}

	/* The parent: read() returns 0 when nobody can write any more, so our
	 * own copy of the writing end has to go first. */
	close(ends[1]);
	size_t len = 0;
	ssize_t n;
	while ((n = read(ends[0], output + len, size - len)) > 0)
		len += (size_t)n;
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return len;
}

/* Talks with one caller, until it hangs up or cannot be reached any more. */
static void serve(int client_fd)
{
	static char output[OUTPUT_MAX];
	char command[COMMAND_MAX + 1];

	ssize_t n;
	while ((n = recv_some(client_fd, command, COMMAND_MAX)) > 0) {
		command[n] = '\0';
		size_t len = run(command, output, sizeof output);
		if (send_all(client_fd, output, len) == -1) {
			complain("send");
			return;
		}
		printf("sent %zu bytes\n", len);
	}
	if (n == -1)
		complain("recv");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [127.0.0.1]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	/* Before anything listens: loopback only. */
	if (strcmp(host, "127.0.0.1") != 0)
		wrong_usage("it runs what callers say: 127.0.0.1 only");

	int listen_fd = tcp_listen(host, port, BACKLOG);
	ready(listen_fd);

	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		serve(client_fd);
		close(client_fd);
	}
}
