#!/usr/bin/env bats
# Lesson 11 under stress: any number of messages, of any length there is.

load ../support/helpers

@test "exercise (1 point): a hundred thousand messages come back, and take no memory" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann exchanges 100000 x "0006frames" for 100000 x "0006FRAMES" within 60s
			but nothing means rest-thrown-away
			else means wrong-answer
		server memory below 8M
			else means keeps-it-all-in-memory
	SCRIPT
}

@test "exercise (1 point): every length from 0 to 9999 comes back" {
	awk 'BEGIN {
		for (n = 0; n < 10000; n++) {
			printf "%04d%s", n, message
			message = message (n % 10)
		}
	}' >"$dir/all"
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann exchanges file {dir}/all for file {dir}/all within 60s
			else means wrong-answer
	SCRIPT
}
