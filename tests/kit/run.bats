#!/usr/bin/env bats
# run: limits, a clean start, and nothing left behind.

@test "the exit status, the output and the reason of the end are passed on" {
	run "$TOOLS/run" sh -c 'echo out; echo err >&2; exit 7'
	echo "$output"
	[ "$status" -eq 7 ]
	[[ $output == *out* && $output == *err* ]]
	[[ $output == *"ended with status 7"* ]]
	run "$TOOLS/run" sh -c 'kill -SEGV $$'
	[ "$status" -eq 139 ]
	[[ $output == *"signal 11 (SIGSEGV)"* ]]
}

@test "a program that takes too long, prints or forks too much is stopped" {
	run "$TOOLS/run" -t 1 sleep 30
	echo "$output"
	[ "$status" -eq 124 ]
	[[ $output == *"limit of time"* ]]
	run "$TOOLS/run" -q -o 1 yes
	[ "$status" -eq 124 ]
	[ "${#output}" -lt 2000 ]
	run "$TOOLS/run" -p 5 sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 30 & done; wait'
	[ "$status" -eq 124 ]
	[[ $output == *"limit of processes"* ]]
}

@test "limits hold also while nobody takes what it prints, or gives it input" {
	local began=$SECONDS
	{
		"$TOOLS/run" -q -t 1 -o 100000 yes ||
			echo "$? $((SECONDS - began))" >"$BATS_TEST_TMPDIR/ended"
	} | {
		sleep 5
		wc -c
	}
	read -r status seconds <"$BATS_TEST_TMPDIR/ended"
	[ "$status" -eq 124 ]
	[ "$seconds" -lt 4 ]
	began=$SECONDS
	sleep 5 | {
		"$TOOLS/run" -q -t 1 -i /dev/stdin cat ||
			echo "$? $((SECONDS - began))" >"$BATS_TEST_TMPDIR/ended"
	}
	read -r status seconds <"$BATS_TEST_TMPDIR/ended"
	[ "$status" -eq 124 ]
	[ "$seconds" -lt 4 ]
}

@test "what it printed is whole, however slowly it is taken" {
	"$TOOLS/run" -q sh -c 'head -c 300000 /dev/zero; exit 3' |
		{
			sleep 0.5
			wc -c
		} >"$BATS_TEST_TMPDIR/count"
	[ "$(tr -d ' ' <"$BATS_TEST_TMPDIR/count")" -eq 300000 ]
}

@test "memory, processor time and descriptors are limited" {
	run "$TOOLS/run" -m 64 sh -c 'ulimit -v'
	[ "${lines[0]}" = 65536 ]
	run "$TOOLS/run" -f 20 sh -c 'ulimit -n'
	[ "${lines[0]}" = 20 ]
	run "$TOOLS/run" -c 1 sh -c 'while :; do :; done'
	echo "$output"
	[ "$status" -gt 128 ]
}

@test "no process is left, not even one in a session of its own" {
	run "$TOOLS/run" sh -c 'setsid sleep 987 & sleep 986 & echo done'
	[ "$status" -eq 0 ]
	run pgrep -f 'sleep 98[67]'
	[ "$status" -ne 0 ]
}

@test "signals start at their defaults, also below a shell that ignores some" {
	[ -r /proc/self/status ] || skip "needs Linux (/proc)"
	# 32 and 33 are the C library's own; children of make may ignore them.
	trap '' PIPE
	run "$TOOLS/run" -q grep -E 'Sig(Ign|Blk)' /proc/self/status
	trap - PIPE
	echo "$output"
	[ "$(echo "$output" | grep -cE '0{16}|0{7}180000000$')" -eq 2 ]
}

@test "no descriptor and no variable is inherited that was not named" {
	[ -d /proc/self/fd ] || skip "needs Linux (/proc)"
	exec 7</dev/null
	SECRET=1 run "$TOOLS/run" -q sh -c 'ls /proc/$$/fd; env'
	exec 7<&-
	echo "$output"
	[[ $output != *SECRET* ]]
	[ "${lines[0]} ${lines[1]} ${lines[2]}" = "0 1 2" ]
	[[ ${lines[3]} == *=* || ${lines[3]} == 10 ]]
}

@test "standard input is a file that was named, else at its end" {
	printf 'from a file' >"$BATS_TEST_TMPDIR/in"
	run "$TOOLS/run" -q -i "$BATS_TEST_TMPDIR/in" cat
	[ "$output" = "from a file" ]
	run "$TOOLS/run" -q -t 2 cat
	[ "$status" -eq 0 ]
}

@test "what can't be started, and wrong usage, are told" {
	run "$TOOLS/run" /nowhere/at/all
	[ "$status" -eq 127 ]
	[[ $output == *"No such file"* ]]
	for limit in many -1 99999999999 8G; do
		run "$TOOLS/run" -t "$limit" true
		[ "$status" -eq 2 ]
	done
	run "$TOOLS/run" -p 5000 true
	[ "$status" -eq 2 ]
	run "$TOOLS/run"
	[ "$status" -eq 2 ]
	[[ $output == *usage:* ]]
}
