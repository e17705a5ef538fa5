/*
 * trace_words.c - numbers, flags and addresses in words.
 *
 * Written by hand rather than with snprintf() and strerror(): these may be
 * called in a signal handler and in the child of a program with threads.
 */
/* For struct ip_mreq and the SO_ names that POSIX does not have. */
#define _DEFAULT_SOURCE
#include "trace.h"

#ifdef __linux__
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/time.h>
#include <sys/un.h>

/* ---- text and numbers ---- */

static void put_char(struct words *out, char c)
{
	if (out->at < out->end)
		*out->at++ = c;
}

void put(struct words *out, const char *text)
{
	while (*text != '\0')
		put_char(out, *text++);
}

void put_number(struct words *out, uint64_t number)
{
	char digits[20];
	int n = 0;
	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (n > 0)
		put_char(out, digits[--n]);
}

static void put_signed(struct words *out, int64_t number)
{
	if (number < 0)
		put_char(out, '-');
	put_number(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void say(struct words *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	for (const char *p = format; *p != '\0'; p++) {
		if (*p != '%') {
			put_char(out, *p);
		} else if (*++p == 's') {
			put(out, va_arg(arguments, const char *));
		} else if (*p == 'd') {
			put_signed(out, va_arg(arguments, int));
		} else if (*p == 'l') { /* %ld */
			p++;
			put_signed(out, va_arg(arguments, long));
		} else { /* %zu */
			p++;
			put_number(out, va_arg(arguments, size_t));
		}
	}
	va_end(arguments);
}

static void put_hex_byte(struct words *out, unsigned char byte)
{
	put_char(out, "0123456789abcdef"[byte >> 4]);
	put_char(out, "0123456789abcdef"[byte & 15]);
}

void put_hex(struct words *out, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_hex_byte(out, bytes[i]);
}

static void put_escaped(struct words *out, unsigned char byte)
{
	put(out, "\\x");
	put_hex_byte(out, byte);
}

void put_value(struct words *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c < 0x20 || c >= 0x7f || c == '\\')
			put_escaped(out, c);
		else
			put_char(out, (char)c);
	}
}

void put_quoted(struct words *out, const unsigned char *bytes, size_t n)
{
	put_char(out, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = bytes[i];
		if (c == '\n')
			put(out, "\\n");
		else if (c == '\r')
			put(out, "\\r");
		else if (c == '\t')
			put(out, "\\t");
		else if (c < 0x20 || c >= 0x7f)
			put_escaped(out, c);
		else {
			if (c == '"' || c == '\\')
				put_char(out, '\\');
			put_char(out, (char)c);
		}
	}
	put_char(out, '"');
}

/* ---- names of numbers ---- */

struct name {
	int number;
	const char *name;
};
#define NAME(constant)                                                         \
	{                                                                      \
		constant, #constant                                            \
	}
#define COUNT(table) (sizeof table / sizeof(table)[0])

/* The name of a number, or the number. */
static void put_name(struct words *out, int number, const struct name *table,
		     size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].number == number) {
			put(out, table[i].name);
			return;
		}
	put_signed(out, number);
}

/* The names of the bits of a number, joined by |; 0 if there are none. */
static void put_bits(struct words *out, int bits, const struct name *table,
		     size_t n)
{
	const char *before = "";
	for (size_t i = 0; i < n; i++)
		if ((bits & table[i].number) != 0) {
			say(out, "%s%s", before, table[i].name);
			before = "|";
			bits &= ~table[i].number;
		}
	if (bits != 0 || *before == '\0') {
		put(out, before);
		put_signed(out, bits);
	}
}

