#!/usr/bin/env bats
# Lesson 16: a file arrives whole, whatever the network does with its packets.

load support/helpers

@test "demonstration: what the network lost, doubled and reordered is seen, and nothing done" {
	talk <<-'SCRIPT'
		server starts udp
		server prints "bound to 127.0.0.1:{port}\n"
		relay starts udp with -p "client drops 3; client doubles 4; client reorders 6"
		client runs with {relay}
		client input "one\n"
		server prints "0: one\n"
		client input "two\n"
		server prints "1: two\n"
		client input "three\nfour\n"
		server prints "3: four    (where is 2?)\n"
		server prints "3: four    (late, or twice)\n"
		client input "five\n"
		server prints "4: five\n"
		client input "six\nseven\n"
		server prints "6: seven    (where is 5?)\n"
		server prints "5: six    (late, or twice)\n"
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

@test "exercise (2 points): each packet is acknowledged with the number of the next, and the file is there at the end" {
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1 {dir}/got
		ann binds
		ann sends "D" u32 0 "hello, " 00 ff
		ann expects "A" u32 1
			but "A" u32 0 means acknowledges-the-last-number
			but "A" 01 means number-not-big-endian
			but nothing means packet-not-acknowledged
			but end means packet-not-acknowledged
			else means acknowledgement-wrong
		ann sends "D" u32 1 "world\n"
		ann expects "A" u32 2
			but nothing means packet-not-acknowledged
			else means acknowledgement-wrong
		shell test ! -e $dir/got
			else means file-before-its-end
		ann sends "D" u32 2
		ann expects "A" u32 3
			but nothing means end-not-acknowledged
			else means acknowledgement-wrong
		shell test -e $dir/got
			else means file-missing
		shell printf 'hello, \000\377world\n' | cmp - $dir/got
			else means file-wrong
	SCRIPT
}

@test "exercise (2 points): a packet that comes twice is acknowledged twice, and written once" {
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1 {dir}/got
		ann binds
		ann sends "D" u32 0 "once "
		ann expects "A" u32 1
			else means packet-not-acknowledged
		ann sends "D" u32 0 "once "
		ann expects "A" u32 1
			but nothing means duplicate-not-acknowledged
			else means acknowledgement-wrong
		ann sends "D" u32 1 "only"
		ann expects "A" u32 2
			else means acknowledgement-wrong
		ann sends "D" u32 0 "once "
		ann expects "A" u32 2
			but nothing means duplicate-not-acknowledged
			else means old-packet-taken-for-new
		ann sends "D" u32 2
		ann expects "A" u32 3
			else means old-packet-taken-for-new
		shell printf 'once only' | cmp - $dir/got
			else means delivered-twice
	SCRIPT
}

@test "exercise (1 point): a packet that comes too early is not acknowledged as if it were kept" {
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1 {dir}/got
		ann binds
		ann sends "D" u32 0 "one "
		ann expects "A" u32 1
			else means packet-not-acknowledged
		ann sends "D" u32 2 "three"
		ann expects nothing or "A" u32 1 for 50ms
			but "A" u32 3 means early-packet-acknowledged
			else means acknowledgement-wrong
		ann sends "D" u32 1 "two "
		ann sends "D" u32 2 "three"
		ann expects at last "A" u32 3
			else means early-packet-acknowledged
		ann sends "D" u32 3
		ann expects at last "A" u32 4
			else means end-not-acknowledged
		shell printf 'one two three' | cmp - $dir/got
			else means early-packet-acknowledged
	SCRIPT
}

@test "exercise (1 point): while one is served, strangers get no answer and nothing of theirs into the file" {
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1 {dir}/got
		ann binds
		bob binds
		ann sends "D" u32 0 "mine "
		ann expects "A" u32 1
			else means packet-not-acknowledged
		bob sends "D" u32 1 "evil"
		bob expects nothing
			else means stranger-served
		bob sends "D" u32 0 "evil"
		bob expects nothing
			else means stranger-served
		ann sends "D" u32 1 "too"
		ann expects "A" u32 2
			else means stranger-served
		ann sends "D" u32 2
		ann expects "A" u32 3
			else means stranger-served
		shell printf 'mine too' | cmp - $dir/got
			else means stranger-served
	SCRIPT
}

@test "exercise (2 points): the end is acknowledged whenever it is asked, and then the next sender is served" {
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1 {dir}/got
		ann binds
		bob binds
		ann sends "D" u32 0 "first"
		ann expects "A" u32 1
			else means packet-not-acknowledged
		ann sends "D" u32 1
		ann expects "A" u32 2
			else means end-not-acknowledged
		ann sends "D" u32 1
		ann expects "A" u32 2
			but nothing means gone-after-the-end
			but end means gone-after-the-end
			else means acknowledgement-wrong
		ann sends "D" u32 2 "no more"
		ann sends "D" u32 1
		ann expects at last "A" u32 2
			else means packet-behind-the-end-taken
		ann sends "D" u32 0 "first"
		ann expects nothing or "A" u32 2
			else means late-packet-begins-again
		shell printf first | cmp - $dir/got
			else means file-wrong
		bob sends "D" u32 0 "second"
		bob expects "A" u32 1
			but nothing means next-sender-not-served
			but end means next-sender-not-served
			else means numbers-go-on
		ann sends "D" u32 1
		bob sends "D" u32 1
		bob expects "A" u32 2
			else means next-sender-not-served
		shell printf second | cmp - $dir/got
			else means file-wrong
		cem binds
		cem sends "D" u32 0
		cem expects "A" u32 1
			else means empty-file-not-taken
		shell test -e $dir/got -a ! -s $dir/got
			else means empty-file-not-taken
	SCRIPT
}

@test "exercise (1 point): what is no packet is thrown away" {
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1 {dir}/got
		ann binds
		bob binds
		bob sends empty
		bob sends "D"
		bob sends "D" 00 00 00
		bob sends "X" u32 0 "no"
		bob sends "A" u32 0
		bob expects nothing
			else means no-packet-answered
		bob sends "D" u32 7 "not the first"
		bob expects nothing or "A" u32 0
			else means no-packet-answered
		server lives
			else means no-packet-ends-the-server
		ann sends "D" u32 0 1024 x "a"
		ann expects "A" u32 1
			but nothing means full-packet-refused
			else means acknowledgement-wrong
		ann sends "D" u32 1 1025 x "b"
		ann sends "X" u32 1 "no"
		ann sends "D" u32 1 "c"
		ann expects at last "A" u32 2
			else means no-packet-taken
		ann sends "D" u32 2
		ann expects at last "A" u32 3
			else means no-packet-taken
		shell { head -c 1024 /dev/zero | tr '\0' a; printf c; } | cmp - $dir/got
			else means no-packet-taken
	SCRIPT
}

@test "exercise (1 point): no byte is written or read outside of a packet" {
	talk <<-'SCRIPT'
		sanitized
		server starts udp with {port} 127.0.0.1 {dir}/got
		ann binds
		ann sends empty
		ann sends "D"
		ann sends "D" u32 0 65000 x "a"
		ann sends "D" u32 0 1024 x "a"
		ann expects at last "A" u32 1
		ann sends "D" u32 1
		ann expects "A" u32 2
		server lives
			else means memory-error
	SCRIPT
	talk <<-'SCRIPT'
		sanitized
		host binds
		client runs
		client input "x"
		client input ends
		host expects "D" u32 0 "x"
		host sends empty
		host sends "A"
		host sends 60000 x "A"
		host sends "A" u32 1
		host expects at last "D" u32 1
			else means packet-wrong
		host sends "A" u32 2
		client ends
	SCRIPT
}

@test "exercise (2 points): the client numbers its packets from 0, and ends when the end is acknowledged" {
	talk <<-'SCRIPT'
		host binds
		client runs
		client input "x"
		client input ends
		host expects new "D" u32 0 "x"
			but nothing means nothing-sent
			but end means nothing-sent
			but "D" u32 1 means numbers-from-one
			but "D" 00 00 00 00 means message-cut
			but "x" means head-missing
			else means packet-wrong
		host sends "A" u32 1
		host expects new "D" u32 1
			but "D" u32 0 means numbers-from-one
			but nothing means end-not-sent
			but end means end-not-sent
			else means packet-wrong
		client lives
			else means ends-before-its-end-is-acknowledged
		host sends "A" u32 2
		client ends with 0
			but nothing means goes-on-after-the-end
			else means fails-after-success
	SCRIPT
	talk <<-'SCRIPT'
		host binds
		client runs
		client input ends
		host expects new "D" u32 0
			else means empty-input-not-sent
		host sends "A" u32 1
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (2 points): a packet without an acknowledgement is sent again, the same to the byte" {
	talk <<-'SCRIPT'
		host binds
		client runs
		client input "x"
		client input ends
		host expects new "D" u32 0 "x"
			else means packet-wrong
		host expects again "D" u32 0 "x"
			but nothing means never-sent-again
			but more means sent-again-changed
			else means gives-up-after-few-sends
		host expects again "D" u32 0 "x"
			else means gives-up-after-few-sends
		host sends "A" u32 1
		host expects at last "D" u32 1
			else means sent-again-changed
		host expects again "D" u32 1
			else means never-sent-again
		host sends "A" u32 2
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (2 points): an old acknowledgement, a stranger's, or one for what was never sent counts for nothing" {
	talk <<-'SCRIPT'
		host binds
		eve binds
		client runs
		client input "x"
		client input ends
		host expects new "D" u32 0 "x"
			else means packet-wrong
		eve sends "A" u32 1 to {host.peer}
		eve sends "A" u32 2 to {host.peer}
		host expects again "D" u32 0 "x"
			else means stranger-believed
		host sends "A" u32 1
		host expects at last "D" u32 1
			else means packet-wrong
		host sends "A" u32 1
		host sends "A" u32 0
		client waits
		client lives
			else means any-acknowledgement-taken
		host sends "A" u32 9
		host sends "A" u32 4294967295
		host sends "B" u32 2
		client waits
		client lives
			else means any-acknowledgement-taken
		host expects again "D" u32 1
			else means any-acknowledgement-taken
		host sends "A" u32 2
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): what is no news gives no more time: the timer goes on" {
	talk <<-'SCRIPT'
		host binds
		client runs
		client input "x"
		client input ends
		host expects new "D" u32 0 "x"
			else means packet-wrong
		host expects again "D" u32 0 "x" within 700ms despite "A" u32 0
			else means junk-stops-the-timer
	SCRIPT
}

