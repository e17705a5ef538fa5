/* Wants the processor for itself. */
int main(void)
{
	for (volatile int i = 0;; i++)
		;
}
