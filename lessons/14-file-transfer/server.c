/* server.c - receives pictures, a piece at a time, and keeps the last one
 *
 * Grew from lesson 13: the body is larger than the memory that is there for it.
 * WRONG ON PURPOSE: the file has its name from its first byte on, whether the
 * rest comes or not, and replaces whatever has that name; and nobody looks
 * whether the disk has taken it.
 *
 * usage: server [PORT [HOST [DIR]]]      picture.ppm lies in DIR, or here
 * see also: recv(2), fwrite(3)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9014, BACKLOG = 8 };
enum { PIECE_SIZE = 4096, SIZE_DIGITS = 19 };

/* Receives a body of size bytes into a file. Returns how many came. */
static uint64_t receive_body(struct reader *in, uint64_t size, FILE *file)
{
	char piece[PIECE_SIZE];
	uint64_t came = 0;

	while (came < size) {
		/* A full piece, except for the last: behind the body stands
		 * the next header. */
		uint64_t missing = size - came;
		size_t want =
			missing < PIECE_SIZE ? (size_t)missing : PIECE_SIZE;
		if (reader_take(in, piece, want) != (ssize_t)want)
			break;
		fwrite(piece, 1, want, file);
		came += want;
	}
	return came;
}

/* Takes pictures from one caller, until it hangs up. */
static void serve(int client_fd)
{
	struct reader in = {.fd = client_fd};
	struct header header;
	uint64_t size;

	while (recv_header(&in, &header) == 1) {
		if (!header_number(&header, "size", SIZE_DIGITS, &size)) {
			complain_that("a header without a size");
			return;
		}
		printf("a picture of %llu bytes, room for %d\n",
		       (unsigned long long)size, PIECE_SIZE);
		FILE *file = fopen("picture.ppm", "wb");
		if (file == NULL) {
			complain("picture.ppm");
			return;
		}
		uint64_t came = receive_body(&in, size, file);
		fclose(file);
		printf("picture.ppm has %llu bytes\n",
		       (unsigned long long)came);
	}
	printf("no more pictures\n");
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST [DIR]]]", 3);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";
	if (argc > 3 && chdir(argv[3]) == -1)
		die(argv[3]);

	int listen_fd = tcp_listen(host, port, BACKLOG);
	ready(listen_fd);

	for (;;) {
		int client_fd = tcp_accept(listen_fd);
		printf("accept() returned\n");
		serve(client_fd);
		close(client_fd);
	}
}
