/* Writes to both outputs for ever. */
#include <string.h>
#include <unistd.h>

int main(void)
{
	char buf[65536];
	memset(buf, 'A', sizeof buf);
	for (;;)
		if (write(1, buf, sizeof buf) == -1 ||
		    write(2, buf, sizeof buf) == -1)
			return 1;
}
