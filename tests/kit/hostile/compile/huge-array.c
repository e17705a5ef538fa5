/* A program of 16 GB. */
char a[16000000000] = {1};
int main(void) { return a[15999999999]; }
