/* Starts threads until no more can be had; each of them is busy. */
#include <pthread.h>
#include <unistd.h>

static void *busy(void *none)
{
	for (volatile int i = 0;; i++)
		;
	return none;
}

int main(void)
{
	pthread_t t;
	for (int i = 0; i < 10000; i++)
		if (pthread_create(&t, NULL, busy, NULL) != 0)
			break;
	for (;;)
		pause();
}
