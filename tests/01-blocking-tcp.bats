#!/usr/bin/env bats
# Lesson 01: one question, one answer, and where each call waits.

load support/helpers

@test "demonstration: one question, one answer, and both programs end" {
	talk <<-'SCRIPT'
		server starts
		server prints "listening on 127.0.0.1:{port}\n"
		server waits
		client runs
		client input "hello\n"
		client prints "hello\n"
		client ends with 0
		server ends with 0
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a failure with 1" {
	talk <<-'SCRIPT'
		server runs with 80a
		server complains
		server ends with 2
		server runs with 65536
		server ends with 2
		server runs with 9001 nowhere
		server ends with 2
		server runs with 9001 127.0.0.1 more
		server ends with 2
		server runs with --help
		server ends with 2
		client runs
		client input "hello\n"
		client complains
		client ends with 1
		client runs with -1
		client ends with 2
		server starts
		server2 runs
		server2 complains
		server2 ends with 1
	SCRIPT
}

@test "exercise (1 point): the server listens where it is told, on loopback alone" {
	talk <<-'SCRIPT'
		server starts
		server listens at 127.0.0.1
			else means listens-everywhere
		ann connects
	SCRIPT
}

@test "exercise (1 point): HOST says where the server listens and whom the client calls" {
	needs linux
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.2
		server listens at 127.0.0.2
			else means wrong-host
		host listens at 127.0.0.3 port {port}
		client runs with {port} 127.0.0.3
		client input "hello\n"
		host accepts
			else means wrong-host
		host expects "hello"
		server2 runs with {port} nowhere
		server2 fails
			else means wrong-host
	SCRIPT
}

@test "exercise (2 points): the server answers in upper case" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "Hello, World 123"
		ann expects "HELLO, WORLD 123"
			but "Hello" means not-upper-case
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): the answer is as long as the message, and then the call ends" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "abc"
		ann expects "ABC"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann expects end
			but more means answers-with-sizeof-buffer
			but nothing means keeps-the-line-open
		server ends with 0
			but nothing means goes-on-after-its-only-caller
			else means fails-after-success
	SCRIPT
}

@test "exercise (2 points): a message is bytes, no C string: zero and high bytes come back" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "ab" 00 "cd" ff e4 0a 00 "z"
		ann expects "AB" 00 "CD" ff e4 0a 00 "Z" within 500ms
			but "AB" 00 "CD" df means changes-other-bytes
			but "AB" 00 00 means stops-at-zero-byte
			but "AB" means stops-at-zero-byte
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): a message of 1024 bytes stays within the buffer" {
	talk <<-'SCRIPT'
		sanitized
		server starts
		ann connects
		ann sends 1024 x "m"
		ann expects 1024 x "M"
			but "M" means message-cut
			else means no-answer
	SCRIPT
}

@test "exercise (1 point): where send() takes a part of the bytes, the server sends the rest, too" {
	needs trace
	talk <<-'SCRIPT'
		server has faults "send short 7"
		server starts
		ann connects
		ann sends "send() takes seven bytes"
		ann expects "SEND() TAKES SEVEN BYTES"
			but "SEND() SEND()" means send-begins-again
			but "SEND() " means send-once
			but nothing means no-answer
			else means wrong-answer
		ann expects end
			but more means answers-with-sizeof-buffer
	SCRIPT
}

@test "exercise (1 point): where send() takes one byte at a time, the client sends them all" {
	needs trace
	talk <<-'SCRIPT'
		host listens
		client has faults "send short 1"
		client runs
		client input "one by one\n"
		host accepts
		host expects "one by one"
			but "oo" means send-begins-again
			but "o" means send-once
			but nothing means nothing-sent
			else means wrong-message
		host expects nothing for 20ms
			but more means sends-the-newline
			else means does-not-wait-for-the-answer
	SCRIPT
}

@test "exercise (1 point): the server prints its caller's address and port" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "x"
		ann expects "X"
		server shows "{ann}"
			but "{ann.swapped}" means port-without-ntohs
			but "0.0.0.0:0" means address-length-not-set
			else means caller-not-printed
	SCRIPT
}

@test "exercise (1 point): a caller who hangs up without a word is no failure" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann closes
		server ends with 0
			but nothing means goes-on-after-its-only-caller
			else means hang-up-taken-for-an-error
		server starts
		bob connects
		bob resets
		server ends with 0
			but nothing means goes-on-after-its-only-caller
			else means reset-taken-for-a-failure
	SCRIPT
}

@test "exercise (1 point): a port that is taken: the server says so and fails" {
	talk <<-'SCRIPT'
		server starts
		server2 runs
		server2 fails
			but nothing means bind-error-ignored
			else means success-after-failure
		server2 complains
			else means fails-silently
	SCRIPT
}

@test "exercise (2 points): the client sends its line and prints the answer" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "hello there\n"
		host accepts
		host expects "hello there"
			but nothing means nothing-sent
			else means wrong-message
		host expects nothing for 30ms
			but more means sends-the-newline
			else means does-not-wait-for-the-answer
		host sends "HELLO THERE"
		client shows "HELLO THERE"
			else means answer-not-printed
		client ends with 0
			but nothing means fails-after-success
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): the client prints the bytes that came, and no others" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "abc\n"
		host accepts
		host expects "abc"
		host sends "A" 00 "C" ff
		client shows "A" 00 "C" ff
			else means prints-with-percent-s
		client shows "\n"
			else means newline-missing
	SCRIPT
}

@test "exercise (1 point): the client waits for an answer that comes late" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "hello\n"
		host accepts
		host expects "hello"
		host expects nothing for 400ms
			else means does-not-wait-for-the-answer
		host sends "LATE"
		client shows "LATE"
			else means does-not-wait-for-the-answer
		client ends with 0
	SCRIPT
}

@test "exercise (1 point): a server that hangs up without an answer is a failure" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "hello\n"
		host accepts
		host expects "hello"
		host closes
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
		client complains
			else means fails-silently
	SCRIPT
}

@test "exercise (1 point): nobody at the port, or no line: the client says so and fails" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "hello\n"
		host accepts
		host expects "hello"
		host sends "HELLO"
		client shows "HELLO"
		host closes
		client runs
		client input "hello\n"
		client fails
			else means success-after-failure
		client complains
			else means fails-silently
		client runs
		client input ends
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
	SCRIPT
}
