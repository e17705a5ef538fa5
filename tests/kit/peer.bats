#!/usr/bin/env bats
# peer: what it plays, what it sees, what it says when things go wrong.

setup_file() {
	local name
	for name in NONE NO_HTONS NO_HTONL OTHER_PORT UDP NO_LISTEN ENDS_AT_ONCE \
		LOWER_CASE STOPS_AT_NUL SPINS_AT_END KEEPS_SOCKETS \
		LEAVES_ZOMBIES CRASHES FLOODS FORKS ANY_ADDRESS; do
		mkdir -p "$BATS_FILE_TMPDIR/$name"
		cc -D_POSIX_C_SOURCE=200809L -DMISTAKE=$name \
			-o "$BATS_FILE_TMPDIR/$name/server" \
			"$KIT/tests/kit/peer/server.c"
	done
	for name in NONE NO_HTONS; do
		cc -D_POSIX_C_SOURCE=200809L -DMISTAKE=$name \
			-o "$BATS_FILE_TMPDIR/$name/client" \
			"$KIT/tests/kit/peer/client.c"
	done
	printf 'some-name\n\tThe sentence of the table.\n\tread 01 "Run"\n' \
		>"$BATS_FILE_TMPDIR/table"
}

# plays NAME <<SCRIPT: with the programs of this name it goes as written.
plays() {
	run "$TOOLS/peer" -p "$BATS_FILE_TMPDIR/$1" -d "$BATS_TEST_TMPDIR"
	echo "$output"
	[ "$status" -eq 0 ]
}

# fails NAME PATTERN ... <<SCRIPT: it does not, and each pattern is said.
fails() {
	local name=$1 pattern
	shift
	run "$TOOLS/peer" -p "$BATS_FILE_TMPDIR/$name" -d "$BATS_TEST_TMPDIR" \
		-m "$BATS_FILE_TMPDIR/table"
	echo "$output"
	[ "$status" -eq 1 ]
	for pattern; do
		[[ $output == *"$pattern"* ]] || {
			echo "not said: $pattern"
			return 1
		}
	done
}

@test "a right server passes a long conversation of every kind" {
	plays NONE <<-'SCRIPT'
		server starts
		server listens at 127.0.0.1
		server notes descriptors
		ann connects
		bob dials
		ann sends "abc" 00 ff
		ann expects "ABC" 00 ff
		ann expects nothing for 20ms
		ann sends "one byte at a time" byte by byte
		ann waits until read
		ann expects upper "one byte at a time"
		ann sends 100 x "ab" in pieces of 7
		ann expects 100 x "AB"
		ann exchanges pattern 1M for upper pattern 1M
		ann half-closes
		ann expects end
		ann closes
		bob is connected
		bob sends u8 1 u16 2 u32 65
		bob expects 01 00 02 00 00 00 41
		bob resets
		server lives
		server waits
		server is idle for 100ms
		server has no zombies
		server has no children
		server has no connections
		server has no CLOSE-WAIT
		server keeps descriptors
		server memory below 200M
		server signal TERM
		server ends by SIGTERM
		ann is refused
	SCRIPT
}

@test "a right client passes, with the test as its server" {
	plays NONE <<-'SCRIPT'
		host listens
		client runs
		client input "hello\n"
		host accepts
		host expects "hello"
		host sends "HELLO"
		client prints "HELLO\n"
		client input "a\n"
		host expects "a"
		host sends "A"
		client shows "A"
		client never shows "x"
		client input ends
		client ends with 0
		host expects end
	SCRIPT
}

@test "both programs under test can talk with each other" {
	plays NONE <<-'SCRIPT'
		server starts
		client runs
		client input "hello\n"
		client prints "HELLO\n"
		client input ends
		client ends with 0
		server lives
	SCRIPT
}

@test "nobody at the port: the client complains and fails" {
	plays NONE <<-'SCRIPT'
		client runs
		client complains
		client fails
	SCRIPT
}

@test "datagrams: who wrote last is answered, an empty one is one" {
	plays NONE <<-'SCRIPT'
		host binds
		ann binds
		ann sends "question"
		host expects "question" from {ann}
		host sends empty
		ann expects empty
		host sends "to you" to {ann}
		ann expects "to you"
		ann expects nothing for 20ms
	SCRIPT
}

