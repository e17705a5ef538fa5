#!/usr/bin/env bats
# The commands a student types.

bats_require_minimum_version 1.8.0
load copy

setup_file() {
	make_kit
}

setup() {
	copy_kit
}

# tick: until a file made now is newer than all made before.
tick() {
	: >before
	until [ now -nt before ]; do
		: >now
	done
}

@test "a wrong number gets one sentence from every command" {
	# shellcheck disable=SC2013 # words are what is wanted
	for command in $(sed -n 's/^\([a-z]*\)-%:.*/\1/p' Makefile); do
		for number in 99 0 x 1x 010101010101; do
			run make "$command-$number"
			[ "$status" -ne 0 ]
			one_sentence
			says "There is no lesson $number here"
			says "01"
		done
		run make "$command"
		[ "$status" -ne 0 ]
		one_sentence
		says "Which lesson?"
	done
}

@test "a lesson is named by 1, 01, and LESSON=01" {
	run make hint-1
	says "hint 1 of 3"
	run make hint-01
	says "hint 2 of 3"
	run make hint LESSON=1
	says "hint 3 of 3"
}

@test "a word that is no command gets one sentence" {
	run make chekc-01
	[ "$status" -ne 0 ]
	one_sentence
	says "There is no command 'chekc-01' here"
}

@test "without a compiler, one sentence says how to get one" {
	for command in run-01 check-01 watch-01; do
		run make "$command" CC=no-such-compiler
		[ "$status" -ne 0 ]
		one_sentence
		says "There is no C compiler here (no-such-compiler)"
	done
}

@test "a lesson without tests, a missing file: one sentence" {
	mv "$exercise/server.c" kept.c
	run make check-01
	[ "$status" -ne 0 ]
	one_sentence
	says "make reset-01"
	mv kept.c "$exercise/server.c"
	rm "tests/$lesson.bats"
	run make check-01
	[ "$status" -ne 0 ]
	one_sentence
	says "has no tests yet"
}

@test "help tells of every command of the Makefile" {
	run make help
	[ "$status" -eq 0 ]
	# shellcheck disable=SC2013 # words are what is wanted
	for command in $(sed -n 's/^\([a-z]*\)-%:.*/\1/p' Makefile); do
		says "make $command-"
	done
	for command in doctor lan clean grade handout slides test starters \
		record cuts; do
		says "make $command"
	done
}

@test "the starting point earns nothing, and make adds no noise" {
	run make check-01
	[ "$status" -ne 0 ]
	says "Lesson 01, "
	says "FAIL"
	says "0 of "
	says "make hint-01"
	never_says '***'
	never_says 'Error 1'
	never_says 'bats'
}

@test "the solution earns everything, and status knows it" {
	run make
	says "not started   <- you are here"
	solve
	run make check-01
	[ "$status" -eq 0 ]
	never_says FAIL
	never_says '***'
	total=$(awk '{ print $2 }' "build/check/$lesson.result")
	[ "$total" -gt 5 ]
	says "$total of $total points. Next: "
	run make
	[ "$status" -eq 0 ]
	says "$total of $total points"
	never_says "you are here"
	# An edit is seen.
	tick
	echo "/* more */" >>"$exercise/server.c"
	run make
	says "$total of $total points, changed since   <- you are here"
}

@test "an edit while the check runs is no part of its result" {
	solve
	# Saved when the programs are built and the tests begin.
	cat >>"tests/$lesson.bats" <<-'BATS'
		setup_file() {
			make_dirs
			cd "$KIT"
			until [ lessons/$LESSON/exercise/server.c -nt \
				build/exercise/$LESSON/server ]; do
				echo "/* more */" >>lessons/$LESSON/exercise/server.c
			done
		}
	BATS
	run make check-01
	[ "$status" -eq 0 ]
	run make
	says "points, changed since"
}

@test "trace says of a test that did not run that it did not" {
	[ -s build/tools/trace.so ] || skip "needs the trace library"
	solve
	sh tests/support/get-bats >/dev/null
	printf '%s\n' '#!/bin/sh' 'case $1 in --version) echo "Bats 1.8.2" ;;' \
		'*) echo no luck >&2; exit 1 ;; esac' >bats
	chmod +x bats
	PATH=$PWD:$PATH run make trace-01 OF=exercise TEST=1
	[ "$status" -ne 0 ]
	says "no luck"
	says "The test did not run"
	never_says "passes"
}

