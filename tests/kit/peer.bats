#!/usr/bin/env bats
# peer: what it plays, what it sees, what it says when things go wrong.

setup_file() {
	local name
	for name in NONE NO_HTONS NO_HTONL OTHER_PORT UDP NO_LISTEN ENDS_AT_ONCE \
		LOWER_CASE STOPS_AT_NUL SPINS_AT_END KEEPS_SOCKETS \
		LEAVES_ZOMBIES CRASHES FLOODS FORKS ANY_ADDRESS PEEKS NAPS \
		TERSE TWO_SENDS TWO_SENDS_AT_ONCE HOARDS TRICKLES \
		NEVER_STOPS; do
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
	for name in NONE NO_HTONS TCP; do
		mkdir -p "$BATS_FILE_TMPDIR/DATAGRAMS-$name"
		cc -D_POSIX_C_SOURCE=200809L -DDATAGRAMS -DMISTAKE=$name \
			-o "$BATS_FILE_TMPDIR/DATAGRAMS-$name/client" \
			"$KIT/tests/kit/peer/client.c"
	done
	printf 'some-name\n\tThe sentence of the table.\n\tread 01 "Run"\n' \
		>"$BATS_FILE_TMPDIR/table"
}

# plays NAME <<SCRIPT: with the programs of this name it goes as written. In a
# network of its own, as in a check, so that no port is anybody else's.
plays() {
	run "$TOOLS/private" -q "$TOOLS/peer" -p "$BATS_FILE_TMPDIR/$1" -d "$BATS_TEST_TMPDIR"
	echo "$output"
	[ "$status" -eq 0 ]
}