static const struct name errors[] = {
	NAME(EPERM),           NAME(ENOENT),
	NAME(EINTR),           NAME(EIO),
	NAME(ENXIO),           NAME(EBADF),
	NAME(ECHILD),          NAME(EAGAIN),
	NAME(ENOMEM),          NAME(EACCES),
	NAME(EFAULT),          NAME(EBUSY),
	NAME(EEXIST),          NAME(ENODEV),
	NAME(ENOTDIR),         NAME(EISDIR),
	NAME(EINVAL),          NAME(ENFILE),
	NAME(EMFILE),          NAME(ENOTTY),
	NAME(EFBIG),           NAME(ENOSPC),
	NAME(ESPIPE),          NAME(EROFS),
	NAME(EPIPE),           NAME(EDOM),
	NAME(ERANGE),          NAME(EDEADLK),
	NAME(ENAMETOOLONG),    NAME(ENOLCK),
	NAME(ENOSYS),          NAME(ELOOP),
	NAME(EPROTO),          NAME(EOVERFLOW),
	NAME(EILSEQ),          NAME(ENOTSOCK),
	NAME(EDESTADDRREQ),    NAME(EMSGSIZE),
	NAME(EPROTOTYPE),      NAME(ENOPROTOOPT),
	NAME(EPROTONOSUPPORT), NAME(ESOCKTNOSUPPORT),
	NAME(EOPNOTSUPP),      NAME(EPFNOSUPPORT),
	NAME(EAFNOSUPPORT),    NAME(EADDRINUSE),
	NAME(EADDRNOTAVAIL),   NAME(ENETDOWN),
	NAME(ENETUNREACH),     NAME(ENETRESET),
	NAME(ECONNABORTED),    NAME(ECONNRESET),
	NAME(ENOBUFS),         NAME(EISCONN),
	NAME(ENOTCONN),        NAME(ESHUTDOWN),
	NAME(ETIMEDOUT),       NAME(ECONNREFUSED),
	NAME(EHOSTDOWN),       NAME(EHOSTUNREACH),
	NAME(EALREADY),        NAME(EINPROGRESS),
	NAME(ECANCELED),       {EAGAIN, "EWOULDBLOCK"},
};

void put_error(struct words *out, int number)
{
	put_name(out, number, errors, COUNT(errors));
}

