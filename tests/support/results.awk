# results.awk - reads bats' results strictly, for the tests of the kit.
#
# Usage: awk -f results.awk EXPECTED TAP
#
# EXPECTED is as for render.awk. For every expected test, in order, prints a
# line `ok`, `not ok` or `skip`, a tab and its name (and for a skip a tab and
# the reason), and after it, each after a tab, the lines that belong to it. A
# test without exactly one result is not ok.

FNR == NR {
	n++
	name[n] = substr($0, index($0, "\t") + 1)
	next
}
/^1\.\.[0-9]+$/ { next }
/^(not )?ok [0-9]+ / {
	text = $0
	state = /^ok/ ? "ok" : "not ok"
	sub(/^(not )?ok /, "", text)
	current = text + 0
	sub(/^[0-9]+ /, "", text)
	reason = ""
	if (state == "ok" && match(text, / # skip/)) {
		state = "skip"
		reason = substr(text, RSTART + RLENGTH + 1)
		text = substr(text, 1, RSTART - 1)
	}
	if (text != name[current]) {
		stray = stray "\t" $0 "\n"
		current = 0
		next
	}
	if (current in result)
		state = "not ok"
	result[current] = state
	why[current] = reason
	next
}
/^#/ && current {
	text = $0
	sub(/^# ?/, "", text)
	said[current] = said[current] "\t" text "\n"
	next
}
/./ { stray = stray "\t" $0 "\n" }
END {
	for (i = 1; i <= n; i++) {
		if (!(i in result)) {
			result[i] = "not ok"
			said[i] = "\tno result came\n" stray
		}
		print result[i] "\t" name[i] \
		    (result[i] == "skip" ? "\t" why[i] : "")
		printf "%s", said[i]
	}
	if (n == 0)
		print "not ok\tthere are no tests"
}
