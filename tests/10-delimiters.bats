#!/usr/bin/env bats
# Lesson 10: marks around the data, and a reader that keeps what it has not
# used.

load support/helpers

@test "demonstration: messages come out of the stream whole, wherever recv() cuts" {
	talk <<-'SCRIPT'
		server starts
		server prints "listening on 127.0.0.1:{port}\n"
		client runs
		server prints "accept() returned\n"
		client input "AAA\nBBB\nCCC\n"
		client prints 3 x "send() returned 9\n"
		server has 27 bytes unread
		server input "\n"
		server prints "recv() returned 27: {2H:AAA:}{2H:BBB:}{2H:CCC:}\n"
		server prints "a message: AAA\na message: BBB\na message: CCC\n"
		client input "\n"
		client input "abcdefghijklmnopqrstuvwxyz\n"
		client prints "send() returned 6\n"
		client prints "send() returned 32\n"
		server has 38 bytes unread
		server input "\n\n"
		server prints "recv() returned 32: {2H::}{2H:abcdefghijklmnopqrstuv\n"
		server prints "a message: \n"
		server prints "recv() returned 6: wxyz:}\n"
		server prints "a message: abcdefghijklmnopqrstuvwxyz\n"
		client input ends
		client ends with 0
		server input "\n"
		server prints "no more messages\n"
	SCRIPT
}

@test "demonstration: who does not keep to the marks is dropped, and the next is served" {
	talk <<-'SCRIPT'
		server starts
		server input ends
		ann connects
		ann sends "GET / HTTP/1.0\r\n\r\n"
		ann expects end or reset
		bob connects
		bob sends "{2H:" 1025 x "b" ":}"
		bob expects end or reset
		cem connects
		cem sends "{2H:half of"
		cem closes
		dan connects
		dan sends "{2H:hello:}"
		server shows "a message: hello\n"
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

@test "exercise (2 points): a frame comes back as a frame, in upper case" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "{2H:hello, world:}"
		ann expects "{2H:HELLO, WORLD:}"
			but "{2H:hello" means not-upper-case
			but "{2H:HELLO, WORLD" 00 means answers-with-sizeof-buffer
			but "{2H:HELLO, WORLD" means marks-missing
			but "HELLO" means marks-missing
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann expects nothing for 20ms
			but end means one-message-a-call
			but more means answers-with-sizeof-buffer
		ann sends "{2H:ab:}"
		ann expects "{2H:AB:}"
			but "{2H:ABLLO" means old-bytes-in-the-answer
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
		bob sends "{2H:bob:}"
		bob expects "{2H:BOB:}"
			but nothing means ends-with-its-first-caller
			but end means ends-with-its-first-caller
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): a : or a } alone ends no frame" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "{2H:hello:}"
		ann expects "{2H:HELLO:}"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "{2H:a}b:c} {D:}"
		ann expects "{2H:A}B:C} {D:}"
			but "{2H:A" means half-an-end-mark
			but nothing means half-an-end-mark
			but end means half-an-end-mark
			else means wrong-answer
		ann sends "{2H:ends with a colon::}"
		ann expects "{2H:ENDS WITH A COLON::}"
			but "{2H:ENDS WITH A COLON:}" means half-an-end-mark
			but nothing means half-an-end-mark
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): the message may be empty, and its first byte a }" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "{2H:hello:}"
		ann expects "{2H:HELLO:}"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "{2H::}"
		ann expects "{2H::}"
			but nothing means empty-message-lost
			but end means empty-message-lost
			else means wrong-answer
		ann sends "{2H:still here?:}"
		ann expects "{2H:STILL HERE?:}"
			else means empty-message-lost
		ann sends "{2H:}:}"
		ann expects "{2H:}:}"
			else means marks-overlap
		ann sends "{2H:}}x:::}"
		ann expects "{2H:}}X:::}"
			else means marks-overlap
	SCRIPT
}

@test "exercise (1 point): a start mark inside a frame is a part of the message" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "{2H:hello:}"
		ann expects "{2H:HELLO:}"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "{2H:a{2H:b:}"
		ann expects "{2H:A{2H:B:}"
			else means start-mark-in-a-message
		ann sends "{2H:{2H::}"
		ann expects "{2H:{2H::}"
			else means start-mark-in-a-message
	SCRIPT
}

