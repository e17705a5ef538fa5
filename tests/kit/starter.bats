#!/usr/bin/env bats
# The starter maker.

load copy

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

# starter: the solution on standard input.
starter() {
	cat >solution.c
	run sh "$KIT/tests/support/starter" "$BATS_TEST_TMPDIR/solution.c"
}

@test "a step keeps its comment and loses its code; a stub comes in" {
	starter <<-'C'
		#include <stdio.h>

		#include "../../lessons/common.h"
		#include "../../lessons/net.h"

		int main(void)
		{
			/* STEP 1: Say
			 * hello. */
			puts("hello");
			/* STUB: (void)0; */
			/* END 1 */

			/* STEP 2: Go. */
			int n = 2; /* code */
			return n;
			/* END 2 */
			/* kept */
		}
	C
	[ "$status" -eq 0 ]
	diff - <(printf '%s\n' "$output") <<-'C'
		#include <stdio.h>

		#include "../../common.h"
		#include "../../net.h"

		int main(void)
		{
			/* TODO 1: Say
			 * hello. */
			(void)0;

			/* TODO 2: Go. */
			/* kept */
		}
	C
}

@test "a file without steps comes out complete" {
	starter <<-'C'
		int main(void) { return 0; }
	C
	[ "$status" -eq 0 ]
	[ "$output" = "int main(void) { return 0; }" ]
}

@test "markers that do not fit are faults, with file and line" {
	# shellcheck disable=SC2043
	while IFS='|' read -r want code; do
		run sh "$KIT/tests/support/starter" <(printf '%b' "$code")
		[ "$status" -eq 1 ]
		says "$want"
	done <<-'CASES'
		STEP 2 comes after 0|/* STEP 2: x */\n/* END 2 */\n
		STEP 1 has no END|/* STEP 1: x */\nint a;\n
		STEP inside STEP 1|/* STEP 1: x */\n/* STEP 2: x */\n
		END without its STEP|/* STEP 1: x */\n/* END 2 */\n
		END without its STEP|/* END 1 */\n
		a marker outside of a step|/* STUB: int a; */\n
	CASES
}
