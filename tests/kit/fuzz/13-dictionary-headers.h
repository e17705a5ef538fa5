/* No command of the fuzzer's is run: the server of lesson 13 gets two pipes that
 * are at their end, and a child that has succeeded. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#ifndef CLIENT
static pid_t no_fork(void)
{
	return 12345;
}

#define fork no_fork
#define wait_for(pid) ((void)(pid), 0)
#define setpgid(pid, group) ((void)(pid), (void)(group), 0)
#define kill(pid, number) ((void)(pid), (void)(number), 0)
#endif
