/* An error a token, for ever so many tokens. */
#define A @ @ @ @ @ @ @ @ @ @
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
E E E E E E E E E E
int main(void) { return 0; }
