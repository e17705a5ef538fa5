#!/usr/bin/env bats
# Lesson 17 on more machines than one, and with more servers than three.

load ../support/helpers

@test "exercise (1 point): on the campus the client finds its own network, and no other" {
	needs private lan
	cd "$KIT" || return
	run sh tests/support/lan - <<-SCRIPT
		a2 a3 b1 b2: $PROGRAMS/server 9017 \$ADDRESS/24 \$NAME &
		a1: $PROGRAMS/client 9017 \$ADDRESS/24
		b1: $PROGRAMS/client 9017 \$ADDRESS/24
		a2: $PROGRAMS/client 9017 \$ADDRESS/16
	SCRIPT
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -E '^[ab][123][|] 192' <<<"$output")" = \
		"a1| 192.168.56.12 a2
a1| 192.168.56.13 a3
b1| 192.168.57.11 b1
b1| 192.168.57.12 b2" ]
}

@test "exercise (1 point): ninety servers with names of 64 bytes are all found" {
	needs private
	{
		echo 'host binds at 127.255.255.255'
		echo 'client runs'
		echo 'host expects "who is there?"'
		for n in $(seq 10 99); do
			echo "host sends \"here \" 62 x \"n\" \"$n\""
			echo "host sends \"here \" 62 x \"n\" \"$n\""
		done
		for n in $(seq 10 99); do
			printf '%s\n' \
				"client prints \"127.0.0.1 \" 62 x \"n\" \"$n\n\""
			echo "  else means answer-not-printed"
		done
		echo 'client ends with 0'
	} | talk
}
