/* Another right server: a command prints into two
 * files that have no name. While it runs, the server looks now and then how
 * large they are. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "../../lessons/net.h"

enum { MOST = 16777216 };

static off_t size_of(FILE *file)
{
	struct stat facts;
	return fstat(fileno(file), &facts) == 0 ? facts.st_size : 0;
}

static int run(const char *command, FILE *out, FILE *err, bool *fits)
{
	pid_t pid = fork();
	if (pid == 0) {
		struct rlimit most = {MOST + 4096, MOST + 4096};
		int null = open("/dev/null", O_RDONLY);
		setpgid(0, 0);
		setrlimit(RLIMIT_FSIZE, &most);
		dup2(null, 0);
		dup2(fileno(out), 1);
		dup2(fileno(err), 2);
		for (int fd = 3; fd < 64; fd++)
			close(fd);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	int end = 0;
	*fits = true;
	for (;;) {
		pid_t done = waitpid(pid, &end, WNOHANG);
		*fits = size_of(out) <= MOST && size_of(err) <= MOST;
		if (done != 0)
			break;
		if (!*fits) {
			kill(-pid, SIGKILL);
			waitpid(pid, &end, 0);
			break;
		}
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	return WIFSIGNALED(end) ? 128 + WTERMSIG(end) : WEXITSTATUS(end);
}

static bool answer(int fd, const char *command)
{
	FILE *out = tmpfile(), *err = tmpfile();
	struct header header = {0};
	bool fits, sent;
	if (out == NULL || err == NULL)
		return false;
	int status = run(command, out, err, &fits);
	size_t n = fits ? (size_t)size_of(out) : 0;
	size_t m = fits ? (size_t)size_of(err) : 0;
	/* Other names, another order. */
	if (!fits)
		header_add(&header, "error", "output too long");
	header_add(&header, "stderr-length", "%zu", m);
	header_add(&header, "served-by", "pid %ld: files", (long)getpid());
	header_add(&header, "stdout-length", "%zu", n);
	header_add(&header, "exit-status", "%d", status);
	char *both = malloc(n + m + 1);
	if (both == NULL)
		return false;
	rewind(out);
	rewind(err);
	sent = fread(both, 1, n, out) == n && fread(both + n, 1, m, err) == m &&
	       send_header(fd, &header, both, n + m) == 0;
	free(both);
	fclose(out);
	fclose(err);
	return sent;
}

static void serve(int fd)
{
	static char command[65537];
	struct reader in = {.fd = fd};
	struct header header;
	uint64_t len;

	while (recv_header(&in, &header) == 1) {
		if (!header_number(&header, "command-length", 10, &len) ||
		    len == 0 || len > 65536 ||
		    reader_take(&in, command, (size_t)len) != (ssize_t)len)
			break;
		command[len] = '\0';
		if (strlen(command) != len || !answer(fd, command))
			break;
	}
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : 9013;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	if (strncmp(host, "127.", 4) != 0 && strcmp(host, "::1") != 0)
		die_because("not on a network");
	int listen_fd = tcp_listen(host, port, 64);
	signal(SIGCHLD, SIG_DFL);
	ready(listen_fd);
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		int client_fd = tcp_accept(listen_fd);
		fcntl(client_fd, F_SETFD, FD_CLOEXEC);
		serve(client_fd);
		close(client_fd);
	}
}
