#!/usr/bin/env bats
# Lesson 11: the length first, as four digits, then so many bytes.

load support/helpers

@test "demonstration: messages come out by their lengths, whatever stands in them" {
	talk <<-'SCRIPT'
		server starts
		server prints "listening on 127.0.0.1:{port}\n"
		client runs
		server prints "accept() returned\n"
		server stands still
		client input "AAA\nBBBB\n\n"
		client prints "send() returned 7\n"
		client prints "send() returned 8\n"
		client prints "send() returned 4\n"
		server has 19 bytes unread
		server goes on
		server prints "a message of 3 bytes: AAA\n"
		server prints "a message of 4 bytes: BBBB\n"
		server prints "a message of 0 bytes: \n"
		client input "0003 :}\n"
		client prints "send() returned 11\n"
		server prints "a message of 7 bytes: 0003 :}\n"
		client input ends
		client ends with 0
		server prints "no more messages\n"
	SCRIPT
}

@test "demonstration: strtol() takes for a length what is none" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "  +2ab00x3 12zcd"
		server shows "a message of 2 bytes: ab\n"
		server shows "a message of 0 bytes: \n"
		ann half-closes
		ann expects end or reset
		bob connects
		bob sends "-001"
		bob expects end or reset
		cem connects
		cem sends "2000"
		cem expects end or reset
		dan connects
		dan sends "0002ok"
		server shows "a message of 2 bytes: ok\n"
		server lives
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
		client2 runs
		client2 input 1025 x "l" "\nx\n"
		client2 input ends
		client2 complains
		client2 ends with 1
	SCRIPT
}

@test "exercise (2 points): a message comes back in upper case, behind its length" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "0012hello, world"
		ann expects "0012HELLO, WORLD"
			but "0012hello" means not-upper-case
			but "HELLO" means length-missing
			but "12HELLO" means length-not-four-digits
			but "0016HELLO" means length-counts-something-else
			but "0013HELLO" means length-counts-something-else
			but "0012" 00 means zero-byte-behind-the-length
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann expects nothing for 20ms
			but end means one-message-a-call
			but more means answers-with-sizeof-buffer
		ann sends "0003abc"
		ann expects "0003ABC"
			but nothing means one-message-a-call
			but end means one-message-a-call
			else means wrong-answer
		ann half-closes
		ann expects end
			but nothing means connection-not-closed
			but more means half-a-message-answered
			else means wrong-answer
		ann closes
		server lives
			else means ends-with-its-first-caller
		bob connects
			else means ends-with-its-first-caller
		bob sends "0003bob"
		bob expects "0003BOB"
			but nothing means ends-with-its-first-caller
			but end means ends-with-its-first-caller
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): four digits are the length, also when more digits follow" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "0005hello"
		ann expects "0005HELLO"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "0003123"
		ann expects "0003123"
			but nothing means length-reads-on
			but end means length-reads-on
			else means wrong-answer
		ann sends "00030040002x1"
		ann expects "00030040002X1"
			but nothing means length-reads-on
			but end means length-reads-on
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): 0010 is ten, and 0008 is eight" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "0005hello"
		ann expects "0005HELLO"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "0010ten bytes!0008 8 bytes"
		ann expects "0010TEN BYTES!"
			but "0008" means read-as-octal
			but "0010TEN BYTES" means read-as-octal
			but end means read-as-octal
			else means wrong-answer
		ann expects "0008 8 BYTES"
			else means read-as-octal
		ann sends "0123" 123 x "a"
		ann expects "0123" 123 x "A"
			else means read-as-octal
	SCRIPT
}

@test "exercise (1 point): the empty message is 0000, and is answered" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "0005hello"
		ann expects "0005HELLO"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "0000"
		ann expects "0000"
			but nothing means empty-message-taken-for-the-end
			but end means empty-message-taken-for-the-end
			else means wrong-answer
		ann sends "000000000001x"
		ann expects "000000000001X"
			else means empty-message-taken-for-the-end
	SCRIPT
}

