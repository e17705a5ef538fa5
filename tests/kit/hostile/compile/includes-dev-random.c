/* A header without an end or a meaning. */
#include "/dev/random"
int main(void)
{
	return 0;
}
