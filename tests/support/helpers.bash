# helpers.bash - what every test of a lesson begins with: load support/helpers
#
# The runner (tests/support/check, prove) gives these in the environment:
#   PROGRAMS  directory of the programs under test: server, client
#   DEMO      directory of the lesson's demonstration
#   TOOLS     directory of the instruments (peer, run, relay, ...)
#   MISTAKES  the table of mistakes
#   KIT       the top of the kit;  LESSON  its name, NN-name
# shellcheck shell=bash

# Before every command bats notes where it stands, to say where a test failed,
# and it asks when each test began. In the sandbox of make grade nobody sees
# either, and both cost a tenth of the time. Where bats knows these functions by
# other names, it is slower, no more.
if [ -n "$KIT_LAUNCHER" ]; then
	bats_debug_trap() { :; }
	get_mills_since_epoch() { :; }
fi

# A directory for each test, made in one go: where many programs are graded, a
# process more for every test counts. Their names are short, because the path of
# a Unix socket may have 107 bytes. A program may be another user, who must get
# to its own.
make_dirs() {
	dirs=$(mktemp -d /tmp/kit.XXXXXX)
	export dirs
	chmod 711 "$dirs"
	(umask 077 && mkdir "$dirs"/{1..40})
}

setup_file() {
	make_dirs
}

teardown_file() {
	[ -z "$dirs" ] || rm -rf "$dirs"
}

setup() {
	dir=${dirs:?}/$BATS_TEST_NUMBER
	export dir KIT_DIR=$dir
	# Programs are another user: what a test makes for them is theirs too.
	[ -z "$KIT_LOOK_AS" ] || umask 000
	case $BATS_TEST_DESCRIPTION in
	demonstration*) export PROGRAMS=$DEMO ;;
	esac
}

# What a test leaves may be large.
teardown() {
	if compgen -G "$dir/*" >/dev/null; then
		rm -rf "$dir"
	fi
}

# talk <<'SCRIPT': plays the conversation on standard input (tests/README.md).
# Fails, with a message for the student, when it does not go as written.
talk() {
	"$TOOLS/peer" -d "$dir"
}

# explain MISTAKE DID EXPECTED CAME: the message of a check made in bash.
# Returns 1.
explain() {
	"$TOOLS/peer" --explain "$@"
	return 1
}

# needs WHAT ...: skips the test, with the reason, where something is missing.
needs() {
	local what
	for what; do
		case $what in
		linux)
			[ -d /proc/self/fd ] || skip "needs Linux (/proc)"
			;;
		ipv6)
			[ -e /proc/net/if_inet6 ] &&
				grep -q '^0\{31\}1 ' /proc/net/if_inet6 ||
				skip "needs IPv6: ::1 is missing here"
			;;
		private)
			[ "$PRIVATE_NET" = yes ] ||
				skip "needs a private network"
			;;
		trace)
			# A wrong plan ends a program before it begins.
			[ -s "$TOOLS/trace.so" ] ||
				skip "needs the library for traces and faults, which is not built here"
			# The variable has no way to write a blank, as a path
			# may have one.
			case $(cd "$TOOLS" && FAULTS=wrong \
				LD_PRELOAD=./trace.so ./peer --help 2>&1) in
			"faults: "*) ;;
			*) skip "needs LD_PRELOAD, which does nothing here" ;;
			esac
			;;
		lan)
			local said
			said=$(sh "$KIT/tests/support/lan" check 2>&1) ||
				skip "${said%%[.]*}"
			;;
		asan)
			[ -e "$PROGRAMS/server.asan" ] ||
				[ -e "$PROGRAMS/client.asan" ] ||
				skip "needs a compiler with sanitizers"
			;;
		*)
			command -v "$what" >/dev/null 2>&1 ||
				skip "needs $what"
			;;
		esac
	done
}
