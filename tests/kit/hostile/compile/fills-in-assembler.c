/* Eight thousand million bytes in one word. */
__asm__(".data\n.fill 8000000000, 1, 1");
int main(void) { return 0; }
