# Is a deck well formed? Reads one deck, prints what is wrong, ends with 1 then.
#
# Every slide has a heading and notes that begin with its time; every picture
# has words for those who cannot see it and a file; no slide breaks by accident.
# The deck of a lesson has 12 to 20 slides and takes 30 to 45 minutes.

function fault(text) {
	printf "%s: slide %d: %s\n", shown, slide, text
	faults++
}

function finish_slide() {
	if (slide == 0)
		return
	if (!heading)
		fault("no heading")
	if (!time)
		fault("no notes that begin with a time, such as <!-- Time: 2 min")
}

function begin_slide() {
	finish_slide()
	slide++
	heading = time = 0
}

BEGIN {
	front = 0
}

# The lines between the first two "---" are the deck's settings.
NR == 1 {
	if ($0 != "---")
		fault("the deck does not begin with its settings (---)")
	else
		front = 1
	next
}
front == 1 {
	if ($0 == "---") {
		front = 2
		if (!("marp" in setting) || setting["marp"] != "true")
			fault("marp: true is missing")
		if (setting["theme"] != "lab")
			fault("theme: lab is missing")
		if (setting["lang"] == "" || setting["title"] == "")
			fault("lang: or title: is missing")
		begin_slide()
	} else {
		split($0, part, /: */)
		setting[part[1]] = part[2]
	}
	next
}

# Code between fences is code, whatever it looks like.
/^```/ {
	if (fenced && !code)
		fault("a block without code (make cuts writes it)")
	fenced = !fenced
	code = 0
	next
}
fenced {
	code++
	next
}

# Notes.
comment == 0 && /^<!--/ {
	comment = 1
	first = 1
	sub(/^<!-- */, "")
}
comment {
	if (first && $0 != "") {
		if ($0 ~ /^Time: [0-9]+ min/)
			time = 1
		if (time) {
			minute = $0
			sub(/^Time: /, "", minute)
			minutes += minute + 0
		}
		first = 0
	}
	if ($0 ~ /^(class|footer|header|paginate|size|style|theme|title|headingDivider|math|lang):/)
		fault("this line of the notes would be taken for a setting: " $0)
	if ($0 ~ /-->/)
		comment = 0
	before = $0
	next
}

/^---+ *$/ {
	if (before !~ /^ *$/)
		fault("no empty line before ---: it would make a heading of: " before)
	begin_slide()
	before = ""
	next
}

/^# / || /^## / {
	heading = 1
}

{
	rest = $0
	gsub(/`[^`]*`/, "", rest)
	while (match(rest, /!\[[^]]*\]\([^)]*\)/)) {
		picture = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		alt = picture
		sub(/^!\[/, "", alt)
		sub(/\].*$/, "", alt)
		file = picture
		sub(/^!\[[^]]*\]\(/, "", file)
		sub(/\)$/, "", file)
		if (alt ~ /^ *$/)
			fault("a picture without words for those who cannot see it: " file)
		else if (length(alt) < 15)
			fault("too few words for a picture: " alt)
		if (file ~ /^[a-z]+:/)
			fault("a picture from a network: " file)
	}
	before = $0
}

END {
	finish_slide()
	if (front != 2) {
		slide = 0
		fault("the settings do not end with ---")
	}
	if (fenced)
		fault("a fence (```) is not closed")
	if (comment)
		fault("notes are not closed (-->)")
	if (shown ~ /^[0-9][0-9]-/ && shown !~ /^00-/) {
		if (slide < 12 || slide > 20)
			fault("a lesson has 12 to 20 slides, not " slide)
		if (minutes < 30 || minutes > 45)
			fault("a lesson takes 30 to 45 minutes, not " minutes)
	}
	exit faults > 0
}
