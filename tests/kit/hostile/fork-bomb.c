/* Forks until nothing else can run. */
#include <unistd.h>

int main(void)
{
	for (;;)
		fork();
}
