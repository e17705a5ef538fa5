#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031 # for inner shells; a test is one
bats_require_minimum_version 1.5.0

# private: a network that leads nowhere, names that come from a file, and a
# command that is none the wiser.

setup_file() {
	# a directory that an ordinary user can reach too
	DIR=$(mktemp -d /tmp/private.XXXXXX)
	export DIR
	chmod 755 "$DIR"
	cp "$TOOLS/private" "$DIR"
	${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra \
		-o "$DIR/net" "$KIT/tests/kit/private/net.c"
	printf '%s\n' '127.0.0.2 three' '127.0.0.3 three' '127.0.0.4 three' \
		'::1 six' >"$DIR/hosts"
	chmod 644 "$DIR/hosts"
}

teardown_file() {
	rm -rf "$DIR"
}

setup() {
	private=$DIR/private net=$DIR/net
	user=()
	cd "$DIR" || return
}

# needs_network: skips with the tool's own words where there can be none.
needs_network() {
	local said
	said=$("${user[@]}" "$private" --check 2>&1) || skip "${said#private: }"
}

# as_user: from here on an ordinary user calls it.
as_user() {
	[ "$(id -u)" -eq 0 ] || return 0
	command -v setpriv >/dev/null || skip "needs setpriv to be another user"
	user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
}

as_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

# inside COMMAND ...: as `run`, in a private network with the names of hosts.
inside() {
	run "${user[@]}" "$private" -h "$DIR/hosts" -- "$@"
	echo "$output"
}

# is_alone: in its network there is nothing but loopback, and no route.
is_alone() {
	inside sh -c 'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "
		tail -n +2 /proc/net/route
		awk '\''$NF != "lo"'\'' /proc/net/ipv6_route
		echo "$PRIVATE_NET"'
	[ "$status" -eq 0 ]
	[ "$output" = "lo
yes" ]
}

@test "an ordinary user gets a network that has loopback and leads nowhere" {
	as_user
	needs_network
	is_alone
	# There is nobody to reach: this is said at once.
	inside "$net" connect 192.0.2.1
	[ "$output" = "Network is unreachable" ]
	inside "$net" connect 127.0.0.1
	[ "$output" = "Connection refused" ]
}

@test "root gets one too, and can still write the files of others" {
	as_root
	needs_network
	is_alone
	as_user
	mkdir "$DIR/theirs"
	chown 65534 "$DIR/theirs"
	user=()
	inside sh -c 'id -u; echo x >theirs/file && cat theirs/file'
	[ "$output" = "0
x" ]
}

@test "multicast and broadcast stay on loopback, for who names it" {
	as_user
	needs_network
	inside "$net" hear 239.255.18.1
	[ "$output" = "done" ]
	inside "$net" hear 127.255.255.255
	[ "$output" = "done" ]
	inside "$net" send 239.255.18.1
	[ "$output" = "Network is unreachable" ]
	inside "$net" send 255.255.255.255
	[ "$output" = "Network is unreachable" ]
}

@test "a name of the hosts file has all its addresses, in order" {
	as_user
	needs_network
	inside "$net" look three
	[ "$output" = "127.0.0.2
127.0.0.3
127.0.0.4" ]
	inside "$net" look localhost
	[ "$status" -eq 0 ]
	[[ $output == *127.0.0.1* ]]
}

@test "an unknown name is unknown at once" {
	as_user
	needs_network
	local begin=$SECONDS name
	for name in nobody nobody.invalid www.example.com; do
		inside "$net" look "$name"
		[ "$status" -eq 1 ]
		[ -n "$output" ]
		[ "$output" != Success ]
	done
	[ $((SECONDS - begin)) -le 1 ]
}

@test "nothing in /run answers; outside, all is as it was" {
	as_user
	needs_network
	local before
	before=$(cat /etc/hosts; ls -A /run; cat /proc/self/mounts)
	inside ls -A /run
	case $(readlink /etc/resolv.conf) in
	*run/*) ;;
	*) [ -z "$output" ] ;;
	esac
	inside cat /etc/hosts
	[[ $output == *"127.0.0.3 three"* ]]
	[ "$(cat /etc/hosts; ls -A /run; cat /proc/self/mounts)" = "$before" ]
}

@test "what is in use in /run stays in sight" {
	as_root
	local place
	place=$(mktemp -d /run/private.XXXXXX)
	chmod 755 "$place"
	cp "$private" "$place"
	as_user
	cd "$place"
	run "${user[@]}" ./private -q sh -c 'pwd; ls'
	cd /
	rm -r "$place"
	echo "$output"
	[ "$output" = "$place
private" ]
}

@test "the command is the same user in the same directory, without rights" {
	as_user
	needs_network
	mkdir -m 755 "$DIR/a b"
	cd "$DIR/a b"
	local who
	who=$("${user[@]}" sh -c 'id -u; id -g; pwd')
	inside sh -c 'id -u; id -g; pwd; grep CapEff /proc/self/status'
	[ "$output" = "$who
CapEff:	0000000000000000" ]
}

@test "arguments, standard input and the environment come through" {
	as_user
	inside printf '%s|' 'a b' '' -q -- '*'
	[[ $output == 'a b||-q|--|*|' ]] || [[ $output == *'
a b||-q|--|*|' ]]
	run "${user[@]}" env 'X=1 2' "$private" -q sh -c 'cat; echo "$X"' \
		<<<"a line"
	[ "$output" = "a line
1 2" ]
}

@test "the command's status is the status" {
	as_user
	run "${user[@]}" "$private" -q sh -c 'exit 7'
	[ "$status" -eq 7 ]
	run "${user[@]}" "$private" -q sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
	run -127 "${user[@]}" "$private" -q "$DIR/not-there"
	[ "$output" = "private: $DIR/not-there: No such file or directory" ]
	run -126 "${user[@]}" "$private" -q "$DIR"
	[[ $output == *"Permission denied" ]]
}

@test "a signal reaches the command, which has private's own number" {
	as_user
	mkfifo "$DIR/tell"
	"${user[@]}" "$private" -q sh -c \
		'trap "exit 9" TERM; echo $$; while :; do read -r _ || :; done' \
		<>"$DIR/tell" >"$DIR/number" 3>&- &
	local pid=$! status=0
	until [ -s "$DIR/number" ]; do
		kill -0 "$pid"
	done
	[ "$(cat "$DIR/number")" -eq "$pid" ]
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 9 ]
}

@test "with -d the command dies with its caller" {
	as_user
	[ -d /proc/self ] || skip "needs Linux"
	# shellcheck disable=SC2016 # for the inner shell
	sh -c '"$@" & echo "$!" >number.tmp; mv number.tmp number; wait' sh \
		"${user[@]}" "$private" -dq sleep 60 3>&- &
	local caller=$! pid
	until [ -s number ] && pid=$(cat number) &&
		[ "$(cat "/proc/$pid/comm")" = sleep ]; do
		kill -0 "$caller"
	done
	kill -KILL "$caller"
	for _ in {1..200}; do
		kill -0 "$pid" 2>/dev/null || return 0
		[ "$(cut -d' ' -f3 "/proc/$pid/stat")" != Z ] || return 0
		sleep 0.01
	done
	kill -KILL "$pid"
	false
}

@test "where no network can be had, the command runs, after one line" {
	as_user
	# a namespace that allows no others in it
	unshare -Ur true 2>/dev/null || skip "needs user namespaces"
	local no_more='echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
	run "${user[@]}" unshare -Ur sh -c "$no_more" sh \
		unshare -U true
	[ "$status" -ne 0 ] || skip "the limit on namespaces has no effect here"
	run "${user[@]}" unshare -Ur sh -c "$no_more" sh \
		setpriv --bounding-set -all --inh-caps -all \
		"$private" sh -c 'echo "$PRIVATE_NET"; exit 3'
	echo "$output"
	[ "$status" -eq 3 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == "private: no private network: "*"; going on without" ]]
	[ "${lines[1]}" = no ]
	run "${user[@]}" unshare -Ur sh -c "$no_more" sh \
		setpriv --bounding-set -all --inh-caps -all \
		"$private" -q sh -c 'echo "$PRIVATE_NET"'
	[ "$output" = no ]
	run "${user[@]}" unshare -Ur sh -c "$no_more" sh \
		setpriv --bounding-set -all --inh-caps -all \
		"$private" --check
	[ "$status" -eq 1 ]
	[[ $output == "private: no private network: "* ]]
}

@test "wrong usage is told" {
	run -2 "$private"
	[[ $output == usage:* ]]
	run -2 "$private" -x true
	[[ $output == *usage:* ]]
	run -2 "$private" -h "$DIR/no-such-file" true
	[ "$output" = "private: $DIR/no-such-file: No such file or directory" ]
}

@test "it takes a few milliseconds" {
	as_user
	needs_network
	local begin=$SECONDS
	for _ in {1..50}; do
		"${user[@]}" "$private" true
	done
	[ $((SECONDS - begin)) -le 3 ]
}
