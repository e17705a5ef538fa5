#!/usr/bin/env bats
# Lesson 09: TCP carries bytes, not messages; records of 16 bytes as a cure.

load support/helpers

@test "demonstration: what was sent apart arrives together, what was sent at once in pieces" {
	talk <<-'SCRIPT'
		server starts
		server prints "listening on 127.0.0.1:{port}\n"
		client runs
		server prints "accept() returned\n"
		client input "AAA\n"
		client prints "send() returned 3\n"
		server has 3 bytes unread
		server input "\n"
		server prints "recv() returned 3: AAA\n"
		client input "AAA\nBBB\nCCC\n"
		client prints 3 x "send() returned 3\n"
		server has 9 bytes unread
		server input "\n"
		server prints "recv() returned 9: AAABBBCCC\n"
		client input "abcdefghijklmnopqrstuvwxyz\n"
		client prints "send() returned 26\n"
		server has 26 bytes unread
		server input "\n\n\n"
		server prints "recv() returned 10: abcdefghij\n"
		server prints "recv() returned 10: klmnopqrst\n"
		server prints "recv() returned 6: uvwxyz\n"
		client input ends
		client ends with 0
		server input "\n"
		server prints "recv() returned 0\n"
	SCRIPT
}

@test "demonstration: at the end of its input the server is busy no more" {
	talk <<-'SCRIPT'
		server starts
		server input ends
		client runs
		client input "hello\n"
		server shows "recv() returned 5: hello"
		client input ends
		server shows "recv() returned 0"
		client ends with 0
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
		client2 input "\nx\n"
		client2 input ends
		client2 complains
		client2 ends with 1
	SCRIPT
}

@test "exercise (2 points): a record comes back in upper case, with its spaces" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "hello, world" 4 x " "
		ann expects "HELLO, WORLD" 4 x " "
			but "hello" means not-upper-case
			but "HELLO, WORLD" 00 means padding-is-not-spaces
			but "HELLO, WORLD   " 00 means no-room-for-a-zero-byte
			but "HELLO, WORLD" means not-a-whole-record
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann expects nothing for 20ms
			but end means one-message-a-call
			else means not-a-whole-record
		ann sends "sixteen letters!"
		ann expects "SIXTEEN LETTERS!"
			but "SIXTEEN LETTERS" means no-room-for-a-zero-byte
			but nothing means one-message-a-call
			but end means one-message-a-call
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): caller after caller is served, each to the end of its stream" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "from ann        "
		ann expects "FROM ANN        "
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann half-closes
		ann expects end
			but nothing means connection-not-closed
			else means not-a-whole-record
		ann closes
		server lives
			else means ends-with-its-first-caller
		bob connects
			else means ends-with-its-first-caller
		bob sends "bob             "
		bob expects "BOB             "
			but nothing means ends-with-its-first-caller
			but end means ends-with-its-first-caller
			else means wrong-answer
	SCRIPT
}

# One record in two pieces, cut everywhere. Between the pieces the server has
# taken the first one, waits again, and has said nothing.
@test "exercise (3 points): a record in two pieces, wherever it is cut, is one record" {
	record="one record of 16"
	{
		echo "server starts"
		for cut in 8 1 2 3 4 5 6 7 9 10 11 12 13 14 15; do
			echo "ann connects"
			echo "ann sends \"${record:0:cut}\""
			echo "ann waits until noticed"
			echo "server waits"
			echo "ann expects nothing for 1ms"
			echo "  else means one-recv-is-not-one-message"
			echo "ann sends \"${record:cut}\""
			echo "ann expects upper \"$record\""
			echo "  but upper \"${record:cut}\" means pieces-overwrite-each-other"
			echo "  but 00 means pieces-overwrite-each-other"
			echo "  but nothing means waits-for-too-much"
			echo "  else means one-recv-is-not-one-message"
			echo "ann closes"
		done
	} | talk
}