@test "exercise (1 point): zero bytes, newlines and high bytes are bytes like others" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "{2H:hello:}"
		ann expects "{2H:HELLO:}"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "{2H:a" 00 "b" 00 00 "c:}"
		ann expects "{2H:A" 00 "B" 00 00 "C:}"
			else means stops-at-zero-byte
		ann sends "{2H:a\nb\r\n:}"
		ann expects "{2H:A\nB\r\n:}"
			else means byte-does-not-pass
		ann sends "{2H:" ff e4 80 "z" ff ":}"
		ann expects "{2H:" ff e4 80 "Z" ff ":}"
			but "{2H:" ff c4 means changes-other-bytes
			else means byte-does-not-pass
	SCRIPT
}

# splits MESSAGE ANSWER CUT ...: steps in which ann sends a message in two
# pieces, cut in several places. Between them the server has taken the first
# one, waits again, and has said nothing.
splits() {
	local message=$1 answer=$2 cut
	shift 2
	for cut; do
		cat <<-SCRIPT
			ann sends "${message:0:cut}"
			ann waits until noticed
			  else means no-answer
			server waits
			ann expects nothing for 1ms
			  else means $otherwise
			ann sends "${message:cut}"
			ann expects "$answer"
			  else means $otherwise
		SCRIPT
	done
}

@test "exercise (2 points): a frame in two pieces, wherever it is cut, is one frame" {
	local otherwise=one-recv-is-not-one-frame bytewise i
	{
		echo 'server starts'
		cat <<-'SCRIPT'
			ann connects
			ann sends "{2H:hello:}"
			ann expects "{2H:HELLO:}"
			  but nothing means no-answer
			  but end means no-answer
			  else means wrong-answer
		SCRIPT
		splits '{2H:four letters:}' '{2H:FOUR LETTERS:}' 8 4 12
		otherwise=mark-in-two-pieces
		splits '{2H:ab:}' '{2H:AB:}' 7 6 5 1 2 3
		splits '..{2H:A}b:c::}' '{2H:A}B:C::}' 13 12 11 10 9 8 7 6 5 4 3 2 1
		splits '{2{2H::}' '{2H::}' 7 6 5 4 3 2 1
		splits '{2H:}:}' '{2H:}:}' 6 5 4 3 2 1
		echo 'ann expects nothing for 20ms'
		echo '  else means mark-in-two-pieces'
		bytewise='n{2{{2H:one byte at a time{2H:{:::}'
		for ((i = 0; i < ${#bytewise}; i++)); do
			echo "ann sends \"${bytewise:i:1}\""
			echo 'ann waits until noticed'
			echo '  else means no-answer'
		done
		echo 'ann expects "{2H:ONE BYTE AT A TIME{2H:{:::}"'
		echo '  else means mark-in-two-pieces'
	} | talk
}

@test "exercise (2 points): many frames in one segment are many frames" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "{2H:one:}{2H:two:}{2H:thr"
		ann expects "{2H:ONE:}"
			but "{2H:ONE:}{2H:TWO:}{2H:THR" means one-recv-is-not-one-frame
			but nothing means one-recv-is-not-one-frame
			else means wrong-answer
		ann expects "{2H:TWO:}"
			but nothing means rest-thrown-away
			else means wrong-answer
		ann waits until noticed
			else means no-answer
		server waits
		ann expects nothing for 20ms
			else means one-recv-is-not-one-frame
		ann sends "ee:}{2"
		ann expects "{2H:THREE:}"
			but nothing means rest-thrown-away
			else means wrong-answer
		ann waits until noticed
			else means no-answer
		ann sends "H:four:}"
		ann expects "{2H:FOUR:}"
			but nothing means rest-thrown-away
			else means wrong-answer
		ann sends 1000 x "{2H:frames:}"
		ann expects 1000 x "{2H:FRAMES:}"
			but nothing means rest-thrown-away
			else means wrong-answer
		ann sends "{2H:last:}"
		ann half-closes
		ann expects "{2H:LAST:}"
			else means wrong-answer
		ann expects end
			but nothing means connection-not-closed
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): bytes between frames are skipped, also when they look like a mark" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "{2H:hello:}"
		ann expects "{2H:HELLO:}"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "hello?\n{2H:a:}, \n{2H:b:}\n"
		ann expects "{2H:A:}{2H:B:}"
			but "{2H:A:}" means noise-not-skipped
			but end means noise-not-skipped
			but nothing means noise-not-skipped
			else means noise-not-skipped
		ann sends ":}{2h:c:}{ 2H:d:}{3H:e:}{2H:f:}"
		ann expects "{2H:F:}"
			else means noise-not-skipped
		ann sends "{2{2H:g:}"
		ann expects "{2H:G:}"
			else means start-mark-missed
		ann sends "{{2H:h:}{2H{2{{2H:i:}"
		ann expects "{2H:H:}{2H:I:}"
			else means start-mark-missed
		ann sends 00 ff 00 "{2H:j:}"
		ann expects "{2H:J:}"
			else means noise-not-skipped
	SCRIPT
}

@test "exercise (1 point): half a megabyte between frames is skipped, and takes no memory" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 4000 x "noise " "{2H:a:}"
		ann expects "{2H:A:}"
			else means noise-not-skipped
		server notes memory
		ann sends 32768 x "noise, {2H {2, " "{2H:b:}"
			else means noise-not-skipped
		ann expects "{2H:B:}" within 8s
			else means noise-not-skipped
		server grew less than 256K
			else means noise-kept
	SCRIPT
}

