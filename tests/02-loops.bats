#!/usr/bin/env bats
# Lesson 02: the connection loop around the conversation loop.

load support/helpers

@test "demonstration: callers come one after another, each asks many times" {
	talk <<-'SCRIPT'
		server starts
		server prints "listening on 127.0.0.1:{port}\n"
		client runs
		client input "hello\n"
		client prints "hello\n"
		client input "again\n"
		client prints "again\n"
		client input ends
		client ends with 0
		client2 runs
		client2 input "me too\n"
		client2 prints "me too\n"
		client2 input ends
		client2 ends with 0
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
		client input "hello\n"
		client ends with 1
		server starts
		server2 runs
		server2 ends with 1
	SCRIPT
}

@test "demonstration: a caller who leaves before its answer takes nothing along" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		server stands still
		ann sends 20000 x "a"
		ann closes
		server goes on
		bob connects
		bob sends "x"
		bob expects "x"
	SCRIPT
}

@test "exercise (2 points): message after message comes back in upper case" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "first message"
		ann expects "FIRST MESSAGE"
			but "first" means not-upper-case
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann expects nothing for 20ms
			but end means one-message-a-call
			but more means answers-with-sizeof-buffer
		ann sends "ab" 00 ff
		ann expects "AB" 00 ff
			but "AB" means stops-at-zero-byte
			but nothing means one-message-a-call
			but end means one-message-a-call
			else means wrong-answer
		ann sends "x\n"
		ann expects "X\n"
			but "X" means newline-taken-away
			but nothing means one-message-a-call
			but end means one-message-a-call
			else means wrong-answer
		ann expects nothing for 30ms
			but more means old-bytes-in-the-answer
	SCRIPT
}

@test "exercise (2 points): one caller after another is served" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "from ann"
		ann expects "FROM ANN"
		ann half-closes
		ann expects end
			but nothing means connection-not-closed
		ann closes
		server lives
			else means ends-with-its-first-caller
		bob connects
			else means ends-with-its-first-caller
		bob sends "bob"
		bob expects "BOB"
			but nothing means ends-with-its-first-caller
			but end means ends-with-its-first-caller
			but "FROM" means old-bytes-in-the-answer
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): a caller who resets the connection ends nothing" {
	talk <<-'SCRIPT'
		server starts
		server notes descriptors
		ann connects
		ann sends "x"
		ann expects "X"
		ann resets
		server lives
			else means reset-ends-the-server
		server keeps descriptors
			else means connection-not-closed
		bob connects
			else means reset-ends-the-server
		bob sends "x"
		bob expects "X"
			else means reset-ends-the-server
	SCRIPT
}

@test "exercise (2 points): a caller who leaves before its answer ends nothing" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "x"
		ann expects "X"
		server stands still
		ann sends 20000 x "a"
		ann closes
		server goes on
		server lives
			else means caller-ends-the-server
		bob connects
			else means caller-ends-the-server
		bob sends "x"
		bob expects "X"
			else means caller-ends-the-server
	SCRIPT
}

@test "exercise (1 point): the server waits quietly when a caller has left" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "x"
		ann expects "X"
		ann closes
		server is idle for 200ms
			else means end-of-stream-ignored
		server has no connections
			else means connection-not-closed
	SCRIPT
}

@test "exercise (1 point): more callers in a row than there are descriptors" {
	{
		echo "server may have 12 descriptors"
		echo "server starts"
		for caller in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
			echo "caller$caller connects"
			echo "caller$caller sends \"hello $caller\""
			echo "caller$caller expects \"HELLO $caller\""
			echo "  else means connection-not-closed"
			echo "caller$caller closes"
		done
	} | talk
}

@test "exercise (1 point): without a free descriptor the server neither ends nor spins" {
	needs linux
	talk <<-'SCRIPT'
		server starts
		server notes descriptors
		ann connects
		ann sends "x"
		ann expects "X"
		server may open nothing more
		ann closes
		server lives
			else means accept-error-ends-the-server
		server is idle for 300ms
			but end means accept-error-ends-the-server
			else means accept-error-ignored
	SCRIPT
}

