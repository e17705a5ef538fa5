#!/usr/bin/env bats
# Lesson 15: datagrams, each with its sender's address, and some get lost.

load support/helpers

@test "demonstration: two callers without a connection, and bye ends both sides" {
	talk <<-'SCRIPT'
		server starts udp
		server prints "bound to 127.0.0.1:{port}\n"
		client runs
		client input "hello\n"
		server shows "5 bytes from 127.0.0.1:"
		client2 runs
		client2 input "hi there\n"
		server input "hello yourself\n"
		client prints "hello yourself\n"
		server shows "8 bytes from 127.0.0.1:"
		server input "\n"
		client2 prints "\n"
		client2 input ends
		client2 ends with 0
		client input "bye\n"
		client ends with 0
		server shows ": bye\n"
		server ends with 0
	SCRIPT
}

@test "demonstration: a datagram is cut to the buffer, and the next one is whole" {
	talk <<-'SCRIPT'
		server starts udp
		ann binds
		ann sends "abcdefghijklmnopqrstuvwxyz"
		server shows ": abcdefghijklmnop\n"
		server input "once more?\n"
		ann expects "once more?" from 127.0.0.1:{port}
		ann sends empty
		server shows "0 bytes from {ann}: \n"
		server input "bye\n"
		ann expects "bye"
		server ends with 0
	SCRIPT
}

@test "demonstration: the client takes the answer of whoever sends one" {
	talk <<-'SCRIPT'
		host binds
		eve binds
		client runs
		client input "who is there?\n"
		host expects "who is there?"
		eve sends "it is me" to {host.peer}
		client prints "it is me\n"
		client input ends
		client ends with 0
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a failure with 1" {
	talk <<-'SCRIPT'
		server runs with 80a
		server ends with 2
		client runs with 1 2 3
		client ends with 2
		server starts udp
		server2 runs
		server2 ends with 1
	SCRIPT
}

@test "demonstration: both programs speak IPv6 as well" {
	needs ipv6
	talk <<-'SCRIPT'
		server starts udp with {port} ::1
		client runs with {port} ::1
		client input "hello\n"
		server shows "5 bytes from ::1:"
		server input "bye\n"
		client prints "bye\n"
		client ends with 0
		server ends with 0
	SCRIPT
}

@test "exercise (2 points): a message comes back in upper case, to whoever sent it" {
	talk <<-'SCRIPT'
		server starts udp
		ann binds
		bob binds
		ann sends "a long message from ann"
		ann expects "A LONG MESSAGE FROM ANN" from 127.0.0.1:{port}
			but "a long" means not-upper-case
			but nothing means no-answer-to-a-datagram
			but end means no-answer-to-a-datagram
			but "A LONG MESSAGE FROM ANN" means answers-with-sizeof-buffer
			else means wrong-answer
		bob sends "b" 00 "ob" ff
		ann expects nothing for 20ms
			but more means answers-someone-else
		bob expects "B" 00 "OB" ff
			but "B" 00 "OB" ff means old-bytes-in-the-answer
			but "B" means stops-at-zero-byte
			but nothing means tied-to-one-caller
			but end means no-answer-to-a-datagram
			else means wrong-answer
		ann sends "x\n"
		ann expects "X\n"
			but "X\n" means old-bytes-in-the-answer
			but "X" means newline-taken-away
			but nothing means tied-to-one-caller
			else means wrong-answer
	SCRIPT
}

@test "exercise (2 points): fifty callers at once, and each gets its own answers" {
	callers=$(seq 50)
	{
		echo "server starts udp"
		echo "ann binds"
		echo "ann sends \"ready\""
		echo "ann expects \"READY\""
		echo "  else means no-answer-to-a-datagram"
		for n in $callers; do
			echo "caller$n binds"
		done
		for round in one two; do
			echo "server stands still"
			for n in $callers; do
				echo "caller$n sends \"$round from $n\""
			done
			echo "server goes on"
			for n in $callers; do
				echo "caller$n expects upper \"$round from $n\""
				echo "  but nothing means tied-to-one-caller"
				echo "  but end means caller-ends-the-server"
				echo "  else means answers-someone-else"
			done
		done
	} | talk
}

@test "exercise (1 point): each datagram is a message, also when two come in a row" {
	talk <<-'SCRIPT'
		server starts udp
		ann binds
		ann sends "hi\n"
		ann expects "HI\n"
			else means no-answer-to-a-datagram
		bob binds
		server stands still
		ann sends "first"
		bob sends "second"
		server goes on
		bob expects "SECOND"
			but nothing means waits-for-more
			else means datagram-read-in-pieces
		ann expects "FIRST"
			else means datagram-read-in-pieces
	SCRIPT
}

