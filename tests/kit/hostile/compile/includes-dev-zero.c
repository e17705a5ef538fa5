/* An endless header. */
#include "/dev/zero"
int main(void)
{
	return 0;
}
