/* server.c - answers records of 16 bytes with the same in upper case
 *
 * usage: server [PORT [HOST]]
 * see also: recv(2), send(2), tcp(7)
 */
#include "../../net.h"

enum { DEFAULT_PORT = 9009, BACKLOG = 8, RECORD_SIZE = 16 };

/* Receives one record, all of it, however many pieces it comes in, and no byte
 * of the next one. Returns how many bytes came: RECORD_SIZE; less (0 if there
 * was nothing) when the stream ended before; -1 with errno set. */
static ssize_t recv_record(int fd, char *record)
{
	size_t have = 0;

	/* TODO 1: Until you have RECORD_SIZE bytes, receive some more with
	 * recv_some(): behind those that you have, and at most as many as are
	 * missing, since what follows belongs to the next record. -1 is an
	 * error: return it. 0 is the end of the stream: nothing more will come,
	 * so leave the loop. */
	(void)fd;
	(void)record;
	return (ssize_t)have;
}

/* Talks with one caller, until it hangs up or cannot be reached any more. */
static void serve(int client_fd)
{
	char record[RECORD_SIZE];

	/* TODO 2: The conversation loop, a record at a time. What recv_record()
	 * returns tells four cases apart. A whole record: turn it into upper
	 * case, send it, all 16 bytes, and go on; if that fails, complain and
	 * return. Nothing: the caller is done, return. A part of a record: the
	 * caller broke off; it gets no answer, complain and return. -1:
	 * complain and return. */
	(void)client_fd;
	(void)record;
	(void)recv_record;
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int listen_fd = tcp_listen(host, port, BACKLOG);
	ready(listen_fd);

	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		serve(client_fd);
		close(client_fd);
	}
}
