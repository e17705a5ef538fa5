#!/usr/bin/env bats
bats_require_minimum_version 1.5.0

# faults: a plan does what it says, to the calls it names, and to no others.

setup_file() {
	[ "$(uname -s)" = Linux ] || skip "needs Linux (LD_PRELOAD)"
	"${CC:-cc}" -std=c11 -Wall -Wextra -g -o "$BATS_FILE_TMPDIR/calls" \
		"$KIT/tests/kit/trace/calls.c" -lpthread
}

setup() {
	[ -s "$TOOLS/trace.so" ]
	calls=$BATS_FILE_TMPDIR/calls
}

# rounds PLAN N: what the calls return, N times.
rounds() {
	FAULTS=$1 LD_PRELOAD=$TOOLS/trace.so "$calls" "${what:-rounds}" "$2"
}

# gives PLAN N CALL RESULTS: these, one after the other.
gives() {
	local came
	came=$(rounds "$1" "$2" | sed -n "s/^$3 //p" | xargs)
	[ "$came" = "$4" ] || {
		echo "plan $1: $3 gives"
		echo "$came"
		return 1
	}
}

@test "short, EINTR, errors, refused: once, first, at, after, every" {
	gives "recv short 3" 2 recv "3 3"
	gives "send short 7 once" 3 send "7 10 10"
	gives "send short 7 first 2" 3 send "7 7 10"
	gives "recv EINTR every 2" 5 recv "10 EINTR 20 EINTR 20"
	gives "accept fails EMFILE once" 3 accept "EMFILE 0 0"
	gives "connect refused first" 3 connect "ECONNREFUSED 0 0"
	gives "fork fails EAGAIN at 2" 3 fork "0 EAGAIN 0"
	gives "send fails ECONNREFUSED after 2" 4 send \
		"10 10 ECONNREFUSED ECONNREFUSED"
	gives "poll EINTR" 2 poll "EINTR EINTR"
}

@test "rules add up; the first error and the shortest limit hold" {
	gives "send short 5; send short 3; send EINTR at 2; send EMFILE at 2" 3 \
		send "3 EINTR 3"
	gives " recv short 4 ;; send short 2 ; " 2 send "2 2"
	gives " recv short 4 ;; send short 7 ; " 2 recv "4 4"
}

@test "what is no stream socket has no faults: files, pipes, datagrams" {
	what=others
	plan="send short 1; recv short 1; write EINTR every 3; read EINTR every 4"
	gives "$plan" 2 "pipe out" "10 10"
	gives "$plan" 2 "pipe in" "10 10"
	gives "send short 1; recv short 1" 2 "datagram out" "10 10"
	gives "send short 1; recv short 1" 2 "datagram in" "10 10"
	gives "send EINTR at 2" 2 "datagram out" "10 EINTR"
}