@test "a program that is given complete is checked as it was given" {
	give_server
	run ! grep -q TODO "$exercise/server.c"
	sed 's,"../../lessons/,"../../,' "solutions/$lesson/client.c" \
		>"$exercise/client.c"
	run make check-01
	[ "$status" -eq 0 ]
	never_says "is given complete"
	touch -r "build/exercise/$lesson/server" server.time
	tick
	# Neither what a student makes of it nor that it is gone matters.
	echo "int broken(void) { return 1 +; }" >>"$exercise/server.c"
	run make check-01
	[ "$status" -eq 0 ]
	says "server.c is given complete, and the check takes it as it was given."
	rm "$exercise/server.c"
	run make check-01
	[ "$status" -eq 0 ]
	[ ! "build/exercise/$lesson/server" -nt server.time ]
	run make reset-01
	[ "$status" -eq 0 ]
	[ -s "$exercise/server.c" ]
	run make check-01
	[ "$status" -ne 0 ]
	never_says "is given complete"
	# The same in a handout.
	mkdir -p ".starters/$lesson"
	cp "$exercise"/*.c ".starters/$lesson"
	sed 's,"../../lessons/,"../../,' "solutions/$lesson/client.c" \
		>"$exercise/client.c"
	rm -r solutions build/exercise
	echo "int broken(void) { return 1 +; }" >>"$exercise/server.c"
	run make check-01
	[ "$status" -eq 0 ]
	says "server.c is given complete"
}

@test "what has not changed is not built again" {
	solve
	make check-01
	for file in server client; do
		touch -r "build/exercise/$lesson/$file" "$file.time"
	done
	tick
	make check-01
	for file in server client; do
		[ ! "build/exercise/$lesson/$file" -nt "$file.time" ]
	done
	tick
	touch "$exercise/server.c"
	make check-01
	[ "build/exercise/$lesson/server" -nt server.time ]
	[ ! "build/exercise/$lesson/client" -nt client.time ]
	tick
	touch lessons/common.h
	make check-01
	[ "build/exercise/$lesson/client" -nt client.time ]
}

@test "the compiler's errors are shown as they are, and nothing around them" {
	solve
	echo "int broken(void) { return 1 +; }" >>"$exercise/server.c"
	run cc -Wall -Wextra -g -o "$BATS_TEST_TMPDIR/x" "$exercise/server.c"
	[ "$status" -ne 0 ]
	wanted=$output
	run make check-01
	[ "$status" -ne 0 ]
	[ "$output" = "$wanted" ]
	# Again: it is not forgotten.
	run make check-01
	[ "$output" = "$wanted" ]
}

@test "the compiler's warnings are shown at every check" {
	solve
	echo "static int unused(void) { return 1; }" >>"$exercise/client.c"
	for again in 1 2; do
		run make check-01
		[ "$status" -eq 0 ]
		says "unused"
		[ "$again" -gt 0 ]
	done
}

@test "what the user's environment holds does not reach the tests" {
	solve
	echo 'echo noise; exit 3' >noise
	run env BASH_ENV="$PWD/noise" ENV="$PWD/noise" \
		LD_PRELOAD="$PWD/no-such.so" CDPATH=/ make check-01
	[ "$status" -eq 0 ]
	never_says noise
}

@test "hints come one after the other, and end" {
	for n in 1 2 3; do
		run make hint-01
		[ "$status" -eq 0 ]
		says "hint $n of 3"
		text=$(awk -v n="$n" '/^## /{ k++; next } k == n && NF' \
			"lessons/$lesson/HINTS.md" | head -n 1)
		says "$text"
	done
	says "That was the last one"
	run make hint-01
	[ "$status" -eq 0 ]
	says "You have seen all 3 hints"
	one_sentence
}

@test "reset keeps every version that it replaces" {
	cp "$exercise/server.c" start.c
	for n in 1 2 3; do
		echo "/* try $n */" >"$exercise/server.c"
		run make reset-01
		[ "$status" -eq 0 ]
		says "yours is server.c.$n"
		cmp start.c "$exercise/server.c"
	done
	for n in 1 2 3; do
		grep "try $n" "$exercise/server.c.$n"
	done
	# A gap in the numbers is filled, what is there stays.
	rm "$exercise/server.c.2"
	echo "/* try 4 */" >"$exercise/server.c"
	make reset-01
	grep "try 1" "$exercise/server.c.1"
	grep "try 4" "$exercise/server.c.2"
	grep "try 3" "$exercise/server.c.3"
	# Nothing to do: nothing is kept.
	run make reset-01
	says "server.c is the starting point."
	[ ! -e "$exercise/server.c.4" ]
	[ ! -e "$exercise/client.c.1" ]
}