@test "exercise (1 point): a message of 4096 bytes passes, within the memory that is there" {
	talk <<-'SCRIPT'
		sanitized
		server starts
		ann connects
		ann sends "{2H:hello:}"
		ann expects "{2H:HELLO:}"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "{2H:" 4096 x "m" ":}"
		ann expects "{2H:" 4096 x "M" ":}"
			but end means long-frame-refused
			but nothing means long-frame-refused
			else means wrong-answer
		ann sends "{2H:" 2048 x "x:"
		ann waits until noticed
		ann sends ":}{2H:z"
		ann expects "{2H:" 2048 x "X:" ":}"
			but end means long-frame-refused
			but nothing means long-frame-refused
			else means wrong-answer
		ann sends ":}"
		ann expects "{2H:Z:}"
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): a longer message is dropped, as soon as that is certain" {
	talk <<-'SCRIPT'
		sanitized
		server starts
		ann connects
		ann sends "{2H:a:}"
		ann expects "{2H:A:}"
			else means wrong-answer
		ann sends "{2H:" 4097 x "b" ":}"
		ann expects end or reset
			but "{2H:B" means frame-without-limit
			but nothing means frame-without-limit
			else means frame-without-limit
		server lives
			else means caller-ends-the-server
		bob connects
			else means caller-ends-the-server
		bob sends "{2H:" 5000 x "b"
		bob expects end or reset
			but nothing means frame-without-limit
			else means frame-without-limit
		dan connects
			else means caller-ends-the-server
		dan sends "{2H:" 4097 x "d" ":}{2H:not cem:}"
		dan expects end or reset
			else means frame-without-limit
		server lives
			else means caller-ends-the-server
		cem connects
			else means caller-ends-the-server
		cem sends "{2H:cem:}"
		cem expects "{2H:CEM:}"
			but "{2H:N" means left-over-for-the-next-caller
			else means caller-ends-the-server
	SCRIPT
}

@test "exercise (1 point): a frame that breaks off is not answered, and not the next caller's" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "{2H:whole:}{2H:half"
		ann expects "{2H:WHOLE:}"
			else means wrong-answer
		ann half-closes
		ann expects end or reset
			but nothing means end-of-stream-ignored
			else means half-a-message-answered
		server lives
			else means caller-ends-the-server
		bob connects
			else means caller-ends-the-server
		bob sends "way:}{2H:bob:}{2"
		bob expects "{2H:BOB:}"
			but "{2H:HALF" means left-over-for-the-next-caller
			else means wrong-answer
		bob closes
		cem connects
			else means caller-ends-the-server
		cem sends "H:not cem:}{2H:cem:}"
		cem expects "{2H:CEM:}"
			but "{2H:NOT" means left-over-for-the-next-caller
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): a caller who resets, or leaves before its answers, ends nothing" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "{2H:ann"
		ann waits until noticed
			else means no-answer
		ann resets
		server lives
			else means reset-ends-the-server
		bob connects
			else means reset-ends-the-server
		server stands still
		bob sends 2000 x "{2H:frames:}"
		bob closes
		server goes on
		server lives
			else means caller-ends-the-server
		cem connects
			else means caller-ends-the-server
		cem sends "{2H:still there?"
		server is idle for 100ms
			else means asks-again-and-again
		cem sends ":}"
		cem expects "{2H:STILL THERE?:}"
			else means caller-ends-the-server
	SCRIPT
}

