#!/usr/bin/env bats
# Lesson 17: one datagram for everybody on a network. A wrong program would
# broadcast on a real one, so all of it is played in a private network.

load support/helpers

@test "demonstration: one datagram is heard by three servers, and an address by one" {
	needs private
	talk <<-'SCRIPT'
		server starts udp
		server prints "bound to 127.255.255.255:{port}\n"
		server2 starts udp
		server2 prints "bound to 127.255.255.255:{port}\n"
		server3 starts udp with {port} 0.0.0.0
		server3 prints "bound to 0.0.0.0:{port}\n"
		client runs
		client input "who is there?\n"
		server shows "13 bytes from 127.0.0.1:"
		server shows ": who is there?\n"
		server2 shows ": who is there?\n"
		server3 shows ": who is there?\n"
		client2 runs with {port} 127.0.0.1
		client2 input "just you\n"
		server3 shows "8 bytes from 127.0.0.1:"
		server3 shows ": just you\n"
		client input "bye\n"
		server shows "3 bytes from 127.0.0.1:"
		server never shows "just you"
		server ends with 0
		server2 shows ": bye\n"
		server2 never shows "just you"
		server3 ends with 0
		client input ends
		client ends with 0
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a failure with 1" {
	needs private
	talk <<-'SCRIPT'
		server runs with 80a
		server ends with 2
		client runs with 1 2 3
		client ends with 2
		server2 runs with {port} 192.0.2.1
		server2 complains with "bind: "
		server2 ends with 1
	SCRIPT
}

@test "demonstration: on the campus a broadcast ends at the router" {
	needs private lan
	cd "$KIT" || return
	# The README shows it, and shows what comes.
	awk '/^```/ { if (inside) exit }
		inside && !/^\$/ { print }
		/^\$ make run-17 LAN=1$/ { inside = 1 }' \
		"lessons/$LESSON/README.md" >"$dir/wanted"
	{
		echo "Lesson 17, broadcast, on the campus of make lan"
		echo
		sh tests/support/lan "lessons/$LESSON/demo.lan"
		echo
		echo "Read on: lessons/$LESSON/README.md"
	} | sed -e 's/\(from [0-9.]*:\)[0-9]*/\1<port>/' \
		-e 's,build/[a-z]*/17,build/lessons/17,' >"$dir/came"
	diff "$dir/wanted" "$dir/came"
}

@test "exercise (2 points): the server hears the question to all, and answers with its name" {
	needs private
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1/8 bob
		ann binds at 0.0.0.0
		ann sends "who is there?" to 127.255.255.255:{port}
		ann expects "here bob"
			but nothing means hears-no-broadcast
			but end means caller-ends-the-server
			but "here bob" means answers-with-sizeof-buffer
			but "here" means wrong-name
			else means wrong-answer
		server stands still
		ann sends "who is there?" to 127.255.255.255:{port}
		ann sends "who is there?" to 127.255.255.255:{port}
		server goes on
		ann expects "here bob"
			else means answers-only-once
		ann expects "here bob"
			else means answers-only-once
	SCRIPT
}

@test "exercise (1 point): the answer goes to the one who asked, and not to all" {
	needs private
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1/8 bob
		tom binds at 0.0.0.0
		tom sends "who is there?" to 127.255.255.255:{port}
		tom expects "here bob"
			but nothing means hears-no-broadcast
			else means wrong-answer
		ann binds
		all binds at 127.255.255.255 port {ann.port}
		ann sends "who is there?" to 127.255.255.255:{port}
		ann expects "here bob"
			but nothing means answers-everybody
			else means wrong-answer
		all expects nothing for 10ms
			but more means answers-everybody
	SCRIPT
}

@test "exercise (2 points): three servers on one machine hear the same question" {
	needs private
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1/8 one
		server2 starts udp with {port} 127.0.0.1/8 two
			else means port-not-shared
		server3 starts udp with {port} 127.0.0.1/8 three
			else means port-not-shared
		server2 stands still
		server3 stands still
		ann binds
		ann sends "who is there?" to 127.255.255.255:{port}
		ann expects "here one"
			but nothing means hears-no-broadcast
			else means wrong-answer
		server2 goes on
		ann expects "here two"
			but nothing means hears-no-broadcast
			else means wrong-answer
		server3 goes on
		ann expects "here three"
			but nothing means hears-no-broadcast
			else means wrong-answer
	SCRIPT
}

