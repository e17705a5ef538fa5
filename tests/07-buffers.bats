#!/usr/bin/env bats
# Lesson 07: both directions at once, through buffers that fill up.

load support/helpers

@test "demonstration: send() waits when both buffers are full, and goes on when somebody reads" {
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 8192
		server prints "listening on 127.0.0.1:{port}\n"
		client runs with {port} 127.0.0.1 8192
		server shows "accept() returned\n"
		client shows " bytes, and would wait now\n"
		client lives
		server input "read\n"
		client prints "there is room again\n"
		client ends with 0
		server shows "recv() returned 0, after "
		ann connects
		server shows "accept() returned\n"
		server input ends
		ann sends 100000 x "a"
		ann half-closes
		server shows "recv() returned 0, after 100000 bytes\n"
	SCRIPT
}

@test "demonstration: what send() took and nobody read is in the kernels' buffers" {
	needs linux
	talk <<-'SCRIPT'
		host listens
		client runs with {port} 127.0.0.1 65536
		host accepts
		client shows " bytes, and would wait now\n"
		shell awk -v port="$(printf %04X "$port")" '$4 == "01" && substr($3, length($3) - 3) == port && substr($5, 1, 8) != "00000000" { sent = 1 } $4 == "01" && substr($2, length($2) - 3) == port && substr($5, 10) != "00000000" { came = 1 } END { exit !(sent && came) }' /proc/net/tcp
		client lives
		host drains
		client prints "there is room again\n"
		client ends with 0
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a failure with 1" {
	talk <<-'SCRIPT'
		server runs with 80a
		server ends with 2
		server runs with {port} 127.0.0.1 8k
		server ends with 2
		client runs with 1 127.0.0.1 8k
		client ends with 2
		client runs with 1 2 3 4
		client ends with 2
		client runs
		client ends with 1
	SCRIPT
}

@test "exercise (2 points): a piece of input goes out at once, and what comes back is printed at once" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "a piece"
		host expects "a piece"
			but "a" means input-hidden-in-stdio
			but end means nothing-sent
			but nothing means piece-held-back
			else means input-changed
		host sends "a piece"
		host waits until read
			else means sends-all-then-reads
		client prints "a piece"
			but nothing means output-held-back
			else means output-changed
	SCRIPT
}

@test "exercise (1 point): another piece goes out, though nothing has come back" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "one"
		host expects "one"
			but end means nothing-sent
			else means piece-held-back
		client input "two"
		host expects "two"
			but end means half-closes-too-early
			but nothing means waits-for-each-answer
			else means input-changed
	SCRIPT
}

@test "exercise (1 point): what the server says is heard, though the input is silent" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		host sends "early"
		client prints "early"
			but nothing means one-direction-a-turn
			but end means nothing-sent
			else means output-changed
		client input "later"
		host expects "later"
			but end means half-closes-too-early
			but nothing means one-direction-a-turn
			else means input-changed
	SCRIPT
}

@test "exercise (1 point): every byte goes out and comes back as it is, and no other" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "\n\ntwo lines, " 00 ff 04 " and\nno newline"
		client input ends
		host expects "\n\ntwo lines, " 00 ff 04 " and\nno newline"
			but "\n" means input-changed
			but end means nothing-sent
			but nothing means piece-held-back
			else means input-changed
		host expects end
			but nothing means half-not-closed-by-the-client
			else means input-changed
		host sends "\n\nTwo lines, " 00 fe 05
		client prints "\n\nTwo lines, " 00 fe 05
			else means output-changed
		host sends " and\nNo newline"
		host closes
		client ends with 0
			but nothing means hang-up-unnoticed
			else means fails-after-success
		client prints " and\nNo newline"
			else means output-changed
	SCRIPT
}

@test "exercise (1 point): the client waits quietly, with nothing to do" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "x"
		host expects "x"
			but end means nothing-sent
			else means piece-held-back
		host sends "x"
		client prints "x"
			but nothing means sends-all-then-reads
			else means output-changed
		client is idle for 100ms
			else means asks-for-room-all-the-time
	SCRIPT
}

@test "exercise (2 points): at the end of its input the client closes its half, and listens on" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "one"
		host expects "one"
			but end means nothing-sent
			else means piece-held-back
		client input ends
		client is idle for 100ms
			but end means leaves-before-the-answer
			else means end-of-input-spins
		host expects end
			but nothing means half-not-closed-by-the-client
			else means input-changed
		host sends "o"
		client prints "o"
			but end means leaves-before-the-answer
			else means output-changed
		host sends "ne"
		host closes
		client prints "ne"
			but end means leaves-before-the-answer
			else means output-changed
		client ends with 0
			but nothing means hang-up-unnoticed
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): an input that ends right behind its last bytes loses none of them" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client stands still
		client input 62000 x "l"
		client input ends
		client goes on
		host expects 62000 x "l"
			but end means last-bytes-lost
			but nothing means nothing-sent
			else means input-changed
		host expects end
			but nothing means half-not-closed-by-the-client
			else means input-changed
	SCRIPT
}

