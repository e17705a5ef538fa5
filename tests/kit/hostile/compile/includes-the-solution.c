/* The solution, if it can be found from here. */
#include "../../../solutions/01-blocking-tcp/server.c"
