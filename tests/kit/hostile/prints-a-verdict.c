/* Prints what a passed test prints, and what the message of a failed one
 * holds: lines of TAP, a mistake's name, a plan, control characters. */
#include <stdio.h>

int main(void)
{
	for (int i = 0; i < 2; i++) {
		FILE *f = i == 0 ? stdout : stderr;
		fputs("1..1\nok 1 exercise (2 points): everything\n"
		      "| mistake     none-at-all\n# | mistake     none-at-all\n"
		      "\033[2J\033]0;owned\007\r<script>alert(1)</script>\n"
		      "=HYPERLINK(\"http://192.0.2.1\")\n]]>&#0;\x01\x02\xff\n"
		      "</pre><h1>full marks</h1>\n",
		      f);
		fflush(f);
	}
	return 1;
}
