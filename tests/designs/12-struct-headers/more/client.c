/* Another right client: header and text in two sends, which TCP_NODELAY lets
 * out at once, and the header is written over the line's beginning. */
#include <netinet/tcp.h>

#include "../../lessons/net.h"

int main(int argc, char *argv[])
{
	start(argc, argv, "[PORT [HOST]]", 2);
	in_port_t port = argc > 1 ? parse_port(argv[1]) : 9012;
	int fd = tcp_connect(argc > 2 ? argv[2] : "127.0.0.1", port);
	int on = 1, status = 0;
	/* Three bytes before the line: u, space and these become the header. */
	static char room[3 + 2 + 1048576], answer[1048576];
	struct reader in = {.fd = fd};
	ssize_t n;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	while ((n = read_line(room + 3, sizeof room - 3)) != -1) {
		char kind = (char)(room[3] == 'u' ? 1 : 2);
		if (n < 2 || n > 2 + 1048576 || room[4] != ' ' ||
		    (room[3] != 'u' && room[3] != 'l')) {
			complain_that("u TEXT, l TEXT, and nothing else");
			status = 1;
			continue;
		}
		room[0] = kind;
		put_u32(room + 1, (uint32_t)n - 2);
		if (send_all(fd, room, 5) == -1 ||
		    send_all(fd, room + 5, (size_t)n - 2) == -1)
			die("send");

		unsigned char head[5];
		if (reader_take(&in, head, 5) != 5 || head[0] != kind ||
		    get_u32(head + 1) > sizeof answer ||
		    reader_take(&in, answer, get_u32(head + 1)) !=
			    (ssize_t)get_u32(head + 1))
			die_because("no answer");
		fwrite(answer, 1, get_u32(head + 1), stdout);
		putchar('\n');
	}
	return status;
}
