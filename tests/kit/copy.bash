# copy.bash - for tests of the commands: they run in a copy of the kit.
# shellcheck shell=bash

KIT=${KIT:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}

# Makes $copy, a kit of one lesson with its instruments already built, and goes
# there.
copy_kit() {
	unset MAKEFLAGS MFLAGS MAKELEVEL
	# bats puts its own insides into PATH; a user does not have them there.
	PATH=${PATH//"$BATS_LIBEXEC:"/}
	export PATH LC_ALL=C NO_COLOR=1
	lesson=01-blocking-tcp
	exercise=lessons/$lesson/exercise
	copy=$BATS_TEST_TMPDIR/kit
	make -s -C "$KIT" tools
	mkdir -p "$copy/lessons" "$copy/solutions" "$copy/tests/mistakes" \
		"$copy/tests/designs" "$copy/build"
	cp -pR "$KIT/Makefile" "$KIT/LICENSE" "$KIT/.gitignore" "$copy"
	cp -p "$KIT"/lessons/*.h "$copy/lessons"
	cp -pR "$KIT/lessons/$lesson" "$copy/lessons"
	cp -pR "$KIT/solutions/$lesson" "$copy/solutions"
	cp -p "$KIT/tests/$lesson.bats" "$copy/tests"
	cp -pR "$KIT/tests/support" "$copy/tests"
	cp -pR "$KIT/build/tools" "$copy/build"
	cd "$copy" || return 1
	rm -f "$exercise"/*
	sh tests/support/starters >/dev/null
}

# The student has done the exercise.
solve() {
	for who in server client; do
		sed 's,"../../lessons/,"../../,' "solutions/$lesson/$who.c" \
			>"$exercise/$who.c"
	done
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
