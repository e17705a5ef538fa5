# render.awk - makes of bats' results what a student reads.
#
# Usage: awk -f render.awk -v number=NN -v next_step=TEXT [-v result=FILE]
#            [-v said=FILE] [-v draws=yes] EXPECTED TAP
#
# EXPECTED has a line for every test that must report, POINTS, a tab and its
# name, in order. A test counts only if exactly one result with its number and
# name came. Of what a failed test printed only lines that begin with "| " are
# shown; a test that failed without such a line is a fault of the kit, and all
# it printed is shown. With draws, the command that draws a conversation stands
# below what went wrong in it. Exit status 0 only when every point is there.

BEGIN {
	FS = "\t"
	current = printed = 0
}

# The first file: what is expected.
FNR == NR {
	n++
	points[n] = $1 + 0
	name[n] = $2
	next
}

/^1\.\.[0-9]+$/ {
	plans++
	planned = substr($0, 4) + 0
	next
}

/^(not )?ok [0-9]+ / {
	finish()
	text = $0
	good = sub(/^ok /, "", text)
	sub(/^not ok /, "", text)
	i = text + 0
	sub(/^[0-9]+ /, "", text)
	reason = ""
	skipped = 0
	if (good && match(text, / # skip/)) {
		reason = substr(text, RSTART + RLENGTH)
		sub(/^ */, "", reason)
		text = substr(text, 1, RSTART - 1)
		skipped = 1
	}
	if (i < 1 || i > n || text != name[i]) {
		fault("a result came that no test had asked for: " $0)
		current = 0
		next
	}
	if (i in seen) {
		fault("two results came for one test: " name[i])
		if (seen[i] == "ok")
			got -= points[i]
		else if (seen[i] == "skip") {
			total += points[i]
			left_out -= points[i]
		}
		seen[i] = "twice"
		current = 0
		next
	}
	seen[i] = good ? (skipped ? "skip" : "ok") : "FAIL"
	why[i] = reason
	current = i
	next
}

/^#/ && current {
	text = $0
	sub(/^# ?/, "", text)
	all[current] = all[current] text "\n"
	if (text ~ /^\|( |$)/) {
		message[current] = message[current] substr(text, 3) "\n"
	}
	next
}

/^#/ { next }

{ stray = stray $0 "\n" }

END {
	finish()
	for (i = 1; i <= n; i++)
		if (!(i in seen)) {
			verdict(red "FAIL" plain, i)
			lines("no result came from this test\n")
			missing++
			total += points[i]
		}
	if (n == 0)
		fault("there is no test of this exercise")
	else if (missing)
		fault("only " (n - missing) " of " n " tests reported")
	if (n && !missing && (plans != 1 || planned != n))
		fault("the tests announced " planned + 0 \
		    " results in " plans + 0 " plans, not " n " in one")
	if (faults != "") {
		while (said != "" && (getline text < said) > 0)
			stray = stray text "\n"
		print "\n  A fault of the kit, not of your program:"
		lines(faults stray)
	}
	print ""
	text = "  " got + 0 " of " total + 0 " points"
	if (left_out)
		text = text " (" count(left_out) " could not be checked here)"
	perfect = faults == "" && !failed && total > 0 && got == total
	if (perfect)
		print text ". Next: " next_step
	else if (failed || missing)
		print text ". Next: mend the first failure, or make hint-" number
	else
		print text "."
	if (result != "")
		print got + 0, total + 0 > result
	exit !perfect
}

function fault(text) {
	faults = faults text "\n"
}

function count(k) {
	return k == 1 ? "1 point" : k " points"
}

# Shows the current test, now that all it had to say has come.
function finish(	i, k) {
	i = current
	current = 0
	if (!i)
		return
	if (seen[i] == "skip") {
		left_out += points[i]
		verdict(yellow "skip" plain, i)
		lines(why[i] "\n")
		return
	}
	total += points[i]
	if (seen[i] == "ok") {
		got += points[i]
		verdict(green "ok  " plain, i)
		return
	}
	failed++
	verdict(red "FAIL" plain, i)
	print ""
	if (message[i] != "") {
		# Many tests may fail for one reason, at the same step: it is
		# told once.
		k = message[i]
		if (match(k, /(^the test|\n) *> /))
			k = substr(k, RSTART + RLENGTH)
		gsub(/[0-9][0-9][0-9][0-9]+/, "<n>", k)
		if (k in told) {
			lines("the same as in: " told[k])
		} else {
			told[k] = sentence(name[i])
			lines(message[i])
			if (draws != "" && message[i] ~ /(^the test|\n) *> /)
				lines("see it      make trace-" number \
				    " OF=exercise TEST=" i)
		}
	} else {
		lines("This is a fault of the kit, not of your program: the" \
		    " test says\nno more than\n\n" all[i])
	}
	print ""
	fflush()
}

function sentence(text) {
	sub(/^[a-z]+ [(][0-9]+ points?[)]: /, "", text)
	return text
}

# A line with word, points and sentence, broken at 79 columns.
function verdict(word, i,	k, words, line, j, indent) {
	k = split(sentence(name[i]), words, " ")
	line = sprintf("  %s  %-9s ", word, count(points[i]))
	indent = 18
	width = indent
	for (j = 1; j <= k; j++) {
		if (width + 1 + length(words[j]) > 79 && width > indent) {
			print line
			line = sprintf("%" indent "s", "")
			width = indent
		}
		line = line " " words[j]
		width += 1 + length(words[j])
	}
	print line
	fflush()
}

# Prints lines, indented.
function lines(text,	k, part, j) {
	sub(/\n+$/, "", text)
	k = split(text, part, "\n")
	for (j = 1; j <= k; j++)
		print (part[j] == "" ? "" : "    " part[j])
}
