#!/usr/bin/env bats
# trace.so under stress: a gigabyte, what it costs, a thousand processes.

setup_file() {
	cc -std=c11 -O1 -o "$BATS_FILE_TMPDIR/calls" \
		"$KIT/tests/kit/trace/calls.c" -lpthread
}

setup() {
	[ -s "$TOOLS/trace.so" ]
	calls=$BATS_FILE_TMPDIR/calls
	dir=$BATS_TEST_TMPDIR/trace
}

# traced NAME ARGUMENT ...
traced() {
	name=$1
	shift
	sh "$KIT/tests/support/trace" "$dir" "$name" "$calls" "$@" 3>&- 4>&-
}

@test "4 GiB streamed: a bounded file, bounded memory, and what is left out" {
	traced stream stream 4096 >"$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	grep -qx "$((4096 << 20)) bytes" "$BATS_TEST_TMPDIR/said"
	memory=$(sed -n 's/ KiB of memory$//p' "$BATS_TEST_TMPDIR/said")
	[ "$memory" -lt 16384 ]
	for file in "$dir"/*; do
		size=$(wc -c <"$file")
		echo "# $((size >> 10)) KiB of trace, $memory KiB of memory" >&3
		[ "$size" -le $((11 << 20)) ]
		grep '^left-out' "$file"
	done
}

@test "10,000 small messages there and back take at most twice the time" {
	for ((round = 0; round < 9; round++)); do
		"$calls" echo 10000 3>&- 4>&- >"$BATS_TEST_TMPDIR/without"
		rm -rf "$dir"
		traced echo echo 10000 >"$BATS_TEST_TMPDIR/with"
		paste "$BATS_TEST_TMPDIR/with" "$BATS_TEST_TMPDIR/without"
	done | awk '{ print $1 / $3 }' | sort -n >"$BATS_TEST_TMPDIR/ratios"
	echo "# traced to untraced: least $(sed -n 1p "$BATS_TEST_TMPDIR/ratios")," \
		"median $(sed -n 5p "$BATS_TEST_TMPDIR/ratios")," \
		"most $(sed -n 9p "$BATS_TEST_TMPDIR/ratios")" >&3
	awk 'NR == 5 { exit !($1 <= 2) }' "$BATS_TEST_TMPDIR/ratios"
}

@test "a thousand children, a file each" {
	[ "$(traced forks forks 1000)" = "0 ended badly" ]
	[ "$(find "$dir" -name '*.trace' | wc -l)" -eq 1001 ]
	[ "$(cat "$dir"/* | grep -c '	name=fork	')" -eq 1000 ]
}

@test "32 threads at once: no call is missing" {
	traced threads threads 32
	sent=$(cat "$dir"/* | grep -c '	name=send	.*	ret=16	')
	left=$(sed -n 's/^left-out	calls=\([0-9]*\)	.*/\1/p' "$dir"/*)
	received=$(cat "$dir"/* | grep -c '	name=recv	.*	ret=16	')
	echo "$sent sent, $received received, $left left out"
	[ $((sent + received + 10#${left:-0})) -ge 128000 ]
}