@test "exercise (1 point): a record that comes byte by byte is one record" {
	{
		echo "server starts"
		echo "ann connects"
		for byte in a " " b y t e " " a t " " a " " t i m; do
			echo "ann sends \"$byte\""
			echo "ann waits until noticed"
		done
		echo "server waits"
		echo "ann expects nothing for 20ms"
		echo "  else means one-recv-is-not-one-message"
		echo "ann sends \"e\""
		echo "ann expects \"A BYTE AT A TIME\""
		echo "  but \"E\" means pieces-overwrite-each-other"
		echo "  but 00 means pieces-overwrite-each-other"
		echo "  but nothing means waits-for-too-much"
		echo "  else means one-recv-is-not-one-message"
	} | talk
}

@test "exercise (2 points): of one and a half records the half waits for its rest" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "the first recordthe seco"
		ann expects "THE FIRST RECORD"
			but nothing means waits-for-too-much
			but end means no-answer
			else means wrong-answer
		ann waits until noticed
			else means asks-again-and-again
		server waits
		ann expects nothing for 20ms
			else means one-recv-is-not-one-message
		ann sends "nd record, a third one, "
		ann expects "THE SECOND RECOR"
			but nothing means next-message-thrown-away
			but "ND RECORD" means next-message-thrown-away
			else means wrong-answer
		ann expects "D, A THIRD ONE, "
			but nothing means next-message-thrown-away
			else means wrong-answer
		ann expects nothing for 20ms
			else means not-a-whole-record
	SCRIPT
}

@test "exercise (2 points): a thousand records in one segment are a thousand records" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends pattern 16000
		ann expects upper pattern 16000
			but end means no-answer
			but nothing means next-message-thrown-away
			else means wrong-answer
		ann expects nothing for 20ms
			else means not-a-whole-record
		ann half-closes
		ann expects end
			but nothing means connection-not-closed
			else means not-a-whole-record
	SCRIPT
}

@test "exercise (1 point): zero bytes, newlines and high bytes are bytes like others" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "line\nline\n" 00 "a" 00 e4 ff "z"
		ann expects "LINE\nLINE\n" 00 "A" 00 e4 ff "Z"
			but "LINE\nLINE\n" 00 "A" 00 c4 means changes-other-bytes
			but "LINE\nLINE\n" 00 "a" means stops-at-zero-byte
			but "LINE\nLINE\n" means stops-at-zero-byte
			but "LINE" means byte-taken-for-the-end
			but nothing means byte-taken-for-the-end
			else means wrong-answer
		ann sends 16 x 00
		ann expects 16 x 00
			but "  " means stops-at-zero-byte
			else means stops-at-zero-byte
	SCRIPT
}

@test "exercise (1 point): 16 spaces are the empty message, and are answered" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 16 x " "
		ann expects 16 x " "
			but nothing means empty-message-not-answered
			but end means empty-message-not-answered
			else means wrong-answer
		ann sends "still here?     "
		ann expects "STILL HERE?     "
			else means empty-message-not-answered
	SCRIPT
}

@test "exercise (2 points): who breaks off inside a record gets no answer to it" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "a whole record, and a pa"
		ann expects "A WHOLE RECORD, "
			but nothing means waits-for-too-much
			but end means no-answer
			else means wrong-answer
		ann half-closes
		ann expects end or reset
			but nothing means end-of-stream-ignored
			else means half-a-message-answered
		ann closes
		server lives
			else means caller-ends-the-server
		bob connects
			else means caller-ends-the-server
		bob sends "x"
		bob waits until noticed
			else means end-of-stream-ignored
		bob half-closes
		bob expects end or reset
			but nothing means end-of-stream-ignored
			else means half-a-message-answered
	SCRIPT
}

@test "exercise (1 point): what a caller left unfinished is not the next one's" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "unfinished"
		ann waits until noticed
		server waits
		ann closes
		server lives
			else means caller-ends-the-server
		bob connects
			else means caller-ends-the-server
		bob sends "a new beginning!"
		bob expects "A NEW BEGINNING!"
			but "UNFINISHED" means left-over-for-the-next-caller
			but nothing means end-of-stream-ignored
			else means wrong-answer
		bob expects nothing for 20ms
			else means left-over-for-the-next-caller
		bob resets
		cem connects
			else means reset-ends-the-server
		cem sends "one more"
		cem waits until noticed
		cem sends " caller."
		cem expects "ONE MORE CALLER."
			else means left-over-for-the-next-caller
	SCRIPT
}

