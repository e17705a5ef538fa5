#!/usr/bin/env bats
# Lesson 13: a header made of lines, and remote commands with it.

load support/helpers

# asks WHO COMMAND [LINES]: a line of a script: WHO asks for COMMAND, which has
# no byte that a script would read otherwise, with these lines before.
asks() {
	printf '%s sends header "%scommand-length: %d\\n" "%s"\n' \
		"$1" "${3-}" "${#2}" "$2"
}

# answers WHO STATUS OUT ERROR [MISTAKE]: lines of a script: this is the answer
# (else MISTAKE).
answers() {
	local out=${3//\\n/n} error=${4//\\n/n}
	cat <<-SCRIPT
		$1 expects a header with "exit-status: $2" "stdout-length: ${#out}" "stderr-length: ${#error}"
		  but "\n" 00 means header-counts-the-zero-byte
		  but nothing means ${5-request-not-answered}
		  but end means ${5-request-refused}
		  else means ${5-answer-header-wrong}
	SCRIPT
	[ -z "$3$4" ] || printf '%s expects "%s%s"\n  else means %s\n' \
		"$1" "$3" "$4" "${5-outputs-mixed}"
}

# bob_is_served: lines of a script: after all that, the next caller is served.
bob_is_served() {
	echo 'server lives'
	echo '  else means caller-ends-the-server'
	echo 'bob connects'
	echo '  else means caller-ends-the-server'
	asks bob 'echo bob'
	answers bob 0 'bob\n' '' caller-ends-the-server
}

# refuse MISTAKE BYTES ...: lines of a script: callers say such bytes, all at the
# same time, and are dropped (else MISTAKE).
refuse() {
	local what=$1 i=0 bytes
	shift
	echo 'server stands still'
	for bytes; do
		printf '%s\n' "ann$((i += 1)) connects" "ann$i sends $bytes"
	done
	echo 'server goes on'
	for ((i = 1; i <= $#; i++)); do
		echo "ann$i expects end or reset within 1s"
		echo "  else means $what"
	done
	echo 'server lives'
	echo '  else means caller-ends-the-server'
}

# none_ran MISTAKE: lines of a script: none of their commands was run, and the
# next caller is served.
none_ran() {
	echo 'bob connects'
	echo '  else means caller-ends-the-server'
	asks bob 'echo bob'
	answers bob 0 'bob\n' '' caller-ends-the-server
	# shellcheck disable=SC2016 # for the script
	echo 'shell test ! -e $dir/ran'
	echo "  else means $1"
}

@test "demonstration: a header may have more lines than the server knows" {
	talk <<-'SCRIPT'
		server starts
		server listens at 127.0.0.1
		client runs
		client input "AAA\n"
		client prints "send() returned 27\n"
		server shows "number: 1   is new to me\nlength: 3\na message of 3 bytes: AAA\n"
		client input "\n" 1025 x "a" "\n" 1024 x "b" "\n"
		server shows "number: 2   is new to me\nlength: 0\na message of 0 bytes: \n"
		client complains
		server shows "number: 3   is new to me\nlength: 1024\na message of 1024 bytes: " 1024 x "b" "\n"
		client input ends
		client ends with 1
		server shows "no more messages\n"
		server lives
	SCRIPT
}

@test "demonstration: the server takes messages in pieces, and nothing else" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends header "length: 3\na: b: c\n" "AAA" header "a: \nlength: 4\n" "BBBB" byte by byte
		server shows "a message of 3 bytes: AAA\n"
		server shows "a message of 4 bytes: BBBB\n"
		ann sends header "length: 1025\n" "AAAA"
		ann expects end or reset
		server shows "no more messages\n"
		bob connects
		bob sends header "size: 3\n" "AAA"
		bob expects end or reset
		cem connects
		cem sends u32 4097 "size: 3\n"
		cem expects end or reset
		dan connects
		dan sends header "length: 3\n" "AA"
		dan half-closes
		dan expects end
		eve connects
		eve sends header "length: 2\n" "EE"
		server shows "a message of 2 bytes: EE\n"
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a failure with 1" {
	talk <<-'SCRIPT'
		server runs with 80a
		server ends with 2
		client runs with 1 2 3
		client ends with 2
		client runs
		client ends with 1
		server starts
		server2 runs
		server2 ends with 1
	SCRIPT
}

@test "exercise (1 point): the server listens on loopback, and refuses any other HOST" {
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1
			else means loopback-refused
		server listens at 127.0.0.1
			else means listens-everywhere
		server2 runs with {port} 0.0.0.0
		server2 fails
			else means not-only-loopback
		server2 complains
			else means fails-silently
		ann connects
		ann sends header "command-length: 4\n" "true"
		ann expects a header with "exit-status: 0"
			but nothing means request-not-answered
			but end means request-refused
			else means answer-header-wrong
	SCRIPT
}

@test "exercise (2 points): both outputs come back, apart, with their lengths and the exit status" {
	{
		echo 'server starts'
		echo 'ann connects'
		asks ann 'echo out; echo error >&2; exit 3'
		echo 'ann expects a header with "exit-status: 3" "stdout-length: 4" "stderr-length: 6"'
		printf '%s\n' '  but "\n" 00 means header-counts-the-zero-byte'
		echo '  but "stdout-length: 10" means outputs-mixed'
		echo '  but "stderr-length: 0" means standard-error-missing'
		echo '  but "stdout-length: 0" means output-not-sent'
		echo '  but "exit-status: 127" means no-shell'
		echo '  but "exit-status: 768" means exit-status-wrong'
		echo '  but nothing means request-not-answered'
		echo '  but end means request-refused'
		echo '  else means answer-header-wrong'
		printf '%s\n' 'ann expects "out\nerror\n"'
		echo '  but "error" means outputs-mixed'
		echo '  else means outputs-mixed'
		asks ann 'true'
		answers ann 0 '' ''
		asks ann 'echo only >&2'
		answers ann 0 '' 'only\n'
		printf '%s\n' 'ann sends header "command-length: 19\n" "printf '"'a\\\\000\\\\377b'"'"'
		echo 'ann expects a header with "stdout-length: 4" "stderr-length: 0"'
		echo '  but "stdout-length: 1" means stops-at-zero-byte'
		echo '  else means answer-header-wrong'
		echo 'ann expects "a" 00 ff "b"'
		echo '  else means stops-at-zero-byte'
	} | talk
}

@test "exercise (1 point): command after command is run on the same connection" {
	{
		echo 'server starts'
		echo 'ann connects'
		asks ann 'echo one'
		answers ann 0 'one\n' ''
		asks ann 'echo two, and longer than one'
		answers ann 0 'two, and longer than one\n' '' one-message-a-call
		asks ann 'exit 7'
		answers ann 7 '' '' one-message-a-call
		echo 'ann half-closes'
		echo 'ann expects end'
		echo '  else means keeps-the-line-open'
		bob_is_served
	} | talk
}

@test "exercise (1 point): a request that arrives in pieces is one request, wherever it is cut" {
	local k
	{
		echo 'server starts'
		echo 'ann connects'
		echo 'ann sends 00 00'
		echo 'ann waits until read'
		echo 'ann expects nothing for 50ms'
		echo '  else means half-a-header'
		echo 'ann sends 00 12 "command-l"'
		echo 'ann waits until read'
		echo 'ann expects nothing for 50ms'
		echo '  else means half-a-header'
		printf '%s\n' 'ann sends "ength: 7\necho"'
		echo 'ann waits until read'
		echo 'ann expects nothing for 50ms'
		echo '  else means half-a-body'
		echo 'ann sends " hi"'
		answers ann 0 'hi\n' '' half-a-body
		for ((k = 1; k < 22; k += 5)); do
			printf '%s\n' "ann sends header \"command-length: 6\\n\" \"exit 3\" in pieces of $k"
			answers ann 3 '' '' half-a-header
		done
		printf '%s\n' 'ann sends header "command-length: 7\n" "echo ok" byte by byte'
		answers ann 0 'ok\n' '' half-a-header
	} | talk
}

@test "exercise (1 point): requests in one segment are answered one after another" {
	{
		echo 'server starts'
		echo 'ann connects'
		printf '%s\n' 'ann sends header "command-length: 8\n" "echo one" header "command-length: 6\n" "exit 2" header "command-length: 10\n" "echo three"'
		answers ann 0 'one\n' ''
		answers ann 2 '' '' next-message-swallowed
		answers ann 0 'three\n' '' next-message-swallowed
	} | talk
}

@test "exercise (1 point): lines come in any order, and names that nobody knows are ignored" {
	{
		echo 'server starts'
		echo 'ann connects'
		asks ann 'echo 1' 'user: ann\n'
		answers ann 0 '1\n' '' unknown-names-refused
		printf '%s\n' 'ann sends header "command-length: 6\nuser: ann\nwhen: 12:30: later\nempty: \n" "echo 2"'
		answers ann 0 '2\n' '' unknown-names-refused
		asks ann 'echo 3' 'command-length-max: 4\nold-command-length: 4\n'
		answers ann 0 '3\n' '' name-found-elsewhere
		asks ann 'echo 4' 'a: command-length: 4\nb: 1command-length: 4\n'
		answers ann 0 '4\n' '' name-found-elsewhere
		asks ann 'echo 5' 'x: \x01\xff and\ttabs\r\n'
		answers ann 0 '5\n' '' unknown-names-refused
		printf '%s\n' 'ann sends header "command-length: 0000000006\n" "echo 6"'
		answers ann 0 '6\n' '' request-refused
	} | talk
}

@test "exercise (1 point): a header of 4096 bytes is taken, a longer one refused at once" {
	{
		echo 'server starts'
		echo 'ann connects'
		printf '%s\n' 'ann sends u32 4096 "x: " 4074 x "y" "\ncommand-length: 6\n" "echo 1"'
		answers ann 0 '1\n' '' long-header-refused
		echo 'ann closes'
		refuse length-not-limited '00 00 10 01 "x"' '00 00 00 00 "x"' \
			'7f ff ff ff "x"' '80 00 00 00 "x"' 'ff ff ff ff "x"'
		refuse little-endian-length '12 00 00 00 "command-length: 6\necho 3"'
		none_ran length-not-limited
	} | talk
}

# ran, n: a command that leaves a file, and its length.
leaves_a_file() {
	# shellcheck disable=SC2016 # for the command
	ran='echo no >$KIT_DIR/ran'
	n=${#ran}
	ran="\"$ran\""
}

@test "exercise (2 points): a header without exactly one good command-length is none" {
	local ran n
	leaves_a_file
	{
		echo 'server starts'
		asks ann0 'echo 0' | sed 's/sends.*/connects/'
		asks ann0 'echo 0'
		answers ann0 0 '0\n' ''
		printf '%s\n' 'ann0 sends header "user: ann\n" "echo 1"'
		echo 'ann0 expects end or reset within 1s'
		echo '  else means missing-line-unnoticed'
		refuse missing-line-unnoticed "header \"user: ann\\n\" $ran" \
			"header \"command: $n\\n\" $ran" \
			"header \"xcommand-length: $n\\n\" $ran" \
			"header \"command-length-x: $n\\n\" $ran" \
			"header \"x: command-length: $n\\n\" $ran"
		refuse repeated-line-unnoticed \
			"header \"command-length: $n\\ncommand-length: $n\\n\" $ran" \
			"header \"command-length: $n\\nx: y\\ncommand-length: 6\\n\" $ran"
		none_ran missing-line-unnoticed
	} | talk
}

@test "exercise (1 point): a number is 1 to 10 digits and nothing else" {
	local ran n
	leaves_a_file
	{
		echo 'server starts'
		refuse number-not-checked "header \"command-length: \\n\" $ran" \
			"header \"command-length:  $n\\n\" $ran" \
			"header \"command-length: $n \\n\" $ran" \
			"header \"command-length: -1\\n\" $ran" \
			"header \"command-length: +$n\\n\" $ran" \
			"header \"command-length: $(printf 0x%x "$n")\\n\" $ran" \
			"header \"command-length: $n\\r\\n\" $ran"
		refuse number-not-checked \
			"header \"command-length: 000000000$n\\n\" $ran" \
			"header \"command-length: $((4294967296 + n))\\n\" $ran" \
			"header \"command-length: 184467440737095516$((16 + n))\\n\" $ran" \
			"header \"command-length: $n\\0\\n\" $ran"
		none_ran number-not-checked
	} | talk
}

@test "exercise (1 point): a header that is no list of lines is none" {
	local ran n
	leaves_a_file
	{
		echo 'server starts'
		refuse malformed-line-unnoticed \
			"header \"command-length:$n\\n\" $ran" \
			"header \"command-length $n\\n\" $ran" \
			"header \"Command-Length: $n\\n\" $ran" \
			"header \"command-length: $n\" $ran" \
			"header \"command-length: $n\\n\\n\" $ran" \
			"header \"command-length: $n\\n\\0\" $ran" \
			"header \"command-length: $n\\nand more\\n\" $ran"
		refuse malformed-line-unnoticed \
			"header \": x\\ncommand-length: $n\\n\" $ran" \
			"header \"user_name: ann\\ncommand-length: $n\\n\" $ran" \
			"header \"user : ann\\ncommand-length: $n\\n\" $ran" \
			"header \"user:ann\\ncommand-length: $n\\n\" $ran" \
			"header \" x: y\\ncommand-length: $n\\n\" $ran" \
			"header \"command-length: $n\\nx: y\" $ran"
		none_ran malformed-line-unnoticed
	} | talk
}

@test "exercise (1 point): a command of 65536 bytes is run; a longer one, none, half a one never" {
	local ran n
	leaves_a_file
	{
		echo 'server starts'
		echo 'ann connects'
		printf '%s\n' 'ann sends header "command-length: 65536\n" "echo long " 65526 x "#"'
		answers ann 0 'long\n' '' long-command-cut
		echo 'ann closes'
		refuse length-not-limited \
			"header \"command-length: 65537\\n\" $ran \" \" $((65536 - n)) x \"#\"" \
			"header \"command-length: 0\\n\" $ran" \
			"header \"command-length: 4294967295\\n\" $ran"
		refuse runs-up-to-a-zero-byte \
			"header \"command-length: $((n + 6))\\n\" $ran 00 \" # no\""
		cat <<-SCRIPT
			server stands still
			ann connects
			ann sends header "command-length: $((n + 9))\n" $ran
			ann half-closes
			cem connects
			cem sends header "command-length: $((n + 9))\n" $ran
			cem resets
			server goes on
			ann expects end or reset
			  else means runs-a-piece-of-a-command
			server lives
			  else means caller-ends-the-server
		SCRIPT
		none_ran runs-a-piece-of-a-command
	} | talk
}

@test "exercise (2 points): megabytes on either output, and on both at once, come whole" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends header "command-length: 21\n" "yes | head -c 3000000"
		ann expects a header with "stdout-length: 3000000" "stderr-length: 0"
			but nothing means waits-before-it-reads
			but "stdout-length:" means output-cut
			else means answer-header-wrong
		ann expects 1500000 x "y\n"
			else means output-cut
		ann sends header "command-length: 35\n" "yes | head -c 3000000 >&2; printf o"
		ann expects a header with "stdout-length: 1" "stderr-length: 3000000"
			but nothing means drains-one-after-the-other
			but "stderr-length:" means output-cut
			else means answer-header-wrong
		ann expects "o" 1500000 x "y\n"
			else means output-cut
		ann sends header "command-length: 58\n" "yes | head -c 3000000 & yes n | head -c 3000000 >&2 ; wait"
		ann expects a header with "stdout-length: 3000000" "stderr-length: 3000000"
			but nothing means drains-one-after-the-other
			but "stderr-length:" means output-cut
			else means answer-header-wrong
		ann expects 1500000 x "y\n" 1500000 x "n\n"
			else means outputs-mixed
	SCRIPT
}

@test "exercise (2 points): 16777216 bytes are sent, more is an error, and the command is killed" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends header "command-length: 22\n" "yes | head -c 16777216"
		ann expects a header with "exit-status: 0" "stdout-length: 16777216" without "error: *" within 5s
			but "error" means largest-output-refused
			but nothing means waits-before-it-reads
			else means answer-header-wrong
		ann expects 8388608 x "y\n" within 5s
			else means output-cut
		ann sends header "command-length: 22\n" "yes | head -c 16777217"
		ann expects a header with "error: output too long" "stdout-length: 0" "stderr-length: 0" within 5s
			but "error" means too-long-output-is-sent
			but "stdout-length: 16777217" means output-not-limited
			but "stdout-length: 16777216" means output-not-limited
			but nothing means command-not-killed
			else means output-not-limited
		ann sends header "command-length: 33\n" "yes | head -c 17000000; sleep 100"
		ann expects a header with "error: output too long" "stdout-length: 0" "stderr-length: 0"
			but nothing means command-not-killed
			else means output-not-limited
		ann sends header "command-length: 17\n" "echo few; yes >&2"
		ann expects a header with "error: output too long" "stdout-length: 0" "stderr-length: 0" within 5s
			but "stdout-length: 4" means too-long-output-is-sent
			but nothing means output-not-limited
			but end means output-not-limited
			else means output-not-limited
		server has no children
			else means command-not-killed
		ann sends header "command-length: 11\n" "echo and on"
		ann expects a header with "stdout-length: 7" without "error: *"
			else means too-long-output-is-sent
		ann expects "and on\n"
			else means too-long-output-is-sent
		server memory below 80M
			else means output-not-limited
	SCRIPT
}

@test "exercise (1 point): a command that fails, is missing, is killed, or is none: its status is told" {
	{
		echo 'server starts'
		echo 'ann connects'
		while read -r status mistake command; do
			asks ann "$command"
			answers ann "$status" '' '' "$mistake"
		done <<-'COMMANDS'
			0 exit-status-wrong true
			1 exit-status-wrong false
			42 exit-status-wrong exit 42
			127 exit-status-wrong no-such-command-anywhere 2>/dev/null
			137 signal-not-told kill -KILL $$
			143 signal-not-told kill -TERM $$
		COMMANDS
		asks ann "echo 'no end"
		echo 'ann expects a header with "stdout-length: 0"'
		echo '  else means answer-header-wrong'
		echo 'server has no children'
		echo '  else means two-servers'
	} | talk
}

@test "exercise (1 point): a command inherits nothing: no input, no descriptor, no ignored signal" {
	{
		echo 'server starts'
		printf '%s\n' 'server input "meant for the server\n"'
		echo 'ann connects'
		asks ann 'cat; echo done'
		answers ann 0 'done\n' '' standard-input-inherited
		# shellcheck disable=SC2016 # for the command
		asks ann 'for n in 3 4 5 6 7 8 9; do (: >&$n) 2>/dev/null && echo $n; done; echo none'
		answers ann 0 'none\n' '' descriptors-inherited
		asks ann '(yes; echo $? >&2) | head -n 1'
		answers ann 0 'y\n' '141\n' ignored-signal-inherited
		asks ann 'sleep 9 >/dev/null 2>&1 & echo left'
		answers ann 0 'left\n' '' descriptors-inherited
		echo 'ann half-closes'
		echo 'ann expects end within 500ms'
		echo '  else means descriptors-inherited'
	} | talk
}

@test "exercise (1 point): many commands leave no zombie and no descriptor behind" {
	local i
	{
		echo 'server starts'
		echo 'ann connects'
		for i in 0 1 2 3 4 5; do
			asks ann "echo $i"
			answers ann 0 "$i\\n" ''
			[ "$i" != 0 ] || echo 'server notes descriptors'
		done
		echo 'server has no zombies'
		echo '  else means zombies-left'
		echo 'server keeps descriptors'
		echo '  else means pipe-not-closed'
	} | talk
}

@test "exercise (1 point): a caller who leaves before its answer, or in it, ends nothing" {
	{
		cat <<-'SCRIPT'
			server starts
			ann connects
			ann sends header "command-length: 22\n" "yes | head -c 10485760"
			ann expects 00 00
			  but nothing means request-not-answered
			  else means answer-header-wrong
			ann resets
			server lives
			  else means caller-ends-the-server
			cem connects
			  else means caller-ends-the-server
			cem sends header "command-length: 15\n" "echo for nobody"
			cem closes
		SCRIPT
		bob_is_served
		echo 'server has no children'
		echo '  else means zombies-left'
	} | talk
}

@test "exercise (1 point): the header and both outputs leave in one go" {
	local i
	{
		echo 'server starts'
		echo 'ann connects'
		echo 'ann acknowledges late'
		for i in 0 1 2 3 4 5 6 7 8 9 a; do
			asks ann "echo $i; echo $i >&2"
			answers ann 0 "$i\\n" "$i\\n"
		done
		echo 'ann heard each in one go'
		echo '  else means two-sends-a-message'
	} | talk
}

@test "exercise (1 point): the server touches no memory in a way that C forbids" {
	{
		echo 'sanitized'
		echo 'server starts'
		echo 'server stands still'
		echo 'ann1 connects'
		echo 'ann1 sends u32 4096 4096 x "a"'
		echo 'ann2 connects'
		echo 'ann2 sends u32 4096 "command-length: " 4080 x "1"'
		echo 'ann3 connects'
		echo 'ann3 sends u32 1 "a"'
		echo 'ann4 connects'
		echo 'ann4 sends u32 2 "a:"'
		echo 'ann5 connects'
		printf '%s\n' 'ann5 sends u32 4096 "x: " 4092 x "y" "\n"'
		echo 'server goes on'
		for i in 1 2 3 4 5; do
			echo "ann$i expects end or reset"
			echo '  else means malformed-line-unnoticed'
		done
		bob_is_served
		printf '%s\n' 'bob sends header "command-length: 65536\n" "echo long " 65526 x "#"'
		answers bob 0 'long\n' '' long-command-cut
		asks bob 'yes'
		echo 'bob expects a header with "error: output too long" within 5s'
		echo '  else means output-not-limited'
	} | talk
}

@test "exercise (2 points): the client sends its lines as commands, and puts each output where it belongs" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "make it so\n"
		host accepts
		host expects a header with "command-length: 10"
			but "\n" 00 means header-counts-the-zero-byte
			but "command-length: 11" means sends-the-newline
			but nothing means nothing-sent
			else means wrong-message
		host expects "make it so"
			else means wrong-message
		host expects nothing for 20ms
			but 0a means sends-the-newline
			else means wrong-message
		host sends header "exit-status: 3\nstdout-length: 8\nstderr-length: 4\n" "out" 00 ff "%s\n" "err\n"
		client shows "out" 00 ff "%s\n"
			but "out" means prints-with-percent-s
			else means outputs-in-the-wrong-place
		client complains with "err\n"
			else means outputs-in-the-wrong-place
		client complains with "exit status 3\n"
			else means exit-status-not-told
		client never shows "err"
			else means outputs-in-the-wrong-place
		client never shows "exit"
			else means outputs-in-the-wrong-place
		client input ends
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): the client keeps its connection for all commands" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "one\ntwo\n"
		host accepts
		host expects a header with "command-length: 3"
			else means wrong-message
		host expects "one"
			else means wrong-message
		host expects nothing for 20ms
			but end means connection-not-kept
			else means does-not-wait-for-the-answer
		host sends header "exit-status: 0\nstdout-length: 4\nstderr-length: 0\n" "ONE\n"
		host expects a header with "command-length: 3"
			but end means connection-not-kept
			but nothing means connection-not-kept
			else means wrong-message
		host expects "two"
			else means wrong-message
		host sends header "exit-status: 0\nstdout-length: 4\nstderr-length: 0\n" "TWO\n"
		client shows "ONE\n"
		client shows "TWO\n"
			else means outputs-in-the-wrong-place
		client input "three"
		client input ends
		host expects a header with "command-length: 5"
			but end means last-line-lost
			else means wrong-message
		host expects "three"
		host sends header "exit-status: 0\nstdout-length: 0\nstderr-length: 0\n"
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): an answer in pieces, with its lines in any order, is still one answer" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "one\ntwo\n"
		host accepts
		host expects a header with "command-length: 3"
			else means wrong-message
		host expects "one"
		host sends header "stderr-length: 6\nold-stdout-length: 9\nexit-status: 9\nx: stdout-length: 1\nstdout-length: 5\n" byte by byte
			else means half-a-header
		host sends "OUT1\n" "ERR1\n\n" byte by byte
			else means half-a-body
		client shows "OUT1\n"
			else means name-found-elsewhere
		client complains with "ERR1\n\n"
			else means name-found-elsewhere
		client complains with "exit status 9\n"
			else means exit-status-not-told
		host expects a header with "command-length: 3"
			but end means half-a-body
			else means half-a-body
		host expects "two"
		host sends header "exit-status: 0\nstdout-length: 3000006\nstderr-length: 3\n" 1500000 x "Y\n"
		host waits until read
		host expects nothing for 20ms
			else means half-a-body
		host sends "END2" 0a 0a "no\n"
		client shows "Y\nY\nEND2\n\n"
			else means half-a-body
		client complains with "no\n"
			else means half-a-body
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): the client's header and command leave in one go" {
	{
		echo 'host listens'
		echo 'client runs'
		printf '%s\n' 'client input "begin\n"'
		echo 'host accepts'
		echo 'host acknowledges late'
		echo 'host expects a header with "command-length: 5"'
		echo '  else means wrong-message'
		echo 'host expects "begin"'
		for i in 0 1 2 3 4 5 6 7 8 9 a; do
			printf '%s\n' "client input \"$i\\n\""
			printf '%s\n' 'host sends header "exit-status: 0\nstdout-length: 0\nstderr-length: 0\n"'
			echo 'host expects a header with "command-length: 1"'
			echo '  else means wrong-message'
			printf '%s\n' "host expects \"$i\""
			echo '  else means wrong-message'
		done
		echo 'host heard each in one go'
		echo '  else means two-sends-a-message'
	} | talk
}

