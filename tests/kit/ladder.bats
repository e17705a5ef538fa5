#!/usr/bin/env bats
bats_require_minimum_version 1.5.0

# ladder: traces/NAME holds the traces of a conversation, written by hand, and
# the drawing that is made of them; real ones come from the demonstrations.

load copy

setup() {
	ladder=$TOOLS/ladder
	traces=$KIT/tests/kit/traces
	unset NO_COLOR
	export TERM=dumb
	cd "$BATS_TEST_TMPDIR" || return 1
}

# draws NAME: the traces of that name give their drawing.
draws() {
	"$ladder" "$traces/$1"/*.trace >"$1"
	diff "$traces/$1/drawing" "$1"
}

# needs_traces: real programs can be traced here.
needs_traces() {
	[ "$(uname -s)" = Linux ] || skip "needs Linux: there is no LD_PRELOAD here"
	[ -s "$TOOLS/trace.so" ] || skip "the trace library does not build here"
}

# many N: the traces of N rounds of question and answer, in client and server.
many() {
	awk -v n="$1" '
		function call(file, name, t0, t1, rest) {
			printf "call\tn=%d\ttid=1\tt0=%d\tt1=%d\tname=%s\t" \
			    "text=%s(4)\terr=-\t%s\n", ++calls[file], t0, t1,
			    name, name, rest >file
		}
		BEGIN {
			client = "client"
			server = "server"
			a = "kind=tcp\tlocal=127.0.0.1:50001\tpeer=127.0.0.1:9001\tfd=4"
			b = "kind=tcp\tlocal=127.0.0.1:9001\tpeer=127.0.0.1:50001\tfd=4"
			print "trace\tversion=1\tname=client\tpid=1" >client
			print "trace\tversion=1\tname=server\tpid=2" >server
			call(server, "listen", 1, 2, "ret=0\tfd=4\tkind=tcp\t" \
			    "local=127.0.0.1:9001\tpeer=-")
			call(client, "connect", 10, 20, "ret=0\t" a)
			call(server, "accept", 3, 15, "ret=4\tnew=4\t" b)
			for (i = 0; i < n; i++) {
				t = 1000 + 100 * i
				call(client, "send", t, t + 1, "ret=2\tdir=out\toff=" \
				    2 * i "\tlen=2\tdata=6869\t" a)
				call(server, "recv", t - 50, t + 2, "ret=2\tdir=in\toff=" \
				    2 * i "\tlen=2\tdata=6869\t" b)
				call(server, "send", t + 3, t + 4, "ret=2\tdir=out\toff=" \
				    2 * i "\tlen=2\tdata=4849\t" b)
				call(client, "recv", t + 2, t + 5, "ret=2\tdir=in\toff=" \
				    2 * i "\tlen=2\tdata=4849\t" a)
			}
		}'
}

@test "three sends, one recv: three arrows become one" {
	draws sticky
}

@test "one send, three recvs: one arrow becomes three" {
	draws pieces
}

@test "messages that are on their way at once keep their own arrows" {
	draws crossing
}

@test "datagrams: out of order, lost, waited for in vain" {
	draws datagrams
	draws lost
}

@test "a connection that is refused, and one that is reset" {
	draws refused
	draws reset
}

@test "a server that forks, and its children" {
	draws family
}

@test "Unix sockets: who has called, and whom" {
	draws path
}

@test "a conversation with marks: five columns, a backlog, a long connect" {
	draws stage
	# Its drawing does not depend on the clock: slower, it is the same.
	mkdir slow
	for file in "$traces"/stage/*.trace; do
		awk -F '\t' -v OFS='\t' '{
			for (i = 1; i <= NF; i++)
				if ($i ~ /^(t|t0|t1|start)=[0-9]/) {
					sub(/=/, "=1", $i)
					$i = $i "0"
				}
			print
		}' "$file" >"slow/${file##*/}"
	done
	"$ladder" slow/*.trace >slow/drawing
	diff "$traces/stage/drawing" slow/drawing
}

@test "programs have names, and no port that is another one next time" {
	draws names
	run -0 "$ladder" --svg "$traces"/names/*.trace
	says 'you 127.0.0.1 PORT me'
	says 'connect(3, server at 127.0.0.2)'
	never_says 50001
	never_says 40044
}

@test "one trace alone: the other ends have a column, too" {
	draws alone
}

@test "programs that never met, in one drawing, and a sentence" {
	draws strangers
}

@test "a program that was killed, and what the other end saw of it" {
	draws killed
}

@test "a trace that breaks off is drawn as far as it goes" {
	draws cut
	# Wherever it breaks off.
	size=$(wc -c <"$traces/reset/server.trace")
	for ((i = 0; i < size; i += 23)); do
		head -c "$i" "$traces/reset/server.trace" >server.trace
		run "$ladder" "$traces/reset/client.trace" server.trace
		[ "$status" -eq 0 ]
		[[ $output == *"connect(3, "* ]]
	done
}

@test "the drawing is plain ASCII on demand, and no wider than it may be" {
	for width in 80 120; do
		for dir in "$traces"/*/; do
			run -0 "$ladder" --ascii --width $width "$dir"*.trace
			if printf '%s\n' "$output" | LC_ALL=C grep -n '[^ -~]'; then
				return 1
			fi
			# A sentence below the drawing may be longer.
			printf '%s\n' "$output" | sed '/^$/,$d' | awk -v w=$width \
				'length > w { print; bad = 1 } END { exit bad }'
		done
	done
	run -0 "$ladder" --ascii "$traces"/sticky/*.trace
	says '|--------------+       |'
	says '+------>| recv(4) = 9 "AAABBBCCC"'
}

@test "colour at a terminal or on demand, none in a pipe" {
	run -0 "$ladder" "$traces"/sticky/*.trace
	never_says $'\033'
	run -0 env TERM=xterm "$ladder" "$traces"/sticky/*.trace
	never_says $'\033'
	run -0 "$ladder" --colour "$traces"/sticky/*.trace
	says $'\033[33m'
	# Without the colours it is the same drawing.
	# shellcheck disable=SC2001
	diff "$traces/sticky/drawing" <(sed $'s/\033\\[[0-9;]*m//g' <<<"$output")
}

@test "in which order the files are named does not matter" {
	for dir in "$traces"/*/; do
		set -- "$dir"*.trace
		back=()
		for file; do
			back=("$file" "${back[@]}")
		done
		run -0 "$ladder" "$@"
		forth=$output
		run -0 "$ladder" "${back[@]}"
		[ "$output" = "$forth" ]
	done
}