@test "vectors and messages are cut, too" {
	mkdir "$BATS_TEST_TMPDIR/t"
	FAULTS="send short 4; recv short 2" TRACE_DIR=$BATS_TEST_TMPDIR/t \
		TRACE_NAME=pieces LD_PRELOAD=$TOOLS/trace.so "$calls" pieces
	cat "$BATS_TEST_TMPDIR/t"/*
	for call in writev sendmsg send; do
		grep -q "	name=$call	.*	ret=4	" "$BATS_TEST_TMPDIR/t"/*
	done
	for call in readv recvmsg read; do
		grep -q "	name=$call	.*	ret=2	" "$BATS_TEST_TMPDIR/t"/*
	done
	# The trace tells of the plan, and of each fault.
	head -n 1 "$BATS_TEST_TMPDIR/t"/* |
		grep -q '	faults=send short 4; recv short 2$'
	grep -q '	name=writev	.*	fault=short 4$' "$BATS_TEST_TMPDIR/t"/*
}

@test "a delay takes its time, and the call is made then" {
	before=$(date +%s%N)
	gives "accept delay 150ms first 2" 2 accept "0 0"
	after=$(date +%s%N)
	[ $(((after - before) / 1000000)) -ge 300 ]
	gives "recv delay 1ms" 2 recv "10 10"
}

@test "a seed: the same every time, another with another number" {
	rounds seed:7 40 >"$BATS_TEST_TMPDIR/a"
	rounds seed:7 40 >"$BATS_TEST_TMPDIR/b"
	rounds seed:8 40 >"$BATS_TEST_TMPDIR/c"
	cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
	run ! cmp -s "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/c"
	# Some of everything that every program has to bear.
	for line in "send 10" "send EINTR" "recv EINTR" "accept ECONNABORTED" \
		"poll EINTR"; do
		grep -qx "$line" "$BATS_TEST_TMPDIR/a"
	done
	grep -qE '^send [1-7]$' "$BATS_TEST_TMPDIR/a"
	# A conversation is as it was, only in smaller pieces.
	FAULTS=seed:3 LD_PRELOAD=$TOOLS/trace.so "$calls" stream 1 |
		grep -qx "1048576 bytes"
}

@test "a wrong plan: a sentence, status 2, and the program does not begin" {
	for plan in "recv" "recv short" "recv short 0" "recv short x" \
		"recieve short 1" "recv fails EWHAT" "accept short 1" \
		"recv short 1 sometimes" "recv short 1 at 0" "recv delay 3" \
		"recv short 1 once more" "seed:" "seed:x" "recv EINTR every"; do
		run env FAULTS="$plan" LD_PRELOAD="$TOOLS/trace.so" \
			"$calls" rounds 1
		echo "$plan: $output"
		[ "$status" -eq 2 ]
		[[ $output == "faults: FAULTS is wrong at \"$plan\": "* ]]
	done
	run rounds "" 1
	[ "$status" -eq 0 ]
}

@test "peer: a program has faults from its start on, alone, until it has none" {
	mkdir "$BATS_TEST_TMPDIR/programs"
	cc -D_POSIX_C_SOURCE=200809L -DMISTAKE=NONE \
		-o "$BATS_TEST_TMPDIR/programs/server" \
		"$KIT/tests/kit/peer/server.c"
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/programs" <<-'SCRIPT'
		server has faults "recv short 1 first 2"
		server has faults "recv delay 100ms at 3"
		server starts
		ann connects
		ann sends "abc"
		ann expects "ABC"
		ann closes
		server signal KILL
		server ends
		server has no faults
		server starts
		server2 has faults "recv fails EBADF"
		bob connects
		bob sends "abc"
		bob expects "ABC"
	SCRIPT
	echo "$output"
	[ "$status" -eq 0 ]
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/programs" <<-'SCRIPT'
		server has faults "recv breaks"
		server starts
	SCRIPT
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"faults: FAULTS is wrong"* ]]
	# Without the library a script can't pretend.
	mkdir "$BATS_TEST_TMPDIR/tools"
	cp "$TOOLS/peer" "$BATS_TEST_TMPDIR/tools"
	run "$BATS_TEST_TMPDIR/tools/peer" <<-'SCRIPT'
		server has faults "recv short 1"
	SCRIPT
	[ "$status" -eq 3 ]
	[[ $output == *"write \`needs trace\` before \`talk\`"* ]]
}

# one TOOLS: runs a test that needs the library.
one() {
	run env -i PATH="${PATH//"$BATS_LIBEXEC:"/}" TOOLS="$1" \
		"${BATS:-bats}" --tap "$BATS_TEST_TMPDIR/one.bats"
	echo "$output"
}

@test "needs trace: a reason where the library is not there, or is not loaded" {
	# In two words, since bats looks for it here, too.
	printf '%s\n' "load $KIT/tests/support/helpers" '@''test "one" {' \
		'needs trace' '}' >"$BATS_TEST_TMPDIR/one.bats"
	one "$TOOLS"
	[ "${lines[1]}" = "ok 1 one" ]
	mkdir "$BATS_TEST_TMPDIR/tools"
	cp "$TOOLS/peer" "$BATS_TEST_TMPDIR/tools"
	: >"$BATS_TEST_TMPDIR/tools/trace.so"
	one "$BATS_TEST_TMPDIR/tools"
	[[ ${lines[1]} == "ok 1 one # skip needs the library for traces"* ]]
	echo "not a library" >"$BATS_TEST_TMPDIR/tools/trace.so"
	one "$BATS_TEST_TMPDIR/tools"
	[[ ${lines[1]} == "ok 1 one # skip needs LD_PRELOAD"* ]]
}
