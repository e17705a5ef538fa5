#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031 # for inner shells; a test is one
bats_require_minimum_version 1.5.0

# lan: the campus is what it says, with real packets, and goes when lan ends.
# That something does not arrive is shown by what comes after it: a listener
# prints all it hears up to the datagram `end`.

setup_file() {
	# a kit of its own, which an ordinary user can reach too
	DIR=$(mktemp -d /tmp/lan.XXXXXX)
	export DIR
	mkdir -p "$DIR/kit/build/tools" "$DIR/kit/tests/support"
	cp "$KIT/tests/support/lan" "$DIR/kit/tests/support"
	cp "$TOOLS/cell" "$TOOLS/mroute" "$DIR/kit/build/tools"
	${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra \
		-o "$DIR/datagram" "$KIT/tests/kit/lan/datagram.c"
	chmod -R a+rX "$DIR"
	chmod a+w "$DIR/kit/build"
}

teardown_file() {
	rm -rf "$DIR"
}

setup() {
	unset HOST RUN MAKEFLAGS LAN_TOP
	export TOOLS=$DIR/kit/build/tools
	lan=(sh "$DIR/kit/tests/support/lan")
	PATH=$PATH:$DIR:/usr/sbin:/sbin
	cd "$DIR" || return
	local said
	said=$("${lan[@]}" check 2>&1) || skip "${said#lan: }"
}

# as_user: from here on an ordinary user calls it.
as_user() {
	[ "$(id -u)" -eq 0 ] || return 0
	command -v setpriv >/dev/null || skip "needs setpriv to be another user"
	lan=(setpriv --reuid 65534 --regid 65534 --clear-groups "${lan[@]}")
	local said
	said=$("${lan[@]}" check 2>&1) || skip "${said#lan: }"
}

# campus <<SCRIPT: plays it; status and output are as after `run`, output
# without the commands.
campus() {
	run "${lan[@]}" -
	echo "$output"
	output=$(printf '%s\n' "$output" | grep -v '^[a-z0-9 ]*\$ ') || :
}

# says HOST LINE ...: these, in this order, are the lines of this host.
says() {
	local host=$1 expected
	shift
	expected=$(printf '%s\n' "$@")
	[ "$(printf '%s\n' "$output" | sed -n "s/^$host| //p")" = "$expected" ]
}

# processes: all whose command line has the name of our directory. The pattern
# does not fit itself.
processes() {
	grep -las "${DIR%?}[${DIR: -1}]" /proc/[0-9]*/cmdline || :
}

# all_gone: within two seconds nothing of a campus is left.
all_gone() {
	for _ in {1..100}; do
		[ -n "$(processes)" ] || break
		sleep 0.02
	done
	echo "left: $(processes)"
	[ -z "$(processes)" ]
	! grep -e /run/netns -e ' lan ' /proc/self/mounts
}

# begins COMMAND ...: in the background, until the file `up` is there.
begins() {
	rm -f up
	"$@" </dev/null >said 2>&1 3>&- &
	pid=$!
	until [ -e up ]; do
		kill -0 "$pid" || {
			cat said
			return 1
		}
		sleep 0.01
	done
}

@test "each host has its name, its address and one interface" {
	run "${lan[@]}" on b2 'hostname; echo "$NAME $ADDRESS"
		ip -o -4 address show; cut -d: -f1 /proc/net/dev'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = b2 ]
	[ "${lines[1]}" = "b2 192.168.57.12" ]
	[[ $output == *"inet 192.168.57.12/24 brd 192.168.57.255"* ]]
	[[ $output != *eth1* ]]
}

@test "hosts of one switch talk without the router" {
	campus <<-'SCRIPT'
		a2: datagram hear 9017 &
		a1: datagram send a2 9017 1 hello end
		wait
	SCRIPT
	[ "$status" -eq 0 ]
	says a2 ready "hello from 192.168.56.11"
}

@test "the other network is reached through the gateway, at the cost of a hop" {
	campus <<-'SCRIPT'
		b1: datagram hear 9017 &
		a1: ip route get 192.168.57.11
		a1: datagram send b1 9017 1 too-short-lived
		a1: datagram send b1 9017 2 hello end
		wait
	SCRIPT
	[ "$status" -eq 0 ]
	says b1 ready "hello from 192.168.56.11"
	[[ $output == *"via 192.168.56.1 "* ]]
}

@test "the server is reached by its name" {
	campus <<-'SCRIPT'
		srv: datagram hear 9017 &
		b3: datagram send www.campus.test 9017 64 hello end
		wait
		a3: datagram send no-such-host 9017 64 hello
	SCRIPT
	says srv ready "hello from 192.168.57.13"
	[ "$status" -eq 1 ]
	[[ $output == *"a3| no-such-host: "* ]]
}

@test "ARP finds neighbours, and the gateway for all others" {
	campus <<-'SCRIPT'
		a2 b1: datagram hear 9017 &
		a1: ip neigh show
		a1: datagram send a2 9017 64 hello end
		a1: ip neigh show
		a1: datagram send b1 9017 64 hello end
		a1: ip neigh show
		wait
	SCRIPT
	[ "$status" -eq 0 ]
	# before: nothing; then a2; then a2 and the gateway, never b1
	local a1
	a1=$(printf '%s\n' "$output" | sed -n 's/^a1| //p' |
		awk '{ print $1, $5 }' | sort)
	echo "$a1"
	[ "$a1" = "192.168.56.1 02:00:00:00:56:01
192.168.56.12 02:00:00:00:56:12
192.168.56.12 02:00:00:00:56:12" ]
}

@test "a broadcast is heard by the whole switch and ends at the router" {
	campus <<-'SCRIPT'
		a2 a3 b1 srv: datagram hear 9017 &
		a1: datagram send 192.168.56.255 9017 64 all-of-a
		a1: datagram send 255.255.255.255 9017 64 all-here
		a1: datagram send 192.168.57.255 9017 64 all-of-b
		a1: datagram send a2 9017 64 end
		a1: datagram send a3 9017 64 end
		a1: datagram send b1 9017 64 end
		a1: datagram send srv 9017 64 end
		wait
	SCRIPT
	[ "$status" -eq 0 ]
	says a2 ready "all-of-a from 192.168.56.11" "all-here from 192.168.56.11"
	says a3 ready "all-of-a from 192.168.56.11" "all-here from 192.168.56.11"
	says b1 ready
	says srv ready
}

@test "multicast with TTL 1 ends at the router, with TTL 2 it goes on" {
	local said
	said=$("${lan[@]}" on router true 2>&1)
	[ -z "$said" ] || skip "${said#lan: }"
	campus <<-'SCRIPT'
		a2 b1 srv: datagram hear 9018 239.255.18.1 "$ADDRESS" &
		b2: datagram hear 9018 239.255.18.2 "$ADDRESS" &
		b3: datagram hear 9018 &
		a1: datagram send 239.255.18.1 9018 1 near
		a1: datagram send 239.255.18.1 9018 2 far
		a1: datagram send 239.255.18.1 9018 3 farther end
		a1: datagram send b2 9018 64 end
		a1: datagram send b3 9018 64 end
		wait
	SCRIPT
	[ "$status" -eq 0 ]
	says a2 ready "near from 192.168.56.11" "far from 192.168.56.11" \
		"farther from 192.168.56.11"
	says b1 ready "far from 192.168.56.11" "farther from 192.168.56.11"
	says srv ready "far from 192.168.56.11" "farther from 192.168.56.11"
	# who has joined another group, or none, hears nothing
	says b2 ready
	says b3 ready
}

@test "nothing leads out of the campus" {
	run "${lan[@]}" on router "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' | sort
		ip route | cut -d' ' -f1-3"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = "$(
		printf '%s\n' eth-a eth-b eth-srv lo \
			'192.168.56.0/24 dev eth-a' \
			'192.168.57.0/24 dev eth-b' \
			'192.168.58.0/24 dev eth-srv'
	)" ]
	run "${lan[@]}" on srv 'ip route; ip -6 route'
	echo "$output"
	[[ ${lines[0]} == "default via 192.168.58.1 dev eth0 "* ]]
	[ "${#lines[@]}" -le 3 ]
	[[ $output != *::/0* && $output != *"default"*"default"* ]]
}

@test "an ordinary user has all of it, and files stay the user's" {
	as_user
	mkdir -m 777 shared
	campus <<-'SCRIPT'
		b1: datagram hear 9018 239.255.18.1 "$ADDRESS" &
		a1: id -u; echo x >shared/file
		a1: datagram send 239.255.18.1 9018 2 far end
		wait
	SCRIPT
	[ "$status" -eq 0 ]
	says a1 0
	says b1 ready "far from 192.168.56.11"
	if [ "$(id -u)" -eq 0 ]; then
		[ "$(find shared/file -user 65534)" = shared/file ]
	else
		[ -O shared/file ]
	fi
}

@test "from one host, on leads to another" {
	run "${lan[@]}" run a1 'on b2 hostname; on b3 "exit 4"'
	echo "$output"
	[ "$status" -eq 4 ]
	[ "$output" = b2 ]
}

@test "arguments, standard input and status come through" {
	run "${lan[@]}" on a1 printf '%s|' 'a b' '' '*'
	[ "$output" = 'a b||*|' ]
	run "${lan[@]}" on a1 cat <<<"a line"
	[ "$output" = "a line" ]
	run "${lan[@]}" on a1 'exit 7'
	[ "$status" -eq 7 ]
	run "${lan[@]}" on a1 'kill -TERM $$'
	[ "$status" -eq 143 ]
	HOST=b3 RUN='hostname; exit 3' MAKEFLAGS='-- HOST=b3' run "${lan[@]}"
	[ "$status" -eq 3 ]
	[ "$output" = b3 ]
	HOST=my-laptop MAKEFLAGS='' RUN=hostname run "${lan[@]}"
	[ "$output" = a1 ]
}

@test "the first command that fails ends the rest, with its status" {
	campus <<-'SCRIPT'
		a1: echo one
		a2: exit 5
		a3: echo never
	SCRIPT
	[ "$status" -eq 5 ]
	[ "$output" = "a1| one" ]
	campus <<-'SCRIPT'
		a1: echo one; exit 6 &
		wait
		a3: echo never
	SCRIPT
	[ "$status" -eq 6 ]
	run "${lan[@]}" run a1 'echo one' a2 'echo two &' a3 'exit 8'
	[ "$status" -eq 8 ]
	[ "$output" = "a1| one
a2| two" ]
}

@test "what comes next can wait for what a host says" {
	campus <<-'SCRIPT'
		b1: echo ready; sleep 0.3; echo now; sleep 60 &
		until b1: now
		a1: echo after
		until a1: never
		a1: echo not
	SCRIPT
	[ "$status" -eq 1 ]
	[ "$output" = "b1| ready
b1| now
a1| after
lan: a1 has not said 'never'" ]
}

@test "wrong usage is told" {
	run -2 "${lan[@]}" on c1 true
	[[ $output == "lan: no host 'c1': there are a1 a2 "* ]]
	run -2 "${lan[@]}" run a1
	[[ $output == Usage:* ]]
	run -2 "${lan[@]}" no-such-file
	[[ $output == "lan: no file 'no-such-file'"* ]]
	run -2 "${lan[@]}" - <<<"a9: true"
	[[ $output == *"lan: no host 'a9'"* ]]
	run -2 "${lan[@]}" - <<<"true"
}

@test "where no campus is possible, it says why and how to get one" {
	as_user
	unshare -Ur true 2>/dev/null || skip "needs user namespaces"
	# a user namespace that allows no others in it
	local script=("${lan[@]: -2}") user=("${lan[@]}")
	unset 'user[${#user[@]}-1]' 'user[${#user[@]}-1]'
	lan=("${user[@]}" unshare -Ur sh -c
		'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"' sh
		setpriv --bounding-set -all --inh-caps -all "${script[@]}")
	for arguments in check 'on a1 true' 'run a1 true' shell; do
		# shellcheck disable=SC2086 # arguments are words
		run "${lan[@]}" $arguments
		echo "$output"
		[ "$status" -eq 77 ]
		[[ $output == "lan: no virtual network here: "*virtual\ machine* ]]
	done
}

@test "it is there and gone in less than two seconds" {
	local begin=$SECONDS
	for _ in 1 2 3; do
		"${lan[@]}" on a1 true
	done
	[ $((SECONDS - begin)) -le 6 ]
}

@test "nothing is left at the end, not even what went on in the background" {
	local before
	before=$(cat /proc/self/mounts; ls /run/netns 2>/dev/null || :)
	run "${lan[@]}" run a1 \
		": $DIR; setsid sh -c ': $DIR; sleep 60' & echo begun" \
		b1 "echo begun; : $DIR; sleep 60 &" b2 true
	echo "$output"
	[ "$status" -eq 0 ]
	all_gone
	[ "$(cat /proc/self/mounts; ls /run/netns 2>/dev/null || :)" = "$before" ]
}

@test "a kit that is in /run itself has its campus too" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	local place
	place=$(mktemp -d /run/lan.XXXXXX)
	cp -r "$DIR/kit" "$place"
	chmod -R a+rX "$place"
	cd "$place"
	TOOLS=$place/kit/build/tools \
		run sh kit/tests/support/lan on a1 'pwd; on b1 hostname'
	cd /
	rm -r "$place"
	echo "$output"
	[ "$output" = "$place
b1" ]
}

@test "killed with -9, it leaves nothing" {
	begins "${lan[@]}" run b1 "echo begun; : $DIR; sleep 60 &" \
		a1 ": >up; : $DIR; setsid sleep 60 & sleep 60"
	[ -n "$(processes)" ]
	kill -KILL "$pid"
	all_gone
}

@test "killed with -9 as an ordinary user, it leaves nothing" {
	as_user
	chmod 777 .
	begins "${lan[@]}" on a1 ": >up; : $DIR; setsid sleep 60 & sleep 60"
	[ -n "$(processes)" ]
	kill -KILL "$pid"
	all_gone
}

@test "it does not outlive a caller that was killed" {
	begins sh -c '"$@"; :' sh \
		"${lan[@]}" on a1 ": >up; : $DIR; sleep 60; :"
	[ -n "$(processes)" ]
	kill -KILL "$pid"
	all_gone
}

@test "SIGTERM ends it, and nothing is left" {
	begins "${lan[@]}" on a1 ": >up; : $DIR; sleep 60; :"
	kill -TERM "$pid"
	local status=0
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
	all_gone
}

# joins: a shell is open on a1, and another call comes to the same campus.
joins() {
	rm -f input up
	mkfifo -m 666 input
	exec 9<>input
	"${lan[@]}" shell a1 <&9 >said 2>&1 3>&- &
	local pid=$! status=0
	echo 'hostname >/run/lan/first && : >up' >&9
	until [ -e up ]; do
		kill -0 "$pid" || {
			cat said
			return 1
		}
		sleep 0.01
	done
	run "${lan[@]}" on b1 'cat /run/lan/first; hostname; pwd; exit 4' 9>&-
	echo 'exit 5' >&9
	wait "$pid" || status=$?
	echo "$output"
	exec 9>&-
	[ "$status" -eq 5 ]
	[ "$output" = "a1
b1
$DIR" ]
	[ ! -e "$DIR/kit/build/lan.pid" ]
	# gone: the next one is on its own
	run "${lan[@]}" on b1 'ls /run/lan/first'
	[ "$status" -ne 0 ]
}

@test "a second terminal joins the campus of the first" {
	joins
}

@test "a second terminal joins as an ordinary user too" {
	as_user
	chmod 777 .
	joins
}