@test "exercise (1 point): nobody answers: after 20 sends the client gives up, says so and fails" {
	talk <<-'SCRIPT'
		host binds
		client runs
		client input "x"
		client input ends
		host expects new "D" u32 0 "x"
			else means packet-wrong
		client ends within 5s
			but nothing means tries-for-ever
		client fails
			else means success-after-failure
		client complains
			else means fails-silently
	SCRIPT
}

@test "exercise (2 points): packets and acknowledgements get lost, and the file is whole" {
	mkdir "$dir/kept"
	talk <<-'SCRIPT'
		shell head -c 5000 /dev/urandom >$dir/in
		server sees {dir}/kept
		client sees nothing
		server starts udp with {port} 127.0.0.1 {dir}/kept/got
		relay starts udp with -p "client drops 1; client drops 3 copies 1-3; server drops 2; server drops 4 copies 1-2"
		client input from {dir}/in
		client runs with {relay}
		client ends within 5s
			but nothing means never-sent-again
		client ends with 0
			else means gives-up-after-few-sends
		shell test -e $dir/kept/got
			else means file-missing
		shell test ! -L $dir/kept/got && cmp $dir/in $dir/kept/got
			else means file-wrong
	SCRIPT
}

@test "exercise (1 point): packets and acknowledgements come twice, late and in another order" {
	mkdir "$dir/kept"
	talk <<-'SCRIPT'
		shell head -c 6000 /dev/urandom >$dir/in
		server sees {dir}/kept
		client sees nothing
		server starts udp with {port} 127.0.0.1 {dir}/kept/got
		relay starts udp with -p "client doubles 1; client doubles 2 60ms; server doubles 1; server delays 3 70ms; server doubles 4 20ms; client drops 4; client delays 5 60ms" --hold 50ms
		client input from {dir}/in
		client runs with {relay}
		client ends within 5s
			but nothing means never-sent-again
		client ends with 0
			else means gives-up-after-few-sends
		shell test ! -L $dir/kept/got && cmp $dir/in $dir/kept/got
			else means file-wrong
	SCRIPT
}

