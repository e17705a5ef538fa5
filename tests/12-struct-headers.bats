#!/usr/bin/env bats
# Lesson 12: a header of fixed width before each message, packed by hand.

load support/helpers

# every_split WHO FOR HEX ...: lines of a script in which WHO sends these bytes
# in two pieces, cut at each place, and expects FOR.
every_split() {
	local who=$1 answer=$2 k
	shift 2
	for ((k = 1; k < $#; k++)); do
		echo "$who sends ${*:1:k}"
		echo "$who waits until read"
		echo "$who sends ${*:k+1}"
		echo "$who expects $answer"
		echo '  but nothing means half-a-header'
		if ((k < 5)); then
			echo '  else means half-a-header'
		else
			echo '  else means half-a-body'
		fi
	done
}

@test "demonstration: a header is shown as it lies in memory, field by field, and after htonl()" {
	[ "$(printf '\1\0' | od -An -td2 | tr -d ' ')" = 1 ] ||
		skip "needs a machine that keeps the lowest byte first"
	talk <<-'SCRIPT'
		server starts
		server listens at 127.0.0.1
		client runs
		client input "AAA\n"
		client prints "the struct   : 01 ee ee ee 03 00 00 00   length 4008635907\n"
		client prints "its fields   : 01 03 00 00 00   length 50331648\n"
		client prints "after htonl(): 01 00 00 00 03   length 3\n"
		client prints "send() returned 8\n"
		server shows "a message of kind 1, 3 bytes: AAA\n"
		client input "\n"
		client shows "after htonl(): 01 00 00 00 00   length 0\n"
		server shows "a message of kind 1, 0 bytes: \n"
		client input 1025 x "a" "\n" 1024 x "b" "\n"
		client complains
		client shows "after htonl(): 01 00 00 04 00   length 1024\n"
		server shows "a message of kind 1, 1024 bytes: " 1024 x "b" "\n"
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
		ann sends 01 00 00 00 03 "AAA" 01 00 00 00 04 "BBBB" byte by byte
		server shows "a message of kind 1, 3 bytes: AAA\n"
		server shows "a message of kind 1, 4 bytes: BBBB\n"
		ann sends 01 04 00 00 00 "AAAA"
		ann expects end or reset
		server shows "no more messages\n"
		bob connects
		bob sends 01 00 00 00 03 "AA"
		bob half-closes
		bob expects end
		server shows "no more messages\n"
		cem connects
		cem sends 02 00 00 00 02 "CC"
		server shows "a message of kind 2, 2 bytes: CC\n"
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

@test "exercise (2 points): a message of kind 1 comes back in upper case, of kind 2 in lower case" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 01 00 00 00 05 "Hello"
		ann expects 01 00 00 00 05 "HELLO"
			but 01 05 00 00 00 means little-endian-length
			but 01 00 00 00 00 means length-of-16-bits
			but 01 00 05 00 00 means length-of-16-bits
			but 05 means header-incomplete
			but 01 "H" means header-incomplete
			but 02 means kind-not-kept
			but 01 00 00 00 05 "hello" means kind-not-looked-at
			but "HELLO" means header-incomplete
			but nothing means header-misread
			but end means header-misread
			but 01 00 00 means header-misread
			else means wrong-answer
		ann sends 02 00 00 00 06 "Hi Bob"
		ann expects 02 00 00 00 06 "hi bob"
			but 01 means kind-not-kept
			but 02 00 00 00 06 "HI" means kind-not-looked-at
			but nothing means one-message-a-call
			but end means one-message-a-call
			else means wrong-answer
		ann half-closes
		ann expects end
			else means keeps-the-line-open
		bob connects
		bob sends 01 00 00 00 03 "abc"
		bob expects 01 00 00 00 03 "ABC"
			else means ends-with-its-first-caller
	SCRIPT
}

@test "exercise (1 point): only the letters a to z and A to Z are changed" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 01 00 00 00 0f "a" 00 "z{`[@" 0a 0d ff e9 dc 7f "%s"
		ann expects 01 00 00 00 0f "A" 00 "Z{`[@" 0a 0d ff e9 dc 7f "%S"
			but 01 00 00 00 01 means stops-at-zero-byte
			but 01 00 00 00 0f "A" 00 00 means stops-at-zero-byte
			but 01 00 00 00 0f "A" 00 "Z{`[@" 0d means newline-taken-away
			but nothing means header-misread
			but end means header-misread
			else means changes-other-bytes
		ann sends 02 00 00 00 0f "A" 00 "Z{`[@" 0a 0d ff e9 dc 7f "%S"
		ann expects 02 00 00 00 0f "a" 00 "z{`[@" 0a 0d ff e9 dc 7f "%s"
			else means changes-other-bytes
	SCRIPT
}

@test "exercise (2 points): a length is four bytes, the highest first, none of them negative" {
	local length what=header-misread
	{
		echo 'server starts'
		echo 'ann connects'
		for length in 10 13 127 128 200 255 256 300 32768 65535 65536 \
			305419; do
			echo "ann sends 01 u32 $length pattern $length"
			echo "ann expects 01 u32 $length upper pattern $length"
			[ "$length" -lt 128 ] || what="length-from-signed-bytes"
			echo '  but 01 00 00 00 00 means length-of-16-bits'
			echo "  but nothing means $what"
			echo "  but end means $what"
			echo '  else means wrong-answer'
		done
	} | talk
}

@test "exercise (2 points): a header that arrives in two pieces is still one header" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 01 00
		ann waits until read
		ann expects nothing for 50ms
			else means half-a-header
		ann sends 00 00 05 "hello"
		ann expects 01 00 00 00 05 "HELLO"
			else means half-a-header
		ann sends 02 00 00 00
		ann waits until read
		ann sends 04 "BODY"
		ann expects 02 00 00 00 04 "body"
			else means half-a-header
		ann sends 01 00 00 00 02 "ab" 02 00 00 00 02 "CD" byte by byte
		ann expects 01 00 00 00 02 "AB" 02 00 00 00 02 "cd"
			else means half-a-header
	SCRIPT
}

