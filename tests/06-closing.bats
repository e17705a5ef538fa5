#!/usr/bin/env bats
# Lesson 06: a connection has two halves, and each is closed for itself.

load support/helpers

@test "demonstration: the caller has said all, and hears the answer" {
	talk <<-'SCRIPT'
		server starts
		server prints "listening on 127.0.0.1:{port}\n"
		ann connects
		ann sends "hello"
		ann waits until read
		ann expects nothing for 30ms
		ann half-closes
		ann expects "5 bytes came\n"
		ann expects end
		ann closes
		client runs
		client input "one\ntwo\n"
		client input ends
		client prints "6 bytes came\n"
		client ends with 0
		server has no connections
	SCRIPT
}

@test "demonstration: a half is closed: CLOSE-WAIT at the server, until it closes, too" {
	needs linux
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "x"
		ann waits until read
		server stands still
		ann half-closes
		shell grep -q ":$(printf %04X $port) .* 08 " /proc/net/tcp
		server goes on
		ann expects "1 bytes came\n"
		ann expects end
		server has no CLOSE-WAIT
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
	SCRIPT
}

@test "exercise (2 points): the answer comes when the caller has closed its half" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "hello, world\n"
		ann half-closes
		ann expects "1 2 13\n"
			but "1 2 13" means answer-without-newline
			but "hello" means wrong-answer
			but nothing means no-answer-at-end-of-stream
			but end means half-close-taken-for-a-hang-up
			else means counts-wrong
		ann expects end
			but nothing means keeps-the-line-open
			but more means answers-with-sizeof-buffer
			else means closes-with-unread-data
	SCRIPT
}

@test "exercise (1 point): no answer comes before the end of stream" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "a line is not the end\n"
		ann waits until read
			else means no-answer-at-end-of-stream
		ann expects nothing for 50ms
			else means answers-before-the-end
		ann sends "nor is the second\n"
		ann half-closes
		ann expects "2 10 40\n"
			but nothing means no-answer-at-end-of-stream
			but end means half-close-taken-for-a-hang-up
			else means counts-wrong
	SCRIPT
}

@test "exercise (1 point): nothing at all is 0 0 0, a last line without newline is no line" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann half-closes
		ann expects "0 0 0\n"
			but nothing means no-answer-at-end-of-stream
			but end means half-close-taken-for-a-hang-up
			else means counts-wrong
		ann closes
		bob connects
		bob sends "one\ntwo"
		bob half-closes
		bob expects "1 2 7\n"
			but "2 2" means counts-the-last-line-twice
			but end means half-close-taken-for-a-hang-up
			else means counts-wrong
	SCRIPT
}

@test "exercise (2 points): a word that comes in pieces is one word" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "two words" byte by byte
			else means no-answer-at-end-of-stream
		ann half-closes
		ann expects "0 2 9\n"
			but "0 8" means words-cut-by-recv
			but "0 9" means words-cut-by-recv
			but nothing means no-answer-at-end-of-stream
			but end means half-close-taken-for-a-hang-up
			else means counts-wrong
		ann closes
		bob connects
		bob sends "a  b"
		bob waits until read
		bob sends " \n c"
		bob half-closes
		bob expects "1 3 8\n"
			but "1 5 17" means counts-go-on
			but "1 4 17" means counts-go-on
			else means words-cut-by-recv
	SCRIPT
}

@test "exercise (1 point): six bytes stand between words, and no others" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "a" 09 "b" 0a "c" 0b "d" 0c "e" 0d "f" 20 "g\n"
		ann half-closes
		ann expects "2 7 14\n"
			but nothing means no-answer-at-end-of-stream
			but "2" means separators-wrong
			else means counts-wrong
		ann closes
		bob connects
		bob sends 01 08 0e 1f 7f 80 85 a0 ff "-,.x"
		bob half-closes
		bob expects "0 1 13\n"
			but "0" means separators-wrong
			else means counts-wrong
	SCRIPT
}

@test "exercise (1 point): the counts begin at 0 for each caller" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "in a wor"
		ann half-closes
		ann expects "0 3 8\n"
			else means counts-wrong
		ann closes
		server waits
			else means ends-with-its-first-caller
		bob connects
			else means ends-with-its-first-caller
		bob sends "d or two\n"
		bob half-closes
		bob expects "1 3 9\n"
			but "1 6" means counts-go-on
			but "1 5" means counts-go-on
			but "1 2" means counts-go-on
			but end means ends-with-its-first-caller
			but nothing means ends-with-its-first-caller
			else means counts-go-on
	SCRIPT
}

@test "exercise (1 point): 8 MiB are counted, and take no memory" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 262144 x "eight megabytes, in short lines\n"
			else means no-answer-at-end-of-stream
		ann half-closes
		ann expects "262144 1310720 8388608\n" within 5s
			but "262144 13" means words-cut-by-recv
			but nothing means no-answer-at-end-of-stream
			but end means half-close-taken-for-a-hang-up
			else means counts-wrong
		server memory below 8M
			else means keeps-it-all-in-memory
	SCRIPT
}

