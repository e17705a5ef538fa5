/* A header that nobody types. */
#include "/dev/stdin"
int main(void)
{
	return 0;
}
