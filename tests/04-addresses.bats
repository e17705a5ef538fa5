#!/usr/bin/env bats
# Lesson 04: names, addresses and ports; network = address AND mask.

load support/helpers

# in_names COMMAND ...: runs it where some names are known, and no others.
in_names() {
	printf '%s\n' "127.0.0.2 three.test" "127.0.0.3 three.test" \
		"127.0.0.4 three.test" "127.0.0.5 home.test" "::1 six.test" \
		>"$dir/hosts"
	"$TOOLS/private" -q -h "$dir/hosts" -- "$@"
}

# needs_names: skips where names cannot be given.
needs_names() {
	needs private
	# shellcheck disable=SC2016 # for the inner shell
	in_names sh -c '[ "$PRIVATE_NET" = yes ]' ||
		skip "needs a private network with names of its own"
}

@test "demonstration: the server tells each caller both ends" {
	needs linux
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.2
		ann connects to 127.0.0.2
		server shows "family AF_INET, type SOCK_STREAM\n"
		ann expects "me 127.0.0.2 {port}\nyou {ann.addr} {ann.port}\n"
		ann expects end
		client runs with {port} 127.0.0.2
		client shows "me 127.0.0.2 {port}\n"
		client ends with 0
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a failure with 1" {
	talk <<-'SCRIPT'
		server runs with 80a
		server ends with 2
		client runs with 99999
		client ends with 2
		client runs
		client ends with 1
	SCRIPT
}

@test "exercise (2 points): the server tells its caller both ends, and hangs up" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann expects "you {ann.addr} {ann.port} me 127.0.0.1 {port} same-network yes\n"
			but end means ends-not-told
			but nothing means ends-not-told
			but "you 127.0.0.1 {port} me" means ends-exchanged
			else means ends-wrong
		ann expects end
			but nothing means keeps-the-line-open
			else means ends-wrong
	SCRIPT
}

@test "exercise (1 point): each end has its own address" {
	needs private
	talk <<-'SCRIPT'
		server starts with {port} 0.0.0.0
		server listens at 0.0.0.0
			else means wrong-host
		ann connects to 127.0.0.3 from 127.0.0.2
		ann expects "you 127.0.0.2 {ann.port} me 127.0.0.3 {port} same-network yes\n"
			but "you 127.0.0.3" means ends-exchanged
			but "you 127.0.0.2 {ann.port} me 0.0.0.0" means asks-the-listening-socket
			else means ends-wrong
	SCRIPT
}

@test "exercise (1 point): without PREFIX the first 24 bits are the network" {
	needs private
	talk <<-'SCRIPT'
		server starts with {port} 0.0.0.0
		ann connects to 127.0.1.1 from 127.0.1.254
		ann expects "you 127.0.1.254 {ann.port} me 127.0.1.1 {port} same-network yes\n"
			but "you 127.0.1.254 {ann.port} me 127.0.1.1 {port} same-network no" means mask-wrong
			else means ends-wrong
		bob connects to 127.0.1.1 from 127.0.2.1
		bob expects "you 127.0.2.1 {bob.port} me 127.0.1.1 {port} same-network no\n"
			but "you 127.0.2.1 {bob.port} me 127.0.1.1 {port} same-network yes" means mask-wrong
			else means ends-wrong
	SCRIPT
}

@test "exercise (2 points): a network may end in the middle of a byte" {
	needs private
	talk <<-'SCRIPT'
		server starts with {port} 0.0.0.0 20
		ann connects to 127.0.16.1 from 127.0.31.254
		ann expects "you 127.0.31.254 {ann.port} me 127.0.16.1 {port} same-network yes\n"
			but "you 127.0.31.254 {ann.port} me 127.0.16.1 {port} same-network no" means mask-wrong
			else means ends-wrong
		bob connects to 127.0.16.1 from 127.0.32.1
		bob expects "you 127.0.32.1 {bob.port} me 127.0.16.1 {port} same-network no\n"
			but "you 127.0.32.1 {bob.port} me 127.0.16.1 {port} same-network yes" means mask-wrong
			else means ends-wrong
		cem connects to 127.0.16.1 from 127.1.16.1
		cem expects "you 127.1.16.1 {cem.port} me 127.0.16.1 {port} same-network no\n"
			but "you 127.1.16.1 {cem.port} me 127.0.16.1 {port} same-network yes" means mask-wrong
			else means ends-wrong
	SCRIPT
}

@test "exercise (1 point): prefix 0 is everybody, 32 a single address, 31 two" {
	needs private
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 0
		ann connects from 127.200.1.2
		ann expects "you 127.200.1.2 {ann.port} me 127.0.0.1 {port} same-network yes\n"
			but "you 127.200.1.2 {ann.port} me 127.0.0.1 {port} same-network no" means shift-by-32
			but nothing means shift-by-32
			but end means shift-by-32
			else means ends-wrong
		server signal KILL
		server ends
		server starts with {port} 127.0.0.2 32
		ann connects to 127.0.0.2 from 127.0.0.3
		ann expects "you 127.0.0.3 {ann.port} me 127.0.0.2 {port} same-network no\n"
			but "you 127.0.0.3 {ann.port} me 127.0.0.2 {port} same-network yes" means mask-wrong
			else means ends-wrong
		server signal KILL
		server ends
		server starts with {port} 127.0.0.2 31
		ann connects to 127.0.0.2 from 127.0.0.3
		ann expects "you 127.0.0.3 {ann.port} me 127.0.0.2 {port} same-network yes\n"
			but "you 127.0.0.3 {ann.port} me 127.0.0.2 {port} same-network no" means mask-wrong
			else means ends-wrong
	SCRIPT
}

