/* What the compiler complains about is shown to its author. */
#include "/etc/hostname"
#include "/etc/shadow"
#include "/proc/self/environ"
int main(void)
{
	return 0;
}
