/* A plugin of the compiler would be a program. */
#pragma GCC plugin "/tmp/evil.so"
#pragma GCC dependency "/etc/shadow"
int main(void)
{
	return 0;
}