@test "exercise (1 point): a call of the server that a signal interrupts is made again" {
	needs trace
	talk <<-'SCRIPT'
		server has faults "recv fails EINTR every 2"
		server has faults "send fails EINTR every 2"
		server has faults "accept fails EINTR every 2"
		server starts
		ann connects
		ann sends "first"
		ann expects "FIRST"
			but nothing means no-answer
			else means interrupted-call
		ann sends "second"
		ann expects "SECOND"
			else means interrupted-call
		ann closes
		server lives
			else means interrupted-call
		bob connects
			else means interrupted-call
		bob sends "third"
		bob expects "THIRD" within 4s
			else means interrupted-call
	SCRIPT
}

@test "exercise (1 point): a call of the client that a signal interrupts is made again" {
	needs trace
	talk <<-'SCRIPT'
		host listens
		client has faults "recv fails EINTR once"
		client has faults "send fails EINTR at 2"
		client runs
		host accepts
		client input "one\n"
		host expects "one"
			but nothing means nothing-sent
			else means wrong-message
		host sends "ONE"
		client shows "ONE\n"
			else means interrupted-call
		client input "two\n"
		host expects "two"
			else means interrupted-call
		host sends "TWO"
		client shows "TWO\n"
			else means interrupted-call
	SCRIPT
}

@test "exercise (1 point): the server starts again at once on the same port" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "x"
		ann expects "X"
		server signal KILL
		server ends
		ann expects end
		ann closes
		server starts
			else means reuseaddr-missing
		bob connects
		bob sends "again"
		bob expects "AGAIN"
	SCRIPT
}

@test "exercise (1 point): a second server on the same port is refused" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "x"
		ann expects "X"
		server2 runs
		server2 fails
			else means two-servers-one-port
		server2 complains
			else means fails-silently
	SCRIPT
}

@test "exercise (2 points): the client asks line by line and prints each answer" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "first line\n"
		host expects "first line"
			but nothing means nothing-sent
			else means wrong-message
		host expects nothing for 30ms
			but more means sends-the-newline
		host sends "FIRST"
		client shows "FIRST\n"
			else means answer-not-printed
		client input "a" 00 "b\n"
		host expects "a" 00 "b"
			but "a" means stops-at-zero-byte
			else means one-message-a-call
		host sends "A" 00 "B"
		client shows "A" 00 "B\n"
			else means prints-with-percent-s
	SCRIPT
}

@test "exercise (1 point): q ends the client, and is not sent" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "quiet\n"
		host expects "quiet"
			but end means q-not-exact
			else means wrong-message
		host sends "QUIET"
		client shows "QUIET"
		client input "q\n"
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
		host expects end
			but more means q-not-exact
	SCRIPT
}

@test "exercise (1 point): the end of input ends the client, a last line without newline is a line" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "last"
		client input ends
		host expects "last"
			but "las" means cuts-the-last-character
			but end means last-line-lost
			else means wrong-message
		host sends "LAST"
		client shows "LAST"
			else means last-line-lost
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a line that cannot be sent is not sent: an empty one, a longer one" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "\n" 1025 x "l" "\nshort\n"
		host expects "short"
			but nothing means empty-message-waits-for-ever
			but "l" means sends-a-long-line
			but 0a means sends-the-newline
			else means wrong-message
		client complains
			else means fails-silently
		host sends "SHORT"
		client shows "SHORT"
		client input ends
		client fails
			but nothing means goes-on-after-its-input
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): the server gone is reported at the next line" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "one\n"
		host expects "one"
		host sends "ONE"
		client shows "ONE"
		host closes
		client input "two\n"
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
		client complains
			else means fails-silently
	SCRIPT
}