@test "exercise (1 point): IPv6: both ends, and never the same network" {
	needs ipv6
	talk <<-'SCRIPT'
		server starts with {port} ::1
			else means ipv4-only
		ann connects to ::1
			else means ipv4-only
		ann expects "you ::1 {ann.port} me ::1 {port} same-network no\n"
			but "you ::1 {ann.port} me ::1 {port} same-network yes" means family-not-looked-at
			else means ends-wrong
	SCRIPT
}

@test "exercise (1 point): an IPv6 server leaves IPv4 to others: IPV6_V6ONLY" {
	needs ipv6 private
	talk <<-'SCRIPT'
		server starts with {port} ::
			else means ipv4-only
		ann connects to ::1
		ann expects "you ::1 {ann.port} me ::1 {port} same-network no\n"
			else means ends-wrong
		bob is refused
			else means v6only-missing
	SCRIPT
}

@test "exercise (1 point): HOST may be a name, and a server at an unknown one fails" {
	needs_names
	in_names "$TOOLS/peer" -d "$dir" <<-'SCRIPT'
		server starts with {port} home.test
			else means names-not-looked-up
		server listens at 127.0.0.5
			else means wrong-host
		ann connects to 127.0.0.5
		server2 runs with {port} nobody.test
		server2 fails
			else means success-after-failure
		server2 complains
			else means fails-silently
	SCRIPT
}

@test "exercise (1 point): a caller who leaves at once ends nothing" {
	talk <<-'SCRIPT'
		server starts
		server stands still
		ann connects
		ann resets
		server goes on
		server lives
			else means caller-ends-the-server
		bob connects
			else means caller-ends-the-server
		bob expects "you {bob.addr} {bob.port} me 127.0.0.1 {port} same-network yes\n"
			but nothing means caller-ends-the-server
			but end means caller-ends-the-server
			else means ends-wrong
	SCRIPT
}

@test "exercise (2 points): the client prints all that the server says" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
			else means never-calls
		host sends "you are "
		host waits until read
		host sends "welcome\n"
		host closes
		client shows "you are welcome\n"
			else means first-part-of-the-answer
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (2 points): a name with three addresses: whichever answers is found" {
	needs_names
	for last in 2 3 4; do
		in_names "$TOOLS/peer" -d "$dir" <<-SCRIPT
			host listens at 127.0.0.$last
			client runs with {port} three.test
			host accepts
				else means only-the-first-address
			host sends "it is me\n"
			host closes
			client shows "it is me\n"
				else means answer-not-printed
			client ends with 0
				else means fails-after-success
		SCRIPT
	done
}

@test "exercise (1 point): a name whose address is IPv6" {
	needs ipv6
	needs_names
	in_names "$TOOLS/peer" -d "$dir" <<-'SCRIPT'
		host listens at ::1
		client runs with {port} six.test
		host accepts
			else means ipv4-only
		host sends "six\n"
		host closes
		client shows "six\n"
			else means answer-not-printed
	SCRIPT
}

@test "exercise (1 point): no address answers: the client says so and fails" {
	needs_names
	in_names "$TOOLS/peer" -d "$dir" <<-'SCRIPT'
		host listens at 127.0.0.2
		client runs with {port} three.test
		host accepts
			else means only-the-first-address
		host sends "x\n"
		host closes
		client shows "x\n"
		host closes
		client2 runs with 1 three.test
		client2 fails
			but nothing means connects-with-udp
			else means success-after-failure
		client2 complains
			else means fails-silently
	SCRIPT
}

@test "exercise (1 point): an unknown name: the client says why, in gai_strerror's words" {
	needs_names
	[ -e "$PROGRAMS/client" ] || skip "needs the plain program"
	local status=0 said
	in_names "$TOOLS/run" -q -t 5 "$PROGRAMS/client" 9004 nobody.test \
		>"$dir/out" 2>"$dir/err" || status=$?
	said=$(cat "$dir/err")
	[ "$status" -ne 0 ] || explain success-after-failure \
		"client 9004 nobody.test" "a status other than 0" "status 0"
	[ -n "$said" ] || explain fails-silently \
		"client 9004 nobody.test" "a complaint" "nothing"
	printf '%s\n' "$said" | grep -qiE \
		'service|resol|not known|unknown|no address|try again' ||
		explain errno-for-getaddrinfo "client 9004 nobody.test" \
			"the words of gai_strerror()" "$said"
}

@test "exercise (1 point): a server that hangs up without a word is a failure" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
			else means never-calls
		host closes
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
		client complains
			else means fails-silently
	SCRIPT
}