@test "exercise (1 point): a body that arrives in pieces is still one body" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 01 00 00 00 0a "he"
		ann waits until read
		ann expects nothing for 50ms
			else means half-a-body
		ann sends "llo"
		ann waits until read
		ann sends " you!"
		ann expects 01 00 00 00 0a "HELLO YOU!"
			else means half-a-body
		ann sends 02 00 01 86 a0 50000 x "A"
		ann waits until read
		ann sends 50000 x "B"
		ann expects 02 00 01 86 a0 50000 x "a" 50000 x "b"
			else means half-a-body
	SCRIPT
}

@test "exercise (1 point): wherever a message is cut in two, the answer is the same" {
	{
		echo 'server starts'
		echo 'ann connects'
		every_split ann '01 u32 5 "HELLO"' \
			01 00 00 00 05 68 65 6c 6c 6f
		every_split ann '02 u32 3 "xyz"' 02 00 00 00 03 58 79 5a
		every_split ann '02 u32 0' 02 00 00 00 00
		# The first message whole, and a part of the second behind it.
		cat <<-'SCRIPT'
			ann sends 01 00 00 00 01 "a" 02 00
			ann waits until read
			ann sends 00 00 02 "BC"
			ann expects 01 00 00 00 01 "A" 02 00 00 00 02 "bc"
			  else means next-message-swallowed
			ann sends 01 00 00 00 01 "a" 02 00 00 00 02 "B"
			ann waits until read
			ann sends "C"
			ann expects 01 00 00 00 01 "A" 02 00 00 00 02 "bc"
			  else means next-message-swallowed
		SCRIPT
	} | talk
}

@test "exercise (1 point): an empty message is answered with an empty message" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 01 00 00 00 00
		ann expects 01 00 00 00 00
			else means empty-message-ends-it
		ann sends 02 00 00 00 00 01 00 00 00 01 "x"
		ann expects 02 00 00 00 00 01 00 00 00 01 "X"
			else means empty-message-ends-it
	SCRIPT
}

