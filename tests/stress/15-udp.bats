#!/usr/bin/env bats
# Lesson 15 under stress: many callers for long, and a network that loses.

load ../support/helpers

@test "exercise (1 point): fifty callers, a hundred questions each, and nothing piles up" {
	callers=$(seq 50)
	{
		echo "server starts udp"
		for n in $callers; do
			echo "caller$n binds"
			echo "caller$n sends \"hello\""
			echo "caller$n expects \"HELLO\""
		done
		echo "server notes descriptors"
		echo "server notes memory"
		for round in $(seq 100); do
			for n in $callers; do
				echo "caller$n sends \"$round from $n\""
			done
			for n in $callers; do
				echo "caller$n expects upper \"$round from $n\""
				echo "  else means answers-someone-else"
			done
		done
		echo "server keeps descriptors"
		echo "server grew less than 1M"
	} | talk
}

@test "exercise (1 point): a lost question and a lost answer look the same to the client" {
	talk <<-'SCRIPT'
		server starts udp
		relay starts udp with -q -p "client drops 2; server drops 2"
		client runs with {relay}
		client input "one\ntwo\nthree\nfour\n"
		client shows "ONE\n"
			else means answer-not-printed
		client shows "no answer\n" not before 900ms
			else means no-answer-not-told
		client shows "no answer\n" not before 1900ms
			else means no-answer-not-told
		client shows "FOUR\n"
			else means silence-ends-the-client
		client input ends
		client fails
			else means success-after-failure
	SCRIPT
}