@test "exercise (2 points): a server that does not read is still heard" {
	head -c 1000000 /dev/zero | tr '\0' a >"$dir/much"
	talk <<-'SCRIPT'
		host listens
		client input from {dir}/much
		client runs with {port} 127.0.0.1 16384
		host accepts
		client lives
			else means no-room-taken-for-an-error
		host sends "I am busy"
		client prints "I am busy"
			but end means nothing-sent
			else means deaf-while-it-sends
		host expects 20000 x "a"
			else means input-changed
		client lives
		host sends ", and still"
		client prints ", and still"
			else means deaf-while-it-sends
		host expects 20000 x "a"
		client lives
		host sends ", and still"
		client prints ", and still"
			else means deaf-while-it-sends
	SCRIPT
}

@test "exercise (2 points): a server that reads late gets every byte, in order" {
	talk <<-'SCRIPT'
		host listens
		client may print 2M
		client runs with {port} 127.0.0.1 16384
		host accepts
		client input pattern 1M
		client is idle for 200ms
			but end means no-room-taken-for-an-error
			else means tries-again-and-again
		client input ends
		client lives
			else means half-closes-too-early
		host expects pattern 1M within 5s
			but end means half-closes-too-early
			else means part-sent-rest-lost
		host expects end
			but nothing means half-not-closed-by-the-client
			else means part-sent-rest-lost
		host sends pattern 1M
		host closes
		client prints pattern 1M within 5s
			but nothing means last-bytes-lost
			else means output-changed
		client ends with 0
			but nothing means hang-up-unnoticed
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): 8 MiB for a server that does not read take no memory" {
	talk <<-'SCRIPT'
		host listens
		client runs with {port} 127.0.0.1 262144
		host accepts
		client input "x"
		host expects "x"
			but end means nothing-sent
			else means piece-held-back
		client notes memory
		client input pattern 8M
		client lives
			else means no-room-taken-for-an-error
		host expects pattern 8M within 10s
			else means part-sent-rest-lost
		client grew less than 4M
			else means queue-without-limit
	SCRIPT
}

@test "exercise (2 points): 8 MiB go through the echo server, both ways at once" {
	awk 'BEGIN { while (n++ < 65536) printf "line%11d\n", n }' >"$dir/1M"
	(cd "$dir" && cat 1M 1M 1M 1M 1M 1M 1M 1M >8M)
	talk <<-'SCRIPT'
		server starts
		client may print 16M
		client input from {dir}/8M
		client runs with {port} 127.0.0.1 65536
		client prints file {dir}/8M within 10s
			but nothing means both-wait-to-send
			but end means last-bytes-lost
			else means output-changed
		client ends with 0
			but nothing means hang-up-unnoticed
			else means fails-after-success
		server lives
	SCRIPT
}

@test "exercise (1 point): an output that is read late gets every byte, too" {
	talk <<-'SCRIPT'
		server starts
		client may print 4M
		client runs
		client input "x"
		client prints "x"
			but nothing means output-held-back
			else means output-changed
		client output held
		client input pattern 1M
		client input ends
		client is idle for 150ms
			but end means output-lost
			else means tries-again-and-again
		client output released
		client prints pattern 1M within 5s
			but nothing means both-wait-to-send
			else means output-lost
		client ends with 0
			but nothing means hang-up-unnoticed
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a server that hangs up is noticed at once, though the input is silent" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "one"
		host expects "one"
			but end means nothing-sent
			else means piece-held-back
		host sends "one"
		client prints "one"
			else means output-changed
		host closes
		client fails
			but nothing means hang-up-unnoticed
			else means success-after-failure
		client complains
			else means fails-silently
	SCRIPT
}

@test "exercise (1 point): an end before all has come back is a failure" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		client input "0123456789"
		client input ends
		host expects "0123456789"
			but end means nothing-sent
			else means piece-held-back
		host expects end
			else means half-not-closed-by-the-client
		host sends "01234"
		host closes
		client fails
			else means missing-bytes-unnoticed
		client complains
			else means fails-silently
	SCRIPT
}

@test "exercise (1 point): a reset is a failure, half way and at the very end" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts as first
		client input "x"
		client input ends
		first expects "x"
			but end means nothing-sent
			else means piece-held-back
		first expects end
			else means half-not-closed-by-the-client
		first sends "x"
		client prints "x"
			else means leaves-before-the-answer
		first resets
		client fails
			else means reset-taken-for-the-end
		client complains
			else means fails-silently
		client2 runs with {port} 127.0.0.1 16384
		host accepts as second
		client2 input pattern 1M
		second expects pattern 100K
		second resets
		client2 fails
			else means reset-taken-for-the-end
		client2 complains
			else means fails-silently
	SCRIPT
}