@test "exercise (2 points): a thousand messages in one segment are a thousand messages" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 01 00 00 00 03 "AbC" 02 00 00 00 03 "AbC"
		ann expects 01 00 00 00 03 "ABC" 02 00 00 00 03 "abc"
			but 01 00 00 00 06 means next-message-swallowed
			else means next-message-swallowed
		ann sends 500 x "\x01\0\0\0\x05First\x02\0\0\0\x04Next"
		ann expects 500 x "\x01\0\0\0\x05FIRST\x02\0\0\0\x04next"
			else means next-message-swallowed
	SCRIPT
}

@test "exercise (1 point): a message of 1048576 bytes comes back whole" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann exchanges 01 00 10 00 00 pattern 1M for 01 00 10 00 00 upper pattern 1M
			but end means largest-message-refused
			but nothing means largest-message-refused
			else means wrong-answer
		ann exchanges 02 00 10 00 00 1048576 x "M" for 02 00 10 00 00 1048576 x "m"
			but end means largest-message-refused
			but nothing means largest-message-refused
			else means wrong-answer
		server memory below 16M
			else means memory-for-a-promise
	SCRIPT
}

# callers WHAT BYTES ...: lines of a script in which one caller after another,
# all at once, says such bytes, and is dropped (else WHAT).
callers() {
	local what=$1 i=0 bytes
	shift
	echo 'server stands still'
	for bytes; do
		echo "ann$((i += 1)) connects"
		echo "ann$i sends $bytes"
	done
	echo 'server goes on'
	for ((i = 1; i <= $#; i++)); do
		echo "ann$i expects end or reset within 1s"
		echo "  else means $what"
	done
	echo 'server lives'
	echo '  else means caller-ends-the-server'
}

# bob_is_served: lines of a script: after all that, the next caller is served.
bob_is_served() {
	echo 'bob connects'
	echo '  else means caller-ends-the-server'
	echo 'bob sends 01 00 00 00 03 "bob"'
	echo 'bob expects 01 00 00 00 03 "BOB"'
	echo '  else means caller-ends-the-server'
}

@test "exercise (2 points): a longer message is refused at once, before any memory is taken" {
	{
		echo 'server starts'
		callers length-not-limited '01 u32 1048577 "ab"' \
			'01 u32 67108864 "ab"' '01 u32 2147483647 "ab"' \
			'01 u32 2147483648 "ab"' '01 u32 4294967295 "ab"'
		echo 'server memory below 16M'
		echo '  else means memory-for-a-promise'
		bob_is_served
	} | talk
	{
		echo 'sanitized'
		echo 'server starts'
		callers length-not-limited '01 u32 1048577 "ab"' \
			'01 u32 2147483648 "ab"' '01 u32 4294967295 "ab"'
		bob_is_served
	} | talk
}

@test "exercise (1 point): callers who promise much and go take no memory along" {
	{
		echo 'server may have 256M of memory'
		echo 'server starts'
		for ((i = 0; i < 280; i++)); do
			echo 'ann connects'
			echo '  else means memory-not-given-back'
			echo 'ann sends 01 00 10 00 00 "only this"'
			echo 'ann half-closes'
			echo 'ann expects end or reset'
			echo '  else means half-a-message-answered'
		done
		echo 'bob connects'
		echo '  else means memory-not-given-back'
		echo 'bob exchanges 01 00 10 00 00 pattern 1M' \
			'for 01 00 10 00 00 upper pattern 1M'
		echo '  else means memory-not-given-back'
		echo 'server memory below 16M'
		echo '  else means memory-for-a-promise'
	} | talk
}

@test "exercise (1 point): other kinds, a length in another order, a struct as it lies in memory are refused" {
	{
		echo 'server starts'
		cat <<-'SCRIPT'
			cem connects
			cem sends 01 05 00 00 00 "hello"
			cem expects end or reset
			  else means little-endian-length
			dan connects
			dan sends 01 00 00 00 05 00 00 00 "he"
			dan expects 01 00 00 00 05 00 00 00 "HE" within 1s
			  but nothing means header-with-padding
			  else means header-misread
			dan sends "llo, you"
			dan expects end or reset
			  else means kind-not-looked-at
		SCRIPT
		callers kind-not-looked-at '00 00 00 00 01 "a"' \
			'03 00 00 00 01 "a"' 'ff 00 00 00 01 "a"' '"u hello\n"'
		bob_is_served
	} | talk
}

@test "exercise (1 point): a message that breaks off is not answered, and the next caller is served" {
	{
		cat <<-'SCRIPT'
			server starts
			server stands still
			ann connects
			ann sends 01 00 00 00 0a "only"
			ann half-closes
			cem connects
			cem sends 01 00 00 00
			cem half-closes
			dan connects
			dan sends 01 00 00 00 0a "only"
			dan resets
			eve connects
			eve sends 500 x "\x01\0\0\0\x10AAAAAAAAAAAAAAAA"
			eve closes
			server goes on
			ann expects end or reset
			  else means half-a-message-answered
			cem expects end or reset
			  else means half-a-message-answered
			server lives
			  else means caller-ends-the-server
		SCRIPT
		bob_is_served
	} | talk
}

@test "exercise (1 point): header and body of an answer leave in one go" {
	{
		echo 'server starts'
		echo 'ann connects'
		echo 'ann acknowledges late'
		for i in 0 1 2 3 4 5 6 7 8 9 a; do
			echo "ann sends 01 00 00 00 01 \"$i\""
			echo "ann expects 01 00 00 00 01 \"$(echo "$i" | tr a A)\""
			echo '  else means wrong-answer'
		done
		echo 'ann heard each in one go'
		echo '  else means two-sends-a-message'
	} | talk
}

@test "exercise (1 point): the server touches no memory in a way that C forbids" {
	talk <<-'SCRIPT'
		sanitized
		server starts
		ann connects
		ann sends 01 00 00 00 05 "hello" 02 00 00 00 02 "AB" 01 00 00 00 01 "x"
		ann expects 01 00 00 00 05 "HELLO" 02 00 00 00 02 "ab" 01 00 00 00 01 "X"
			else means wrong-answer
		ann sends 01 00 00 00 c8 200 x 80
		ann expects 01 00 00 00 c8 200 x 80
			else means length-from-signed-bytes
		ann exchanges 02 00 10 00 00 1048576 x "L" for 02 00 10 00 00 1048576 x "l"
			else means largest-message-refused
		ann sends 01 00 01 00 00
		ann half-closes
		ann expects end or reset
			else means half-a-message-answered
		server lives
			else means caller-ends-the-server
	SCRIPT
}

@test "exercise (2 points): the client sends u TEXT as kind 1, l TEXT as kind 2, and prints the answer" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "u Hello, you\n"
		host accepts
		host expects 01 00 00 00 0a "Hello, you"
			but 01 0a 00 00 00 means little-endian-length
			but 01 00 00 00 00 00 00 means header-with-padding
			but 01 00 00 00 0c means sends-the-whole-line
			but 01 00 00 00 0b means sends-the-newline
			but "u" means header-incomplete
			but 01 00 0a means length-of-16-bits
			but 01 00 00 00 00 means length-of-16-bits
			but 01 00 00 00 0a 00 means header-with-padding
			but 00 means header-incomplete
			but nothing means nothing-sent
			but 01 means header-with-padding
			else means wrong-message
		host expects nothing for 20ms
			but 0a means sends-the-newline
			else means wrong-message
		host sends 01 00 00 00 04 "what"
		client shows "what\n"
			but nothing means answer-not-printed
			but "what" means newline-missing
			else means answer-not-printed
		client input "l  %s" 00 "B\n"
		host expects 02 00 00 00 05 " %s" 00 "B"
			but 01 means kind-not-kept
			but 02 00 00 00 04 means sends-the-whole-line
			but 02 00 00 00 03 means stops-at-zero-byte
			else means wrong-message
		host sends 02 00 00 00 05 "%d" 00 ff "c"
		client shows "%d" 00 ff "c\n"
			else means prints-with-percent-s
		client input ends
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): the client's length is four bytes, the highest first, of the text alone" {
	{
		echo 'host listens'
		echo 'client runs'
		once='host accepts'
		for length in 0 1 127 128 300 65536; do
			printf '%s\n' "client input \"u \" $length x \"b\" \"\\n\""
			[ -z "$once" ] || echo "$once"
			once=
			echo "host expects 01 u32 $length $length x \"b\""
			echo '  but nothing means nothing-sent'
			echo '  but end means largest-message-refused'
			echo '  else means wrong-message'
			echo "host sends 01 u32 $length $length x \"B\""
			printf '%s\n' "client shows $length x \"B\" \"\\n\""
			echo '  else means length-from-signed-bytes'
		done
		echo 'client input ends'
		echo 'client ends with 0'
	} | talk
}

