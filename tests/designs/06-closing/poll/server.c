/* Another right server: one poll() loop for all callers, sockets that never
 * wait, and the answer before the first byte of the next piece is looked at. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 64 };
static struct pollfd fds[MOST];
static struct {
	unsigned long long lines, words, bytes;
	int word, refused;
} state[MOST];

static void look(int i)
{
	static unsigned char buf[100000];
	ssize_t n = recv(fds[i].fd, buf, sizeof buf, 0);
	if (n > 0 && state[i].refused)
		return;
	for (ssize_t k = 0; k < n; k++) {
		unsigned char c = buf[k];
		if (c == 0) {
			send(fds[i].fd, "not text\n", 9, MSG_NOSIGNAL);
			shutdown(fds[i].fd, SHUT_WR);
			state[i].refused = 1;
			return;
		}
		int gap = memchr("\t\n\v\f\r ", c, 6) != NULL;
		if (c == '\n')
			state[i].lines++;
		if (!gap && !state[i].word)
			state[i].words++;
		state[i].word = !gap;
		state[i].bytes++;
	}
	if (n > 0)
		return;
	if (n == 0 && !state[i].refused) {
		char answer[100];
		int len = snprintf(answer, sizeof answer, "%llu %llu %llu\n",
				   state[i].lines, state[i].words,
				   state[i].bytes);
		for (ssize_t k, at = 0; at < len; at += k)
			if ((k = send(fds[i].fd, answer + at,
				      (size_t)(len - at), MSG_NOSIGNAL)) == -1)
				break;
	}
	close(fds[i].fd);
	fds[i].fd = -1;
}

int main(int argc, char **argv)
{
	int on = 1;
	struct sockaddr_in a = {.sin_family = AF_INET};
	a.sin_port = htons((uint16_t)atoi(argc > 1 ? argv[1] : "9006"));
	a.sin_addr.s_addr = inet_addr(argc > 2 ? argv[2] : "127.0.0.1");
	for (int i = 0; i < MOST; i++)
		fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
	fds[0].fd = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(fds[0].fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fds[0].fd, (struct sockaddr *)&a, sizeof a) != 0)
		return perror("bind"), 1;
	listen(fds[0].fd, 5);
	fcntl(fds[0].fd, F_SETFL, O_NONBLOCK);
	puts("listening on a port");
	fflush(stdout);
	for (;;) {
		if (poll(fds, MOST, -1) == -1)
			continue;
		for (int i = 1; i < MOST; i++)
			if (fds[i].fd != -1 && fds[i].revents != 0)
				look(i);
		if (fds[0].revents == 0)
			continue;
		int c = accept(fds[0].fd, NULL, NULL);
		for (int i = 1; c != -1 && i < MOST; i++) {
			if (fds[i].fd != -1)
				continue;
			fds[i].fd = c;
			memset(&state[i], 0, sizeof state[i]);
			break;
		}
	}
}
