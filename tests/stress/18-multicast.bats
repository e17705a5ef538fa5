#!/usr/bin/env bats
# Lesson 18 on more machines than one, and with much to hear.

load ../support/helpers

@test "exercise (1 point): on the campus a room is heard by the members on its switch" {
	needs private lan
	cd "$KIT" || return
	run sh tests/support/lan - <<-SCRIPT
		a2 a3 b1: echo begins; (echo join red; sleep 2) | $PROGRAMS/client 9018 \$ADDRESS &
		a1: sleep 0.5; (echo say red to all; echo say green to none) | $PROGRAMS/client 9018 \$ADDRESS
		wait
	SCRIPT
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -E '^[ab][123][|] (red|green)' <<<"$output" | sort)" = \
		"a2| red: to all
a3| red: to all" ]
}

@test "exercise (1 point): twenty members on one machine, and each hears everything" {
	needs private linux
	members=$(seq 20)
	{
		for n in $members; do
			echo "client$n runs"
			printf '%s\n' \
				"client$n input \"join red\njoin blue\n\""
			echo "client$n joins 239.255.18.1"
			echo "  else means group-not-joined"
			echo "client$n joins 239.255.18.3"
			echo "  else means second-line-waits"
		done
		echo "bob binds"
		for n in $(seq 30); do
			echo "bob sends \"text $n\" to 239.255.18.1:{port}"
		done
		for n in $members; do
			for text in $(seq 30); do
				printf '%s\n' \
					"client$n prints \"red: text $text\n\""
				echo "  else means hears-no-group"
			done
			echo "client$n input ends"
			echo "client$n ends with 0"
		done
	} | talk
}
