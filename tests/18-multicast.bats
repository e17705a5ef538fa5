#!/usr/bin/env bats
# Lesson 18: one datagram for all who have joined. A wrong program would send
# on a real network, so all of it is played in a private one. A test knows from
# the kernel when a program has joined.

load support/helpers

@test "demonstration: a group is heard by its members, and by nobody else" {
	needs private linux
	talk <<-'SCRIPT'
		server starts udp
		server prints "bound to 239.255.18.1:{port}\n"
		server2 starts udp
		server2 prints "bound to 239.255.18.1:{port}\n"
		server3 starts udp with {port} 239.255.18.2
		server3 prints "bound to 239.255.18.2:{port}\n"
		client runs
		client2 runs with {port} 239.255.18.2
		client input "who is in red?\n"
		server shows "14 bytes from 127.0.0.1:"
		server shows ": who is in red?\n"
		server2 shows ": who is in red?\n"
		client2 input "who is in green?\n"
		server3 shows ": who is in green?\n"
		server3 never shows "red"
		client input "bye\n"
		server shows ": bye\n"
		server never shows "green"
		server ends with 0
		server2 ends with 0
		client2 input "bye\n"
		server3 ends with 0
		client input ends
		client ends with 0
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a failure with 1" {
	needs private linux
	talk <<-'SCRIPT'
		server runs with 80a
		server ends with 2
		server2 runs with {port} 127.0.0.1
		server2 complains with "IP_ADD_MEMBERSHIP: "
		server2 ends with 1
		client runs with {port} 239.255.18.1 192.0.2.1
		client complains with "IP_MULTICAST_IF: "
		client ends with 1
	SCRIPT
}

@test "demonstration: on the campus TTL 2 passes the router, and TTL 1 does not" {
	needs private lan
	cd "$KIT" || return
	# The README shows it, and shows what comes.
	awk '/^```/ { if (inside) exit }
		inside && !/^\$/ { print }
		/^\$ make run-18 LAN=1$/ { inside = 1 }' \
		"lessons/$LESSON/README.md" >"$dir/wanted"
	{
		echo "Lesson 18, multicast, on the campus of make lan"
		echo
		sh tests/support/lan "lessons/$LESSON/demo.lan"
		echo
		echo "Read on: lessons/$LESSON/README.md"
	} | sed -e 's/\(from [0-9.]*:\)[0-9]*/\1<port>/' >"$dir/came"
	diff "$dir/wanted" "$dir/came"
}

@test "exercise (2 points): the server tells again and again which rooms there are" {
	needs private linux
	talk <<-'SCRIPT'
		ann binds at 239.255.18.254
		ann joins 239.255.18.254
		server runs
		ann expects "rooms red green blue"
			but "rooms red green blue" means answers-with-sizeof-buffer
			but nothing means rooms-not-told
			but end means rooms-not-told
			else means wrong-message
		ann expects "rooms red green blue" within 1500ms
			but nothing means rooms-told-once
			but end means rooms-told-once
			else means wrong-message
		ann expects "rooms red green blue" within 1500ms
			but nothing means rooms-told-once
			but end means rooms-told-once
			else means wrong-message
		server is idle for 60ms
			else means spins
	SCRIPT
}

@test "exercise (2 points): who has joined a room hears what is said there" {
	needs private linux
	talk <<-'SCRIPT'
		client runs
		client input "join red\n"
		client joins 239.255.18.1
			else means group-not-joined
		bob binds
		bob sends "hello everybody" to 239.255.18.1:{port}
		client shows "red: hello everybody\n"
			but "hello" means room-not-named
			but nothing means hears-no-group
			but end means hears-no-group
			else means answer-not-printed
		bob sends "a" 00 ff "b" to 239.255.18.1:{port}
		client shows "red: a" 00 ff "b\n"
			else means prints-with-percent-s
		bob sends empty to 239.255.18.1:{port}
		client shows "red: \n"
			else means zero-taken-for-the-end
		bob sends 128 x "ten24th " to 239.255.18.1:{port}
		client shows "red: " 128 x "ten24th " "\n"
			else means message-cut
	SCRIPT
}

@test "exercise (2 points): two members on one machine hear the same" {
	needs private linux
	talk <<-'SCRIPT'
		client runs
		client2 runs
		client input "join blue\n"
		client joins 239.255.18.3
			else means group-not-joined
		client2 input "join blue\n"
		client2 joins 239.255.18.3
			else means second-member-refused
		bob binds
		bob sends "to both" to 239.255.18.3:{port}
		client shows "blue: to both\n"
			but nothing means hears-no-group
			else means answer-not-printed
		client2 shows "blue: to both\n"
			but nothing means hears-no-group
			else means answer-not-printed
	SCRIPT
}