@test "exercise (1 point): a caller who resets, or leaves before its answers, ends nothing" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "half a record"
		ann waits until noticed
		ann resets
		server lives
			else means reset-ends-the-server
		bob connects
			else means reset-ends-the-server
		server stands still
		bob sends 2000 x "records, records"
		bob closes
		server goes on
		server lives
			else means caller-ends-the-server
		cem connects
			else means caller-ends-the-server
		cem sends "still there?    "
		cem expects "STILL THERE?    "
			else means caller-ends-the-server
	SCRIPT
}

@test "exercise (1 point): the server waits quietly for the rest of a record" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "the rest comes l"
		ann expects "THE REST COMES L"
		ann sends "ater, "
		server is idle for 150ms
			else means asks-again-and-again
		ann sends "doesn't it"
		ann expects "ATER, DOESN'T IT"
			else means one-recv-is-not-one-message
		ann closes
		server is idle for 50ms
			else means end-of-stream-ignored
	SCRIPT
}

@test "exercise (1 point): many records take no memory" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann exchanges pattern 64K for upper pattern 64K
			else means wrong-answer
		server notes memory
		ann exchanges pattern 512K for upper pattern 512K
			else means wrong-answer
		server grew less than 256K
			else means keeps-every-message
	SCRIPT
}