@test "exercise (2 points): nothing else is answered, above all no answer" {
	needs private
	talk <<-'SCRIPT'
		server starts udp with {port} 127.0.0.1/8 bob
		ann binds
		ann sends "here eve" to 127.255.255.255:{port}
		ann sends "who is there" to 127.255.255.255:{port}
		ann sends empty to 127.255.255.255:{port}
		ann sends "Who is there?" to 127.255.255.255:{port}
		bob binds
		bob sends "who is there?" to 127.255.255.255:{port}
		bob expects "here bob"
			but nothing means hears-no-broadcast
			else means wrong-answer
		ann expects nothing for 10ms
			but more means answers-anything
		ann sends "who is there?\n" to 127.255.255.255:{port}
		ann sends "who is there?" 00 to 127.255.255.255:{port}
		ann sends "who is there? " 1400 x "x" to 127.255.255.255:{port}
		bob sends "who is there?" to 127.255.255.255:{port}
		bob expects "here bob"
			but nothing means hears-no-broadcast
			else means wrong-answer
		ann expects nothing for 10ms
			but more means question-cut-to-the-buffer
	SCRIPT
}

@test "exercise (2 points): the server works its network's broadcast address out" {
	needs private
	{
		n=0
		while read -r network all; do
			n=$((n + 1))
			echo "server$n starts udp with {port} $network bob"
			echo "  else means wrong-broadcast-address"
			[ $n -gt 1 ] || echo "ann binds at 0.0.0.0"
			echo "ann sends \"who is there?\" to $all:{port}"
			echo "ann expects \"here bob\""
			echo "  but nothing means wrong-broadcast-address"
			echo "  else means wrong-answer"
			echo "server$n signal TERM"
			echo "server$n ends"
		done <<-'TABLE'
			127.0.0.1/8 127.255.255.255
			127.1.2.3/24 127.1.2.255
			127.1.2.3/20 127.1.15.255
			127.5.129.7/9 127.127.255.255
			127.9.200.77/26 127.9.200.127
			127.9.200.77/30 127.9.200.79
			127.1.15.255/20 127.1.15.255
		TABLE
	} | talk
}

@test "exercise (1 point): where there is no broadcast address both refuse" {
	needs private
	talk <<-'SCRIPT'
		server starts udp with {port} 127.9.9.9/30 bob
		ann binds at 0.0.0.0
		ann sends "who is there?" to 127.9.9.11:{port}
		ann expects "here bob"
			but nothing means wrong-broadcast-address
			else means wrong-answer
		server signal TERM
		server ends
		server2 runs with {port} 127.9.9.9/31
		server2 fails within 300ms
			else means small-network-accepted
		server2 complains
			else means fails-silently
		server3 runs with {port} 127.9.9.9/32
		server3 fails within 300ms
			else means small-network-accepted
		client runs with {port} 127.9.9.9/31
		client2 runs with {port} 127.9.9.9/32
		client fails
			else means small-network-accepted
		client complains
			else means fails-silently
		client2 fails
			else means small-network-accepted
	SCRIPT
}

@test "exercise (2 points): the client asks all, once, and ends; that nobody answers is no failure" {
	needs private
	talk <<-'SCRIPT'
		silent binds at 127.255.255.255
		client runs with {silent.port}
		client ends
			but nothing means collects-for-ever
		silent expects "who is there?"
			but end means no-question-to-all
			but nothing means no-question-to-all
			but "who is there?\n" means sends-the-newline
			but "who is there?" means sends-sizeof-buffer
			else means wrong-message
		silent expects nothing for 10ms
			but more means asks-more-than-once
		client ends with 0
			else means nobody-is-no-failure
		client prints ""
	SCRIPT
}

@test "exercise (2 points): the client works its network's broadcast address out" {
	needs private
	networks='127.1.2.3/24=127.1.2.255 127.1.2.3/20=127.1.15.255
		127.5.129.7/9=127.127.255.255 127.9.200.77/26=127.9.200.127
		127.9.200.77/30=127.9.200.79 127.1.15.255/20=127.1.15.255'
	{
		echo "net0 binds at 127.255.255.255"
		n=0
		for pair in $networks; do
			n=$((n + 1))
			echo "net$n binds at ${pair#*=}"
		done
		echo "client0 runs with {net0.port}"
		n=0
		for pair in $networks; do
			n=$((n + 1))
			echo "client$n runs with {net$n.port} ${pair%=*}"
		done
		for n in $(seq 0 $n); do
			echo "net$n expects \"who is there?\""
			echo "  but nothing means wrong-broadcast-address"
			echo "  but end means wrong-broadcast-address"
			echo "  else means wrong-message"
		done
	} | talk
}

