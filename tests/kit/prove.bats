#!/usr/bin/env bats
# prove finds what is wrong with a lesson.

load copy

setup_file() {
	make_kit
	cd "$BATS_FILE_TMPDIR/kit" || return 1
	sh tests/support/prove --build 01
	sh tests/support/get-bats >/dev/null
}

setup() {
	command -v patch >/dev/null || skip "needs patch"
	copy_kit
	name=port-without-htons
	mkdir -p "tests/mistakes/$lesson"
	cp "$KIT/tests/mistakes/$lesson/$name.patch" "tests/mistakes/$lesson"
	patch=tests/mistakes/$lesson/$name.patch
}

# unit NAME
unit() {
	run sh tests/support/prove --unit "$lesson/$1"
	[ "$status" -eq 0 ]
	[ "${lines[${#lines[@]} - 1]}" = end ]
}

@test "a mistake that is caught by name passes" {
	unit "mistake/$name"
	says "ok $lesson: the mistake $name is caught by name"
	never_says "not ok"
}

@test "a mistake that no test catches" {
	# A change that makes no difference.
	cp "solutions/$lesson/server.c" new.c
	echo "/* nothing */" >>new.c
	{
		sed '/^--- /,$d' "$patch"
		diff -u "solutions/$lesson/server.c" new.c |
			sed -e '1s/.*/--- a\/server.c/' -e '2s/.*/+++ b\/server.c/'
	} >changed
	mv changed "$patch"
	unit "mistake/$name"
	says "not ok $lesson: the mistake $name is caught by name"
	says "not caught: this test passes: "
}

@test "a mistake caught under another name" {
	mv "$patch" "tests/mistakes/$lesson/never-listens.patch"
	unit mistake/never-listens
	says "not ok $lesson: the mistake never-listens"
	says "the message names the mistake '$name'"
}

@test "a variant of a mistake has its name" {
	mv "$patch" "tests/mistakes/$lesson/$name--again.patch"
	unit "mistake/$name--again"
	says "ok $lesson: the mistake $name--again is caught by name"
	never_says "not ok"
}

@test "a stale patch" {
	sed -i.old 's/htons/to_network/' "solutions/$lesson/server.c"
	unit "mistake/$name"
	says "not ok $lesson: the mistake $name"
	says "the patch is stale"
}

@test "a patch that changes nothing" {
	sed '/^--- /,$d' "$patch" >changed
	mv changed "$patch"
	unit "mistake/$name"
	says "not ok $lesson: the mistake $name"
	says "the patch is stale"
}

@test "a patch that names no test, or one that is not there" {
	sed '/^caught by/d' "$patch" >changed
	cp "$patch" kept
	cp changed "$patch"
	unit "mistake/$name"
	says "the patch has no line 'caught by: TEST'"
	sed 's/^caught by: .*/caught by: exercise (1 point): no such test/' \
		kept >"$patch"
	unit "mistake/$name"
	says "not ok"
	says "there is no such test: exercise (1 point): no such test"
}

@test "a patch whose program does not compile" {
	sed 's/^+\([^+]\)/+ oops \1/' "$patch" >changed
	mv changed "$patch"
	unit "mistake/$name"
	says "not ok $lesson: the mistake $name compiles"
}

@test "a message that is not the recorded one, and record" {
	cp "$patch" kept
	sed 's/^| mistake .*/&s/' kept >"$patch"
	unit "mistake/$name"
	says "not ok $lesson: the mistake $name is caught by name"
	says "the message is not the recorded one"
	run make record LESSON=01
	[ "$status" -eq 0 ]
	says "wrote $patch"
	diff kept "$patch"
	# Without test and message, both are found again.
	grep -v -e '^caught by' -e '^|' kept >"$patch"
	run make record LESSON=01
	[ "$status" -eq 0 ]
	unit "mistake/$name"
	never_says "not ok"
	# Once more: nothing to write.
	run make record LESSON=01
	[ -z "$output" ]
}

@test "how far a large transfer came before it went wrong is not compared" {
	eval "$(sed -n '/^stable() {/,/^}/p; /^comparable() {/,/^}/p' \
		tests/support/prove)"
	# message CAME FROM ROW: as peer shows it.
	message() {
		printf '%s\n' '|           > host expects pattern 1M' \
			"|             (1048576 bytes expected, $1 came; shown from byte $2)" \
			"| expected    $3   some text" "| came        $3" \
			'|                ^^ byte 2' '| the client  has ended'
	}
	message 812345 20001 "61 62" >one
	message 34567 34561 "63 64 65" >two
	comparable one >first
	comparable two >second
	diff first second
	stable <two >recorded
	comparable recorded >second
	diff first second
	grep -q 'the client  has ended' first
	# Near the beginning every byte counts.
	message 817 17 "61 62" >one
	message 817 17 "63 64" >two
	comparable one >first
	comparable two >second
	! cmp -s first second || return 1
}

