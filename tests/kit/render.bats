#!/usr/bin/env bats
# What a student sees of results, also of strange ones.

load copy

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	printf '%s\t%s\n' 2 "exercise (2 points): it answers" \
		1 "exercise (1 point): it ends" \
		3 "exercise (3 points): pieces are put together" >expected
}

# render: TAP on standard input.
render() {
	cat >tap
	run awk -f "$KIT/tests/support/render.awk" -v number=07 \
		-v next_step="make run-08" -v result=result expected tap
}

@test "all is well" {
	render <<-'TAP'
		1..3
		ok 1 exercise (2 points): it answers
		ok 2 exercise (1 point): it ends
		ok 3 exercise (3 points): pieces are put together
	TAP
	[ "$status" -eq 0 ]
	says "  ok    2 points   it answers"
	says "  ok    1 point    it ends"
	says "  6 of 6 points. Next: make run-08"
	[ "$(cat result)" = "6 6" ]
}

@test "of a failure only the lines for the student are shown" {
	render <<-'TAP'
		1..3
		ok 1 exercise (2 points): it answers
		not ok 2 exercise (1 point): it ends
		# (from function `talk' in file helpers.bash, line 31,
		#   `talk <<-'SCRIPT'' failed
		# | the test    ann closes
		# |           > server ends
		# | mistake     goes-on
		ok 3 exercise (3 points): pieces are put together
	TAP
	[ "$status" -eq 1 ]
	says "  FAIL  1 point    it ends"
	says "    the test    ann closes"
	says "              > server ends"
	never_says "helpers.bash"
	never_says "SCRIPT"
	never_says "fault of the kit"
	says "  5 of 6 points. Next: mend the first failure, or make hint-07"
	[ "$(cat result)" = "5 6" ]
}

@test "where conversations can be drawn, the command stands below the failure" {
	cat >tap <<-'TAP'
		1..3
		ok 1 exercise (2 points): it answers
		not ok 2 exercise (1 point): it ends
		# | the test    ann closes
		# |           > server ends
		# | mistake     goes-on
		not ok 3 exercise (3 points): pieces are put together
		# | the test    looked at the file's mode
	TAP
	run awk -f "$KIT/tests/support/render.awk" -v number=07 \
		-v next_step="make run-08" -v draws=yes expected tap
	[ "$status" -eq 1 ]
	says "    see it      make trace-07 OF=exercise TEST=2"
	# A check that is no conversation has no drawing.
	never_says "TEST=3"
}

@test "a message that was told is not told again" {
	render <<-'TAP'
		1..3
		not ok 1 exercise (2 points): it answers
		# | the test  > server starts
		# | expected    a server
		# | came        nothing
		not ok 2 exercise (1 point): it ends
		# | the test    ann connects
		# |           > server starts
		# | expected    a server
		# | came        nothing
		not ok 3 exercise (3 points): pieces are put together
		# | the test  > server starts
		# | expected    a server
		# | came        another thing
	TAP
	says "the same as in: it answers"
	says "another thing"
	[ "$(grep -c 'came  *nothing' <<<"$output")" -eq 1 ]
	[ "$(cat result)" = "0 6" ]
}

@test "a failure without a message is called a fault of the kit, and shown" {
	render <<-'TAP'
		1..3
		ok 1 exercise (2 points): it answers
		not ok 2 exercise (1 point): it ends
		# in test file x.bats, line 3
		#   `tlak' failed with status 127
		ok 3 exercise (3 points): pieces are put together
	TAP
	[ "$status" -eq 1 ]
	says "fault of the kit"
	says "tlak' failed with status 127"
}

@test "a skipped test takes its points out of the total and says why" {
	render <<-'TAP'
		1..3
		ok 1 exercise (2 points): it answers
		ok 2 exercise (1 point): it ends
		ok 3 exercise (3 points): pieces are put together # skip needs Linux
	TAP
	[ "$status" -eq 0 ]
	says "  skip  3 points   pieces are put together"
	says "needs Linux"
	says "  3 of 3 points (3 points could not be checked here)."
	[ "$(cat result)" = "3 3" ]
}

@test "nothing but skips is no success" {
	render <<-'TAP'
		1..3
		ok 1 exercise (2 points): it answers # skip no
		ok 2 exercise (1 point): it ends # skip no
		ok 3 exercise (3 points): pieces are put together # skip no
	TAP
	[ "$status" -eq 1 ]
}

@test "a missing result is a failure" {
	render <<-'TAP'
		1..3
		ok 1 exercise (2 points): it answers
		ok 2 exercise (1 point): it ends
	TAP
	[ "$status" -eq 1 ]
	says "FAIL  3 points   pieces are put together"
	says "no result came from this test"
	says "only 2 of 3 tests reported"
	says "3 of 6 points"
	[ "$(cat result)" = "3 6" ]
}

@test "no results at all, and no tests at all, are failures" {
	render </dev/null
	[ "$status" -eq 1 ]
	says "0 of 6 points"
	says "only 0 of 3 tests reported"
	: >expected
	render </dev/null
	[ "$status" -eq 1 ]
	says "there is no test of this exercise"
	render <<<1..0
	[ "$status" -eq 1 ]
}

@test "two results for one test count as none" {
	for second in ok "not ok"; do
		render <<-TAP
			1..3
			ok 1 exercise (2 points): it answers
			$second 1 exercise (2 points): it answers
			ok 2 exercise (1 point): it ends
			ok 3 exercise (3 points): pieces are put together
		TAP
		[ "$status" -eq 1 ]
		says "two results came for one test"
		says "4 of 6 points"
	done
	# Nor does a good one after a bad one.
	render <<-'TAP'
		1..3
		not ok 1 exercise (2 points): it answers
		# | came nothing
		ok 1 exercise (2 points): it answers
		ok 2 exercise (1 point): it ends
		ok 3 exercise (3 points): pieces are put together
	TAP
	[ "$status" -eq 1 ]
	says "4 of 6 points"
}

@test "a forged result earns nothing" {
	render <<-'TAP'
		1..3
		ok 1 exercise (99 points): it answers
		ok 7 exercise (7 points): gold
		not ok 2 exercise (1 point): it ends
		# | came        nothing
		ok 3 exercise (3 points): it answers
	TAP
	[ "$status" -eq 1 ]
	says "a result came that no test had asked for"
	says "0 of 6 points"
	[ "$(cat result)" = "0 6" ]
}

@test "what stands in a program's words is no result" {
	render <<-'TAP'
		1..3
		not ok 1 exercise (2 points): it answers
		# | came        ok 1 exercise (2 points): it answers
		# ok 1 exercise (2 points): it answers
		ok 2 exercise (1 point): it ends
		ok 3 exercise (3 points): pieces are put together
	TAP
	[ "$status" -eq 1 ]
	says "4 of 6 points"
	never_says "two results"
}

@test "a second plan, or one of another size, is a fault" {
	for plan in 1..4 '1..3
1..3'; do
		render <<-TAP
			$plan
			ok 1 exercise (2 points): it answers
			ok 2 exercise (1 point): it ends
			ok 3 exercise (3 points): pieces are put together
		TAP
		[ "$status" -eq 1 ]
		says "fault of the kit"
	done
}

@test "long sentences are broken at the edge of a terminal" {
	printf '1\t%s\n' "exercise (1 point): $(printf 'word %.0s' {1..40})end" \
		>expected
	render <<<"1..1
ok 1 $(cut -f 2 expected)"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -gt 3 ]
	for line in "${lines[@]}"; do
		[ "${#line}" -le 79 ]
	done
}