@test "exercise (3 points): each answer once, in the order of bytes, late ones too" {
	needs private
	talk <<-'SCRIPT'
		host binds at 127.255.255.255
		nine binds at 127.0.0.9
		ten binds at 127.0.0.10
		client runs
		host expects "who is there?"
			else means no-question-to-all
		nine sends "here zoe" to {host.peer}
		host sends "here ann"
		host sends "here Bob"
		ten sends "here ann" to {host.peer}
		host sends "here Bob"
		nine sends "here zoe" to {host.peer}
		pause 100ms
		host sends "here late"
		host sends "here ann"
		client ends with 0
			but nothing means collects-for-ever
			else means fails-after-success
		client prints "127.0.0.1 Bob\n127.0.0.1 ann\n127.0.0.1 late\n127.0.0.10 ann\n127.0.0.9 zoe\n"
			but "127.0.0.1 Bob\n127.0.0.1 Bob" means listed-twice
			but "127.0.0.1 Bob\n127.0.0.1 ann\n127.0.0.10" means collects-too-short
			but "127.0.0.1 Bob\n127.0.0.1 ann\n127.0.0.1 late\n127.0.0.9" means sorted-by-number
			but "127.0.0.1 Bob\n127.0.0.1 ann\n127.0.0.9" means collects-too-short
			but "127.0.0.10:" means prints-the-port
			but "Bob" means address-not-printed
			but "127.0.0.9 zoe\n127.0.0.1" means not-sorted
			but "127.0.0.9 zoe\n" means stops-at-the-first-answer
			else means answer-not-printed
	SCRIPT
}

@test "exercise (2 points): half a second is over, also while answers keep coming" {
	needs private
	talk <<-'SCRIPT'
		host binds at 127.255.255.255
		client runs
		host expects "who is there?"
			else means no-question-to-all
		host sends "here a"
		pause 100ms
		host sends "here b"
		pause 200ms
		host sends "who is there?"
		pause 300ms
		host sends "here d"
		pause 50ms
		client ends with 0 within 250ms
			but nothing means answers-give-more-time
			else means fails-after-success
		client prints "127.0.0.1 a\n127.0.0.1 b\n"
			but "127.0.0.1 a\n" means collects-too-short
			else means answer-not-printed
	SCRIPT
}

@test "exercise (3 points): what is no answer, or comes from elsewhere, is not listed" {
	# Two clients at the same time: one hears strangers, one hears nonsense.
	needs private
	talk <<-'SCRIPT'
		host binds at 127.1.15.255
		inside binds at 127.1.0.1
		below binds at 127.0.255.255
		above binds at 127.1.16.1
		far binds at 127.200.2.4
		other binds at 127.255.255.255
		client runs with {host.port} 127.1.2.3/20
		host expects "who is there?"
			but nothing means wrong-broadcast-address
			but end means no-question-to-all
			else means wrong-message
		below sends "here below" to {host.peer}
		above sends "here above" to {host.peer}
		far sends "here far" to {host.peer}
		inside sends "here inside" to {host.peer}
		client2 runs with {other.port}
		other expects "who is there?"
			else means no-question-to-all
		other sends empty
		other sends "here"
		other sends "here "
		other sends "Here 1"
		other sends "there 2"
		other sends "here3"
		other sends "who is there?"
		other sends "here four five"
		other sends "here 6\n"
		other sends "here 7" 00
		other sends "here " 1b "[8m"
		other sends "here " c3 bc
		other sends "here " 7f
		other sends "here " 65 x "9"
		other sends "here " 1000 x "9"
		other sends "here " 64 x "z"
		other sends "here !~"
		client ends with 0
			but nothing means collects-for-ever
			else means fails-after-success
		client2 ends with 0
			but nothing means collects-for-ever
			else means fails-after-success
		client prints "127.1.0.1 inside\n"
			but "127.0.255.255" means outsider-listed
			but "127.1.0.1 inside\n127" means outsider-listed
			but end means insider-not-listed
			else means outsider-listed
		client2 prints "127.0.0.1 !~\n127.0.0.1 " 64 x "z" "\n"
			but "127.0.0.1 !~\n127.0.0.1 zzz" means name-cut
			but end means longest-name-refused
			but "127.0.0.1 !~\n" means no-answer-listed
			else means no-answer-listed
	SCRIPT
}
