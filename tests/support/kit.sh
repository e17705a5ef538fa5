# kit.sh - what the commands of this folder share. They begin with
#     . "$(dirname "$0")/kit.sh"
# and find themselves at the top of the kit afterwards.
# shellcheck shell=sh disable=SC2034 # used by those who read this file

KIT=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
cd "$KIT" || exit 1

unset CDPATH ENV BASH_ENV MAKEFLAGS MFLAGS MAKELEVEL GNUMAKEFLAGS GREP_OPTIONS
export LC_ALL=C
CC=${CC:-cc}
MAKE=${MAKE:-make}
support=$KIT/tests/support
lesson='' number='' title='' programs='' bats='' DEMO=''

# stop SENTENCE ...: the one sentence that says what to do.
stop() {
	printf '%s\n' "$*" >&2
	exit 1
}

# The lessons that are there, NN-name, in order.
lessons() {
	for dir in lessons/[0-9][0-9]-*/; do
		[ -d "$dir" ] || continue
		dir=${dir%/}
		printf '%s\n' "${dir#lessons/}"
	done
}

# find_lesson NUMBER: sets lesson (NN-name), number (NN) and title, or stops.
# 6, 06 and 06-closing are the same lesson.
find_lesson() {
	number=${1%%-*}
	case $number in
	'') stop "Which lesson? Name it by its number, as in: make check-01" ;;
	*[!0-9]*) number=none ;;
	esac
	if [ "$number" != none ] && [ "${#number}" -lt 9 ]; then
		while [ "${number#0}" != "$number" ] && [ -n "${number#0}" ]; do
			number=${number#0}
		done
		number=$(printf %02d "$number")
	fi
	lesson=$(lessons | grep "^$number-" | head -n 1)
	[ -n "$lesson" ] || stop "There is no lesson $1 here:" \
		"the lessons are $(lessons | sed 's/-.*//' | span)." \
		"'make' shows them all."
	title=$(title_of "$lesson")
}

# 01 02 03 05 on lines become: 01 to 03, 05
span() {
	awk '
		function flush() {
			if (first == "")
				return
			text = text (text == "" ? "" : ", ") \
			    (first == last ? first : first " to " last)
		}
		last != "" && $0 == last + 1 { last = $0; next }
		{ flush(); first = last = $0 }
		END { flush(); print (text == "" ? "none yet" : text) }'
}

# title_of NN-name: its name in words, as the README has it.
title_of() {
	title_line=
	[ ! -r "lessons/$1/README.md" ] ||
		IFS= read -r title_line <"lessons/$1/README.md" || :
	case $title_line in
	'# Lesson '*': '?*) printf '%s\n' "${title_line#*: }" ;;
	*) printf '%s\n' "${1#*-}" | tr '-' ' ' ;;
	esac
}

# after NN-name: the next lesson, or nothing.
after() {
	lessons | sed -n "/^$1\$/{n;p;}"
}

# tests_of FILE KIND: POINTS, a tab and the sentence of every test of the
# kind (exercise or demonstration), in order.
tests_of() {
	awk -v kind="$2" '
		/^@test ["'\'']/ {
			quote = substr($0, 7, 1)
			name = substr($0, 8)
			sub("[" quote "][ \t]*[{][ \t]*$", "", name)
			while (quote == "\"" && match(name, /\\["$`\\]/))
				name = substr(name, 1, RSTART - 1) \
				    "\001" substr(name, RSTART + 1, 1) \
				    substr(name, RSTART + 2)
			gsub(/\001/, "", name)
			if (kind != "" && index(name, kind) != 1)
				next
			points = 0
			if (match(name, /[(][0-9]+ points?[)]/))
				points = substr(name, RSTART + 1) + 0
			print points "\t" name
		}' "$1"
}

# need_cc: there is a compiler, or the sentence that says how to get one.
need_cc() {
	command -v "${CC%% *}" >/dev/null 2>&1 && return
	case $(uname -s) in
	Darwin) how="xcode-select --install" ;;
	*) how="on Debian or Ubuntu: apt-get install gcc libc6-dev" ;;
	esac
	stop "There is no C compiler here (${CC%% *}); install one ($how)."
}

# tools: builds the instruments, silently where all is well.
tools() {
	"$MAKE" -s --no-print-directory CC="$CC" tools ||
		stop "The kit's own instruments do not build here:" \
			"'make doctor' tells what is missing."
}

# in_network COMMAND ...: runs it in a private network where there can be one,
# in an environment that holds nothing of the user's.
in_network() {
	[ ! -x build/tools/private ] || set -- build/tools/private -- "$@"
	env -i LC_ALL=C TERM=dumb PATH="$PATH" HOME="${HOME:-/}" \
		TMPDIR="${TMPDIR:-/tmp}" KIT="$KIT" LESSON="$lesson" \
		PROGRAMS="$programs" DEMO="${DEMO:-$KIT/build/lessons/$lesson}" \
		TOOLS="$KIT/build/tools" MISTAKES="$support/mistakes.txt" \
		SANITIZED="${SANITIZED:-}" KIT_TRACE="${KIT_TRACE:-}" "$@"
}

# run_bats PROGRAMS SAID ARGUMENT ...: the tests of $lesson on the programs of
# a directory. TAP comes on standard output; what bats says
# beside it goes to the file SAID.
run_bats() {
	programs=$1 said=$2
	shift 2
	# shellcheck disable=SC2016 # for the inner shell
	in_network sh -c 'exec 2>"$0"; exec "$@"' "$said" \
		"$bats" --tap "$@" "$KIT/tests/$lesson.bats"
}

# starting_point NN-name WHO FILE: writes the starting point of server or
# client to FILE, from the solution or from what a handout carries.
starting_point() {
	if [ -e "solutions/$1/$2.c" ]; then
		sh "$support/starter" "solutions/$1/$2.c" >"$3"
	elif [ -e ".starters/$1/$2.c" ]; then
		cat ".starters/$1/$2.c" >"$3"
	else
		return 1
	fi
}

# given NN-name WHO: whether server or client is given complete in that lesson:
# then students edit the other program, and no check or grade looks at what was
# made of this one.
given() {
	for at in "solutions/$1/$2.c" ".starters/$1/$2.c" \
		"lessons/$1/exercise/$2.c"; do
		[ -e "$at" ] || continue
		! grep -qE '/[*] (STEP|TODO) 1:' "$at"
		return
	done
	return 1
}

# scratch: makes a directory that goes when the script ends; sets tmp.
scratch() {
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/kit.XXXXXX") || exit 1
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

# Colours, at a terminal only.
colours() {
	red='' green='' yellow='' bold='' plain=''
	if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
		red=$(printf '\033[31m') green=$(printf '\033[32m')
		yellow=$(printf '\033[33m') bold=$(printf '\033[1m')
		plain=$(printf '\033[0m')
	fi
}

# quoted TEXT: the regular expression that fits this text alone.
quoted() {
	printf '%s\n' "$1" | sed 's/[][\\.*^$+?(){}|]/\\&/g'
}