@test "exercise (1 point): an answer in pieces is still one answer" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "u hello\nl SECOND\n"
		host accepts
		host expects 01 00 00 00 05 "hello"
			else means wrong-message
		host sends 01 00
		host waits until read
		host expects nothing for 20ms
			else means half-a-header
		host sends 00 00 05 "HE"
			else means half-a-header
		host waits until read
		host expects nothing for 20ms
			else means half-a-body
		host sends "LLO"
			else means half-a-body
		client shows "HELLO\n"
			else means half-a-body
		host expects 02 00 00 00 06 "SECOND"
			else means half-a-body
		host sends 02 00 00 00 06 "second" byte by byte
		client shows "second\n"
			else means half-a-body
		client input ends
		client ends with 0
	SCRIPT
}

@test "exercise (1 point): the client's header and text leave in one go" {
	{
		echo 'host listens'
		echo 'client runs'
		printf '%s\n' 'client input "u begin\n"'
		echo 'host accepts'
		echo 'host acknowledges late'
		echo 'host expects 01 00 00 00 05 "begin"'
		echo '  else means wrong-message'
		for i in 0 1 2 3 4 5 6 7 8 9 a; do
			printf '%s\n' "client input \"u $i\\n\""
			echo 'host sends 01 00 00 00 02 "ok"'
			echo "host expects 01 00 00 00 01 \"$i\""
			echo '  else means wrong-message'
		done
		echo 'host heard each in one go'
		echo '  else means two-sends-a-message'
	} | talk
}

