#!/usr/bin/env bats
# Lesson 16 under stress: many packets, many seeds, a sender that vanishes, and
# what a window is worth.

load ../support/helpers

@test "exercise (1 point): thirty seeds, a hundred packets each, and every file is whole" {
	for seed in $(seq 1 30); do
		talk <<-SCRIPT
			shell head -c 102000 /dev/urandom >\$dir/in
			server starts udp with {port} 127.0.0.1 {dir}/got
			relay starts udp with -s $seed --drop 20% --double 10% --reorder 10% --late 5% --hold 50ms
			client input from {dir}/in
			client runs with {relay}
			client ends within 60s
				but nothing means never-sent-again
			client ends with 0
				else means gives-up-after-few-sends
			shell cmp \$dir/in \$dir/got
				else means file-wrong
		SCRIPT
	done
}

@test "exercise (1 point): a port that nobody is bound to is a failure in bounded time" {
	talk <<-'SCRIPT'
		client runs
		client input "x"
		client input ends
		client ends within 5s
			but nothing means tries-for-ever
		client fails
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): a sender that vanishes makes room for the next" {
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1 {dir}/got
		ann binds
		bob binds
		ann sends "D" u32 0 "and then she left"
		ann expects "A" u32 1
			else means packet-not-acknowledged
		pause 3500ms
		bob sends "D" u32 0 "bob"
		bob expects "A" u32 1
			else means next-sender-not-served
		bob sends "D" u32 1
		bob expects "A" u32 2
			else means next-sender-not-served
		shell printf bob | cmp - $dir/got
			else means file-wrong
	SCRIPT
}

@test "exercise (1 point): with a window goodput is at least eight times that of stop-and-wait" {
	# 640 packets, 20 ms there and back: 12.8 s with one under way at a time.
	talk <<-'SCRIPT'
		shell head -c 655360 /dev/urandom >$dir/in
		server starts udp with {port} 127.0.0.1 {dir}/got
		relay starts udp with --delay 10ms
		client input from {dir}/in
		client runs with {relay}
		client ends within 1600ms
			but nothing means one-packet-a-round-trip
		client ends with 0
			else means gives-up-after-few-sends
		shell cmp $dir/in $dir/got
			else means file-wrong
	SCRIPT
}
