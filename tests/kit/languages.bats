#!/usr/bin/env bats
# Programs in other languages and the solutions understand each other, both
# ways: the formats of the wire are those that the lessons write down.
#
# languages/NN-name has server.* and client.* in Python and Perl, the lines that
# a client is given, and the answers it has to print (and, in errors, what it
# says on standard error, if that is fixed). A lesson that has more to look at
# brings conversation.bash: it sets arguments, the server's words behind its
# port, and conversation, a function that plays the client (command, port) in
# the directory out.

bats_require_minimum_version 1.5.0

setup_file() {
	local lesson
	for lesson in "$KIT"/tests/kit/languages/*/; do
		lesson=$(basename "$lesson")
		mkdir -p "$BATS_FILE_TMPDIR/$lesson"
		for who in server client; do
			${CC:-cc} -o "$BATS_FILE_TMPDIR/$lesson/$who" \
				"$KIT/solutions/$lesson/$who.c"
		done
	done
}

teardown() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
}

# program WHO LANGUAGE: the command that runs it, in the array command.
program() {
	local at=$KIT/tests/kit/languages/$lesson/$1
	case $2 in
	C) command=("$BATS_FILE_TMPDIR/$lesson/$1") ;;
	Python) command=(python3 -B "$at.py") ;;
	Perl) command=(perl "$at.pl") ;;
	esac
}

# talks SERVER CLIENT: a server and a client of these languages; lesson says
# which.
talks() {
	local at=$KIT/tests/kit/languages/$lesson out=$BATS_TEST_TMPDIR/$lesson
	local port='' i command conversation=of_lines
	local -a arguments=()
	echo "$lesson: the server in $1, the client in $2"
	rm -rf "$out"
	mkdir "$out"
	: >"$out/ready"
	# shellcheck disable=SC1091 # each lesson's own
	[ ! -e "$at/conversation.bash" ] || . "$at/conversation.bash"
	program server "$1"
	"$TOOLS/run" -q -t 40 "${command[@]}" 0 "${arguments[@]}" \
		>"$out/ready" 2>"$out/said" 3>&- &
	server=$!
	for ((i = 0; i < 500; i++)); do
		port=$(sed -n 's/^listening on 127.0.0.1://p' "$out/ready")
		[ -z "$port" ] || break
		sleep 0.02
	done
	[ -n "$port" ] || cat "$out/said"
	program client "$2"
	$conversation
	kill "$server"
	server=
}

# of_lines: the client is given lines, and prints the answers.
of_lines() {
	"$TOOLS/run" -q -t 10 -i "$at/lines" "${command[@]}" "$port" \
		>"$out/printed" 2>"$out/complained" || {
		echo "the client ended with $?"
		cat "$out/complained" "$out/said"
		return 1
	}
	cmp "$at/answers" "$out/printed"
	[ ! -e "$at/errors" ] || diff "$at/errors" "$out/complained"
}

# both_ways LANGUAGE SUFFIX: every lesson that has programs of this kind.
both_ways() {
	local lesson
	for lesson in "$KIT"/tests/kit/languages/*/; do
		lesson=$(basename "$lesson")
		[ -e "$KIT/tests/kit/languages/$lesson/server.$2" ] || continue
		talks "$1" C
		talks C "$1"
	done
}

@test "programs in Python and the solutions understand each other, both ways" {
	command -v python3 >/dev/null || skip "needs python3"
	both_ways Python py
}

@test "programs in Perl and the solutions understand each other, both ways" {
	command -v perl >/dev/null || skip "needs perl"
	both_ways Perl pl
}

@test "the programs in other languages understand each other" {
	local lesson
	command -v python3 >/dev/null || skip "needs python3"
	command -v perl >/dev/null || skip "needs perl"
	for lesson in "$KIT"/tests/kit/languages/*/; do
		lesson=$(basename "$lesson")
		talks Python Perl
		talks Perl Python
	done
}