int error_number(const char *name)
{
	for (size_t i = 0; i < COUNT(errors); i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	return 0;
}

static const struct name families[] = {NAME(AF_INET), NAME(AF_INET6),
				       NAME(AF_UNIX), NAME(AF_UNSPEC)};

void put_family(struct words *out, int family)
{
	put_name(out, family, families, COUNT(families));
}

static const struct name types[] = {NAME(SOCK_STREAM), NAME(SOCK_DGRAM),
				    NAME(SOCK_SEQPACKET), NAME(SOCK_RAW)};

void put_socket_type(struct words *out, int type)
{
	int flags = SOCK_CLOEXEC | SOCK_NONBLOCK;
	const char *before = "";
	if ((type & ~flags) != 0 || type == 0) { /* accept4() has flags alone */
		put_name(out, type & ~flags, types, COUNT(types));
		before = "|";
	}
	if ((type & SOCK_NONBLOCK) != 0) {
		say(out, "%sSOCK_NONBLOCK", before);
		before = "|";
	}
	if ((type & SOCK_CLOEXEC) != 0)
		say(out, "%sSOCK_CLOEXEC", before);
}

static const struct name message_flags[] = {
	NAME(MSG_OOB),        NAME(MSG_PEEK),
	NAME(MSG_DONTROUTE),  NAME(MSG_TRUNC),
	NAME(MSG_CTRUNC),     NAME(MSG_DONTWAIT),
	NAME(MSG_EOR),        NAME(MSG_WAITALL),
	NAME(MSG_NOSIGNAL),   NAME(MSG_ERRQUEUE),
	{0x8000, "MSG_MORE"}, {0x40000000, "MSG_CMSG_CLOEXEC"}};

void put_message_flags(struct words *out, int flags)
{
	put_bits(out, flags, message_flags, COUNT(message_flags));
}

static const struct name poll_events[] = {
	NAME(POLLIN),          NAME(POLLOUT),        NAME(POLLPRI),
	NAME(POLLERR),         NAME(POLLHUP),        NAME(POLLNVAL),
	{0x2000, "POLLRDHUP"}, {0x40, "POLLRDNORM"}, {0x80, "POLLRDBAND"},
	{0x100, "POLLWRNORM"}, {0x200, "POLLWRBAND"}};

void put_poll_events(struct words *out, int events)
{
	put_bits(out, events, poll_events, COUNT(poll_events));
}

static const struct name hows[] = {NAME(SHUT_RD), NAME(SHUT_WR),
				   NAME(SHUT_RDWR)};

void put_shutdown_how(struct words *out, int how)
{
	put_name(out, how, hows, COUNT(hows));
}

/* ---- addresses ---- */

void put_address(struct words *out, const void *address, socklen_t len)
{
	char text[INET6_ADDRSTRLEN];
	sa_family_t family = AF_UNSPEC;
	if (len >= sizeof family)
		memcpy(&family, address, sizeof family);
	if (family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in in;
		memcpy(&in, address, sizeof in);
		inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
		say(out, "%s:%d", text, ntohs(in.sin_port));
	} else if (family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 in;
		memcpy(&in, address, sizeof in);
		inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
		say(out, "[%s]:%d", text, ntohs(in.sin6_port));
	} else if (family == AF_UNIX &&
		   len > offsetof(struct sockaddr_un, sun_path)) {
		const char *path = (const char *)address +
				   offsetof(struct sockaddr_un, sun_path);
		const char *end = (const char *)address + len;
		if (*path == '\0') { /* Linux's abstract names */
			put_char(out, '@');
			path++;
		}
		for (; path < end && *path != '\0'; path++)
			put_char(out, *path);
	} else {
		put(out, "-");
	}
}

/* ---- options ---- */

/* How an option's value is to be read. */
enum value_kind { NUMBER, TIME, LINGER, ERROR, IPV4, GROUP };

static const struct option {
	int level, number;
	const char *level_name, *name;
	enum value_kind kind;
} options[] = {
#define OPTION(level, number, kind)                                            \
	{                                                                      \
		level, number, #level, #number, kind                           \
	}
	OPTION(SOL_SOCKET, SO_REUSEADDR, NUMBER),
	OPTION(SOL_SOCKET, SO_REUSEPORT, NUMBER),
	OPTION(SOL_SOCKET, SO_KEEPALIVE, NUMBER),
	OPTION(SOL_SOCKET, SO_BROADCAST, NUMBER),
	OPTION(SOL_SOCKET, SO_DONTROUTE, NUMBER),
	OPTION(SOL_SOCKET, SO_OOBINLINE, NUMBER),
	OPTION(SOL_SOCKET, SO_SNDBUF, NUMBER),
	OPTION(SOL_SOCKET, SO_RCVBUF, NUMBER),
	OPTION(SOL_SOCKET, SO_RCVLOWAT, NUMBER),
	OPTION(SOL_SOCKET, SO_SNDTIMEO, TIME),
	OPTION(SOL_SOCKET, SO_RCVTIMEO, TIME),
	OPTION(SOL_SOCKET, SO_LINGER, LINGER),
	OPTION(SOL_SOCKET, SO_ERROR, ERROR),
	OPTION(SOL_SOCKET, SO_TYPE, NUMBER),
	OPTION(SOL_SOCKET, SO_DOMAIN, NUMBER),
	OPTION(SOL_SOCKET, SO_PROTOCOL, NUMBER),
	OPTION(SOL_SOCKET, SO_ACCEPTCONN, NUMBER),
	OPTION(SOL_SOCKET, SO_PEERCRED, NUMBER),
	OPTION(IPPROTO_TCP, TCP_NODELAY, NUMBER),
	OPTION(IPPROTO_TCP, TCP_MAXSEG, NUMBER),
	OPTION(IPPROTO_TCP, TCP_CORK, NUMBER),
	OPTION(IPPROTO_TCP, TCP_KEEPIDLE, NUMBER),
	OPTION(IPPROTO_TCP, TCP_KEEPINTVL, NUMBER),
	OPTION(IPPROTO_TCP, TCP_KEEPCNT, NUMBER),
	OPTION(IPPROTO_TCP, TCP_INFO, NUMBER),
	OPTION(IPPROTO_IP, IP_TTL, NUMBER),
	OPTION(IPPROTO_IP, IP_TOS, NUMBER),
	OPTION(IPPROTO_IP, IP_RECVERR, NUMBER),
	OPTION(IPPROTO_IP, IP_MULTICAST_TTL, NUMBER),
	OPTION(IPPROTO_IP, IP_MULTICAST_LOOP, NUMBER),
	OPTION(IPPROTO_IP, IP_MULTICAST_IF, IPV4),
	OPTION(IPPROTO_IP, IP_ADD_MEMBERSHIP, GROUP),
	OPTION(IPPROTO_IP, IP_DROP_MEMBERSHIP, GROUP),
	OPTION(IPPROTO_IPV6, IPV6_V6ONLY, NUMBER),
	OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS, NUMBER),
	OPTION(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, NUMBER),
	OPTION(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, NUMBER),
	OPTION(IPPROTO_IPV6, IPV6_MULTICAST_IF, NUMBER),
};