@test "Unix sockets: listen, connect, send, expect" {
	plays NONE <<-'SCRIPT'
		host listens unix {dir}/s
		ann connects unix {dir}/s
		host accepts
		ann sends 100 x "z"
		host expects 100 x "z"
		ann waits until read
		ann closes
		host expects end
	SCRIPT
}

@test "a swapped port is named, with both numbers" {
	fails NO_HTONS "two bytes" "port-without-htons" \
		"waiting in accept(): no caller is there" <<-'SCRIPT'
		server starts
	SCRIPT
}

@test "a swapped address is named" {
	fails NO_HTONL "address-without-htonl" "bind: Cannot" <<-'SCRIPT'
		server starts
	SCRIPT
}

@test "another port is named" {
	fails OTHER_PORT "a listening socket on 127.0.0.1:" "wrong-port" <<-'SCRIPT'
		server starts
	SCRIPT
}

@test "UDP where TCP was expected is named" {
	fails UDP "a UDP socket on 127.0.0.1:" "udp-instead-of-tcp" <<-'SCRIPT'
		server starts
	SCRIPT
}

@test "a server that never listens is named, with the call it waits in" {
	fails NO_LISTEN "never-listens" "waiting in pause()" <<-'SCRIPT'
		server starts
	SCRIPT
}

@test "a server that ends before it listens: status and last words" {
	fails ENDS_AT_ONCE "ended with status 3" "I have no mind to" \
		"ended-before-listening" <<-'SCRIPT'
		server starts
	SCRIPT
}

@test "a client that swaps the port is named" {
	fails NO_HTONS "two bytes swapped" "port-without-htons" <<-'SCRIPT'
		host listens
		client runs
		host accepts within 300ms
	SCRIPT
}

@test "wrong bytes: hex, text, the first wrong one, the script's name for it" {
	fails LOWER_CASE "expected    41 42 00 43" "came        61 62 00 63" \
		"^^ byte 1" "AB.C" "ab.c" "mistake     some-name" \
		"The sentence of the table." "\"Run\" in the README of lesson 01" \
		"waiting in recv() on its connection with ann" \
		"          > ann expects" <<-'SCRIPT'
		server starts
		ann connects
		ann sends "ab" 00 "c"
		ann expects "AB" 00 "C"
		  but "xy" means wrong-name
		  but nothing means wrong-name
		  but "ab" means some-name
		  else means wrong-name
	SCRIPT
}

@test "a wrong byte deep in a long answer is shown with its place" {
	fails LOWER_CASE "shown from byte 993" "^^ byte 1001" <<-'SCRIPT'
		server starts
		ann connects
		ann sends 1000 x "1" "z"
		ann expects 1000 x "1" "Z"
	SCRIPT
}

@test "too few bytes count as nothing more, and match by their beginning" {
	fails STOPS_AT_NUL "nothing more" "mistake     cut" <<-'SCRIPT' ||
		server starts
		ann connects
		ann sends "ab" 00 "c"
		ann expects "AB" 00 "C" within 200ms
		  but "AB" means cut
	SCRIPT
		[[ $output == *"mistake     cut"* ]]
}

@test "a spinning server is seen" {
	fails SPINS_AT_END "spins" "processor time" <<-'SCRIPT'
		server starts
		ann connects
		ann closes
		server is idle for 200ms
	SCRIPT
}

@test "sockets that are kept are seen, also as CLOSE-WAIT and descriptors" {
	fails KEEPS_SOCKETS "no connections" <<-'SCRIPT'
		server starts
		ann connects
		ann closes
		server has no connections
	SCRIPT
	fails KEEPS_SOCKETS "CLOSE-WAIT" <<-'SCRIPT'
		server starts
		ann connects
		ann closes
		server has no CLOSE-WAIT
	SCRIPT
	fails KEEPS_SOCKETS "as before" <<-'SCRIPT'
		server starts
		server notes descriptors
		ann connects
		ann closes
		server keeps descriptors
	SCRIPT
}

@test "zombies are seen" {
	fails LEAVES_ZOMBIES "no zombies" "3 of them" <<-'SCRIPT'
		server starts
		ann connects
		ann sends "a" byte by byte
		ann expects "A"
		ann sends "b"
		ann expects "B"
		ann sends "c"
		ann expects "C"
		server has no zombies
	SCRIPT
}

