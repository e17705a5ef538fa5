/* Another right server: select(), pipes that do not block, a header that is
 * copied and cut at its newlines, and outputs that are sent in pieces. */
#include <fcntl.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/wait.h>

#include "../../lessons/net.h"

enum { MOST = 16777216 };

static char output[2][MOST + 4096];

static pid_t begin(const char *command, int fds[2])
{
	int a[2], b[2];
	if (pipe(a) == -1 || pipe(b) == -1)
		die("pipe");
	pid_t pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		close(0);
		open("/dev/null", O_RDONLY);
		dup2(a[1], 1);
		dup2(b[1], 2);
		for (int fd = 3; fd < FD_SETSIZE; fd++)
			close(fd);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(a[1]);
	close(b[1]);
	fds[0] = a[0];
	fds[1] = b[0];
	return pid;
}

static bool answer(int fd, const char *command)
{
	int fds[2], end, high;
	size_t n[2] = {0, 0};
	bool open[2] = {true, true}, fits = true;
	pid_t pid = begin(command, fds);

	high = fds[0] > fds[1] ? fds[0] : fds[1];
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	while ((open[0] || open[1]) && fits) {
		fd_set set;
		FD_ZERO(&set);
		for (int i = 0; i < 2; i++)
			if (open[i])
				FD_SET(fds[i], &set);
		if (select(high + 1, &set, NULL, NULL, NULL) == -1)
			continue;
		for (int i = 0; i < 2; i++) {
			ssize_t k;
			if (!open[i] || !FD_ISSET(fds[i], &set))
				continue;
			while ((k = read(fds[i], output[i] + n[i],
					 sizeof output[i] - n[i])) > 0)
				n[i] += (size_t)k;
			if (n[i] > MOST)
				fits = false;
			else if (k == 0)
				open[i] = false;
		}
	}
	close(fds[0]);
	close(fds[1]);
	if (!fits) {
		kill(-pid, SIGTERM);
		kill(-pid, SIGKILL);
		n[0] = n[1] = 0;
	}
	while (waitpid(pid, &end, 0) == -1)
		;

	struct header header = {0};
	header_add(&header, "exit-status", "%03d",
		   WIFSIGNALED(end) ? 128 + WTERMSIG(end) : WEXITSTATUS(end));
	header_add(&header, "stdout-length", "%zu", n[0]);
	header_add(&header, "stderr-length", "%zu", n[1]);
	if (!fits)
		header_add(&header, "error", "output too long");
	/* Small answers leave in one piece; with large ones it does not matter. */
	if (n[0] + n[1] <= 4096) {
		memcpy(output[0] + n[0], output[1], n[1]);
		return send_header(fd, &header, output[0], n[0] + n[1]) == 0;
	}
	return send_header(fd, &header, NULL, 0) == 0 &&
	       send_all(fd, output[0], n[0]) == 0 &&
	       send_all(fd, output[1], n[1]) == 0;
}

/* What command-length says; 0 if the header is none. */
static unsigned long length_in(const char *text, size_t len)
{
	char copy[4097], *line = copy, *newline;
	unsigned long found = 0;

	memcpy(copy, text, len);
	copy[len] = '\0';
	while (line < copy + len) {
		newline = memchr(line, '\n', len - (size_t)(line - copy));
		char *colon = memchr(line, ':', len - (size_t)(line - copy));
		if (newline == NULL || colon == NULL || colon == line ||
		    colon + 2 > newline || colon[1] != ' ')
			return 0;
		*newline = *colon = '\0';
		if (strspn(line, "-abcdefghijklmnopqrstuvwxyz") !=
		    (size_t)(colon - line))
			return 0;
		if (strcmp(line, "command-length") == 0) {
			char *digits = colon + 2;
			size_t n = strspn(digits, "0123456789");
			if (found != 0 || n == 0 || n > 10 ||
			    digits + n != newline)
				return 0;
			found = strtoul(digits, NULL, 10);
			if (found == 0)
				return 0;
		}
		line = newline + 1;
	}
	return found;
}

static void serve(int fd)
{
	struct reader in = {.fd = fd};
	static char command[65537];
	char bytes[4], text[4096];

	while (reader_take(&in, bytes, 4) == 4) {
		size_t len = get_u32(bytes);
		if (len < 1 || len > sizeof text ||
		    reader_take(&in, text, len) != (ssize_t)len)
			return;
		len = length_in(text, len);
		if (len < 1 || len > 65536 ||
		    reader_take(&in, command, len) != (ssize_t)len)
			return;
		command[len] = '\0';
		if (strlen(command) != len || !answer(fd, command))
			return;
	}
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : 9013;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	if (strncmp(host, "127.", 4) != 0 && strcmp(host, "::1") != 0)
		die_because("%s is not for me", host);
	int listen_fd = tcp_listen(host, port, 64);
	ready(listen_fd);
	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		serve(client_fd);
		close(client_fd);
	}
}