@test "exercise (1 point): the last acknowledgement is lost, and still the client learns that all is well" {
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1 {dir}/got
		relay starts udp with -p "server drops bytes 4100000002 copies 1-3"
		client runs with {relay}
		client input "all of it"
		client input ends
		client ends within 5s
			but nothing means gone-after-the-end
		client ends with 0
			else means gone-after-the-end
		shell printf 'all of it' | cmp - $dir/got
			else means file-wrong
	SCRIPT
}

@test "exercise (1 point): three hundred packets: numbers need more than a byte" {
	mkdir "$dir/kept"
	talk <<-'SCRIPT'
		shell head -c 307000 /dev/urandom >$dir/in
		server sees {dir}/kept
		client sees nothing
		server starts udp with {port} 127.0.0.1 {dir}/kept/got
		client input from {dir}/in
		client runs
		client ends within 4500ms
			but nothing means waits-for-the-timer
		client ends with 0
			else means number-too-small
		shell test ! -L $dir/kept/got && cmp $dir/in $dir/kept/got
			else means number-too-small
	SCRIPT
}

@test "exercise (2 points): a network that drops, doubles, delays and reorders, by the dice" {
	mkdir "$dir/kept"
	talk <<-'SCRIPT'
		shell head -c 12000 /dev/urandom >$dir/in
		server sees {dir}/kept
		client sees nothing
		server starts udp with {port} 127.0.0.1 {dir}/kept/got
		relay starts udp with -s 16 --drop 15% --double 15% --reorder 5% --late 5% --hold 50ms
		client input from {dir}/in
		client runs with {relay}
		client ends within 10s
			but nothing means never-sent-again
		client ends with 0
			else means gives-up-after-few-sends
		shell test ! -L $dir/kept/got && cmp $dir/in $dir/kept/got
			else means file-wrong
	SCRIPT
}