@test "exercise (1 point): a line that is no u TEXT or l TEXT is not sent, and the exit status tells of it" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "x hello\n\nu\nuhello\nU hello\nu " 1048577 x "a" "\n"
		client input "u " 1048576 x "b" "\nl \n"
		host accepts
		host expects 01 00 10 00 00 1048576 x "b"
			but 01 00 10 00 00 "a" means sends-a-long-line
			but 01 00 10 00 01 means sends-a-long-line
			but nothing means largest-message-refused
			but end means largest-message-refused
			else means sends-what-is-no-line
		host sends 01 00 00 00 02 "ok"
		host expects 02 00 00 00 00
			but nothing means empty-message-ends-it
			but end means empty-message-ends-it
			else means sends-what-is-no-line
		host sends 02 00 00 00 00
		client shows "ok\n"
			else means answer-not-printed
		client shows "\n"
			else means answer-not-printed
		client complains
			else means fails-silently
		client input ends
		client fails
			but nothing means goes-on-after-its-input
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): an answer that breaks off, is too long or of another kind is none" {
	local answer
	for answer in '01 00 00 00 05 "HEL"' '01 00 00' '01 00 10 00 01 "A"' \
		'01 ff ff ff ff "A"' '02 00 00 00 05 "hello"' ''; do
		{
			echo 'host listens'
			echo 'client runs'
			printf '%s\n' 'client input "u hello\n"'
			echo 'host accepts'
			echo 'host expects 01 00 00 00 05 "hello"'
			[ -z "$answer" ] || echo "host sends $answer"
			case $answer in
			*'"HEL"' | '01 00 00' | '')
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
		client input "u nobody is there\n"
		client complains
			else means fails-silently
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
	SCRIPT
}