@test "exercise (1 point): nothing is written or read outside of a record" {
	talk <<-'SCRIPT'
		sanitized
		server starts
		ann connects
		ann sends "sixteen letters!"
		ann expects "SIXTEEN LETTERS!"
			else means wrong-answer
		ann sends "half of a"
		ann waits until noticed
		ann sends " record, and one and a h"
		ann expects "HALF OF A RECORD"
			else means wrong-answer
		ann sends "alf"
		ann waits until noticed
		ann half-closes
		ann expects ", AND ONE AND A "
			else means wrong-answer
		ann expects end or reset
			else means wrong-answer
		host listens
		client runs with {host.port}
		host accepts
		client input "sixteen letters!\n\n"
		host expects "sixteen letters!"
			else means wrong-message
		host sends "SIXTEEN LETTERS!"
		client shows "SIXTEEN LETTERS!\n"
			else means answer-not-printed
		host expects 16 x " "
			else means wrong-message
		host sends 16 x " "
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (2 points): the client makes a record of a line, and prints the answer without its spaces" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "hello\n"
		host expects "hello           "
			but "hello" 00 means padding-is-not-spaces
			but "hello\n" means padding-is-not-spaces
			but "     " means padded-on-the-left
			but "hello          " 00 means no-room-for-a-zero-byte
			but end means nothing-sent
			but "hello" means not-a-whole-record
			but nothing means nothing-sent
			else means wrong-message
		host sends "HELLO           "
		client shows "HELLO"
			else means answer-not-printed
		client shows "\n"
			but " " means spaces-not-stripped
			else means newline-missing
		client input "fifteen letters\n"
		host expects "fifteen letters "
			but "fifteen letters" 00 means no-room-for-a-zero-byte
			but "hello" means padding-is-not-spaces
			but nothing means one-message-a-call
			else means wrong-message
		host sends "  FIFTEEN LETTER"
		client shows "  FIFTEEN LETTER\n"
			else means strips-too-much
		client input "two words\n"
		host expects "two words       "
			but "two words" 00 means padding-is-not-spaces
			but "two words letter" means padding-is-not-spaces
			but "two words" means padding-is-not-spaces
			else means wrong-message
		host sends "TWO WORDS       "
		client shows "TWO WORDS\n"
			but "TWO WORDS " means spaces-not-stripped
			else means strips-too-much
		client input ends
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): an empty line is an empty message: 16 spaces" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "\n"
		host expects 16 x " "
			but 00 means padding-is-not-spaces
			but nothing means empty-line-not-sent
			but end means empty-line-not-sent
			else means padding-is-not-spaces
		host sends 16 x " "
		client shows "\n"
			else means answer-not-printed
		client input "x\n"
		host expects "x               "
			but "x" means padding-is-not-spaces
			but nothing means nothing-sent
			but end means nothing-sent
			else means wrong-message
		host sends "X               "
		client shows "X\n"
			but "   " means spaces-not-stripped
			else means answer-not-printed
		client never shows "    "
			else means spaces-not-stripped
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (2 points): an answer in pieces is one answer, and the next line waits for it" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "first in pieces!\nsecond\n"
		host expects "first in pieces!"
			else means wrong-message
		host sends "FI"
		host waits until noticed
		client waits
		host expects nothing for 20ms
			else means one-recv-is-not-one-message
		client never shows "FI"
			else means one-recv-is-not-one-message
		host sends "RST IN"
		host waits until noticed
		client waits
		client never shows "FI"
			else means one-recv-is-not-one-message
		host sends " PIECES!"
		client shows "FIRST IN PIECES!\n"
			but "PIECES!" means pieces-overwrite-each-other
			but nothing means waits-for-too-much
			else means one-recv-is-not-one-message
		host expects "second          "
			but nothing means not-a-whole-record
			but "second" means padding-is-not-spaces
			else means one-recv-is-not-one-message
		host sends "SECOND    "
		host waits until noticed
		host sends "      "
		client shows "SECOND\n"
			else means one-recv-is-not-one-message
		client input ends
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a line longer than a record is not sent, and the exit status tells of it" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "seventeen letters\nsixteen letters!\n"
		host expects "sixteen letters!"
			but "seventeen letter" means sends-a-long-line
			but end means long-line-ends-the-client
			else means wrong-message
		client complains
			else means fails-silently
		host sends "SIXTEEN LETTERS!"
		client shows "SIXTEEN LETTERS!\n"
			but "SIXTEEN LETTERS" means no-room-for-a-zero-byte
			else means answer-not-printed
		client input 100 x "long" "\nshort\n"
		host expects "short           "
			but "long" means sends-a-long-line
			but "short" means padding-is-not-spaces
			else means wrong-message
		host sends "SHORT           "
		client shows "SHORT\n"
		client input ends
		client fails
			but nothing means goes-on-after-its-input
			else means success-after-failure
		host expects end
			else means sends-a-long-line
	SCRIPT
}

@test "exercise (1 point): zero and high bytes go through the client, and only spaces are stripped" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "a" 00 "b" ff 00 "\n"
		host expects "a" 00 "b" ff 00 11 x " "
			but "a " means stops-at-zero-byte
			but "a" 00 00 means stops-at-zero-byte
			but "a" 00 "b" ff 00 means padding-is-not-spaces
			else means wrong-message
		host sends " A" 00 " B" ff "\t" 00 8 x " "
		client shows " A" 00 " B" ff "\t" 00 "\n"
			but " A\n" means prints-with-percent-s
			but " A" 00 " B" ff "\t" 00 " " means spaces-not-stripped
			else means strips-too-much
	SCRIPT
}

@test "exercise (1 point): an answer that breaks off is not printed: the client says so and fails" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts as first
		client input "one\ntwo\n"
		first expects "one             "
			but "one" means padding-is-not-spaces
			but nothing means nothing-sent
			but end means nothing-sent
			else means wrong-message
		first sends "ONE       "
		first closes
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
		client complains
			else means fails-silently
		client never shows "ONE"
			else means half-a-message-answered
		client2 runs
		host accepts as second
		client2 input "one\n"
		second expects "one             "
			but "one" means padding-is-not-spaces
			but nothing means nothing-sent
			but end means nothing-sent
			else means wrong-message
		second sends "ONE             "
		client2 shows "ONE\n"
			else means answer-not-printed
		second closes
		client2 input "two\n"
		client2 fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
		client2 complains
			else means fails-silently
	SCRIPT
}
