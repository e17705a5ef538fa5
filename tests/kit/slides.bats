#!/usr/bin/env bats
# The slides: decks that are well formed, pictures that are fresh, slides that
# a browser shows whole; and a check that sees it when they are not.

load copy

setup() {
	decks=$BATS_TEST_TMPDIR/decks
	mkdir -p "$decks"
	export OUT=$BATS_TEST_TMPDIR/out
	unset DECKS
}

# The tools are here, or can be had; if not, the test is skipped.
needs_tools() {
	command -v node >/dev/null || skip "there is no Node.js on this machine"
	command -v npm >/dev/null || skip "there is no npm on this machine"
	"$KIT/slides/build" tools >/dev/null 2>&1 ||
		skip "npm cannot fetch the tools of the slides"
}

needs_browser() {
	needs_tools
	"$KIT/slides/build" tools --check >/dev/null 2>&1 ||
		skip "there is no Chromium on this machine"
}

# deck NAME: the settings of a deck, and behind them what is on standard input.
deck() {
	{
		printf '%s\n' --- "marp: true" "theme: lab" "lang: en" \
			"title: A deck" ---
		cat
	} >"$decks/$1"
}

@test "every deck is well formed: headings, notes with a time, words for pictures" {
	run "$KIT/slides/build" lint
	echo "$output"
	[ "$status" -eq 0 ]
	[ -e "$KIT/slides/00-networks.md" ]
}