@test "exercise (3 points): 1024 bytes come back, for 1025 and for 65507 comes too long" {
	# The largest that there is; not every system sends it at once.
	local most=65507
	[ -d /proc/self/fd ] || most=9000
	talk <<-SCRIPT
		server starts udp
		ann binds
		ann sends 128 x "ten24th "
		ann expects 128 x "TEN24TH "
			but "too long" means longest-message-refused
			but "T" means message-cut
			but nothing means no-answer-to-a-datagram
			but end means no-answer-to-a-datagram
			else means wrong-answer
		ann sends 128 x "ten24th " "!"
		ann expects "too long"
			but "TEN" means datagram-cut
			but "ten" means datagram-cut
			else means too-long-not-told
		ann sends "short"
		ann expects "SHORT"
			but "S" means old-bytes-in-the-answer
			but nothing means too-long-not-told
			but end means too-long-not-told
			else means datagram-read-in-pieces
		ann sends $most x "l"
		ann expects "too long"
			but "L" means datagram-cut
			but "l" means datagram-cut
			else means too-long-not-told
		ann sends "short"
		ann expects "SHORT"
			else means too-long-not-told
	SCRIPT
}

@test "exercise (1 point): an empty datagram is answered with one, and is no end" {
	talk <<-'SCRIPT'
		server starts udp
		ann binds
		ann sends "ready"
		ann expects "READY"
			else means no-answer-to-a-datagram
		ann sends empty
		ann expects empty
			but nothing means zero-taken-for-the-end
			but end means zero-taken-for-the-end
			but "READY" means old-bytes-in-the-answer
			else means wrong-answer
		ann sends "still there"
		ann expects "STILL THERE"
			else means zero-taken-for-the-end
	SCRIPT
}

@test "exercise (1 point): the server has the address that HOST says, and no other" {
	needs linux
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.2
		ann binds
		ann sends "x" to 127.0.0.2:{port}
		ann expects "X"
			but nothing means wrong-host
			else means wrong-answer
		server listens at 127.0.0.2
			else means listens-everywhere
	SCRIPT
}

@test "exercise (1 point): a second server on the same port is refused" {
	talk <<-'SCRIPT'
		server starts udp
		ann binds
		ann sends "x"
		ann expects "X"
			else means no-answer-to-a-datagram
		server2 runs
		server2 fails
			else means port-shared
		server2 complains
			else means fails-silently
	SCRIPT
}

@test "exercise (1 point): a caller who is gone before its answer ends nothing" {
	talk <<-'SCRIPT'
		server starts udp
		ann binds
		bob binds
		ann sends "x"
		ann expects "X"
			else means no-answer-to-a-datagram
		server stands still
		ann sends "one"
		ann closes
		bob sends "two"
		server goes on
		bob expects "TWO"
			but end means caller-ends-the-server
			else means tied-to-one-caller
		server lives
			else means caller-ends-the-server
		bob sends "three"
		bob expects "THREE"
			but end means caller-ends-the-server
			else means tied-to-one-caller
	SCRIPT
}

@test "exercise (2 points): the client asks line by line and prints each answer, also beside another client" {
	talk <<-'SCRIPT'
		host binds
		client runs
		client input "first line\n"
		host expects "first line"
			but nothing means nothing-sent
			but end means nothing-sent
			but "first line\n" means sends-the-newline
			but "first line" means sends-sizeof-buffer
			but "f" means one-line-many-datagrams
			else means wrong-message
		host expects nothing for 20ms
			but more means one-line-many-datagrams
		host sends "FIRST"
		client shows "FIRST\n"
			but "FIRST" means newline-missing
			else means answer-not-printed
		client input "a" 00 "b\n"
		host expects "a" 00 "b"
			but "a" 00 "b" means sends-sizeof-buffer
			but "a" means stops-at-zero-byte
			but nothing means silence-ends-the-client
			else means wrong-message
		host sends "A" 00 "B"
		client shows "A" 00 "B\n"
			else means prints-with-percent-s
		client2 runs
		client2 input "beside it\n"
		host expects "beside it"
			else means client-port-fixed
		host sends "BESIDE IT"
		client2 shows "BESIDE IT\n"
			else means client-port-fixed
		client lives
			else means client-port-fixed
	SCRIPT
}

@test "exercise (1 point): an empty line is an empty datagram, an empty answer an empty line" {
	talk <<-'SCRIPT'
		host binds
		client runs
		client input "ready\n"
		host expects "ready"
			else means nothing-sent
		host sends "READY"
		client shows "READY\n"
			else means answer-not-printed
		client input "\n"
		host expects empty
			but nothing means empty-line-sends-nothing
			but end means empty-line-sends-nothing
			but "\n" means sends-the-newline
			else means wrong-message
		host sends empty
		client shows "\n"
			else means zero-taken-for-the-end
		client never shows "READY\nREADY"
			else means old-bytes-in-the-answer
		client never shows "no answer"
			else means zero-taken-for-the-end
		client input "still there\n"
		host expects "still there"
			else means zero-taken-for-the-end
		host sends "STILL THERE"
		client shows "STILL THERE\n"
			else means zero-taken-for-the-end
		client input ends
		client ends with 0
			but nothing means goes-on-after-the-end
			else means fails-after-success
	SCRIPT
}

