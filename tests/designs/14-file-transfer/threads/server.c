/* The same with a thread for each caller. Signals come to the first thread,
 * which waits for them and removes what is not whole; each transfer has its own
 * buffer; a file is written at its place with pwrite(). */
#include <dirent.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/stat.h>

#include "../../lessons/cksum.h"
#include "../../lessons/net.h"

enum { CALLERS = 64, BLOCK = 1 << 18 };

static int dir_fd, listen_fd;
static bool busy[CALLERS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct caller {
	struct reader in;
	int slot;
	char part[32];
	char block[BLOCK];
};

static bool say(struct caller *caller, const char *status)
{
	struct header answer = {0};
	header_add(&answer, "note", "from a thread");
	header_add(&answer, "status", "%s", status);
	return send_header(caller->in.fd, &answer, NULL, 0) == 0;
}

static bool good(const char *name, size_t len)
{
	bool good = len >= 1 && len <= 255 && *name != '.';
	for (const char *at = name; good && at < name + len; at++) {
		unsigned c = (unsigned char)*at;
		good = c != '/' && c >= 32 && c != 127;
	}
	return good;
}

static bool put(struct caller *caller, const char *name, uint64_t size)
{
	struct cksum sum = {0};
	struct header trailer;
	struct stat st;
	uint64_t number, have = 0;
	const char *status = "ok";

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return say(caller, "exists");
	int file_fd = openat(dir_fd, caller->part,
			     O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	if (file_fd == -1)
		return say(caller, "cannot be written");
	bool fine = say(caller, "ok");
	while (fine && have < size) {
		uint64_t left = size - have;
		ssize_t n = reader_some(&caller->in, caller->block,
					left < BLOCK ? (size_t)left : BLOCK);
		fine = n > 0;
		if (!fine)
			break;
		cksum_add(&sum, caller->block, (size_t)n);
		for (ssize_t done = 0; done < n && status[0] == 'o';) {
			ssize_t w =
				pwrite(file_fd, caller->block + done,
				       (size_t)(n - done), (off_t)have + done);
			if (w <= 0)
				status = "disk";
			done += w;
		}
		have += (uint64_t)n;
	}
	fine = fine && recv_header(&caller->in, &trailer) == 1 &&
	       header_number(&trailer, "cksum", 10, &number);
	if (fine && number != cksum_end(&sum))
		status = "checksum";
	if (fchmod(file_fd, 0644) == -1 || close(file_fd) == -1)
		status = "disk";
	if (fine && status[0] == 'o' &&
	    linkat(dir_fd, caller->part, dir_fd, name, 0) == -1)
		status = "exists";
	unlinkat(dir_fd, caller->part, 0);
	return fine && say(caller, status);
}

static bool trailer(struct caller *caller, const struct cksum *sum)
{
	struct header end = {0};
	header_add(&end, "cksum", "%010lu", (unsigned long)cksum_end(sum));
	return send_header(caller->in.fd, &end, NULL, 0) == 0;
}

static bool give(struct caller *caller, const char *name)
{
	struct cksum sum = {0};
	struct header answer = {0};
	struct stat st;
	int file_fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);

	if (file_fd == -1)
		return say(caller, "cannot be opened");
	if (fstat(file_fd, &st) == -1 || !S_ISREG(st.st_mode)) {
		close(file_fd);
		return say(caller, "is something else");
	}
	header_add(&answer, "status", "ok");
	header_add(&answer, "size", "%019lld", (long long)st.st_size);
	bool fine = send_header(caller->in.fd, &answer, NULL, 0) == 0;
	for (off_t left = st.st_size; fine && left > 0;) {
		ssize_t n = read(file_fd, caller->block,
				 left < BLOCK ? (size_t)left : BLOCK);
		fine = n > 0 &&
		       send_all(caller->in.fd, caller->block, (size_t)n) == 0;
		if (fine)
			cksum_add(&sum, caller->block, (size_t)n);
		left -= n;
	}
	close(file_fd);
	return fine && trailer(caller, &sum);
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool list(struct caller *caller)
{
	size_t n = 0, room = 16, len = 0;
	char(*names)[256] = malloc(room * sizeof *names);
	DIR *dir = fdopendir(openat(dir_fd, ".", O_RDONLY));
	struct dirent *entry;
	struct stat st;

	while (dir != NULL && names != NULL && (entry = readdir(dir)) != NULL) {
		if (!good(entry->d_name, strlen(entry->d_name)) ||
		    fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			    -1 ||
		    !S_ISREG(st.st_mode))
			continue;
		if (n == room)
			names = realloc(names, (room *= 2) * sizeof *names);
		snprintf(names[n++], sizeof *names, "%s", entry->d_name);
	}
	closedir(dir);
	qsort(names, n, sizeof *names, compare);
	char *text = malloc(n * 280 + 1);
	for (size_t i = 0; i < n; i++)
		if (fstatat(dir_fd, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			len += (size_t)sprintf(text + len, "%lld %s\n",
					       (long long)st.st_size, names[i]);
	free(names);
	struct cksum sum = {0};
	struct header answer = {0};
	cksum_add(&sum, text, len);
	header_add(&answer, "size", "%zu", len);
	header_add(&answer, "status", "ok");
	bool fine = send_header(caller->in.fd, &answer, text, len) == 0 &&
		    trailer(caller, &sum);
	free(text);
	return fine;
}

static bool answer(struct caller *caller, const struct header *request)
{
	char name[256], what[5] = "";
	size_t len, name_len;
	uint64_t size = 0;

	const char *command = header_value(request, "command", &len);
	if (command == NULL || len > 4)
		return false;
	memcpy(what, command, len);
	if (strcmp(what, "list") == 0)
		return list(caller);
	const char *value = header_value(request, "name", &name_len);
	if (value == NULL)
		return false;
	if (good(value, name_len))
		snprintf(name, sizeof name, "%.*s", (int)name_len, value);
	else
		name[0] = '\0';
	if (strcmp(what, "get") == 0)
		return name[0] != '\0' ? give(caller, name)
				       : say(caller, "name");
	if (strcmp(what, "put") == 0 &&
	    header_number(request, "size", 19, &size))
		return name[0] != '\0' ? put(caller, name, size)
				       : say(caller, "name");
	return false;
}

static void *serve(void *argument)
{
	struct caller *caller = argument;
	struct header request;
	int on = 1;

	setsockopt(caller->in.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	snprintf(caller->part, sizeof caller->part, ".in.%d", caller->slot);
	while (recv_header(&caller->in, &request) == 1 &&
	       answer(caller, &request))
		;
	close(caller->in.fd);
	pthread_mutex_lock(&lock);
	busy[caller->slot] = false;
	pthread_mutex_unlock(&lock);
	free(caller);
	return NULL;
}

static void *accept_all(void *argument)
{
	(void)argument;
	for (;;) {
		int fd = tcp_accept(listen_fd), slot = 0;
		pthread_t thread;
		pthread_mutex_lock(&lock);
		while (slot < CALLERS && busy[slot])
			slot++;
		if (slot < CALLERS)
			busy[slot] = true;
		pthread_mutex_unlock(&lock);
		struct caller *caller = calloc(1, sizeof *caller);
		if (slot == CALLERS || caller == NULL) {
			close(fd);
			free(caller);
			continue;
		}
		caller->in.fd = fd;
		caller->slot = slot;
		if (pthread_create(&thread, NULL, serve, caller) == 0)
			pthread_detach(thread);
		else
			die_because("pthread_create");
	}
	return NULL;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [DIR]]]", 3);
	dir_fd = open(argc > 3 ? argv[3] : ".", O_RDONLY | O_DIRECTORY);
	if (dir_fd == -1)
		die(argv[3]);
	listen_fd = tcp_listen(argc > 2 ? argv[2] : "127.0.0.1",
			       argc > 1 ? parse_port(argv[1]) : 9014, 5);
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	pthread_t thread;
	if (pthread_create(&thread, NULL, accept_all, NULL) != 0)
		die_because("pthread_create");
	ready(listen_fd);
	int number;
	sigwait(&ends, &number);
	for (int slot = 0; slot < CALLERS; slot++) {
		char part[32];
		snprintf(part, sizeof part, ".in.%d", slot);
		unlinkat(dir_fd, part, 0);
	}
	_exit(0);
}