@test "exercise (1 point): an acknowledgement that comes twice makes no packet come twice" {
	mkdir "$dir/kept"
	talk <<-'SCRIPT'
		shell head -c 30000 /dev/urandom >$dir/in
		server sees {dir}/kept
		client sees nothing
		server starts udp with {port} 127.0.0.1 {dir}/kept/got
		relay starts udp with -p "server doubles 1" -l {dir}/log
		client input from {dir}/in
		client runs with {relay}
		client ends within 5s
			but nothing means never-sent-again
		client ends with 0
			else means gives-up-after-few-sends
		shell test ! -L $dir/kept/got && cmp $dir/in $dir/kept/got
			else means file-wrong
		shell test $(grep -c 'client [0-9]* copy 2' $dir/log) -lt 20
			else means answers-an-acknowledgement
	SCRIPT
}

@test "exercise (3 points): challenge: 32 packets under way, so that time is not spent waiting" {
	mkdir "$dir/kept"
	# Before the first acknowledgement is back.
	talk <<-'SCRIPT'
		shell head -c 40000 /dev/urandom >$dir/in
		server sees {dir}/kept
		client sees nothing
		server starts udp with {port} 127.0.0.1 {dir}/kept/got
		relay starts udp with --delay 20ms -l {dir}/log
		client input from {dir}/in
		client runs with {relay}
		client ends within 5s
			but nothing means never-sent-again
		client ends with 0
			else means gives-up-after-few-sends
		shell test ! -L $dir/kept/got && cmp $dir/in $dir/kept/got
			else means file-wrong
		shell test $(sed '/^server/q' $dir/log | grep -c '^client') -ge 16
			else means one-packet-a-round-trip
	SCRIPT
}