@test "SIGPIPE: stopped, written to, left, continued - every time" {
	for _ in 1 2 3 4 5; do
		fails NONE "killed by signal 13 (SIGPIPE)" \
			"mistake     killed-by-sigpipe" <<-'SCRIPT'
			server starts
			ann connects
			server stands still
			ann sends 20000 x "a"
			ann closes
			server goes on
			server lives
			bob connects
		SCRIPT
	done
}

@test "a crash is named, whatever the script says" {
	fails CRASHES "SIGSEGV" "mistake     crashed" <<-'SCRIPT'
		server starts
		ann connects
		ann sends "a"
		ann expects "A"
		  else means wrong-name
	SCRIPT
}

@test "a flood and a fork bomb are stopped, named, and leave nothing" {
	fails FLOODS "mistake     floods" <<-'SCRIPT'
		server starts
		ann connects
		ann sends "a"
		ann expects "A"
	SCRIPT
	fails FORKS "mistake     forks-without-end" <<-'SCRIPT'
		server starts
		ann connects
		ann sends "a"
		ann expects "A"
	SCRIPT
	run pgrep -f "$BATS_FILE_TMPDIR/FORKS/server"
	[ "$status" -ne 0 ]
}

@test "memory errors are named with file and line" {
	mkdir -p "$BATS_TEST_TMPDIR/p"
	cc -g -D_POSIX_C_SOURCE=200809L -DMISTAKE=OVERFLOWS \
		-fsanitize=address,undefined -o "$BATS_TEST_TMPDIR/p/server.asan" \
		"$KIT/tests/kit/peer/server.c" || skip "needs a compiler with sanitizers"
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/p" <<-'SCRIPT'
		sanitized
		server starts
		ann connects
		ann sends "abcdefgh"
		ann expects "ABCDEFGH"
	SCRIPT
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"memory-error"* ]]
	[[ $output == *"server.c:"* ]]
}

@test "every address where one was asked for is seen" {
	fails ANY_ADDRESS "expected    127.0.0.1:" "came        0.0.0.0:" <<-'SCRIPT'
		server starts
		server listens at 127.0.0.1
	SCRIPT
}

@test "something that must not come is told from silence" {
	fails NONE "mistake     too-much" <<-'SCRIPT'
		server starts
		ann connects
		ann sends "a"
		ann expects nothing for 200ms
		  but nothing means wrong-name
		  but more means too-much
	SCRIPT
	fails NONE "mistake     no-word" <<-'SCRIPT'
		server starts
		ann connects
		ann expects "a" within 50ms
		  but end means wrong-name
		  but nothing means no-word
	SCRIPT
	fails NONE "stays open" <<-'SCRIPT'
		server starts
		ann connects
		ann expects end within 50ms
	SCRIPT
}

@test "show: a transcript in the order of the script" {
	run "$TOOLS/peer" --show -p "$BATS_FILE_TMPDIR/NONE" <<-'SCRIPT'
		say "A title"
		server starts
		server shows "listening on"
		client runs
		client input "hello\n"
		client prints "HELLO\n"
		client input ends
		client ends
	SCRIPT
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "A title" ]
	[[ ${lines[1]} == "  server   prints    listening on 127.0.0.1:"* ]]
	[ "${lines[2]}" = "  client   is given  hello" ]
	[ "${lines[3]}" = "  client   prints    HELLO" ]
	[ "${lines[4]}" = "  client   is given  (end of input)" ]
	[ "${lines[5]}" = "  client   ends      with status 0" ]
}

@test "a fault of the script itself is told with its line, and ends with 3" {
	local script
	for script in 'server startz' 'ann sends "a"' 'server lives' 'ann' \
		'but "x" means y' 'ann sends "open' 'ann connects to nowhere' \
		'ann expects nothing for ever' 'server starts here' \
		'shell test -e {dir}/x'; do
		run "$TOOLS/peer" -p "$BATS_FILE_TMPDIR/NONE" <<<"$script"
		echo "$script: $output"
		[ "$status" -eq 3 ]
		[[ $output == "peer: line 1"* ]]
	done
	run "$TOOLS/peer" </dev/null
	[ "$status" -eq 3 ]
}

@test "wrong usage: a usage text and status 2" {
	run "$TOOLS/peer" --nonsense
	[ "$status" -eq 2 ]
	[[ $output == usage:* ]]
	run "$TOOLS/peer" /nowhere/at/all
	[ "$status" -eq 2 ]
}
