#!/usr/bin/env bats
bats_require_minimum_version 1.5.0

# make trace-NN: the conversation of a lesson, drawn.

load copy

setup_file() {
	make_kit
}

setup() {
	[ "$(uname -s)" = Linux ] || skip "needs Linux: there is no LD_PRELOAD here"
	[ -s "$KIT/build/tools/trace.so" ] ||
		skip "the trace library does not build here"
	copy_kit
}

@test "the demonstration, as text and as a picture" {
	run make trace-1
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "Lesson 01, blocking TCP: the demonstration" ]
	says 'accept(3) waits'
	says 'send(3, "hello") = 5 │──'
	says '──►│ recv(4) = 5 "hello"'
	says "Read on: lessons/$lesson/README.md"
	run make trace-01 ASCII=yes
	[ "$status" -eq 0 ]
	says 'send(3, "hello") = 5 |--'
	run make trace LESSON=01 SVG=picture.svg
	[ "$status" -eq 0 ]
	says "wrote picture.svg"
	grep -q '>recv(4) = 5 "hello"</text>' picture.svg
}

@test "a test of the exercise, by its number" {
	solve
	run make trace-01 TEST=1
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "Lesson 01, blocking TCP: test 1 of your exercise" ]
	says "server"
	says "accept(3) = 4"
	says "This test passes."
	run make trace-01 OF=exercise TEST=1
	[ "$status" -eq 0 ]
	says "This test passes."
}

@test "a failed check names the command that draws what happened" {
	solve
	# It answers, but not in upper case.
	sed "s/-= 'a' - 'A'/-= 0/" "$exercise/server.c" >changed.c
	run ! cmp -s changed.c "$exercise/server.c"
	mv changed.c "$exercise/server.c"
	run make check-01
	[ "$status" -ne 0 ]
	says "    see it      make trace-01 OF=exercise TEST="
	command=$(printf '%s\n' "$output" | sed -n 's/^ *see it  *//p' | head -n 1)
	run $command
	[ "$status" -eq 0 ]
	says "This test fails; make check-01 says why."
	says "accept(3) = 4"
	# Where nothing can be drawn, nothing is promised.
	: >build/tools/trace.so
	run make check-01
	never_says "see it"
	run make trace-01
	[ "$status" -ne 0 ]
	says "The trace library does not build here"
}

@test "a wrong word gets a sentence, and the list of what there is" {
	run make trace-01 OF=solution
	[ "$status" -ne 0 ]
	one_sentence
	says "make trace-01 OF=exercise TEST=1"
	n=$(grep -c '^@test .exercise' "tests/$lesson.bats")
	for test in 0 99 x 1x 01 123456789012; do
		run make trace-01 TEST=$test
		[ "$status" -ne 0 ]
		says "There is no test $test."
		[ "${#lines[@]}" -eq $((n + 3)) ]
	done
	run make trace-01 OF=exercise
	[ "$status" -ne 0 ]
	[ "${#lines[@]}" -eq $((n + 2)) ]
	says "   1  "
}

@test "an exercise that does not compile is not drawn" {
	solve
	echo "int main(void) { return oops; }" >"$exercise/server.c"
	run make trace-01 TEST=1
	[ "$status" -ne 0 ]
	says "oops"
	never_says "Lesson 01"
}

@test "an exercise that makes no call: a sentence" {
	solve
	echo "int main(void) { return 1; }" >"$exercise/server.c"
	run make trace-01 TEST=1
	[ "$status" -ne 0 ]
	says "There is nothing to draw: nobody made a call on a socket."
	says "This test fails"
}