# fails NAME PATTERN ... <<SCRIPT: it does not, and each pattern is said.
fails() {
	local name=$1 pattern
	shift
	run "$TOOLS/private" -q "$TOOLS/peer" -p "$BATS_FILE_TMPDIR/$name" \
		-d "$BATS_TEST_TMPDIR" -m "$BATS_FILE_TMPDIR/table"
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
		bob sends 10 x "a" 16 "x" 12 x 16
		bob expects "AAAAAAAAAA" 16 "X" 16 16 16 16 16 16 16 16 16 16 16 16
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

@test "a file as standard input: it has an end of its own" {
	printf 'from\na file\n' >"$BATS_TEST_TMPDIR/lines"
	plays NONE <<-'SCRIPT'
		server starts
		client input from {dir}/lines
		client runs
		client prints "FROM\nA FILE\n"
		client ends with 0
	SCRIPT
	for fault in 'client input from /nowhere' 'client input "x"'; do
		run "$TOOLS/peer" -p "$BATS_FILE_TMPDIR/NONE" <<<"$fault"
		[ "$status" -eq 3 ]
	done
}

@test "a program that said something on standard error is not quiet" {
	fails NONE "nothing on standard error" "Connection refused" <<-'SCRIPT'
		client runs
		client ends
		client is quiet
	SCRIPT
}

@test "nobody at the port: the client complains and fails" {
	plays NONE <<-'SCRIPT'
		client runs
		client complains
		client fails
	SCRIPT
}

# a_client NAME: a program of that name, from the script on standard input.
a_client() {
	mkdir "$BATS_FILE_TMPDIR/$1"
	{
		echo '#!/bin/sh'
		cat
	} >"$BATS_FILE_TMPDIR/$1/client"
	chmod +x "$BATS_FILE_TMPDIR/$1/client"
}

@test "every status but 0 is a failure, also that of exit(-1); a signal is none" {
	a_client MINUS_ONE <<<'exit 255'
	plays MINUS_ONE <<-'SCRIPT'
		client runs
		client fails
		client runs
		client ends with 255
	SCRIPT
	a_client KILLED <<<'kill -9 $$'
	fails KILLED "it was killed by signal 9" <<-'SCRIPT'
		client runs
		client fails
	SCRIPT
	a_client LIKE_KILLED <<<'exit 139'
	plays LIKE_KILLED <<-'SCRIPT'
		client runs
		client fails
	SCRIPT
	fails LIKE_KILLED "it ended with status 139" <<-'SCRIPT'
		client runs
		client ends by SIGSEGV
	SCRIPT
}

@test "what a program that lives said last on standard error is told, if it is news" {
	a_client GRUMBLES <<-'PROGRAM'
		echo "client: not at all" >&2
		echo "client: hm" >&2
		exec sleep 9
	PROGRAM
	fails GRUMBLES "waiting in sleep(); last on its" \
		"error: client: hm" <<-'SCRIPT'
		client runs
		client ends
	SCRIPT
	fails GRUMBLES "the client  is still waiting" <<-'SCRIPT'
		client runs
		client complains with "hm\n"
		client shows "x" within 1s
	SCRIPT
	[[ $output != *"last on its"* ]]
}

@test "who asks it to end gets that, and nothing of the programs is left" {
	a_client LEAVES <<-'PROGRAM'
		sleep 963.5 &
		echo ready
		sleep 963.5
	PROGRAM
	local signal peer
	for signal in TERM HUP; do
		"$TOOLS/peer" -p "$BATS_FILE_TMPDIR/LEAVES" 3>&- <<-'SCRIPT' &
			client runs
			client ends within 60s
		SCRIPT
		peer=$!
		for _ in {1..100}; do
			[ "$(pgrep -cf 'sleep 963[.]5')" -lt 2 ] || break
			sleep 0.05
		done
		kill -"$signal" "$peer"
		status=0
		wait "$peer" || status=$?
		[ "$status" -eq $((128 + $(kill -l "$signal"))) ]
		run pgrep -f 'sleep 963[.]5'
		[ "$status" -ne 0 ]
	done
}

@test "nothing is said of the memory and the descriptors of one that has ended" {
	a_client ENDED <<<'exit 0'
	local what
	for what in "memory below 9M" "grew less than 9M" "has no children" \
		"keeps descriptors" "notes memory"; do
		fails ENDED "expected    the program goes on" \
			"came        it ended with status 0" <<-SCRIPT
			client runs
			client ends
			client $what
			  else means some-name
		SCRIPT
		[[ $output != *some-name* ]]
	done
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

@test "groups: who has joined hears, who has left does not" {
	"$TOOLS/private" --check >/dev/null 2>&1 ||
		skip "needs a private network"
	plays NONE <<-'SCRIPT'
		ann binds at 0.0.0.0
		ann joins 239.255.18.1
		bob binds
		bob sends "hello" to 239.255.18.1:{ann.port}
		ann expects "hello"
		ann leaves 239.255.18.1
		bob sends "gone" to 239.255.18.1:{ann.port}
		bob sends "end" to {ann}
		ann expects "end"
	SCRIPT
	fails NONE "the program joins the group 239.255.18.1" \
		"it has not: the server is still waiting" <<-'SCRIPT'
		server starts
		ann binds at 0.0.0.0
		ann joins 239.255.18.1
		server joins 239.255.18.1 within 100ms
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

@test "Unix sockets: where the backlog is full, nobody is connected yet" {
	[ -d /proc/self/fd ] || skip "other systems have other backlogs"
	fails NONE "the connection was not made in time" <<-'SCRIPT'
		host listens unix {dir}/s backlog 0
		ann connects unix {dir}/s
		bob connects unix {dir}/s within 100ms
	SCRIPT
}

@test "Unix sockets: another path, and a port instead of one, are named" {
	mkdir "$BATS_FILE_TMPDIR/OTHER_PATH"
	cat >"$BATS_FILE_TMPDIR/other.c" <<-'C'
		#include <stdio.h>
		#include <sys/socket.h>
		#include <sys/un.h>
		#include <unistd.h>

		int main(int argc, char **argv)
		{
			struct sockaddr_un addr = {.sun_family = AF_UNIX};
			snprintf(addr.sun_path, sizeof addr.sun_path, "%s-2",
				 argv[argc - 1]);
			int fd = socket(AF_UNIX, SOCK_STREAM, 0);
			if (bind(fd, (void *)&addr, sizeof addr) == -1)
				return 1;
			listen(fd, 5);
			return pause();
		}
	C
	cc -o "$BATS_FILE_TMPDIR/OTHER_PATH/server" "$BATS_FILE_TMPDIR/other.c"
	fails OTHER_PATH "a listening socket at $BATS_TEST_TMPDIR/s-2" \
		"mistake     path-refused" <<-'SCRIPT'
		server starts unix {dir}/s
	SCRIPT
	fails OTHER_PATH "a listening socket at " "mistake     wrong-family" <<-'SCRIPT'
		server starts with {port} {dir}/t
	SCRIPT
	fails NONE "a listening socket on 127.0.0.1:" "mistake     wrong-family" <<-'SCRIPT'
		server starts unix {port}
	SCRIPT
}

@test "a machine with thousands of sockets: those of a program are found" {
	[ -d /proc/self/fd ] || skip "needs Linux (/proc)"
	mkdir "$BATS_FILE_TMPDIR/crowd"
	cat >"$BATS_FILE_TMPDIR/crowd/crowd.c" <<-'C'
		#include <sys/prctl.h>
		#include <sys/socket.h>
		#include <unistd.h>

		/* Runs a command beside two processes with 800 listeners each. */
		int main(int argc, char **argv)
		{
			int made[2];
			char c;
			(void)!pipe(made);
			for (int i = 0; i < 2; i++) {
				if (fork() != 0)
					continue;
				prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0);
				for (int k = 0; k < 800; k++)
					listen(socket(AF_INET, SOCK_STREAM, 0), 1);
				(void)!write(made[1], "", 1);
				return pause();
			}
			(void)!read(made[0], &c, 1);
			(void)!read(made[0], &c, 1);
			return argc > 1 ? execv(argv[1], argv + 1) : 2;
		}
	C
	cc -o "$BATS_FILE_TMPDIR/crowd/crowd" "$BATS_FILE_TMPDIR/crowd/crowd.c"
	run "$TOOLS/private" -q "$BATS_FILE_TMPDIR/crowd/crowd" "$TOOLS/peer" \
		-p "$BATS_FILE_TMPDIR/UDP" <<-'SCRIPT'
			server starts udp
			server listens at 127.0.0.1
		SCRIPT
	echo "$output"
	[ "$status" -eq 0 ]
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

@test "a server that ends before it listens: status and last words, not the usage" {
	fails ENDS_AT_ONCE "ended with status 3" "I have no mind to" \
		"ended-before-listening" <<-'SCRIPT'
		server starts
	SCRIPT
}

@test "a client that swaps the port is named" {
	fails NO_HTONS "two bytes swapped" "port-without-htons" <<-'SCRIPT'
		host listens
		client runs
		host accepts
	SCRIPT
}

@test "datagrams: TCP, and a server without a port, are named" {
	fails NONE "a listening TCP socket" "tcp-instead-of-udp" <<-'SCRIPT'
		server starts udp
	SCRIPT
	fails NO_LISTEN "a UDP socket" "never-binds" <<-'SCRIPT'
		server starts udp
	SCRIPT
	fails ENDS_AT_ONCE "ended-before-binding" <<-'SCRIPT'
		server starts udp
	SCRIPT
	fails DATAGRAMS-TCP "tcp-instead-of-udp" <<-'SCRIPT'
		host binds
		client runs
		client input "x\n"
		host expects "x"
	SCRIPT
}

@test "datagrams: an empty one that does not come is told from none" {
	fails DATAGRAMS-NONE "an empty datagram" '1 byte: "x"' <<-'SCRIPT'
		host binds
		client runs
		client input "x\n"
		host expects empty
	SCRIPT
	fails DATAGRAMS-NONE "an empty datagram" "no datagram" <<-'SCRIPT'
		host binds
		client runs
		host expects empty within 50ms
	SCRIPT
}

@test "datagrams: a client that swaps the port is named" {
	fails DATAGRAMS-NO_HTONS "a datagram to port" "two bytes swapped" \
		"port-without-htons" <<-'SCRIPT'
		host binds
		client runs
		client input "x\n"
		host expects "x"
	SCRIPT
}

@test "an answer that is shown before its time is told from one in time" {
	plays DATAGRAMS-NONE <<-'SCRIPT'
		host binds
		client runs
		client input "x\n"
		host expects "x"
		pause 60ms
		host sends "X"
		client shows "X\n" not before 50ms
	SCRIPT
	fails DATAGRAMS-NONE '"X\n", not before 9000 ms after its input' \
		"it, after" "some-name" <<-'SCRIPT'
		host binds
		client runs
		client input "x\n"
		host expects "x"
		host sends "X"
		client shows "X\n" not before 9s within 2s
		  but more means some-name
	SCRIPT
}

@test "a program is pestered until it shows something, and no longer" {
	plays DATAGRAMS-NONE <<-'SCRIPT'
		host binds
		client runs
		client input "x\n"
		host expects "x"
		host pesters client with "a" until "a\n" not before 0ms
		client lives
	SCRIPT
	fails DATAGRAMS-NONE '"b\n"' '"a\n"' "some-name" <<-'SCRIPT'
		host binds
		client runs
		client input "x\n"
		host expects "x"
		host pesters client with "a" until "b\n" within 1s
		  but "a" means some-name
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

@test "where no byte came nobody is told to compare bytes" {
	fails NONE "came        nothing" "mistake     nothing-sent" <<-'SCRIPT'
		host listens
		client runs
		host accepts
		host expects "x" within 20ms
		  else means wrong-message
	SCRIPT
	fails NONE "came        nothing" "mistake     no-answer" <<-'SCRIPT'
		server starts
		ann connects
		ann expects "X" within 20ms
		  else means wrong-answer
	SCRIPT
	fails NONE "came        58" "mistake     wrong-answer" <<-'SCRIPT'
		server starts
		ann connects
		ann sends "x"
		ann expects "XY" within 20ms
		  else means wrong-answer
	SCRIPT
}

@test "a step has as many words, and as many meanings below it, as it needs" {
	{
		echo "server starts"
		echo "ann connects"
		printf 'ann sends'
		printf ' 61%.0s' {1..600}
		printf '\nann expects 600 x "A"\n'
		echo 'ann sends "z"'
		echo 'ann expects "y"'
		printf '  but "%s" means wrong-name\n' {a..z}
		echo '  but "Z" means some-name'
	} >"$BATS_TEST_TMPDIR/script"
	fails NONE "mistake     some-name" <"$BATS_TEST_TMPDIR/script"
	[[ $output == *'> ann expects "y"'* ]]
	for line in 'but nothing comes means x' 'but means x' 'else x' \
		'else this means x' 'but "x" is x'; do
		run "$TOOLS/peer" <<<"server starts
			$line"
		[ "$status" -eq 3 ]
		[[ $output == "peer: line 2: expected \`but BYTES means NAME\`"* ]]
	done
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

@test "what waits unread in a program is seen, and waited for" {
	[ -d /proc/self/fd ] || skip "needs Linux (/proc)"
	plays NONE <<-'SCRIPT'
		server starts
		ann connects
		ann sends "x"
		ann expects "X"
		server has 0 bytes unread
		server stands still
		ann sends "ab"
		ann sends "cde"
		server has 5 bytes unread
		server goes on
		ann expects "ABCDE"
		server has 0 bytes unread
	SCRIPT
	fails NONE "expected    6 bytes unread" "came        2 of them" <<-'SCRIPT'
		server starts
		ann connects
		ann sends "x"
		ann expects "X"
		server stands still
		ann sends "ab"
		server has 6 bytes unread
	SCRIPT
}

@test "a late acknowledgement keeps nobody waiting" {
	[ -d /proc/self/fd ] || skip "needs Linux (/proc)"
	local began=$SECONDS
	{
		echo "server starts"
		echo "ann connects"
		for ((i = 0; i < 150; i++)); do
			cat <<-'SCRIPT'
				ann sends "no answer to this"
				ann waits until read
				ann sends "b\n"
				ann expects "B\n"
			SCRIPT
		done
	} >"$BATS_TEST_TMPDIR/script"
	plays TERSE <"$BATS_TEST_TMPDIR/script"
	# With 40 ms for each it would be 6 seconds.
	[ $((SECONDS - began)) -lt 4 ]
}

@test "what a program sleeps on with MSG_PEEK is noticed, and not read" {
	[ -d /proc/self/fd ] || skip "needs Linux (/proc)"
	plays PEEKS <<-'SCRIPT'
		server starts
		ann connects
		ann sends "ab"
		ann waits until noticed
		ann sends "cd"
		ann expects "abcd"
		ann waits until read
	SCRIPT
	plays NAPS <<-'SCRIPT'
		server starts
		ann connects
		ann sends "ab"
		ann waits until noticed
		server waits
		ann expects "AB" within 1ms
	SCRIPT
	fails PEEKS "it lies unread" <<-'SCRIPT'
		server starts
		ann connects
		ann sends "ab"
		ann waits until read
	SCRIPT
	fails SPINS_AT_END "it lies unread" "spins" <<-'SCRIPT'
		server starts
		bob connects
		bob half-closes
		ann connects
		ann sends "ab"
		ann waits until noticed
	SCRIPT
}

@test "a program that makes a child now and then stands still with all of them" {
	[ -d /proc/self/fd ] || skip "needs Linux (/proc)"
	mkdir "$BATS_FILE_TMPDIR/BUSY"
	printf '%s\n' '#!/bin/sh' 'while :; do sleep 0.001; done' \
		>"$BATS_FILE_TMPDIR/BUSY/server"
	chmod +x "$BATS_FILE_TMPDIR/BUSY/server"
	{
		echo "server runs"
		for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			echo "server stands still"
			echo "server goes on"
			echo "pause 2ms"
		done
	} | plays BUSY
}

@test "a program whose child ends meanwhile is idle" {
	mkdir "$BATS_FILE_TMPDIR/CHILD"
	printf '%s\n' '#!/bin/sh' \
		'sh -c "i=0; while [ \$i -lt 9999 ]; do i=\$((i + 1)); done; echo; sleep 0.05" &' \
		'sleep 9' >"$BATS_FILE_TMPDIR/CHILD/server"
	chmod +x "$BATS_FILE_TMPDIR/CHILD/server"
	plays CHILD <<-'SCRIPT'
		server runs
		server prints "\n"
		server is idle for 200ms
	SCRIPT
}

@test "a spinning server is seen" {
	fails SPINS_AT_END "spins" "processor time" <<-'SCRIPT'
		server starts
		ann connects
		ann closes
		server is idle for 200ms
	SCRIPT
}

@test "a thread that spins is seen, and a program that gets no processor" {
	cat >"$BATS_TEST_TMPDIR/spin.c" <<-'C'
		#include <fcntl.h>
		#include <pthread.h>
		#include <unistd.h>

		static void *spin(void *nothing)
		{
			for (volatile int i = 0;; i++)
				;
			return nothing;
		}

		/* A thread that spins; or the program itself, with the least claim
		 * to the processor that there is. */
		int main(void)
		{
			pthread_t thread;
		#ifdef STARVED
			int fd = open("/proc/self/autogroup", O_WRONLY);
			(void)!write(fd, "19", 2);
			(void)!nice(19);
			spin(NULL);
		#endif
			pthread_create(&thread, NULL, spin, NULL);
			return pause();
		}
	C
	mkdir "$BATS_TEST_TMPDIR/thread" "$BATS_TEST_TMPDIR/starved"
	cc -D_DEFAULT_SOURCE -pthread -o "$BATS_TEST_TMPDIR/thread/client" \
		"$BATS_TEST_TMPDIR/spin.c"
	cc -D_DEFAULT_SOURCE -pthread -DSTARVED \
		-o "$BATS_TEST_TMPDIR/starved/client" "$BATS_TEST_TMPDIR/spin.c"
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/thread" <<-'SCRIPT'
		client runs
		client is idle for 200ms
	SCRIPT
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"processor time"*spins* ]]

	hogs=()
	for ((i = $(getconf _NPROCESSORS_ONLN); i > 0; i--)); do
		setsid timeout 60 sh -c 'while :; do :; done' 3>&- &
		hogs+=($!)
	done
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/starved" <<-'SCRIPT'
		client runs
		client is idle for 300ms
	SCRIPT
	echo "$output"
	first=$status
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/starved" <<-'SCRIPT'
		client runs
		client shows "x" within 50ms
	SCRIPT
	echo "$output"
	kill "${hogs[@]}"
	[ "$first" -eq 1 ]
	[ "$status" -eq 1 ]
	[[ $output == *"mistake     spins"* ]]
}

@test "a limit that passes waits for a program that is at work, not for one that sleeps" {
	cat >"$BATS_TEST_TMPDIR/late.c" <<-'C'
		#include <stdio.h>
		#include <time.h>

		/* Says something at last, having worked for a while or slept. */
		int main(void)
		{
		#ifdef SLEEPS
			nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
		#else
			while (clock() < CLOCKS_PER_SEC / 1000 * WORK_MS)
				;
		#endif
			puts("x");
			return 0;
		}
	C
	local how
	for how in WORK_MS=60 WORK_MS=2000 SLEEPS; do
		mkdir "$BATS_TEST_TMPDIR/$how"
		cc "-D$how" -D_POSIX_C_SOURCE=200809L \
			-o "$BATS_TEST_TMPDIR/$how/client" "$BATS_TEST_TMPDIR/late.c"
		run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/$how" <<-'SCRIPT'
			client runs
			client shows "x" within 10ms
		SCRIPT
		echo "$how: $output"
		case $how in
		WORK_MS=60) [ "$status" -eq 0 ] ;;
		*) [ "$status" -eq 1 ] ;;
		esac
	done
}

@test "a program with children is idle, and stands still, like any other" {
	mkdir "$BATS_TEST_TMPDIR/busy"
	cat >"$BATS_TEST_TMPDIR/busy.c" <<-'C'
		#include <poll.h>
		#include <time.h>
		#include <unistd.h>

		/* Children that end with much processor time behind them, then
		 * many that stay. */
		int main(void)
		{
			char c;
			if (fork() == 0) {
				while (clock() < CLOCKS_PER_SEC / 10)
					;
				(void)!write(1, "worked", 6);
				(void)!read(0, &c, 1);
				poll(NULL, 0, 100);
				_exit(0);
			}
			poll(NULL, 0, 1000);
			for (int i = 0; i < 20; i++) {
				if (fork() == 0)
					return pause();
				poll(NULL, 0, 2);
			}
			(void)!write(1, "forked", 6);
			return pause();
		}
	C
	cc -D_POSIX_C_SOURCE=200809L -o "$BATS_TEST_TMPDIR/busy/client" \
		"$BATS_TEST_TMPDIR/busy.c"
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/busy" <<-'SCRIPT'
		client runs
		client shows "worked"
		client input "x"
		client is idle for 200ms
		pause 700ms
		client stands still
		client goes on
		client stands still
		client goes on
		client stands still
		client goes on
		client shows "forked"
	SCRIPT
	echo "$output"
	[ "$status" -eq 0 ]
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

@test "what lies unread on a connection that was reset is told at once" {
	fails NONE "the connection was reset" "mistake     dropped" <<-'SCRIPT'
		host listens
		ann connects
		host accepts
		ann sends "hello"
		host expects "hello"
		host hangs up
		ann sends "are you there?"
		ann waits until read
		  but nothing means wrong-name
		  but end means dropped
	SCRIPT
}

@test "a header: its lines in any order, among others" {
	plays NONE <<-'SCRIPT'
		host listens
		ann connects
		host accepts
		ann sends header "status: ok\nsize: 0005\nmore: of it\n" "hello"
		host expects a header with "size: 5" "status: ok" "more: *" without "status: no"
		host expects "hello"
		ann sends header "a: b\n"
		host expects 00 00 00 05 "a: b\n"
		ann sends header "status: no room\n"
		host expects a header without "status: ok"
	SCRIPT
	fails NONE 'a header with "status: ok", "size: 5"' \
		'came        "size: 6\nstatus: ok\n"' "mistake     other-size" <<-'SCRIPT'
		host listens
		ann connects
		host accepts
		ann sends header "size: 6\nstatus: ok\n"
		host expects a header with "status: ok" "size: 5"
		  but "status: no" means refused
		  but "size: 6" means other-size
	SCRIPT
	fails NONE 'a header with "status: *", without "status: ok"' \
		'came        "status: ok\n"' <<-'SCRIPT'
		host listens
		ann connects
		host accepts
		ann sends header "status: ok\n"
		host expects a header with "status: *" without "status: ok"
	SCRIPT
	fails NONE "expected    00 00 00 05" "came        05 00 00 00" \
		"mistake     other-order" <<-'SCRIPT'
		host listens
		ann connects
		host accepts
		ann sends 05 00 00 00 "a: b\n"
		host expects a header with "a: b"
		  but 05 00 00 00 means other-order
	SCRIPT
	fails NONE "then end of stream" "mistake     too-early" <<-'SCRIPT'
		host listens
		ann connects
		host accepts
		ann sends u32 9 "a: b"
		ann half-closes
		host expects a header with "a: b"
		  but end means too-early
	SCRIPT
	fails NONE "came        nothing" "mistake     nothing-there" <<-'SCRIPT'
		host listens
		ann connects
		host accepts
		host expects a header with "a: b" within 50ms
		  but nothing means nothing-there
	SCRIPT
}

@test "a header that is none is told, whatever lines it has" {
	local text
	for text in 'a: b\n\0' 'a: b' 'a: b\nA: c\n' 'a: b\nc:d\n' 'a: b\n\n' \
		'a: b\nc: d\na: b\n'; do
		fails NONE "no list of lines" "mistake     no-header" <<-SCRIPT
			host listens
			ann connects
			host accepts
			ann sends header "$text"
			host expects a header with "a: b"
			  else means no-header
		SCRIPT
	done
	plays NONE <<-'SCRIPT'
		host listens
		ann connects
		host accepts
		ann sends header "a: b\naa: \0: c: d\nb: \na-a: b\n"
		host expects a header with "a: b"
		ann sends header "size: 0012\nrest: 000\n"
		host expects a header with "size: 12" "rest: 0" without "size: 2" "size: 112" "rest: 1"
	SCRIPT
}

@test "what a program says on standard error can be asked for" {
	plays NONE <<-'SCRIPT'
		client runs
		client complains with "connect: "
		client complains with "refused"
		client fails
	SCRIPT
	fails NONE '"no such words" on standard error' "mistake     silent" <<-'SCRIPT'
		client runs
		client complains with "no such words"
		  but "connect:" means silent
	SCRIPT
}

@test "a program that may write no more meets a full disk, and no signal" {
	mkdir "$BATS_TEST_TMPDIR/full"
	cat >"$BATS_TEST_TMPDIR/full/client" <<-'PROGRAM'
		#!/bin/sh
		head -c 5000 /dev/zero >"$KIT_DIR/file" 2>"$KIT_DIR/said" || exit 7
	PROGRAM
	chmod +x "$BATS_TEST_TMPDIR/full/client"
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/full" -d "$BATS_TEST_TMPDIR" <<-'SCRIPT'
		client runs
		client ends with 0
		client is quiet
		client may write 4K
		client runs
		client ends with 7
		shell grep -q large $dir/said
		shell test $(wc -c <$dir/file) = 4096
	SCRIPT
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a program can be shown less of the test's directory, and no message speaks of it" {
	mkdir "$BATS_TEST_TMPDIR/tells" "$BATS_TEST_TMPDIR/kept"
	cat >"$BATS_TEST_TMPDIR/tells/server" <<-'PROGRAM'
		#!/bin/sh
		echo "<${KIT_DIR-unset}>"
	PROGRAM
	chmod +x "$BATS_TEST_TMPDIR/tells/server"
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/tells" -d "$BATS_TEST_TMPDIR" <<-'SCRIPT'
		server runs
		server shows "<{dir}>\n"
		server sees {dir}/kept
		server runs
		server shows "<{dir}/kept>\n"
		server sees nothing
		server runs
		server shows "<>\n"
		server shows "more"
	SCRIPT
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *'> server shows "more"'* && $output != *sees* ]]
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/tells" -d "$BATS_TEST_TMPDIR" \
		<<<"server sees {dir}/none"
	[ "$status" -eq 3 ]
	[[ $output == *"/none: No such file"* ]]
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

# asks_for WHAT: the script in which ann sends "abc" and expects that.
asks_for() {
	printf '%s\n' 'server starts' 'ann connects' 'ann sends "abc"' \
		"ann expects $1"
}

@test "of bytes that must not come all are told, however slowly, and not without end" {
	fails TRICKLES "came        41 42 43" < <(asks_for nothing)
	fails TRICKLES 'came        3 bytes: "ABC"' < <(asks_for end)
	fails NEVER_STOPS ", 65536 came;" < <(asks_for nothing)
	fails NEVER_STOPS "came        65536 bytes" < <(asks_for end)
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

# ten_questions: lines of a script: ten of them, each answered before the next.
ten_questions() {
	local i
	echo 'server starts'
	echo 'ann connects'
	echo 'ann acknowledges late'
	for i in 0 1 2 3 4 5 6 7 8 9; do
		echo "ann sends \"question $i\""
		echo "ann expects \"QUESTION $i\""
	done
	echo 'ann heard each in one go'
	echo '  else means in-parts'
}

@test "answers in two parts, the second held back by the kernel, are told apart from others" {
	plays NONE < <(ten_questions)
	plays TWO_SENDS_AT_ONCE < <(ten_questions)
	fails TWO_SENDS "in two parts" "mistake     in-parts" < <(ten_questions)
}

@test "a program may have so much memory and no more" {
	local i
	{
		echo 'server may have 40M of memory'
		echo 'server starts'
		echo 'ann connects'
		for ((i = 0; i < 60; i++)); do
			echo 'ann sends "abc"'
			echo 'ann expects "ABC"'
			echo '  but end means hoards'
		done
	} >"$BATS_TEST_TMPDIR/script"
	plays NONE <"$BATS_TEST_TMPDIR/script"
	fails HOARDS "mistake     hoards" <"$BATS_TEST_TMPDIR/script"
}

@test "an access to memory that is not aligned has a name of its own" {
	mkdir -p "$BATS_TEST_TMPDIR/MISALIGNED"
	cc -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		-D_POSIX_C_SOURCE=200809L -DMISTAKE=MISALIGNED \
		-o "$BATS_TEST_TMPDIR/MISALIGNED/server.asan" \
		"$KIT/tests/kit/peer/server.c" ||
		skip "this compiler has no sanitizers"
	run "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/MISALIGNED" <<-'SCRIPT'
		sanitized
		server starts
		ann connects
		ann sends "abc"
		ann expects "ABC"
	SCRIPT
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"mistake     misaligned-access"* ]]
}

@test "a fault of the script itself is told with its line, and ends with 3" {
	local script
	for script in 'server startz' 'ann sends "a"' 'server lives' 'ann' \
		'but "x" means y' 'ann sends "open' 'ann connects to nowhere' \
		'ann expects nothing for ever' 'server starts here' \
		'shell test -e {dir}/x' 'ann sends header' \
		'ann expects a header with' 'ann is connected' \
		'ann is not connected for 1ms' 'ann sends "a" of 2' \
		'ann hangs on' 'ann exchanges "a"' 'pause 99999999999999999999s' \
		'ann sends 9999999999G x "a"' \
		"server starts with $(printf 'x %.0s' {1..40})"; do
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