@test "a starting point that is solved already" {
	# The step is there, and nothing is taken out.
	for who in server client; do
		sed -e 's/STEP \([0-9]\)/Step \1/' \
			-e '/\/\* END [0-9]/d' -e '/\/\* STUB:/d' \
			"solutions/$lesson/$who.c" >new.c
		mv new.c "solutions/$lesson/$who.c"
	done
	unit starter
	says "not ok $lesson: the starting point fails: exercise ("
}

@test "a starting point with a warning" {
	sed -i.old 's/^int main/static int unused_here;\nint main/' \
		"solutions/$lesson/server.c"
	unit starter
	says "not ok $lesson: the starting point compiles without a warning"
	says "unused_here"
}

@test "the starting point as it is fails every test" {
	unit starter
	never_says "not ok"
	says "ok $lesson: the starting point fails: exercise ("
}

@test "starting points that have drifted from the solution" {
	command -v git >/dev/null || skip "needs git"
	git init -q .
	git add lessons
	git -c user.name=x -c user.email=x@localhost commit -q -m x
	unit drift
	never_says "not ok"
	# What a student did does not matter ...
	solve
	unit drift
	never_says "not ok"
	# ... what the solution says now does.
	sed -i.old 's/STEP 1: /STEP 1: First: /' "solutions/$lesson/server.c"
	unit drift
	says "not ok $lesson: $exercise/server.c in git is the starting point"
	says "First:"
	never_says "not ok $lesson: $exercise/client.c"
}

@test "a design that is right, and one that is not" {
	mkdir -p "tests/designs/$lesson/same" "tests/designs/$lesson/wrong"
	cp "solutions/$lesson/server.c" "tests/designs/$lesson/same"
	(
		cd "tests/designs/$lesson/wrong" &&
			cp "$copy/solutions/$lesson"/*.c . &&
			patch -s -p1 <"$copy/$patch"
	)
	unit design/same
	says "ok $lesson: the design same passes every test"
	never_says "not ok"
	unit design/wrong
	says "not ok $lesson: the design wrong: "
	never_says "passes every test"
}

@test "a solution that fails" {
	(cd "solutions/$lesson" && patch -s -p1 <"$copy/$patch")
	sh tests/support/prove --build 01
	unit solution
	says "not ok $lesson: the solution: exercise ("
	unit sanitized
	says "not ok $lesson: with sanitizers: exercise ("
}

@test "a program with a warning" {
	echo 'static int unused_here;' >>"solutions/$lesson/client.c"
	unit compile
	says "not ok $lesson: gcc compiles all programs without a warning"
}

@test "an empty hint, a drifted text, a wrong transcript" {
	echo '## Hint 4' >>"lessons/$lesson/HINTS.md"
	printf '%s\n' '<!-- cut lessons/common.h 1,2 -->' '```c' '```' \
		'```console' '$ echo 1' '2' '```' >>"lessons/$lesson/README.md"
	unit texts
	says "not ok $lesson: the code shown in the texts is the code"
	says "not ok $lesson: the README's transcripts are"
	says "not ok $lesson: the lesson has what a lesson must have"
	says "hint 4 is empty"
}

@test "test counts pieces that break off, say nothing or do not run" {
	# A stand-in for prove whose pieces go wrong in these ways.
	cat >tests/support/prove <<-'SH'
		case $1/$2 in
		--build/*) ;;
		--units/*) printf '%s\n' x/good x/bad x/mute x/dead x/skip ;;
		*/x/good) printf '%s\n' "ok x: good" end ;;
		*/x/bad) printf '%s\n' "not ok x: bad" "    why" end ;;
		*/x/mute) echo end ;;
		*/x/dead) echo "ok x: half"; kill -KILL $$ ;;
		*/x/skip) printf '%s\n' "skip x: it # needs luck" end ;;
		esac
	SH
	run sh tests/support/test 01
	[ "$status" -eq 1 ]
	says "not ok x: bad"
	says "    why"
	says "not ok x/mute: no result came"
	says "not ok x/dead: broke off"
	says "skipped, 1: needs luck"
	[ "${lines[${#lines[@]} - 1]}" = "2 passed, 3 failed, 1 skipped" ]
}

@test "test fails when nothing ran" {
	printf 'exit 0\n' >tests/support/prove
	run sh tests/support/test 01
	[ "$status" -eq 1 ]
	[ "${lines[${#lines[@]} - 1]}" = "0 passed, 0 failed" ]
}