@test "exercise (1 point): the client makes a frame of each line, and prints the message in the answer" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "hello, world\n"
		host expects "{2H:hello, world:}"
			but "{2H:hello, world\n" means sends-the-newline
			but "hello" means marks-missing
			but nothing means nothing-sent
			but end means nothing-sent
			else means wrong-message
		host expects nothing for 20ms
			else means answers-with-sizeof-buffer
		host sends "{2H:HELLO, " 00 ff "%s:}"
		client shows "HELLO, " 00 ff "%s\n"
			but "{2H" means marks-printed
			else means answer-not-printed
		client input "a:\n}b\n{2H:\n"
		host expects "{2H:a::}"
			but nothing means good-line-refused
			else means wrong-message
		host sends "{2H:A::}"
		client shows "A:\n"
			else means half-an-end-mark
		host expects "{2H:}b:}"
			but nothing means good-line-refused
			else means wrong-message
		host sends "{2H:}B:}"
		client shows "}B\n"
			else means marks-overlap
		host expects "{2H:{2H::}"
			but nothing means good-line-refused
			else means wrong-message
		host sends "{2H:{2H::}"
		client shows "{2H:\n"
			else means start-mark-in-a-message
		client never shows ":}"
			else means marks-printed
		client input "the last"
		client input ends
		host expects "{2H:the last:}"
			but end means last-line-lost
			else means wrong-message
		host sends "{2H:THE LAST:}"
		client shows "THE LAST\n"
			else means answer-not-printed
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): an empty line is an empty message, and is sent" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "\nx\n"
		host expects "{2H::}"
			but end means nothing-sent
			else means empty-message-lost
		host sends "{2H::}"
		client shows "\n"
			else means answer-not-printed
		host expects "{2H:x:}"
			but end means nothing-sent
			else means wrong-message
		host sends "{2H:X:}"
		client shows "X\n"
			else means answer-not-printed
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): an answer in pieces is one answer, and the next line waits for it" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "first\nsecond\n"
		host expects "{2H:first:}"
			but end means nothing-sent
			else means wrong-message
		host sends "noise {2{2H:FI"
		host waits until noticed
		client waits
		host expects nothing for 20ms
			else means one-recv-is-not-one-frame
		client never shows "FI"
			else means one-recv-is-not-one-frame
		host sends "RST:"
		host waits until noticed
		host sends "} {2"
		client shows "FIRST\n"
			but nothing means mark-in-two-pieces
			else means one-recv-is-not-one-frame
		host expects "{2H:second:}"
			else means one-recv-is-not-one-frame
		host sends "H:SECOND" 4090 x "!" ":}"
		client shows "SECOND" 4090 x "!" "\n"
			but nothing means rest-thrown-away
			else means wrong-answer
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a line with an end mark in it, or too long, is not sent" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "a:}b\n:}\nz" 00 "z:}\n"
		client input 4097 x "l" "\n" 4096 x "m" "\n"
		host expects "{2H:" 4096 x "m" ":}"
			but "{2H:l" means sends-a-long-line
			but "{2H:m" means message-cut
			but "{2H:z" means stops-at-zero-byte
			but "{2H:" means end-mark-sent
			but nothing means good-line-refused
			else means wrong-message
		client complains
			else means fails-silently
		host sends "{2H:M:}"
		client shows "M\n"
			else means answer-not-printed
		client input ends
		client fails
			but nothing means goes-on-after-its-input
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): no answer, half an answer, an answer without end: the client says so and fails" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "one\n"
		host accepts as first
		first expects "{2H:one:}"
			but end means nothing-sent
			else means wrong-message
		first closes
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
		client complains
			else means fails-silently
		client2 runs
		client2 input "two\n"
		host accepts as second
		second expects "{2H:two:}"
			but end means nothing-sent
			else means wrong-message
		second sends "{2H:TW"
		second closes
		client2 fails
			but nothing means half-a-message-answered
			else means success-after-failure
		client2 complains
			else means fails-silently
		client2 never shows "TW"
			else means half-a-message-answered
		client3 runs
		client3 input "three\n"
		host accepts as third
		third expects "{2H:three:}"
			but end means nothing-sent
			else means wrong-message
		third sends "{2H:" 5000 x "T"
		client3 fails
			but nothing means frame-without-limit
			else means success-after-failure
		client3 complains
			else means fails-silently
	SCRIPT
}
