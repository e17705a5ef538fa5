/* client.c - paints pictures, and sends them while it paints
 *
 * Grew from lesson 13: the body does not lie in memory, ready to be sent. Only
 * one row of it does; the size of all of them is known before the first.
 *
 * usage: client [PORT [HOST]]      a picture for each line, which is its title
 * see also: send(2)
 */
#include "../net.h"

enum { DEFAULT_PORT = 9014, TITLE_MAX = 80 };
enum { WIDTH = 640, HEIGHT = 480, ROW_SIZE = 3 * WIDTH };

/* What stands at the beginning of a picture of the kind PPM. Three bytes for
 * every dot follow: how red, how green, how blue. */
static const char ppm[] = "P6\n640 480\n255\n";

/* Paints row y of a sunset: the sun, or the sky, whose colour depends on y. */
static void paint_row(unsigned char row[ROW_SIZE], int y)
{
	for (int x = 0; x < WIDTH; x++) {
		int right = x - WIDTH / 2, down = y - HEIGHT / 2;
		bool sun = right * right + down * down < 120 * 120;
		row[3 * x] = 255;
		row[3 * x + 1] = (unsigned char)(sun ? 220 : y / 3);
		row[3 * x + 2] = (unsigned char)(sun ? 60 : 160 - y / 3);
	}
}

/* Sends a picture: its header, and its body row by row. */
static void send_picture(int server_fd, const char *title, size_t len)
{
	unsigned char row[ROW_SIZE];
	size_t size = sizeof ppm - 1 + (size_t)HEIGHT * ROW_SIZE;
	struct header header = {0};

	header_add(&header, "title", "%.*s", (int)len, title);
	header_add(&header, "size", "%zu", size);
	if (send_header(server_fd, &header, ppm, sizeof ppm - 1) == -1)
		die("send");
	for (int y = 0; y < HEIGHT; y++) {
		paint_row(row, y);
		if (send_all(server_fd, row, sizeof row) == -1)
			die("send");
	}
	printf("sent %zu bytes, with room for %zu\n", size, sizeof row);
}

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : DEFAULT_PORT;
	const char *host = argc > 2 ? argv[2] : "127.0.0.1";

	int server_fd = tcp_connect(host, port);

	char line[TITLE_MAX];
	ssize_t len;
	int status = 0;
	while ((len = read_line(line, sizeof line)) != -1) {
		if (len > TITLE_MAX) {
			complain_that("a title is up to %d bytes long",
				      TITLE_MAX);
			status = 1;
			continue;
		}
		send_picture(server_fd, line, (size_t)len);
	}
	close(server_fd);
	return status;
}