@test "exercise (1 point): a message is bytes: zero bytes, newlines, marks, more than one byte a letter" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "0005hello"
		ann expects "0005HELLO"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "0006a" 00 "b" 00 00 "c"
		ann expects "0006A" 00 "B" 00 00 "C"
			else means stops-at-zero-byte
		ann sends "0011\n{2H:a:}\r\n\n"
		ann expects "0011\n{2H:A:}\r\n\n"
			else means byte-does-not-pass
		ann sends "0006" ff e4 c3 a9 "z" ff
		ann expects "0006" ff e4 c3 a9 "Z" ff
			but "0006" ff c4 means changes-other-bytes
			but "0006" ff e4 c3 89 means changes-other-bytes
			else means byte-does-not-pass
	SCRIPT
}

@test "exercise (2 points): a length or a message in two pieces is one, wherever it is cut" {
	local message cut
	{
		echo 'server starts'
		cat <<-'SCRIPT'
			ann connects
			ann sends "0005hello"
			ann expects "0005HELLO"
			  but nothing means no-answer
			  but end means no-answer
			  else means wrong-answer
		SCRIPT
		for message in 0012twelve:bytes 0001a 0000; do
			for ((cut = ${#message} - 1; cut > 0; cut--)); do
				cat <<-SCRIPT
					ann sends "${message:0:cut}"
					ann waits until noticed
					  else means no-answer
					server waits
					ann expects nothing for 1ms
					  else means one-recv-is-not-one-message
					ann sends "${message:cut}"
					ann expects upper "$message"
					  else means one-recv-is-not-one-message
				SCRIPT
			done
		done
		message=0009each-byte0003for0003its0000
		for ((cut = 0; cut < ${#message}; cut++)); do
			echo "ann sends \"${message:cut:1}\""
			echo 'ann waits until noticed'
			echo '  else means no-answer'
		done
		echo 'ann expects "0009EACH-BYTE0003FOR0003ITS0000"'
		echo '  else means one-recv-is-not-one-message'
	} | talk
}

@test "exercise (1 point): many messages in one segment are many messages" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "0003one0003two0005thr"
		ann expects "0003ONE"
			else means wrong-answer
		ann expects "0003TWO"
			but nothing means rest-thrown-away
			but end means rest-thrown-away
			else means wrong-answer
		ann waits until noticed
			else means no-answer
		server waits
		ann expects nothing for 20ms
			else means one-recv-is-not-one-message
		ann sends "ee00"
		ann expects "0005THREE"
			but nothing means rest-thrown-away
			but end means rest-thrown-away
			else means wrong-answer
		ann waits until noticed
			else means no-answer
		ann sends "04four"
		ann expects "0004FOUR"
			but nothing means rest-thrown-away
			but end means rest-thrown-away
			else means wrong-answer
		ann sends 1000 x "0006frames"
		ann expects 1000 x "0006FRAMES"
			but nothing means rest-thrown-away
			else means wrong-answer
		ann sends "0004last"
		ann half-closes
		ann expects "0004LAST"
			else means wrong-answer
		ann expects end
			but nothing means connection-not-closed
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): a message of 9999 bytes passes, within the memory that is there" {
	talk <<-'SCRIPT'
		sanitized
		server starts
		ann connects
		ann sends "0005hello"
		ann expects "0005HELLO"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "9999" 9999 x "m"
		ann expects "9999" 9999 x "M"
			but end means longest-length-refused
			but nothing means longest-length-refused
			but "9999" means message-cut-short
			else means wrong-answer
		ann sends "4097" 4097 x "n"
		ann waits until noticed
		ann sends "0001z"
		ann expects "4097" 4097 x "N" "0001Z"
			but "4097" means message-cut-short
			else means wrong-answer
	SCRIPT
}

# Each of these four bytes is no length, and behind them stands what a program
# might take for a message.
@test "exercise (2 points): what is no length is dropped, with a complaint, and the next caller is served" {
	local bytes name=0
	{
		cat <<-'SCRIPT'
			sanitized
			server starts
			ann connects
			ann sends "0005hello"
			ann expects "0005HELLO"
				but nothing means no-answer
				but end means no-answer
				else means wrong-answer
			ann sends "00x3" "0003not"
			ann expects end or reset
			  else means no-length-accepted
			server complains
			  else means dropped-without-a-word
			server lives
			  else means caller-ends-the-server
			bob connects
			  else means caller-ends-the-server
			bob sends "0003yes"
			bob expects "0003YES"
			  but "0003NOT" means left-over-for-the-next-caller
			  but nothing means caller-ends-the-server
			  but end means caller-ends-the-server
			  else means wrong-answer
			bob closes
		SCRIPT
		for bytes in '" 3  "' '"-001"' '"+003"' '"   3"' \
			'"3   "' '"0x10"' '"1e3 "' '"12.0"' '"003\n"' '"-999"' \
			'"a003"' '"003:"' '"00/3"' '00 00 00 03' '"003" 00' \
			'ff ff ff ff' '"1" d9 a1 "2"' 'b2 "003"'; do
			name=$((name + 1))
			cat <<-SCRIPT
				ann$name connects
				  else means caller-ends-the-server
				ann$name sends $bytes "abc0003abc0003abc"
				ann$name expects end or reset
				  but nothing means no-length-accepted
				  else means no-length-accepted
				server complains
				  else means dropped-without-a-word
				server lives
				  else means caller-ends-the-server
			SCRIPT
		done
		cat <<-'SCRIPT'
			cem connects
			  else means caller-ends-the-server
			cem sends "0001a"
			cem expects "0001A"
			  else means caller-ends-the-server
		SCRIPT
	} | talk
}

@test "exercise (1 point): who promises more than he sends gets no answer, and a complaint" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "0005whole0010half"
		ann expects "0005WHOLE"
			but nothing means no-answer
			else means wrong-answer
		ann waits until noticed
			else means no-answer
		server waits
		ann expects nothing for 20ms
			else means one-recv-is-not-one-message
		ann half-closes
		ann expects end or reset
			but nothing means end-of-stream-ignored
			else means half-a-message-answered
		server complains
			else means dropped-without-a-word
		server lives
			else means caller-ends-the-server
		bob connects
			else means caller-ends-the-server
		bob sends "000"
		bob waits until noticed
			else means no-answer
		bob half-closes
		bob expects end or reset
			but nothing means end-of-stream-ignored
			else means half-a-message-answered
		server complains
			else means dropped-without-a-word
		server lives
			else means caller-ends-the-server
		cem connects
			else means caller-ends-the-server
		cem sends "0003cem"
		cem expects "0003CEM"
			else means left-over-for-the-next-caller
	SCRIPT
}

@test "exercise (1 point): a caller who resets, or leaves before its answers, ends nothing" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "0009half"
		ann waits until noticed
			else means no-answer
		ann resets
		server lives
			else means reset-ends-the-server
		bob connects
			else means reset-ends-the-server
		server stands still
		bob sends 2000 x "0006frames"
		bob closes
		server goes on
		server lives
			else means caller-ends-the-server
		cem connects
			else means caller-ends-the-server
		cem sends "0012still "
		server is idle for 100ms
			else means asks-again-and-again
		cem sends "there?"
		cem expects "0012STILL THERE?"
			else means left-over-for-the-next-caller
	SCRIPT
}

@test "exercise (1 point): the client sends a line behind its length, and prints the message in the answer" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "hello, world\n"
		host expects "0012hello, world"
			but "hello" means length-missing
			but "12hello" means length-not-four-digits
			but "  12hello" means length-not-four-digits
			but "0013hello" means length-counts-something-else
			but "0016hello" means length-counts-something-else
			but "0012" 00 means zero-byte-behind-the-length
			but nothing means nothing-sent
			but end means nothing-sent
			else means wrong-message
		host expects nothing for 20ms
			else means answers-with-sizeof-buffer
		host sends "0010HELLO, " 00 ff "%"
		client shows "HELLO, " 00 ff "%\n"
			but "0010" means length-printed
			else means answer-not-printed
		client input "ten bytes!\n"
		host expects "0010ten bytes!"
			but "10" means length-not-four-digits
			else means wrong-message
		host sends "0010TEN BYTES!"
		client shows "TEN BYTES!\n"
			else means answer-not-printed
		client never shows "0010"
			else means length-printed
		client input "the last"
		client input ends
		host expects "0008the last"
			but end means last-line-lost
			else means wrong-message
		host sends "0008THE LAST"
		client shows "THE LAST\n"
			else means answer-not-printed
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a length counts bytes, not letters, and no zero byte ends it" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "h\xc3\xa9llo\n"
		host expects "0006h\xc3\xa9llo"
			but "0005" means length-counts-something-else
			else means wrong-message
		host sends "0006H\xc3\xa9LLO"
		client shows "H\xc3\xa9LLO\n"
			else means answer-not-printed
		client input "a" 00 "b\n"
		host expects "0003a" 00 "b"
			but "0001" means stops-at-zero-byte
			else means wrong-message
		host sends "0003A" 00 "B"
		client shows "A" 00 "B\n"
			else means answer-not-printed
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): an empty line is 0000, and is sent" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "\nx\n"
		host expects "0000"
			but end means nothing-sent
			else means empty-message-taken-for-the-end
		host sends "0000"
		client shows "\n"
			but nothing means empty-message-taken-for-the-end
			but end means empty-message-taken-for-the-end
			else means answer-not-printed
		host expects "0001x"
			but end means nothing-sent
			else means wrong-message
		host sends "0001X"
		client shows "X\n"
			else means answer-not-printed
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a line of 9999 bytes is sent, a longer one is not" {
	talk <<-'SCRIPT'
		sanitized
		host listens
		client runs
		host accepts
		client input 10000 x "l" "\n"
		client input 9999 x "m" "\n"
		host expects "9999" 9999 x "m"
			but "1000" means sends-a-long-line
			but "9999l" means sends-a-long-line
			but "9999" means message-cut-short
			but nothing means longest-length-refused
			else means wrong-message
		client complains
			else means fails-silently
		host sends "9999" 9999 x "M"
		client shows 9999 x "M" "\n"
			else means answer-not-printed
		client input ends
		client fails
			but nothing means goes-on-after-its-input
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): an answer in pieces is one answer, and the next line waits for it" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "first\nsecond\n"
		host expects "0005first"
			but end means nothing-sent
			else means wrong-message
		host sends "00"
		host waits until noticed
		client waits
		host expects nothing for 20ms
			else means one-recv-is-not-one-message
		host sends "05FI"
		host waits until noticed
		client waits
		host expects nothing for 20ms
			else means one-recv-is-not-one-message
		client never shows "FI"
			else means one-recv-is-not-one-message
		host sends "RST00"
		client shows "FIRST\n"
			but nothing means one-recv-is-not-one-message
			else means one-recv-is-not-one-message
		host expects "0006second"
			else means one-recv-is-not-one-message
		host waits until noticed
		host sends "06SECOND"
		client shows "SECOND\n"
			else means rest-thrown-away
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

# bad_answer N MISTAKE BYTES [closes]: steps in which the Nth client gets this for
# an answer, and must fail.
bad_answer() {
	cat <<-SCRIPT
		client$1 runs
		client$1 input "hello\\n"
		host accepts as host$1
		host$1 expects "0005hello"
		  but end means nothing-sent
		  else means wrong-message
		host$1 sends $3
		${4+host$1 closes}
		client$1 fails
		  but nothing means $2
		  else means $2
		client$1 complains
		  else means fails-silently
	SCRIPT
}

@test "exercise (1 point): no answer, half an answer, no length before it: the client says so and fails" {
	{
		echo 'host listens'
		bad_answer 1 server-gone-unnoticed empty closes
		bad_answer 2 half-a-message-answered '"0009half"' closes
		bad_answer 3 half-a-message-answered '"000"' closes
		bad_answer 4 no-length-accepted '"00x3abc"'
		bad_answer 5 no-length-accepted '" 3  abc"'
		bad_answer 6 no-length-accepted '"-001abc"'
	} | talk
}