@test "10,000 calls are drawn within a second, on one page" {
	many 2500
	run -0 "$ladder" client server
	# Of the processor's time; the machine may have other things to do.
	times=$( { TIMEFORMAT='%U %S'; time "$ladder" client server >out; } 2>&1)
	echo "$times"
	awk '{ exit !($1 + $2 < 1) }' <<<"$times"
	says "... 9,992 more calls: client sends 4,996 bytes, server 4,996 ..."
	[ "${#lines[@]}" -lt 15 ]
	run -0 "$ladder" --unfolded client server
	[ "${#lines[@]}" -gt 5000 ]
	never_says "more calls"
}

@test "--all shows the calls that nobody else notices" {
	run -0 "$ladder" "$traces"/family/*.trace
	never_says "close(3) | child"
	printf '%s\n' "$output" >few
	run -0 "$ladder" --all "$traces"/family/*.trace
	[ "${#lines[@]}" -gt "$(wc -l <few)" ]
}

@test "files that are no traces: a sentence for each, and the rest is drawn" {
	: >empty.trace
	head -c 3000 "$ladder" >foreign.trace
	mkdir folder.trace
	run -0 "$ladder" empty.trace foreign.trace folder.trace nowhere.trace \
		"$traces"/sticky/*.trace
	says 'recv(4) = 9 "AAABBBCCC"'
	says "empty.trace is empty."
	says "foreign.trace is not a trace."
	says "folder.trace can't be read: Is a directory."
	says "nowhere.trace can't be read: No such file or directory."
	run "$ladder" empty.trace
	[ "$status" -eq 1 ]
	says "There is nothing to draw."
	printf 'trace\tversion=1\tname=idle\tpid=1\n' >idle.trace
	run "$ladder" idle.trace
	[ "$status" -eq 1 ]
	says "idle made no call."
}

@test "wrong usage is told, with status 2" {
	for usage in "" "--what x" "--width" "--width 12 x" "--width 8o x" \
		"--dark x" "-q x"; do
		# shellcheck disable=SC2086
		run "$ladder" $usage
		echo "$output"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 2 ]
		says "ladder --help"
	done
	run -0 "$ladder" --help
	says "usage: ladder"
	[ -e /dev/full ] || return 0
	run sh -c 'exec "$@" >/dev/full' sh "$ladder" "$traces"/sticky/*.trace
	[ "$status" -eq 1 ]
	says "standard output: No space left on device"
}

@test "every picture is well-formed, has its own ground, and no more than text and lines" {
	command -v python3 >/dev/null || skip "needs python3"
	for dir in "$traces"/*/; do
		for dark in "" --dark; do
			# shellcheck disable=SC2086
			"$ladder" --svg $dark "$dir"*.trace >picture.svg 2>/dev/null
			python3 - picture.svg <<-'PYTHON'
				import sys
				import xml.etree.ElementTree as tree
				root = tree.parse(sys.argv[1]).getroot()
				kinds = {e.tag.split("}")[1] for e in root.iter()}
				assert kinds <= {"svg", "title", "g", "rect", "path", "text"}, kinds
				assert not any("id" in e.attrib or "style" in e.attrib
				               for e in root.iter())
				w, h = root.attrib["viewBox"].split()[2:]
				ground = next(root.iter("{http://www.w3.org/2000/svg}rect"))
				assert (ground.attrib["width"], ground.attrib["height"]) == (w, h)
				assert float(w) <= 1215, w
			PYTHON
		done
	done
	run -0 "$ladder" --svg "$traces"/sticky/*.trace
	says '>recv(4) = 9 "AAABBBCCC"</text>'
}

@test "a browser shows every picture whole, in letters that can be read" {
	"$KIT/slides/build" tools --check >/dev/null 2>&1 ||
		skip "there are no tools for slides, or no Chromium, on this machine"
	export DECKS=$PWD/decks OUT=$PWD/out
	mkdir -p decks/pictures
	{
		printf '%s\n' --- "marp: true" "theme: lab" "lang: en" \
			"title: Ladders"
		for dir in "$traces"/*/; do
			name=$(basename "$dir")
			for dark in "" --dark; do
				# shellcheck disable=SC2086
				"$ladder" --svg $dark "$dir"*.trace \
					>"decks/pictures/$name$dark.svg" 2>/dev/null
				printf '\n---\n\n# %s\n\n![%s](%s)\n' "$name" \
					"What is said in the traces of $name" \
					"pictures/$name$dark.svg"
				printf '\n<!-- Time: 1 min -->\n'
			done
		done
	} | sed '6{/^$/d;}' >decks/ladders.md
	run "$KIT/slides/build" check
	echo "$output"
	[ "$status" -eq 0 ]
	says " 0 faults"
}

@test "a demonstration gives the same drawing every time" {
	needs_traces
	for number in 01 02 09; do
		ls "$KIT/lessons/$number"-*/demo.talk >/dev/null 2>&1 || continue
		for round in 1 2 3 4 5; do
			make -s -C "$KIT" "trace-$number" >$round
			diff 1 $round
		done
		grep -q 'accept(3) = 4' 1
	done
}
