#!/usr/bin/env bats
# Lesson 14's solution as a tool: beside cksum(1), at a terminal, killed. With
# programs in other languages it talks in languages.bats.

bats_require_minimum_version 1.5.0

setup_file() {
	local who
	for who in server client; do
		${CC:-cc} -Wall -Wextra -g -o "$BATS_FILE_TMPDIR/$who" \
			"$KIT/solutions/14-file-transfer/$who.c"
	done
}

setup() {
	own=$BATS_FILE_TMPDIR
	mkdir "$BATS_TEST_TMPDIR/kept" "$BATS_TEST_TMPDIR/here" \
		"$BATS_TEST_TMPDIR/away"
	cd "$BATS_TEST_TMPDIR/here" || return
	server=
}

teardown() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
}

# serves COMMAND ...: starts a server of ../kept; sets port and server.
serves() {
	local ready=$BATS_TEST_TMPDIR/ready i
	: >"$ready"
	"$@" 0 127.0.0.1 "$BATS_TEST_TMPDIR/kept" >"$ready" \
		2>"$BATS_TEST_TMPDIR/said" 3>&- &
	server=$!
	for ((i = 0; i < 500; i++)); do
		port=$(sed -n 's/^listening on 127\.0\.0\.1://p' "$ready")
		[ -z "$port" ] || return 0
		sleep 0.02
	done
	cat "$ready" "$BATS_TEST_TMPDIR/said"
	return 1
}

# files: of several sizes and all bytes.
files() {
	: >none
	printf 'A\000B\377\n' >bytes
	{
		printf '\r\n\032\000'
		seq 1 40000
	} >"long one"
	head -c 50000 "$own/client" >é.bin
}

@test "the client prints what cksum prints, both ways" {
	serves "$own/server"
	files
	for name in *; do echo "put $name"; done | "$own/client" "$port" >../put.out
	cksum -- * | diff - ../put.out
	cd ../away
	for name in ../here/*; do echo "get ${name#../here/}"; done |
		"$own/client" "$port" >../get.out
	cksum -- * | diff - ../get.out
}

@test "progress at a terminal: percent, rate, time left; quiet elsewhere" {
	command -v python3 >/dev/null || skip "needs python3"
	dd if=/dev/null of=large bs=1 seek=50000000 2>/dev/null
	run "$TOOLS/run" -q -t 30 -- python3 -B "$BATS_TEST_DIRNAME/terminal.py" \
		"$own/client" large
	echo "$output"
	[ "$status" -eq 0 ] && [ -z "$output" ]
}

@test "five hundred small files take no 40 ms each" {
	serves "$own/server"
	printf 'hello\n' >hello
	for ((i = 0; i < 250; i++)); do
		mkdir "d$i"
		ln hello "d$i/f$i"
		echo "put d$i/f$i"
	done >../lines
	for ((i = 0; i < 250; i++)); do echo "get f$i"; done >>../lines
	SECONDS=0
	"$own/client" "$port" <../lines >../out
	[ "$(wc -l <../out)" -eq 500 ]
	[ "$SECONDS" -lt 10 ]
}

@test "a server that was killed: what it left behind is neither listed nor given" {
	serves "$own/server"
	exec 9<>"/dev/tcp/127.0.0.1/$port"
	printf '\0\0\0\044command: put\nname: large\nsize: 1000\n' >&9
	for ((i = 0; i < 500; i++)); do
		[ -z "$(ls -A ../kept)" ] || break
		sleep 0.02
	done
	kill -KILL "$server"
	wait "$server" || :
	exec 9>&-
	[ ! -e ../kept/large ]
	serves "$own/server"
	local left
	left=$(ls -A ../kept)
	run -1 "$own/client" "$port" <<<"list
get $left"
	[[ $output != *"$left"*$'\n'* ]]
	printf 'hello\n' >hello
	run -0 "$own/client" "$port" <<<"put hello"
	run -0 "$own/client" "$port" <<<list
	[ "$output" = "6 hello" ]
}

@test "a directory where nothing may be written: the reason is told" {
	if [ "$(id -u)" -eq 0 ]; then # may write anywhere but here
		[ -d /sys/kernel ] || skip "needs a kernel with /sys"
		rmdir ../kept
		ln -s /sys/kernel ../kept
	else
		chmod a-w ../kept
	fi
	serves "$own/server"
	printf 'hello\n' >hello
	run -1 "$own/client" "$port" <<<"put hello"
	[ "$(id -u)" -eq 0 ] || chmod u+w ../kept
	[[ $output == *"put hello: Permission denied"* ]] ||
		[[ $output == *"put hello: Read-only file system"* ]] ||
		[[ $output == *"put hello: Operation not permitted"* ]]
}
