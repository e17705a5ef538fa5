#!/usr/bin/env bats
# Code and transcripts in texts: cuts and transcripts.

load copy

setup_file() {
	make_kit
}

setup() {
	copy_kit
	printf '%s\n' 'int a;' 'int b; /* from */' 'int c; /* to */' 'int d;' \
		>some.c
	sed 's/int c/long c/' some.c >other.c
}

cuts() {
	run sh tests/support/cuts "$@"
}

@test "cuts writes pieces of files and differences, and leaves the rest" {
	cat >text.md <<-'MD'
		# Text
		<!-- cut some.c /from/,/to/ -->
		```c
		old
		```
		between
		<!-- diff some.c other.c -->
		```diff
		```
		```c
		left alone
		```
	MD
	cuts --check text.md
	[ "$status" -eq 1 ]
	says "text.md does not show what is there"
	says "-old"
	cuts --write text.md
	[ "$status" -eq 0 ]
	says "wrote text.md"
	diff - text.md <<-'MD'
		# Text
		<!-- cut some.c /from/,/to/ -->
		```c
		int b; /* from */
		int c; /* to */
		```
		between
		<!-- diff some.c other.c -->
		```diff
		@@ -1,4 +1,4 @@
		 int a;
		 int b; /* from */
		-int c; /* to */
		+long c; /* to */
		 int d;
		```
		```c
		left alone
		```
	MD
	cuts --check text.md
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	# Drift is seen.
	sed -i.old 's/int b/char b/' some.c
	cuts --check text.md
	[ "$status" -eq 1 ]
	says "+char b; /* from */"
}

@test "cuts complains of what is not there" {
	while IFS='|' read -r want marker rest; do
		printf '%b\n' "$marker" "$rest" >text.md
		cp text.md before.md
		cuts --check text.md
		[ "$status" -eq 1 ]
		says "$want"
	done <<-'CASES'
		there is no file nothing.c|<!-- cut nothing.c /a/,/b/ -->|```c\n```
		nothing to show|<!-- cut some.c /zzz/,/b/ -->|```c\n```
		no fenced block follows|<!-- cut some.c /from/,/to/ -->|text
		the block does not end|<!-- cut some.c /from/,/to/ -->|```c
		no two files|<!-- diff some.c nothing.c -->|```diff\n```
		nothing to show|<!-- diff some.c some.c -->|```diff\n```
	CASES
}

@test "transcripts runs the commands and compares what they print" {
	cat >text.md <<-'MD'
		Text
		```console
		$ echo "it's one"; echo 42 127.0.0.1:9
		it's one
		<n> <addr>
		$ cd lessons
		```
		and in the same shell:
		```console
		$ basename "$PWD"; echo error >&2
		lessons
		error
		$ seq 3; echo end
		...
		end
		```
		```
		$ not a transcript
		```
	MD
	run sh tests/support/transcripts text.md
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "transcripts sees what differs, is missing, or is too much" {
	while IFS='|' read -r command says want; do
		printf '%s\n' '```console' "\$ $command" >text.md
		[ -z "$says" ] || printf '%b\n' "$says" >>text.md
		printf '%s\n' '```' >>text.md
		run sh tests/support/transcripts text.md
		[ "$status" -eq 1 ]
		says "$want"
		says "in text.md"
	done <<-'CASES'
		echo one|two|but what came is:      one
		echo one|one\ntwo|but what came is:      (nothing more)
		seq 2|1|the transcript says:   (nothing more)
		echo x1|<n>|but what came is:      x1
		echo "a+b"|aab|but what came is:      a+b
	CASES
}

@test "transcripts are run in a copy, whatever the student has written" {
	solve
	cat >text.md <<-'MD'
		```console
		$ grep -c TODO lessons/01-blocking-tcp/exercise/server.c | sed 's/[0-9][0-9]*/some/'
		some
		$ touch made-here; echo done
		done
		```
	MD
	run sh tests/support/transcripts text.md
	[ "$status" -eq 0 ]
	[ ! -e made-here ]
}

@test "lint: the lesson that is there is in order" {
	cp -pR "$KIT/tests/mistakes/$lesson" tests/mistakes
	cp -pR "$KIT/tests/designs/$lesson" tests/designs
	run sh tests/support/lint 01
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "lint finds what is missing, empty, doubled or too much" {
	cp -pR "$KIT/tests/mistakes/$lesson" tests/mistakes
	cp -pR "$KIT/tests/designs/$lesson" tests/designs
	cp -pR "$copy" "$BATS_TEST_TMPDIR/whole"
	while IFS='|' read -r command want; do
		rm -rf "$copy/lessons" "$copy/tests"
		cp -pR "$BATS_TEST_TMPDIR/whole/lessons" \
			"$BATS_TEST_TMPDIR/whole/tests" "$copy"
		bash -c "$command"
		run sh tests/support/lint 01
		[ "$status" -eq 1 ]
		says "$want"
	done <<-'CASES'
		rm lessons/01*/README.md|README.md is missing
		rm lessons/01*/demo.talk|demo.talk is missing
		echo >lessons/01-blocking-tcp/notes.txt|notes.txt does not belong there
		sed -i.b /^.#.Goal/d lessons/01*/README.md; rm lessons/01*/*.b|< Goal
		echo '## Hint 4' >>lessons/01*/HINTS.md|hint 4 is empty
		sed -i.b '/^## Hint 2/,/^## Hint 3/{/^#/!d;}' lessons/01*/HINTS.md; rm lessons/01*/*.b|hint 2 is empty
		printf '@test "exercise: x" {\n}\n' >>tests/01*.bats|neither 'demonstration
		printf 'aaaaaaaaaa%.0s' 1 2 3 4 5 6 7 8 >>lessons/01*/HINTS.md|longer than 78
		echo '		else means a-name-nobody-knows' >>tests/01-blocking-tcp.bats|has no mistake a-name-nobody-knows
		rm -r tests/designs/01*|there must be 3
		set -- tests/mistakes/01*/*.patch; shift 7; rm "$@"|there must be 8
		printf 'Wrong.\n' >tests/mistakes/01-blocking-tcp/never-heard-of.patch|mistakes.txt has no mistake never-heard-of
	CASES
}
