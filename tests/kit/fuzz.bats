#!/usr/bin/env bats
# The receiving sides of the solutions meet any bytes there can be: no crash, no
# hang, no memory beyond the limit, no answer that depends on where recv() cuts.
# libFuzzer makes the bytes up (fuzz/fuzz.c), for 3 seconds each, or as many as
# FUZZ says. What it once found new ways with is kept in fuzz/LESSON, and is tried
# again each time.
#
# Longer, and the finds kept:
#     FUZZ=600 KEEP=yes TOOLS=build/tools bats tests/kit/fuzz.bats

bats_require_minimum_version 1.5.0

KIT=${KIT:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}

setup_file() {
	cat >"$BATS_FILE_TMPDIR/try.c" <<-'C'
		#include <stddef.h>
		int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
		{
			return data == NULL && len > 0;
		}
	C
	clang -fsanitize=fuzzer,address -o "$BATS_FILE_TMPDIR/try" \
		"$BATS_FILE_TMPDIR/try.c" 2>&1 || :
}

# fuzz LESSON server|client [OPTION ...]: builds and feeds one program, of the
# solution or in the directory $source. OPTIONs are libFuzzer's; fuzz/LESSON.h is
# the PRELUDE, if there is one.
fuzz() {
	local lesson=$1 who=$2 here=$KIT/tests/kit/fuzz
	local kept=$here/$1/$2 new=$BATS_TEST_TMPDIR/new
	local -a flags=()
	shift 2
	[ -x "$BATS_FILE_TMPDIR/try" ] || skip "needs clang with libFuzzer"
	[ "$who" = server ] || flags+=(-DCLIENT)
	[ ! -e "$here/$lesson.h" ] || flags+=("-DPRELUDE=\"$lesson.h\"")
	clang -g -O1 -pthread -Wall -Wextra -Werror "${flags[@]}" \
		-fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined \
		"-I$KIT/solutions/$lesson" \
		"-DPROGRAM=\"${source-$KIT/solutions/$lesson}/$who.c\"" \
		-o "$BATS_TEST_TMPDIR/fuzz" "$here/fuzz.c"
	mkdir "$new"
	cd "$BATS_TEST_TMPDIR" || return 1
	# Leaks need ptrace(2), which not every sandbox allows. No single
	# piece of memory may be greater than 4 MiB.
	ASAN_OPTIONS=detect_leaks=0 run "$TOOLS/run" -q -m 0 -p 200 \
		-c 1000 -t $((${FUZZ:-3} + 100)) -- ./fuzz -seed=1 \
		-max_len=9000 -timeout=20 -malloc_limit_mb=4 \
		-rss_limit_mb=600 -max_total_time="${FUZZ:-3}" \
		-close_fd_mask=3 -print_final_stats=1 "$@" "$new" "$kept"
	if [ "$status" -ne 0 ]; then
		printf '%s\n' "$output" | tail -n 40
		[ ! -e why ] || cat why
		for found in crash-* timeout-* oom-*; do
			[ ! -e "$found" ] || od -A d -c "$found" | head -n 40
		done
		return 1
	fi
	[[ $output == *"Done "*" runs in "* ]]
	if [ "${KEEP-}" = yes ]; then
		printf '%s\n' "$output" | grep -E 'Done|added'
		ASAN_OPTIONS=detect_leaks=0 ./fuzz -merge=1 -max_len=9000 \
			-close_fd_mask=3 "$kept" "$new" >/dev/null 2>&1
	fi
}

# finds LESSON MISTAKE WORDS: the fuzzer sees that a wrong server is wrong.
finds() {
	local source=$BATS_TEST_TMPDIR/source
	mkdir "$source"
	cp "$KIT/solutions/$1/server.c" "$source"
	(cd "$source" && git apply -p1 - <"$KIT/tests/mistakes/$1/$2.patch")
	run fuzz "$1" server
	echo "$output"
	[ "$status" -eq 1 ] && [[ $output == *"$3"* ]]
}

@test "a server that writes behind its buffer is found out" {
	[ -x "$BATS_FILE_TMPDIR/try" ] || skip "needs clang with libFuzzer"
	finds 10-delimiters memory-error--frame-without-limit \
		"stack-buffer-overflow"
}

@test "a server whose answers depend on where recv() cuts is found out" {
	[ -x "$BATS_FILE_TMPDIR/try" ] || skip "needs clang with libFuzzer"
	finds 10-delimiters mark-in-two-pieces "depends on where recv() cuts"
}

@test "lesson 10: the server takes any bytes for frames and others" {
	fuzz 10-delimiters server
}

@test "lesson 10: the client takes any bytes for answers" {
	fuzz 10-delimiters client
}

@test "lesson 11: the server takes any bytes for lengths and messages" {
	fuzz 11-text-lengths server
}

@test "lesson 11: the client takes any bytes for answers" {
	fuzz 11-text-lengths client
}

@test "lesson 12: the server takes any bytes for headers and messages" {
	fuzz 12-struct-headers server
}

@test "lesson 12: the client takes any bytes for answers" {
	fuzz 12-struct-headers client
}

@test "lesson 13: the server takes any bytes for headers and commands" {
	fuzz 13-dictionary-headers server
}

@test "lesson 13: the client takes any bytes for answers" {
	fuzz 13-dictionary-headers client
}

@test "lesson 14: the server takes any bytes for requests and files" {
	fuzz 14-file-transfer server "-artifact_prefix=$BATS_TEST_TMPDIR/"
}

@test "lesson 14: the client takes any bytes for answers and files" {
	fuzz 14-file-transfer client "-artifact_prefix=$BATS_TEST_TMPDIR/"
}