@test "exercise (2 points): after a second without an answer it says so, and goes on" {
	talk <<-'SCRIPT'
		host binds
		client runs
		client input "one\ntwo\n"
		host expects "one"
			else means nothing-sent
		client is idle for 200ms
			but end means silence-ends-the-client
			else means spins
		host expects "two"
			but nothing means waits-for-ever
			but end means silence-ends-the-client
			else means wrong-message
		client shows "no answer\n" not before 900ms
			but more means gives-up-too-early
			else means no-answer-not-told
		host sends "TWO"
		client shows "TWO\n"
			else means answer-not-printed
		client input ends
		client fails
			but nothing means goes-on-after-the-end
			else means success-after-failure
	SCRIPT
}

@test "exercise (2 points): an answer from a stranger is not taken" {
	needs linux
	talk <<-'SCRIPT'
		host binds
		eve binds
		mallory binds at 127.0.0.2 port {host.port}
		client runs
		client input "who is there?\n"
		host expects "who is there?"
			else means nothing-sent
		eve sends "EVE" to {host.peer}
		mallory sends "MALLORY" to {host.peer}
		eve sends empty to {host.peer}
		host sends "HOST"
		client shows "HOST\n"
			but "EVE" means stranger-believed
			but "MALLORY" means stranger-believed
			but "no answer" means stranger-ends-the-wait
			but end means stranger-ends-the-wait
			else means answer-not-printed
		client never shows "EVE"
			else means stranger-believed
		client never shows "MALLORY"
			else means stranger-believed
		client never shows "no answer"
			else means stranger-ends-the-wait
		client input ends
		client ends with 0
			but nothing means goes-on-after-the-end
			else means fails-after-success
	SCRIPT
}

@test "exercise (3 points): strangers give no more time, and nobody there is no answer" {
	# Two clients wait at the same time: one is pestered by a stranger, the
	# other asks a server that is gone.
	talk <<-'SCRIPT'
		host binds
		gone binds
		eve binds
		client2 runs with {gone.port}
		client2 input "ready\n"
		gone expects "ready"
			else means nothing-sent
		gone sends "READY"
		client2 shows "READY\n"
			else means answer-not-printed
		gone closes
		client runs
		client input "who is there?\n"
		client2 input "who is there?\n"
		host expects "who is there?"
			else means nothing-sent
		eve sends "EVE" to {host.peer}
		eve pesters client with "E" until "no answer" not before 900ms
			but "EVE" means stranger-believed
			but more means stranger-ends-the-wait
			but end means silence-ends-the-client
			else means strangers-give-more-time
		client2 shows "no answer\n"
			but nothing means waits-for-ever
			but end means refusal-ends-the-client
			else means no-answer-not-told
		gone binds port {gone.port}
		client2 input "back again?\n"
		gone expects "back again?"
			else means refusal-ends-the-client
		gone sends "YES"
		client2 shows "YES\n"
			else means refusal-ends-the-client
		client2 input ends
		client2 fails
			but nothing means goes-on-after-the-end
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): bye ends the client, and is not sent" {
	talk <<-'SCRIPT'
		host binds
		client runs
		client input "byes\n"
		host expects "byes"
			but nothing means bye-not-exact
			but end means bye-not-exact
			else means wrong-message
		host sends "BYES"
		client shows "BYES\n"
			else means answer-not-printed
		client input "bye\n"
		client ends with 0
			but nothing means goes-on-after-the-end
			else means fails-after-success
		host expects nothing for 20ms
			but more means bye-not-exact
	SCRIPT
}

@test "exercise (1 point): the end of input ends the client, a last line without newline is a line" {
	talk <<-'SCRIPT'
		host binds
		client runs
		client input "last"
		client input ends
		host expects "last"
			but "las" means cuts-the-last-character
			but end means last-line-lost
			but nothing means nothing-sent
			else means wrong-message
		host sends "LAST"
		client shows "LAST"
			else means last-line-lost
		client ends with 0
			but nothing means goes-on-after-the-end
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a line of 65507 bytes is sent whole, a longer one gets a complaint" {
	needs linux
	talk <<-'SCRIPT'
		host binds
		client runs
		client input 65507 x "l" "\n"
		host expects 65507 x "l"
			else means fitting-line-not-sent
		host sends "too long"
		client shows "too long\n"
			else means answer-not-printed
		client input 65508 x "m" "\nshort\n"
		host expects "short"
			but "m" means sends-a-long-line
			but end means unsendable-line
			else means wrong-message
		client complains
			else means unsendable-line
		host sends "SHORT"
		client shows "SHORT\n"
			else means answer-not-printed
		client input ends
		client fails
			but nothing means goes-on-after-the-end
			else means success-after-failure
	SCRIPT
}
