#!/usr/bin/env bats
# What students get.

bats_require_minimum_version 1.5.0
load copy

setup() {
	plain_environment
	# The whole kit, as git would have it.
	whole=$BATS_TEST_TMPDIR/whole
	mkdir "$whole"
	(cd "$KIT" && tar cf - --exclude=./build --exclude=./.git \
		--exclude=./slides .) | (cd "$whole" && tar xf -)
	cd "$whole" || return 1
	run make handout
	[ "$status" -eq 0 ]
	says "wrote build/handout.tar.gz"
	mkdir "$BATS_TEST_TMPDIR/out"
	cd "$BATS_TEST_TMPDIR/out" || return 1
	tar xzf "$whole/build/handout.tar.gz"
	cd network-lab || return 1
}

@test "no solution, design, mistake, answer, and no history" {
	run find . -path '*solution*' -o -path '*design*' -o -path '*mistakes/*' \
		-o -name '*.patch' -o -name '.git' -o -path '*grad*' \
		-o -path '*slides*' -o -path './tests/kit*' -o -name '.ci'
	[ -z "$output" ]
	for lesson in "$whole"/lessons/[0-9]*/; do
		lesson=$(basename "$lesson")
		[ -s "lessons/$lesson/README.md" ]
		[ -s "lessons/$lesson/exercise/server.c" ]
		[ -s ".starters/$lesson/client.c" ]
		[ -s "tests/$lesson.bats" ]
		# What `make run-NN` plays, with LAN=1 too.
		for demo in "$whole/lessons/$lesson"/demo.*; do
			cmp "$demo" "lessons/$lesson/${demo##*/}"
		done
	done
}

@test "what its texts point to is there" {
	find . -name '*.md' >texts
	[ "$(wc -l <texts)" -gt 18 ]
	while read -r text; do
		while read -r target; do
			[ -z "$target" ] || [ -e "${text%/*}/$target" ] || {
				echo "$text: $target"
				false
			}
		done < <(grep -oE '\]\([^):]+\)' "$text" |
			sed -e 's/^](//' -e 's/)$//' -e 's/#.*//')
		run ! grep -E '^    make (test|grade|handout|slides)' "$text"
	done <texts
	grep -q '^## Learn with it' README.md
	grep -q '^## The lessons' README.md
}

@test "no line that stands only in solutions" {
	# Lines of solutions, designs and patches that say something, less the
	# lines of all that students may see.
	# shellcheck disable=SC2046
	cat "$whole"/lessons/*.h "$whole"/lessons/*/*.c \
		.starters/*/*.c $(find . -name '*.md') |
		sed 's/^[ \t]*//' | sort -u >seen
	cat "$whole"/solutions/*/*.c | sed 's/^[ \t]*//' |
		grep -v -e STEP -e STUB -e '/lessons/' -e 'END [0-9]' |
		awk 'length >= 16' | sort -u | comm -23 - seen >secret
	[ "$(wc -l <secret)" -gt 20 ]
	# The exact lines, in any file but those words were taken from.
	run grep -rhxF -f secret --include='*.c' --include='*.h' \
		--include='*.bats' --include='*.md' --include='*.talk' .
	[ -z "$output" ]
	find . -type f ! -name secret ! -name seen -exec cat {} + |
		sed 's/^[ \t]*//' | sort -u >all
	comm -12 secret all >leaked
	[ ! -s leaked ]
}

@test "a student can work with it: run, check, solve, reset" {
	lesson=01-blocking-tcp
	run make
	[ "$status" -eq 0 ]
	says "you are here"
	run make run-01
	[ "$status" -eq 0 ]
	says "Lesson 01"
	run make check-01
	[ "$status" -ne 0 ]
	says "0 of "
	for who in server client; do
		sed 's,"../../lessons/,"../../,' \
			"$whole/solutions/$lesson/$who.c" \
			>"lessons/$lesson/exercise/$who.c"
	done
	run make check-01
	[ "$status" -eq 0 ]
	run make reset-01
	[ "$status" -eq 0 ]
	cmp ".starters/$lesson/server.c" "lessons/$lesson/exercise/server.c"
	[ -s "lessons/$lesson/exercise/server.c.1" ]
	run make hint-01
	[ "$status" -eq 0 ]
}

@test "what only teachers can do says so in a sentence" {
	for command in test prove-01 handout starters "record LESSON=01" cuts \
		"grade SUBMISSIONS=x" slides; do
		# shellcheck disable=SC2086
		run make $command
		[ "$status" -ne 0 ]
		one_sentence
		never_says "No such file"
		never_says "not found"
	done
}

@test "the exercises in it are untouched, whatever the teacher tried" {
	lesson=01-blocking-tcp
	cd "$whole"
	echo "/* tried */" >>"lessons/$lesson/exercise/server.c"
	make handout
	run tar xzOf build/handout.tar.gz \
		"network-lab/lessons/$lesson/exercise/server.c"
	never_says "tried"
	says "TODO 1"
}
