/* Ends with 0 before main() has begun. */
#include <stdlib.h>
#include <unistd.h>

__attribute__((constructor)) static void before(void)
{
	_exit(0);
}

int main(void)
{
	return 1;
}
