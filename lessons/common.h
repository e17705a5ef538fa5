/* common.h - housekeeping that no lesson teaches
 *
 * Arguments, complaints, the line that says "ready", a line of input. All of
 * it is needed in every program and none of it is network programming, so it
 * stands here, once. A program begins with start(), and the rest of its text
 * is the lesson.
 *
 * Everything is static inline: `cc server.c` is all that has to be typed.
 */
#ifndef COMMON_H
#define COMMON_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

/* Writing to a connection whose other end is gone raises SIGPIPE, which ends
 * the program. MSG_NOSIGNAL turns that off for one send(); lesson 02 tells the
 * story. Where a system lacks it, start() turns the signal off altogether. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* What start() keeps for the complaints. */
static const char *program_name = "?";
static const char *program_usage = "";

/* Complains about a call that has just failed, in the form
 * `client: connect: Connection refused`. Takes the name of the call; the
 * reason is errno's, which stays as it was. See strerror(3). */
static inline void complain(const char *call)
{
	int reason = errno;

	fprintf(stderr, "%s: %s: %s\n", program_name, call, strerror(reason));
	errno = reason;
}

/* What complain_that(), die_because() and wrong_usage() have in common. */
static inline void complain_list(const char *format, va_list list)
{
	fprintf(stderr, "%s: ", program_name);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
}

/* Complains in words of its own, where no call failed and errno means nothing:
 * `client: the server hung up`. Takes what printf(3) takes. */
static inline void complain_that(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	complain_list(format, list);
	va_end(list);
}

/* Complains about a call that has just failed, and ends the program with
 * status 1. Does not return. */
static inline _Noreturn void die(const char *call)
{
	complain(call);
	exit(EXIT_FAILURE);
}

/* Complains in words of its own, as complain_that() does, and ends the program
 * with status 1. Does not return. */
static inline _Noreturn void die_because(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	complain_list(format, list);
	va_end(list);
	exit(EXIT_FAILURE);
}

/* For a program that was called in a way it cannot be called: complains in
 * words of its own, shows the usage line, and ends the program with status 2.
 * Does not return. */
static inline _Noreturn void wrong_usage(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	complain_list(format, list);
	va_end(list);
	fprintf(stderr, "usage: %s %s\n", program_name, program_usage);
	exit(2);
}

/* Runs when the program ends: what could not be written (a full disk, say)
 * must not look like success. _exit(2), because exit() is already at work. */
static inline void check_output(void)
{
	if (fflush(stdout) == EOF || ferror(stdout)) {
		complain("standard output");
		_exit(EXIT_FAILURE);
	}
}

/* What every program does first. Takes main's arguments, the usage line
 * without the program's name, and how many arguments there may be. More of
 * them, or an option (no program has one), is wrong usage.
 *
 * Standard output becomes line buffered, so that each line is seen at once,
 * also in a pipe or a file, where it would wait for a full buffer. See
 * setvbuf(3). */
static inline void start(int argc, char *argv[], const char *usage, int most)
{
	if (argc > 0) {
		const char *slash = strrchr(argv[0], '/');
		program_name = slash != NULL ? slash + 1 : argv[0];
	}
	program_usage = usage;

	setvbuf(stdout, NULL, _IOLBF, 0);
	atexit(check_output);
	if (MSG_NOSIGNAL == 0)
		signal(SIGPIPE, SIG_IGN);

	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-')
			wrong_usage("unknown option: %s", argv[i]);
	if (argc - 1 > most)
		wrong_usage("too many arguments");
}

/* Reads the argument that the usage line calls `name`. Returns a number from 0
 * to most; anything else is wrong usage, also `80a`, ` 80`, `+80` and an empty
 * text, which strtol(3) alone would let through. */
static inline long parse_number(const char *name, const char *text, long most)
{
	char *end;

	errno = 0;
	long number = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    number > most)
		wrong_usage("%s is a number from 0 to %ld, not: %s", name, most,
			    text);
	return number;
}

/* Reads a port number. Returns it, 0 to 65535; anything else is wrong usage. */
static inline uint16_t parse_port(const char *text)
{
	return (uint16_t)parse_number("PORT", text, 65535);
}

/* Prints the one line that says a server is ready, with the address and the
 * port the kernel really gave it (PORT 0 asks for any free one):
 * `listening on 127.0.0.1:9001` for a stream socket, `bound to 127.0.0.1:9015`
 * for a datagram socket, IPv6 in brackets, a Unix socket's path. Takes the
 * socket; ends the program if it has no address. See getsockname(2). */
static inline void ready(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	} addr;
	socklen_t addr_len = sizeof addr;
	int type;
	socklen_t type_len = sizeof type;
	char text[INET6_ADDRSTRLEN];

	memset(&addr, 0, sizeof addr);
	if (getsockname(fd, &addr.any, &addr_len) == -1)
		die("getsockname");
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_len) == -1)
		die("getsockopt");

	const char *verb = type == SOCK_STREAM ? "listening on" : "bound to";
	switch (addr.any.sa_family) {
	case AF_INET:
		inet_ntop(AF_INET, &addr.in.sin_addr, text, sizeof text);
		printf("%s %s:%d\n", verb, text, ntohs(addr.in.sin_port));
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, &addr.in6.sin6_addr, text, sizeof text);
		printf("%s [%s]:%d\n", verb, text, ntohs(addr.in6.sin6_port));
		break;
	case AF_UNIX:
		/* A path that fills sun_path has no zero byte at its end. */
		printf("%s %.*s\n", verb, (int)sizeof addr.un.sun_path,
		       addr.un.sun_path);
		break;
	default:
		die_because("a socket of an unknown family");
	}
}

/* Reads one line of standard input into buf, without its newline. Returns its
 * length, or -1 at the end of input; a read error ends the program. Zero bytes
 * are kept, so buf is no C string and has no zero byte at its end.
 *
 * A length greater than size says that the line was too long: buf holds its
 * first size bytes, the rest was read and dropped. The last line may lack its
 * newline. See getchar(3). */
static inline ssize_t read_line(char *buf, size_t size)
{
	size_t len = 0;
	int c;

	while ((c = getchar()) != EOF && c != '\n') {
		if (len < size)
			buf[len] = (char)c;
		len++;
	}
	if (ferror(stdin))
		die("standard input");
	if (c == EOF && len == 0)
		return -1;
	return (ssize_t)len;
}

#endif
