/* Takes all the memory there is, and touches it, with children too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
	int child = 0;
	while (child < 5 && fork() != 0)
		child++;
	unsigned long long all = 0;
	for (;;) {
		char *p = malloc(16 << 20);
		if (p == NULL)
			break;
		memset(p, 1, 16 << 20);
		all += 16 << 20;
		if (all > 2000000000) {
			fputs("ESCAPED: has 2 GB\n", stderr);
			break;
		}
	}
	sleep(100);
	return 1;
}