static const struct option *find_option(int level, int number)
{
	for (size_t i = 0; i < COUNT(options); i++)
		if (options[i].level == level && options[i].number == number)
			return &options[i];
	return NULL;
}

void put_option(struct words *out, int level, int number)
{
	const struct option *option = find_option(level, number);
	if (option != NULL)
		say(out, "%s, %s", option->level_name, option->name);
	else
		say(out, "level %d, option %d", level, number);
}

static void put_ipv4(struct words *out, struct in_addr address)
{
	char text[INET_ADDRSTRLEN];
	put(out, inet_ntop(AF_INET, &address, text, sizeof text));
}

void put_option_value(struct words *out, int level, int number,
		      const void *value, socklen_t len)
{
	const struct option *option = find_option(level, number);
	enum value_kind kind = option == NULL ? NUMBER : option->kind;
	union {
		int number;
		unsigned char byte; /* IP_MULTICAST_TTL may be one byte */
		struct timeval time;
		struct linger linger;
		struct ip_mreq group;
		struct in_addr address;
	} is;
	memset(&is, 0, sizeof is);
	memcpy(&is, value, len < sizeof is ? len : sizeof is);
	if (kind == TIME && len == sizeof is.time) {
		put_signed(out, is.time.tv_sec);
		/* One second is 1.000000 s, so that 1 us is seen as such. */
		uint64_t us = (uint64_t)is.time.tv_usec;
		if (us > 999999) { /* refused with EDOM */
			say(out, " s and %ld", (long)is.time.tv_usec);
			put(out, " us");
		} else {
			char digits[] = ".000000";
			for (int i = 6; i > 0; i--, us /= 10)
				digits[i] = (char)('0' + us % 10);
			say(out, "%s s", digits);
		}
	} else if (kind == LINGER && len == sizeof is.linger) {
		if (is.linger.l_onoff == 0)
			put(out, "off");
		else
			say(out, "on, %d s", is.linger.l_linger);
	} else if (kind == ERROR && len == sizeof is.number) {
		if (is.number == 0)
			put(out, "0");
		else
			put_error(out, is.number);
	} else if (kind == GROUP && len >= sizeof is.group) {
		put_ipv4(out, is.group.imr_multiaddr);
		put(out, " at ");
		put_ipv4(out, is.group.imr_interface);
	} else if (kind == IPV4 && len == sizeof is.address) {
		put_ipv4(out, is.address);
	} else if (kind == IPV4 && len >= sizeof is.group) {
		put_ipv4(out, is.group.imr_interface);
	} else if (len == sizeof is.number) {
		put_signed(out, is.number);
	} else if (len == sizeof is.byte) {
		put_number(out, is.byte);
	} else {
		say(out, "%zu bytes", (size_t)len);
	}
}
#endif