@test "a deck of a lesson has the lesson's name, and shows only pictures there are" {
	for file in "$KIT"/slides/[0-9]*.md; do
		name=$(basename "$file" .md)
		[ "$name" = 00-networks ] || [ -d "$KIT/lessons/$name" ] || {
			echo "slides/$name.md: there is no such lesson"
			return 1
		}
	done
	sed -n 's/^!\[.*](\(.*\))$/\1/p' "$KIT"/slides/*.md |
		sort -u >"$BATS_TEST_TMPDIR/pictures"
	[ -s "$BATS_TEST_TMPDIR/pictures" ]
	while read -r picture; do
		[ -e "$KIT/slides/$picture" ] || {
			echo "there is no slides/$picture"
			return 1
		}
	done <"$BATS_TEST_TMPDIR/pictures"
}

@test "lint sees what is missing in a deck" {
	deck 1.md <<-'DECK'

		# A heading

		![](pictures/handshake.svg)

		<!-- Time: 1 min -->

		---

		No heading, and a picture ![of something far away](http://example.com/x.png)
		---

		# No notes
	DECK
	run env DECKS="$decks" "$KIT/slides/build" lint
	echo "$output"
	[ "$status" -eq 1 ]
	says "slide 1: a picture without words"
	says "slide 2: no empty line before ---"
	says "slide 2: a picture from a network"
	says "slide 2: no heading"
	says "slide 3: no notes that begin with a time"
}

@test "lint sees a deck without settings, with open notes, with an open fence" {
	echo "# Nothing" >"$decks/1.md"
	deck 2.md <<-'DECK'

		# A heading

		<!-- Time: 1 min
	DECK
	deck 3.md <<-'DECK'

		# A heading

		<!-- Time: 1 min -->

		```c
		int n;
	DECK
	deck 04-short.md <<-'DECK'

		# A lesson of one slide

		<!-- Time: 1 min -->
	DECK
	run env DECKS="$decks" "$KIT/slides/build" lint
	echo "$output"
	[ "$status" -eq 1 ]
	says "1.md: slide 0: the deck does not begin with its settings"
	says "2.md: slide 1: notes are not closed"
	says "3.md: slide 1: a fence (\`\`\`) is not closed"
	says "04-short.md: slide 1: a lesson has 12 to 20 slides, not 1"
}

@test "no file of the slides names the host of a registry" {
	run grep -n '"resolved"' "$KIT/slides/package-lock.json"
	[ "$status" -eq 1 ]
	grep -q omit-lockfile-registry-resolved=true "$KIT/slides/.npmrc"
}

@test "without Node.js or a browser the command says what is missing" {
	# A path with little on it.
	mkdir "$BATS_TEST_TMPDIR/bin"
	for tool in sh awk basename cat cmp cp dirname mkdir rm; do
		ln -s "$(command -v $tool)" "$BATS_TEST_TMPDIR/bin/$tool"
	done
	run env -u CHROME_PATH PATH="$BATS_TEST_TMPDIR/bin" "$KIT/slides/build" html
	[ "$status" -eq 1 ]
	says "need Node.js"
	[ "${#lines[@]}" -eq 2 ]
	for tool in node npm; do
		ln -s "$(command -v sh)" "$BATS_TEST_TMPDIR/bin/$tool"
	done
	[ ! -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] ||
		skip "Chrome is where the command looks for it"
	run env -u CHROME_PATH PATH="$BATS_TEST_TMPDIR/bin" "$KIT/slides/build" check
	[ "$status" -eq 1 ]
	says "needs Chromium or Chrome"
	[ "${#lines[@]}" -eq 2 ]
}

@test "the committed pictures are what their sources say" {
	needs_tools
	run "$KIT/slides/build" pictures --check
	echo "$output"
	[ "$status" -eq 0 ]
	for svg in "$KIT"/slides/pictures/*.svg; do
		case $(basename "$svg") in
		ladder-*) ;;
		*) [ -e "${svg%svg}pikchr" ] ;;
		esac
	done
}

@test "a stale picture and a mistake in a source are seen" {
	needs_tools
	copy=$BATS_TEST_TMPDIR/kit
	mkdir -p "$copy/build"
	cp -pR "$KIT/slides" "$copy"
	ln -s "$KIT/build/slides" "$copy/build/slides"
	cd "$copy/slides/pictures"
	find . -name '*.pikchr' ! -name dns.pikchr ! -name arp.pikchr \
		-exec rm {} +
	echo 'box "new"' >>dns.pikchr
	echo 'box box box "' >>arp.pikchr
	run "$copy/slides/build" pictures --check
	echo "$output"
	[ "$status" -eq 1 ]
	says "dns.svg: not what dns.pikchr says"
	says "arp.pikchr: "
	run "$copy/slides/build" pictures
	[ "$status" -eq 1 ]
	rm arp.pikchr
	run "$copy/slides/build" pictures --check
	[ "$status" -eq 0 ]
}

@test "the ladders that decks show are what the demonstrations draw" {
	[ "$(uname -s)" = Linux ] || skip "needs Linux: there is no LD_PRELOAD here"
	[ -s "$KIT/build/tools/trace.so" ] ||
		skip "the trace library does not build here"
	run "$KIT/slides/build" ladders --check
	echo "$output"
	[ "$status" -eq 0 ]
	says " 0 faults"
	# And one that is not is seen.
	make_kit
	kit=$BATS_FILE_TMPDIR/kit
	mkdir -p "$kit/slides/pictures"
	cp -p "$KIT/slides/build" "$kit/slides"
	echo '<svg/>' >"$kit/slides/pictures/ladder-01.svg"
	echo '![Who said what](pictures/ladder-01.svg)' >"$decks/01.md"
	export DECKS=$decks
	run "$kit/slides/build" ladders --check
	echo "$output"
	[ "$status" -eq 1 ]
	says "ladder-01.svg: not what make trace-01 draws"
	run "$kit/slides/build" ladders
	[ "$status" -eq 0 ]
	run "$kit/slides/build" ladders --check
	[ "$status" -eq 0 ]
	# Of a stream one run is shown: other numbers are right, other programs not.
	cp -pR "$KIT/lessons/07-buffers" "$kit/lessons"
	echo '![Who said what](pictures/ladder-07.svg)' >"$decks/01.md"
	run "$kit/slides/build" ladders
	[ "$status" -eq 0 ]
	sed 's/1024/1023/g' "$kit/slides/pictures/ladder-07.svg" >"$decks/other.svg"
	cp "$decks/other.svg" "$kit/slides/pictures/ladder-07.svg"
	run "$kit/slides/build" ladders --check
	[ "$status" -eq 0 ]
	sed 's/<title>/&Not /' "$decks/other.svg" >"$kit/slides/pictures/ladder-07.svg"
	run "$kit/slides/build" ladders --check
	echo "$output"
	[ "$status" -eq 1 ]
	says "ladder-07.svg: not what make trace-07 draws"
}

@test "a browser shows every slide whole, and no page wants the network" {
	needs_browser
	run "$KIT/slides/build" check
	echo "$output"
	[ "$status" -eq 0 ]
	says " 0 faults"
	# One file a deck, and an index that leads to it.
	for file in "$KIT"/slides/*.md; do
		name=$(basename "$file" .md)
		[ -s "$OUT/$name.html" ]
		grep -q "href=\"$name.html\"" "$OUT/index.html"
	done
	# Where code is cut from is no note for the speaker.
	run grep -c -e '<!-- cut' -e 'bespoke-marp-note[^>]*><p>cut ' "$OUT"/*.html
	[[ ! $output =~ :[1-9] ]]
}

@test "the browser check sees what is wrong with a slide" {
	needs_browser
	export DECKS=$decks
	mkdir "$decks/pictures"
	cat >"$decks/pictures/bad.svg" <<-'SVG'
		<svg font-size="16" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2000 300">
		<rect x="10" y="10" width="60" height="60" fill="rgb(0,0,0)"/>
		<text x="40" y="40" text-anchor="middle" fill="rgb(40,40,40)">dark on dark</text>
		<text x="1950" y="200" font-size="60">beyond</text>
		</svg>
	SVG
	{
		printf '\n# Too much\n\n'
		for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
			echo "- line $i"
		done
		printf '\n<!-- Time: 1 min -->\n\n---\n\n# A picture\n\n'
		printf '![A picture with four faults](pictures/bad.svg)\n'
		printf '\n<!-- Time: 1 min -->\n\n---\n\n# Good\n\nText.\n'
		printf '\n<!-- Time: 1 min -->\n\n---\n\n# Wide\n\n```c\n'
		printf 'int a_%0200d;\n```\n\n<!-- Time: 1 min -->\n' 0
	} | deck bad.md
	run "$KIT/slides/build" check
	echo "$output"
	[ "$status" -eq 1 ]
	says "slide 1: is too tall by"
	says 'slide 2: "dark on dark" in a picture is only'
	says 'slide 2: "dark on dark" is too pale'
	says 'slide 2: "dark on dark" is wider than its box'
	says 'slide 2: "beyond" is cut off'
	says "slide 4: "
	[[ $output != *"slide 3:"* ]]
}

@test "a deck whose picture is missing is not built" {
	needs_tools
	export DECKS=$decks
	deck lost.md <<-'DECK'

		# A heading

		![A picture that nobody drew](pictures/nobody.svg)

		<!-- Time: 1 min -->
	DECK
	run "$KIT/slides/build" html
	echo "$output"
	[ "$status" -eq 1 ]
	says "nobody.svg"
	says "not built"
}

@test "a PDF has as many pages as its deck has slides" {
	needs_browser
	command -v pdfinfo >/dev/null || skip "there is no pdfinfo (poppler-utils)"
	export DECKS=$decks
	deck small.md <<-'DECK'

		# One

		<!-- Time: 1 min -->

		---

		# Two

		<!-- Time: 1 min -->
	DECK
	run "$KIT/slides/build" pdf
	echo "$output"
	[ "$status" -eq 0 ]
	pdfinfo "$OUT/small.pdf" | grep '^Pages: *2$'
	grep -q 'href="small.pdf"' "$OUT/index.html"
}