@test "exercise (3 points): what is said in other rooms is not heard, though others on this machine hear it" {
	needs private linux
	talk <<-'SCRIPT'
		client runs
		ann binds at 239.255.18.1 port {port}
		ann joins 239.255.18.1
		tom binds at 239.255.18.254 port {port}
		tom joins 239.255.18.254
		client input "join green\n"
		client joins 239.255.18.2
			else means group-not-joined
		bob binds
		bob sends "only red" to 239.255.18.1:{port}
		bob sends "rooms red green blue" to 239.255.18.254:{port}
		bob sends "and green" to 239.255.18.2:{port}
		ann expects "only red"
		tom expects "rooms red green blue"
		client shows "green: and green\n"
			but nothing means hears-no-group
			else means hears-other-groups
		client never shows "only red"
			else means hears-other-groups
		client never shows "rooms"
			else means hears-other-groups
		client input "join blue\n"
		client joins 239.255.18.3
			else means group-not-joined
		bob sends "in blue" to 239.255.18.3:{port}
		client shows "blue: in blue\n"
			but "green: in blue" means wrong-room-named
			else means answer-not-printed
		bob sends "in green" to 239.255.18.2:{port}
		client shows "green: in green\n"
			but "blue: in green" means wrong-room-named
			else means answer-not-printed
	SCRIPT
}

@test "exercise (3 points): who has left a room hears no more of it, and may come back" {
	needs private linux
	talk <<-'SCRIPT'
		client runs
		client2 runs
		client input "join red\njoin green\n"
		client joins 239.255.18.1
			else means group-not-joined
		client joins 239.255.18.2
			else means second-line-waits
		client2 input "join red\n"
		client2 joins 239.255.18.1
			else means second-member-refused
		client input "leave red\n"
		client leaves 239.255.18.1
			else means group-not-left
		bob binds
		bob sends "he has gone" to 239.255.18.1:{port}
		client2 shows "red: he has gone\n"
			else means answer-not-printed
		bob sends "still here" to 239.255.18.2:{port}
		client shows "green: still here\n"
			else means leaves-all-rooms
		client never shows "he has gone"
			else means hears-other-groups
		client input "join red\n"
		client joins 239.255.18.1
			else means group-not-joined
		bob sends "back again" to 239.255.18.1:{port}
		client shows "red: back again\n"
			else means hears-no-group
	SCRIPT
}

@test "exercise (3 points): what a client says comes to the room, also from outside it" {
	needs private linux
	talk <<-'SCRIPT'
		client runs
		ann binds at 239.255.18.3 port {port}
		ann joins 239.255.18.3
		client input "say blue hello to all\n"
		ann expects "hello to all"
			but nothing means not-said
			but end means not-said
			but "hello to all\n" means sends-the-newline
			but "hello to all" means sends-sizeof-buffer
			but "hello" means cuts-at-a-space
			but "say" means says-the-command-too
			else means wrong-message
		client input "say blue  a" 00 " b \n"
		ann expects " a" 00 " b "
			else means text-not-kept
		client input "say blue \n"
		ann expects empty
			else means empty-line-not-sent
		client never shows "blue"
			else means hears-other-groups
		client input "join blue\n"
		client joins 239.255.18.3
			else means group-not-joined
		client input "say blue do I hear this?\n"
		client shows "blue: do I hear this?\n"
			else means answer-not-printed
		ann expects "do I hear this?"
			else means not-said
		client input "say blue " 128 x "ten24th " "\n"
		ann expects 128 x "ten24th "
			else means longest-message-refused
		client input "say blue " 1025 x "m" "\nsay blue end\n"
		ann expects "end"
			but "m" means sends-a-long-line
			else means bad-line-ends-the-client
		client complains
			else means fails-silently
	SCRIPT
}

@test "exercise (2 points): joining twice and leaving twice is no failure" {
	needs private linux
	talk <<-'SCRIPT'
		client runs
		client input "join red\n"
		client joins 239.255.18.1
			else means group-not-joined
		client input "join red\nleave blue\n"
		bob binds
		ann binds at 239.255.18.2 port {port}
		ann joins 239.255.18.2
		client input "say green still there\n"
		ann expects "still there"
			else means twice-is-no-failure
		bob sends "once" to 239.255.18.1:{port}
		bob sends "end" to 239.255.18.1:{port}
		client shows "red: once\nred: end\n"
			but "red: once\nred: once" means heard-twice
			else means answer-not-printed
		client input "leave red\n"
		client leaves 239.255.18.1
			else means group-not-left
		client input ends
		client ends with 0
			but nothing means goes-on-after-the-end
			else means twice-is-no-failure
	SCRIPT
}

@test "exercise (2 points): a line that is none gets a complaint, and the next one counts" {
	needs private linux
	talk <<-'SCRIPT'
		client runs
		client2 runs
		client input "join pink\nhello\nsay red\n\njoin red\n"
		client joins 239.255.18.1
			else means bad-line-ends-the-client
		client complains
			else means fails-silently
		client is idle for 60ms
			else means spins
		client input ends
		client fails
			but nothing means goes-on-after-the-end
			else means success-after-failure
		client2 input "join red"
		client2 input ends
		client2 ends with 0
			but nothing means goes-on-after-the-end
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): an INTERFACE that this machine has not is a failure" {
	needs private linux
	talk <<-'SCRIPT'
		server runs
		ann binds at 239.255.18.254 port {port}
		ann joins 239.255.18.254
		ann expects "rooms red green blue"
			else means rooms-not-told
		server2 runs with {port} 192.0.2.1
		server2 fails within 1900ms
			else means interface-ignored
		server2 complains
			else means fails-silently
		client runs
		client input "join red\n"
		client joins 239.255.18.1
			else means group-not-joined
		client2 runs with {port} 192.0.2.1
		client2 input "join red\n"
		client2 complains
			else means interface-ignored
		client2 input ends
		client2 fails
			but nothing means goes-on-after-the-end
			else means success-after-failure
	SCRIPT
}