@test "exercise (1 point): at the first zero byte comes not text, at once" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "some text, then a picture" 00 89 "PNG"
		ann expects "not text\n"
			but nothing means zero-byte-not-noticed
			but end means closes-with-unread-data
			else means wrong-answer
		ann expects end
			but nothing means half-not-closed
			but more means answers-twice
			else means closes-with-unread-data
	SCRIPT
}

@test "exercise (3 points): after not text the caller goes on sending, and is never reset" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		server stands still
		ann sends 00 100000 x "a"
		server goes on
		ann expects "not text\n"
			but nothing means zero-byte-not-noticed
			else means closes-with-unread-data
		ann expects end
			but nothing means half-not-closed
			but more means answers-twice
			else means closes-with-unread-data
		server waits
		ann sends 32768 x "there is still so much to be said"
			else means closes-with-unread-data
		ann waits until read
			else means closes-with-unread-data
		ann expects end
			but more means answers-twice
			else means closes-with-unread-data
		server waits
		ann half-closes
		ann closes
		server has no connections
			else means connection-not-closed
		bob connects
		bob sends "next\n"
		bob half-closes
		bob expects "1 1 5\n"
			else means ends-with-its-first-caller
	SCRIPT
}

@test "exercise (1 point): a caller who resets the connection ends nothing" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "half a wor"
		ann waits until read
		ann resets
		server lives
			else means reset-ends-the-server
		carl connects
		server stands still
		carl sends 100000 x "c"
		carl resets
		server goes on
		dora connects
		server stands still
		dora sends 00 100000 x "c"
		dora resets
		server goes on
		server lives
			else means reset-ends-the-server
		bob connects
			else means reset-ends-the-server
		bob sends "d\n"
		bob half-closes
		bob expects "1 1 2\n"
			but nothing means reset-ends-the-server
			but end means reset-ends-the-server
			else means counts-go-on
	SCRIPT
}

@test "exercise (1 point): nobody is left in CLOSE-WAIT" {
	talk <<-'SCRIPT'
		server starts
		server notes descriptors
		ann connects
		ann sends "one\n"
		ann half-closes
		ann expects "1 1 4\n"
			else means no-answer-at-end-of-stream
		bob connects
		bob sends "a" 00
		bob expects "not text\n"
			else means zero-byte-not-noticed
		bob half-closes
		server has no CLOSE-WAIT
			else means left-in-close-wait
		server keeps descriptors
			else means left-in-close-wait
	SCRIPT
}

@test "exercise (2 points): the client sends its input as it is, and closes its half" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "two\n\nlines " 00 ff " and\nno newline"
		client input ends
		host expects "two\n\nlines " 00 ff " and\nno newline"
			but "t" means input-changed
			but nothing means nothing-sent
			but end means nothing-sent
			else means input-changed
		host expects end
			but nothing means half-not-closed-by-the-client
			but more means input-changed
		client waits
		host sends "3 6 30\n"
		host closes
		client shows "3 6 30\n"
			else means closes-instead-of-half-closing
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): the client prints the answer up to its end, however late and in pieces" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "x"
		client input ends
		host expects "x"
		host expects end
			but nothing means half-not-closed-by-the-client
		client lives
			else means closes-instead-of-half-closing
		pause 100ms
		host sends "12 3"
		host waits until read
			else means closes-instead-of-half-closing
		host sends "4 567\n"
		host closes
		client shows "12 34 567\n"
			else means answer-not-to-its-end
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): 8 MiB go through the client" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input pattern 8M
		client input ends
		host expects pattern 8M within 5s
			but nothing means nothing-sent
			but end means nothing-sent
			else means input-changed
		host expects end
			but nothing means half-not-closed-by-the-client
			else means input-changed
		host sends "1 2 3\n"
		host closes
		client shows "1 2 3\n"
			else means closes-instead-of-half-closing
	SCRIPT
}

@test "exercise (1 point): where send() takes a part of the bytes, the rest goes out, too" {
	needs trace
	talk <<-'SCRIPT'
		server has faults "send short 2"
		server starts
		ann connects
		ann sends "words in pieces\nof three bytes\n"
		ann half-closes
		ann expects "2 6 31\n"
			but "2 2 " means send-begins-again
			but "2 " means send-once
			else means counts-wrong
		ann expects end
			but nothing means keeps-the-line-open
			else means answers-twice
	SCRIPT
	talk <<-'SCRIPT'
		host listens
		client has faults "send short 1000"
		client runs
		host accepts
		client input pattern 100K
		client input ends
		host expects pattern 100K
			else means send-once
		host expects end
			but nothing means half-not-closed-by-the-client
			else means send-begins-again
	SCRIPT
}

@test "exercise (1 point): no answer, or one that ends in a reset, is a failure" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts as first
		client input "x"
		client input ends
		first expects "x"
			else means nothing-sent
		first expects end
			else means half-not-closed-by-the-client
		first closes
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
		client complains
			else means fails-silently
		client2 runs
		host accepts as second
		client2 input "x"
		client2 input ends
		second expects "x"
		second expects end
		second sends "12 "
		second waits until read
		second resets
		client2 fails
			but nothing means server-gone-unnoticed
			else means reset-taken-for-the-end
		client2 complains
			else means fails-silently
	SCRIPT
}
