/* server.c - takes messages by their lengths, gives them back in upper case
 *
 * usage: server [PORT [HOST]]
 * see also: recv(2), send(2)
 */
#include "../../net.h"

enum { DEFAULT_PORT = 9011, BACKLOG = 8, LENGTH_SIZE = 4, MESSAGE_MAX = 9999 };
enum { FRAME_MAX = LENGTH_SIZE + MESSAGE_MAX };

/* Reads a length: exactly four bytes, each of them 0 to 9. Returns it, or -1 if
 * they are anything else. */
static int parse_length(const char digits[LENGTH_SIZE])
{
	int length = 0;

	/* TODO 1: Look at each of the four bytes. One that is no digit: return
	 * -1. A digit's number is how far it is behind '0'; those before it
	 * count ten times as much. The four bytes are no C string: behind them
	 * comes the message, so atoi(3) would read on. And strtol(3) takes more
	 * for a number than four digits: signs, spaces, a number and some rest. */
	(void)digits;
	return length;
}

/* Takes the next frame out of a reader: a length, and so many bytes of message.
 * Returns the length of the frame; 0 if the stream ended before its first byte;
 * -1, with a complaint, after anything that is no frame. */
static ssize_t take_frame(struct reader *in, char frame[FRAME_MAX])
{
	ssize_t n = 0;

	/* TODO 2: reader_take() exactly LENGTH_SIZE bytes. It returns less when
	 * the stream has ended before: with none of them there is no frame, and
	 * nothing is wrong; with some, the caller broke off. -1 is an error.
	 * Complain about what is wrong, and return -1. */
	(void)in;

	/* TODO 3: Only now is it known how many bytes the message has. What is
	 * no length gets a complaint, and the caller is done with: nobody can
	 * tell any more where a message begins. Then take the message, behind
	 * the length; less of it is half a message, and a complaint. It may
	 * have no bytes at all. */
	(void)frame;
	(void)parse_length;
	return n;
}

/* Talks with one caller, until it hangs up or sends what is no frame. */
static void serve(int client_fd)
{
	/* TODO 4: A reader for this caller: `struct reader in = {.fd = ...};`.
	 * Take frames as long as there are some. The answer is the same frame in
	 * upper case; digits have no small letters. One send_all(); if it fails,
	 * complain and return. */
	(void)client_fd;
	(void)take_frame;
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
