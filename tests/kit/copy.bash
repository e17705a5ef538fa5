# copy.bash - for tests of the commands: they run in a copy of the kit.
# shellcheck shell=bash

KIT=${KIT:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}

# For setup_file: a kit of one lesson, with its instruments already built.
make_kit() {
	plain_environment
	local lesson=01-blocking-tcp made=$BATS_FILE_TMPDIR/kit
	make -s -C "$KIT" tools
	mkdir -p "$made/lessons" "$made/solutions" "$made/tests/mistakes" \
		"$made/tests/designs" "$made/build"
	cp -pR "$KIT/Makefile" "$KIT/LICENSE" "$KIT/.gitignore" "$made"
	cp -p "$KIT"/lessons/*.h "$made/lessons"
	cp -pR "$KIT/lessons/$lesson" "$made/lessons"
	cp -pR "$KIT/solutions/$lesson" "$made/solutions"
	cp -p "$KIT/tests/$lesson.bats" "$made/tests"
	cp -pR "$KIT/tests/support" "$made/tests"
	cp -pR "$KIT/build/tools" "$made/build"
	rm -f "$made/lessons/$lesson/exercise"/*
	(cd "$made" && sh tests/support/starters >/dev/null)
}

# For setup: goes to $copy, a copy of it for one test.
copy_kit() {
	plain_environment
	lesson=01-blocking-tcp
	exercise=lessons/$lesson/exercise
	copy=$BATS_TEST_TMPDIR/kit
	cp -pR "$BATS_FILE_TMPDIR/kit" "$copy"
	cd "$copy" || return 1
}

# bats puts its own insides into PATH; a user does not have them there.
plain_environment() {
	unset MAKEFLAGS MFLAGS MAKELEVEL
	PATH=${PATH//"$BATS_LIBEXEC:"/}
	export PATH LC_ALL=C NO_COLOR=1
}

# The student has done the exercise.
solve() {
	for who in server client; do
		sed 's,"../../lessons/,"../../,' "solutions/$lesson/$who.c" \
			>"$exercise/$who.c"
	done
}

# give_server: the server's solution has no steps any more, so it is given.
give_server() {
	sed -e 's/STEP [0-9]*: //' -e '/\/[*] STUB: /d' -e '/\/[*] END /d' \
		"solutions/$lesson/server.c" >given.c
	mv given.c "solutions/$lesson/server.c"
	sh tests/support/starters >/dev/null
}

# says TEXT: the output of the last run has it.
says() {
	[[ $output == *"$1"* ]] || {
		echo "should say: $1"
		echo "says: $output"
		return 1
	}
}

# never_says TEXT
never_says() {
	[[ $output != *"$1"* ]] || {
		echo "should not say: $1"
		echo "says: $output"
		return 1
	}
}

# one_sentence: the last run said one line, and make added nothing.
one_sentence() {
	[ "${#lines[@]}" -eq 1 ] && never_says '***'
}
