# transcripts.awk - compares a transcript with what came.
#
# Usage: awk -f transcripts.awk WANTED CAME
#
# In WANTED, <port> <n> <ms> <pid> <addr> stand for what varies, and a line
# that holds only `...` for any lines.

FNR == NR { wanted[++n] = $0; next }
{ came[++m] = $0 }

function pattern(line) {
	gsub(/[][\\.*^$+?(){}|]/, "\\\\&", line)
	gsub(/<(port|n|pid)>/, "[0-9]+", line)
	gsub(/<ms>/, "[0-9.]+", line)
	gsub(/<addr>/, "[0-9a-fA-F.:]+", line)
	return "^" line "$"
}

END {
	for (i = j = 1; i <= n; i++) {
		if (wanted[i] == "...") {
			if (i == n) {
				j = m + 1
				break
			}
			while (j <= m && came[j] !~ pattern(wanted[i + 1]))
				j++
			continue
		}
		if (j > m || (came[j] != wanted[i] &&
		    came[j] !~ pattern(wanted[i])))
			break
		j++
	}
	if (i > n && j > m)
		exit 0
	print "the transcript says:   " (i > n ? "(nothing more)" : wanted[i])
	print "but what came is:      " (j > m ? "(nothing more)" : came[j])
	print "all that came:"
	for (j = 1; j <= m; j++)
		print "    " came[j]
	exit 1
}
