/*
 * fuzz.c - gives a solution's receiving side any bytes there can be (libFuzzer).
 *
 * PROGRAM is the source of a solution's server or, with -DCLIENT, client. It is
 * included here, with main() renamed. A server's serve() gets one end of a pair
 * of sockets, a client's tcp_connect() returns it; what the fuzzer has made up
 * comes out of it, and then the end of stream.
 *
 * Each input is received twice, in pieces as large as they may be and in small
 * ones, and the answers (of a client: what it prints) must be the same: no
 * format may depend on where recv() cuts.
 *
 * PRELUDE, if a lesson needs one, is a header that is included before PROGRAM:
 * it may define SERVE(fd) where serve(fd) is not the call, VARIES where answers
 * may differ, LINES, what a client reads from its standard input, and replace
 * what must not happen here, such as exec.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static size_t piece; /* recv() returns no more than this */
static jmp_buf left; /* where exit() goes */
#ifdef CLIENT
static int connection_fd; /* the program's end */
#endif

static ssize_t recv_piece(int fd, void *buf, size_t len, int flags)
{
	return recv(fd, buf, len < piece ? len : piece, flags);
}

static _Noreturn void leave(int status)
{
	longjmp(left, status + 1);
}

#define recv recv_piece
#define exit leave
#define atexit(function) ((void)(function))
#include "../../../lessons/common.h"

#include "../../../lessons/net.h"
#define tcp_connect(host, port) ((void)(host), (void)(port), connection_fd)
#define main program_main
#ifdef PRELUDE
#include PRELUDE
#endif
#include PROGRAM
#undef main
#undef recv
#undef exit

#ifndef SERVE
#define SERVE(fd) serve(fd)
#endif
#ifndef LINES
#define LINES "one\n\ntwo words\nthree\nfour\nfive\nsix\nseven\n"
#endif

/* What came out of a program. */
struct answer {
	int fd;
	char *data;
	size_t len;
};

/* Takes what the program sends, up to the end, so that it need not wait. */
static void *drain(void *argument)
{
	struct answer *answer = argument;
	size_t room = 0;

	for (;;) {
		if (answer->len == room) {
			room = 2 * room + 4096;
			answer->data = realloc(answer->data, room);
			if (answer->data == NULL)
				abort();
		}
		ssize_t n = recv(answer->fd, answer->data + answer->len,
				 room - answer->len, 0);
		if (n <= 0)
			return NULL;
		answer->len += (size_t)n;
	}
}

#ifdef CLIENT
/* Runs the client. What it prints takes the place of what it sent. */
static void play(int fd, struct answer *answer)
{
	static char *argv[] = {"client", NULL};
	static char lines[] = LINES;
	FILE *in = stdin, *out = stdout;
	char *printed = NULL;
	size_t len = 0;

	connection_fd = dup(fd); /* it may close it, or not */
	stdin = fmemopen(lines, sizeof lines - 1, "r");
	stdout = open_memstream(&printed, &len);
	if (connection_fd == -1 || stdin == NULL || stdout == NULL)
		abort();
	if (setjmp(left) == 0)
		program_main(1, argv);
	close(connection_fd);
	fclose(stdin);
	fclose(stdout);
	stdin = in;
	stdout = out;

	shutdown(fd, SHUT_WR);
	free(answer->data);
	answer->data = printed;
	answer->len = len;
}
#else
static void play(int fd, struct answer *answer)
{
	(void)answer;
	(void)program_main;
	if (setjmp(left) == 0)
		SERVE(fd);
	else
		abort(); /* no caller may end a server */
	shutdown(fd, SHUT_WR);
}
#endif

/* Has the program receive an input, at most size bytes at a time. */
static struct answer receive(const uint8_t *data, size_t len, size_t size)
{
	int ends[2], room = 1 << 20;
	pthread_t thread;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		abort();
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	if (send(ends[0], data, len, MSG_DONTWAIT) != (ssize_t)len)
		abort(); /* -max_len is greater than a socket's buffer */
	shutdown(ends[0], SHUT_WR);

	struct answer sent = {.fd = ends[0]}, answer = {.fd = -1};
	if (pthread_create(&thread, NULL, drain, &sent) != 0)
		abort();
	piece = size;
	play(ends[1], &answer);
	pthread_join(thread, NULL);
	close(ends[0]);
	close(ends[1]);
	if (answer.data == NULL)
		return sent;
	free(sent.data);
	return answer;
}

/* Says that the answers depend on where recv() cuts. Standard error is closed
 * while the fuzzer runs, so it goes where the fuzzer finds it: into a file. */
static _Noreturn void differ(const struct answer *whole,
			     const struct answer *cut)
{
	FILE *file = fopen("why", "w");

	if (file != NULL) {
		fputs("The answer depends on where recv() cuts.\nwhole: ",
		      file);
		fwrite(whole->data, 1, whole->len, file);
		fputs("\nin small pieces: ", file);
		fwrite(cut->data, 1, cut->len, file);
		fputs("\n", file);
		fclose(file);
	}
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct answer whole = receive(data, len, SIZE_MAX);
	struct answer cut = receive(data, len, len < 512 ? 1 : 61);

#ifndef VARIES
	if (whole.len != cut.len ||
	    (whole.len > 0 && memcmp(whole.data, cut.data, whole.len) != 0))
		differ(&whole, &cut);
#endif
	free(whole.data);
	free(cut.data);
	return 0;
}
