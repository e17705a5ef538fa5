#!/usr/bin/env bats
# Lesson 07 under stress: 64 MiB both ways take no more memory than 1 MiB.

load ../support/helpers

@test "exercise (1 point): 64 MiB go both ways at once, in the memory of 1 MiB" {
	talk <<-'SCRIPT'
		server starts
		client may print 80M
		client runs
		client input pattern 1M
		client prints pattern 1M within 10s
			but nothing means both-wait-to-send
			else means output-changed
		client notes memory
		server notes memory
		client input pattern 64M
		client prints pattern 64M within 60s
			but nothing means both-wait-to-send
			else means output-changed
		client grew less than 64K
			else means queue-without-limit
		server grew less than 64K
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): 64 MiB come through a small send buffer, to a server that reads late" {
	talk <<-'SCRIPT'
		host listens
		client runs with {port} 127.0.0.1 16384
		host accepts
		client input pattern 64M
		client input ends
		client lives
		host expects pattern 64M within 60s
			but end means half-closes-too-early
			else means part-sent-rest-lost
		host expects end
	SCRIPT
}