@test "reset where nothing may be written says so" {
	echo "/* mine */" >"$exercise/server.c"
	# Root may write anywhere; another user can't enter bats' directory.
	as=() open=$(mktemp -d /tmp/kit.XXXXXX)
	[ "$(id -u)" -ne 0 ] || as=(build/tools/sandbox --as 64500)
	chmod 755 "$open"
	cp -R . "$open/kit"
	cd "$open/kit"
	chmod a-w "$exercise"
	TMPDIR=/tmp run "${as[@]}" timeout 10 sh tests/support/reset 01
	cd "$copy"
	chmod u+w "$open/kit/$exercise"
	rm -rf "$open"
	[ "$status" -eq 1 ]
	one_sentence
	says "Nothing may be written in $exercise."
}

@test "watch checks at the start and again at a save" {
	sh tests/support/watch 01 >said 2>&1 3>&- &
	pid=$!
	for n in 1 2; do
		tries=0
		until [ "$(grep -c '^Watching' said)" -eq "$n" ]; do
			tries=$((tries + 1))
			[ "$tries" -lt 300 ]
			sleep 0.1
		done
		[ "$n" = 2 ] || solve
	done
	kill -TERM "$pid"
	wait "$pid"
	grep ' 0 of ' said
	grep 'Next: ' said
	run grep -c '^Lesson 01' said
	[ "$output" = 2 ]
}

@test "run shows the demonstration and says what is next" {
	run make run-01
	[ "$status" -eq 0 ]
	says "Lesson 01, "
	says "client"
	says "server"
	says "lessons/$lesson/README.md"
}

@test "LAN=1 shows what needs more hosts than one, and refuses the rest" {
	run make run-01 LAN=1
	[ "$status" -ne 0 ]
	one_sentence
	says "make run-01"
	run sh tests/support/lan check
	[ "$status" -eq 0 ] || skip "${output#lan: }"
	echo 'b1: echo "$NAME: $(ls build/lessons)"' \
		>"lessons/$lesson/demo.lan"
	run make run-01 LAN=1
	[ "$status" -eq 0 ]
	says "Lesson 01, "
	says "b1| b1: $lesson"
	echo 'b1: exit 3' >"lessons/$lesson/demo.lan"
	run make run-01 LAN=1
	[ "$status" -ne 0 ]
	one_sentence || [ "${#lines[@]}" -eq 2 ]
}

@test "starters writes what the solutions say, and only what changed" {
	echo >"$exercise/server.c"
	run make starters
	[ "$status" -eq 0 ]
	says "wrote $exercise/server.c"
	never_says "client.c"
	grep 'TODO 1' "$exercise/server.c"
}

@test "clean removes build/ and nothing else" {
	solve
	make check-01 >/dev/null
	run make clean
	[ "$status" -eq 0 ]
	[ ! -e build ]
	grep -q recv "$exercise/server.c"
}

@test "doctor says what is there and what it is for" {
	run make doctor
	[ "$status" -eq 0 ]
	says "builds your programs"
	says "loopback, TCP"
	says "Ready"
	run make doctor CC=no-such-compiler
	[ "$status" -ne 0 ]
	says "MISS"
	says "Not ready"
	never_says '***'
}

@test "nothing is left in the temporary directory" {
	mkdir temporary
	solve
	for command in check-01 run-01 hint-01 doctor; do
		TMPDIR=$PWD/temporary make "$command"
	done
	[ -z "$(ls -A temporary)" ]
}