@test "exercise (1 point): a line that cannot be sent is not sent, and the exit status tells of it" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "\n" 65537 x "l" "\n" 65536 x "m" "\n"
		host accepts
		host expects a header with "command-length: 65536"
			but "command-length: 65537" means sends-a-long-line
			but "command-length: 0" means empty-command-sent
			but nothing means long-command-cut
			else means wrong-message
		host expects 65536 x "m"
			but "l" means sends-a-long-line
			else means wrong-message
		host sends header "exit-status: 0\nstdout-length: 3\nstderr-length: 0\n" "ok\n"
		client shows "ok\n"
		client complains
			else means fails-silently
		client input ends
		client fails
			but nothing means goes-on-after-its-input
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): an error in the answer is told, and the next command is sent" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "yes\necho\n"
		host accepts
		host expects a header with "command-length: 3"
			else means wrong-message
		host expects "yes"
		host sends header "exit-status: 137\nerror: output too long\nstderr-length: 0\nstdout-length: 0\n"
		client complains with "output too long"
			else means error-not-told
		host expects a header with "command-length: 4"
			else means error-ends-the-client
		host expects "echo"
		host sends header "exit-status: 0\nstdout-length: 1\nstderr-length: 0\n" "\n"
		client shows "\n"
		client input ends
		client fails
			but nothing means goes-on-after-its-input
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): an answer that breaks off, or has no good header, is none" {
	local header answer
	header='header "exit-status: 0\nstdout-length: 5\nstderr-length: 0\n"'
	for answer in "$header \"HEL\"" '00 00 00' \
		'header "exit-status: 0\nstdout-length: 16777217\nstderr-length: 0\n" "A"' \
		'header "exit-status: 0\nstdout-length: 1\n" "A"' \
		'header "exit-status: 0\nstdout-length: 1\nstderr-length: -1\n" "A"' \
		'header "exit-status: 0\nstdout-length: 1\nstdout-length: 1\nstderr-length: 0\n" "A"' \
		'ff ff ff ff "A"' ''; do
		{
			echo 'host listens'
			echo 'client runs'
			printf '%s\n' 'client input "hello\n"'
			echo 'host accepts'
			echo 'host expects a header with "command-length: 5"'
			echo '  else means wrong-message'
			echo 'host expects "hello"'
			[ -z "$answer" ] || echo "host sends $answer"
			case $answer in
			*'"HEL"' | '00 00 00' | '')
				echo 'host half-closes'
				;;
			esac
			echo 'client complains within 1s'
			echo '  else means answer-not-looked-at'
			echo 'client fails within 1s'
			echo '  but nothing means answer-not-looked-at'
			echo '  else means success-after-failure'
		} | talk || return 1
	done
	talk <<-'SCRIPT'
		client runs
		client input "nobody is there\n"
		client complains
			else means fails-silently
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
	SCRIPT
}
