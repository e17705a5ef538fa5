/* Grows with every turn. */
#include "server.c"
int main(void)
{
	return 0;
}
