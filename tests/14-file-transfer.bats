#!/usr/bin/env bats
# Lesson 14: files of any size, in pieces, and never half a one.

load support/helpers

# The server keeps files in kept; the client is at home in here.
rooms() {
	mkdir "$dir/kept" "$dir/here"
	cd "$dir/here" || return
}

# picture FILE: 299715 bytes, of every awkward kind; its cksum is 2305821485.
picture() {
	{
		printf 'P6\n300 333\n255\n\000\377\r\n\032'
		seq 1 100000 | tr 0-9 a-j
	} | head -c 299715 >"$1"
}

# zeros BYTES FILE: a file that takes no room.
zeros() {
	dd if=/dev/null of="$2" bs=1 seek="$1" 2>/dev/null
}

@test "demonstration: a picture travels in pieces, painted on the way, written on the way" {
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}
		client runs
		client input "sunset\n"
		client prints "sent 921615 bytes, with room for 1920\n"
		server shows "a picture of 921615 bytes, room for 4096\n"
		server shows "picture.ppm has 921615 bytes\n"
		shell cd $dir && cksum picture.ppm | grep '^3421774550 921615 '
		shell head -n 1 $dir/picture.ppm | grep -x P6
		client input "again"
		client input ends
		server shows "picture.ppm has 921615 bytes\n"
		client ends with 0
		server memory below 8M
	SCRIPT
}

@test "demonstration: half a picture stays, and nobody can tell" {
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}
		ann connects
		ann sends header "size: 10000\n" 9000 x "p"
		ann half-closes
		server shows "picture.ppm has 8192 bytes\n"
		ann expects end
		shell wc -c <$dir/picture.ppm | grep -w 8192
		bob connects
		bob sends header "title: no size\n"
		bob expects end or reset
		server complains
		server lives
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a failure with 1" {
	talk <<-'SCRIPT'
		server runs with 80a
		server ends with 2
		client runs with 1 2 3
		client ends with 2
		client runs
		client ends with 1
		server runs with {port} 127.0.0.1 {dir}/nowhere
		server ends with 1
		server starts with {port} 127.0.0.1 {dir}
		client runs
		client input 100 x "t" "\n"
		client input ends
		client complains
		client ends with 1
	SCRIPT
}

@test "exercise (1 point): put: a file comes whole, and lies under its name" {
	rooms
	printf 'A\000B\377\n' >"$dir/bytes"
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: put\nname: bytes\nsize: 5\n"
		ann expects a header with "status: ok"
			but "status:" means put-refused
			but nothing means no-answer-to-put
			else means put-refused
		ann expects nothing for 50ms
			else means second-answer-too-early
		ann sends "A" 00 "B" ff "\n"
		ann waits until read
			else means body-not-read
		ann expects nothing for 50ms
			else means trailer-not-waited-for
		ann sends header "cksum: 3540580082\n"
		ann expects a header with "status: ok"
			but nothing means second-answer-missing
			but "status:" means right-checksum-refused
			else means second-answer-missing
		shell ! wc -c <$dir/kept/bytes | grep -vw 5
			else means last-piece-written-whole
		shell cmp $dir/bytes $dir/kept/bytes
			else means file-differs
	SCRIPT
}

@test "exercise (1 point): put: lines in any order, others among them" {
	rooms
	printf 'hello\n' >"$dir/hello"
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "size: 6\ncolour: size: 7\nname: a: b.txt\ncommand: put\n"
		ann expects a header with "status: ok"
			else means order-of-lines
		ann sends "hello\n" header "more: of it\ncksum: 3015617425\n"
		ann expects a header with "status: ok"
			but nothing means reads-past-the-file
			else means order-of-lines
		shell cmp $dir/hello "$dir/kept/a: b.txt"
			else means file-differs
	SCRIPT
}

@test "exercise (1 point): put: a file of no bytes, and one of one" {
	rooms
	: >"$dir/none"
	printf a >"$dir/one"
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: put\nname: one\nsize: 1\n"
		ann expects a header with "status: ok"
			else means put-refused
		ann sends "a" header "cksum: 1220704766\n"
		ann expects a header with "status: ok"
			but nothing means reads-past-the-file
			else means second-answer-missing
		shell cmp $dir/one $dir/kept/one
			else means file-differs
		ann sends header "command: put\nname: none\nsize: 0\n"
		ann expects a header with "status: ok"
			else means empty-file-waits
		ann sends header "cksum: 4294967295\n"
		ann expects a header with "status: ok"
			else means empty-file-waits
		shell cmp $dir/none $dir/kept/none
			else means empty-file-waits
	SCRIPT
}

@test "exercise (1 point): put: a picture comes in pieces of every size" {
	rooms
	picture "$dir/sunset.ppm"
	talk <<-'SCRIPT'
		server sees {dir}/kept
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: put\nname: sunset.ppm\nsize: 299715\n" byte by byte
		ann expects a header with "status: ok"
			but "status:" means put-refused
			else means header-in-pieces
		ann sends file {dir}/sunset.ppm in pieces of 9999
			but end means one-piece-taken-for-the-file
			else means body-not-read
		ann sends header "cksum: 2305821485\n" byte by byte
		ann expects a header with "status: ok"
			but "status:" means one-piece-taken-for-the-file
			but end means one-piece-taken-for-the-file
			else means second-answer-missing
		shell test ! -L $dir/kept/sunset.ppm && cmp $dir/sunset.ppm $dir/kept/sunset.ppm
			else means file-differs
	SCRIPT
}

@test "exercise (1 point): put: what stands behind a file is not the file's" {
	rooms
	printf 'hello\n' >"$dir/hello"
	printf 'you\n' >"$dir/you"
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: put\nname: one\nsize: 6\n"
		ann expects a header with "status: ok"
			else means put-refused
		ann sends "hello\n" header "cksum: 3015617425\n" header "command: put\nname: two\nsize: 4\n"
		ann expects a header with "status: ok"
			but nothing means reads-past-the-file
			else means reads-past-the-file
		shell cmp $dir/hello $dir/kept/one
			else means reads-past-the-file
		ann expects a header with "status: ok"
			else means reads-past-the-file
		ann sends "you\n" header "cksum: 3225743110\n"
		ann expects a header with "status: ok"
			but nothing means reads-past-the-file
			else means reads-past-the-file
		shell cmp $dir/you $dir/kept/two
			else means reads-past-the-file
	SCRIPT
}

@test "exercise (1 point): get: a file goes out whole, with its size and its checksum" {
	rooms
	picture "$dir/kept/sunset.ppm"
	printf 'A\000B\377\n' >"$dir/kept/bytes"
	: >"$dir/kept/none"
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: get\nname: bytes\n"
		ann expects a header with "status: ok" "size: 5"
			but nothing means no-answer-to-get
			but "size: 2" means stops-at-zero-byte
			else means get-refused
		ann expects "A" 00 "B" ff "\n"
			but "A" 00 00 means stops-at-zero-byte
			else means file-differs
		ann expects a header with "cksum: 3540580082"
			but "cksum:" means checksum-wrong
			else means trailer-missing
		ann sends header "command: get\nname: sunset.ppm\n"
		ann expects a header with "status: ok" "size: 299715"
			else means get-refused
		ann expects file {dir}/kept/sunset.ppm
			but end means one-piece-taken-for-the-file
			but nothing means one-piece-taken-for-the-file
			else means file-differs
		ann expects a header with "cksum: 2305821485"
			but "cksum:" means checksum-wrong
			else means last-piece-sent-whole
		ann sends header "command: get\nname: none\n"
		ann expects a header with "status: ok" "size: 0"
			else means empty-file-waits
		ann expects a header with "cksum: 4294967295"
			else means empty-file-waits
	SCRIPT
}

@test "exercise (1 point): many files on one connection, and none is left open" {
	rooms
	printf 'hello\n' >"$dir/kept/hello"
	{
		echo 'server starts with {port} 127.0.0.1 {dir}/kept'
		echo 'ann connects'
		for n in 1 2 3 4 5 6 7 8 9 10; do
			printf '%s\n' "ann sends header \"command: put\\nname: f$n\\nsize: 6\\n\""
			echo 'ann expects a header with "status: ok"'
			echo '	else means one-file-a-call'
			printf '%s\n' 'ann sends "hello\n" header "cksum: 3015617425\n"'
			echo 'ann expects a header with "status: ok"'
			echo '	but nothing means reads-past-the-file'
			echo '	else means one-file-a-call'
			printf '%s\n' 'ann sends header "command: get\nname: hello\n"'
			echo 'ann expects a header with "status: ok" "size: 6"'
			echo '	else means one-file-a-call'
			printf '%s\n' 'ann expects "hello\n"'
			echo 'ann expects a header with "cksum: 3015617425"'
			[ "$n" != 1 ] || echo 'server notes descriptors'
		done
		printf '%s\n' 'ann sends header "command: get\nname: nothing\n"'
		echo 'ann expects a header with "status: *" without "status: ok"'
		echo '	else means missing-file-drops-the-caller'
		echo 'server keeps descriptors'
		echo '	else means files-left-open'
	} | talk
}

@test "exercise (1 point): list: plain files by name, bytewise, and nothing else" {
	rooms
	printf 'hello\n' >"$dir/kept/b"
	printf 'hello' >"$dir/kept/B c"
	: >"$dir/kept/é"
	: >"$dir/kept/a"
	: >"$dir/kept/.hidden"
	: >"$dir/kept/$(printf 'new\nline')"
	mkdir "$dir/kept/directory"
	mkfifo "$dir/kept/fifo"
	ln -s b "$dir/kept/link"
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: list\n"
		ann expects a header with "status: ok" "size: 19"
			but "size: 14" means good-name-refused
			else means list-wrong
		ann expects "5 B c\n0 a\n6 b\n0 \xc3\xa9\n"
			else means list-wrong
		ann expects a header with "cksum: 3491893317"
			else means list-wrong
	SCRIPT
}

@test "exercise (1 point): a name that leads elsewhere, or is none, is refused" {
	rooms
	printf 'secret\n' >"$dir/secret"
	printf 'secret\n' >"$dir/kept/.secret"
	mkdir "$dir/kept/sub"
	printf 'secret\n' >"$dir/kept/sub/secret"
	{
		echo 'server starts with {port} 127.0.0.1 {dir}/kept'
		echo 'ann connects'
		while read -r mistake name; do
			[ -n "$mistake" ] || continue
			for command in put get; do
				printf '%s\n' "ann sends header \"command: $command\\nname: $name\\nsize: 6\\n\""
				echo 'ann expects a header with "status: *" without "status: ok"'
				echo '	but end means bad-name-drops-the-caller'
				echo "	else means $mistake"
			done
		done <<-'NAMES'
			name-leads-out ../secret
			name-leads-out {dir}/secret
			name-leads-out sub/secret
			name-leads-out sub/../../secret
			name-leads-out ..
			bad-name-accepted .
			bad-name-accepted .secret
			bad-name-accepted a\tb
			bad-name-accepted a\x00b
			bad-name-accepted a\x1b[2Jb
			bad-name-accepted a\x7f
			bad-name-accepted \x01
		NAMES
		printf '%s\n' 'ann sends header "command: get\nname: \n"'
		echo 'ann expects a header with "status: *" without "status: ok"'
		echo '	else means bad-name-accepted'
		printf '%s\n' 'ann sends header "command: put\nname: " 256 x "n" "\nsize: 6\n"' |
			sed 's/header \(.*\)/00 00 01 1c \1/'
		echo 'ann expects a header with "status: *" without "status: ok"'
		echo '	else means bad-name-accepted'
		printf '%s\n' 'ann sends header "command: put\nname: hello\nsize: 6\n"'
		echo 'ann expects a header with "status: ok"'
		echo '	else means put-refused'
	} | talk
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends 00 00 01 1b "command: put\nname: " 255 x "n" "\nsize: 6\n"
		ann expects a header with "status: ok"
			else means good-name-refused
		ann sends "hello\n" header "cksum: 3015617425\n"
		ann expects a header with "status: ok"
			but nothing means reads-past-the-file
			else means good-name-refused
		ann sends header "command: put\nname: \xc3\xa9 ...~\nsize: 0\n"
		ann expects a header with "status: ok"
			else means good-name-refused
		ann sends header "cksum: 4294967295\n"
		ann expects a header with "status: ok"
			else means good-name-refused
	SCRIPT
}

@test "exercise (1 point): put: a name that is there is refused, and stays as it is" {
	rooms
	printf 'old\n' >"$dir/kept/old"
	ln -s nowhere "$dir/kept/link"
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: put\nname: old\nsize: 6\n"
		ann expects a header with "status: *" without "status: ok"
			else means existing-file-overwritten
		shell ! grep -vx old $dir/kept/old
			else means existing-file-overwritten
		ann sends header "command: put\nname: link\nsize: 6\n"
		ann expects a header with "status: *" without "status: ok"
			else means link-followed
		shell test ! -e $dir/kept/nowhere
			else means link-followed
		ann sends header "command: put\nname: new\nsize: 6\n"
		ann expects a header with "status: ok"
			else means put-refused
		shell echo other >$dir/kept/new
		ann sends "hello\n" header "cksum: 3015617425\n"
		ann expects a header with "status: *" without "status: ok"
			but nothing means reads-past-the-file
			but "status: ok" means overwritten-at-the-end
			else means second-answer-missing
		shell ! grep -vx other $dir/kept/new
			else means overwritten-at-the-end
		ann sends header "command: get\nname: old\n"
		ann expects a header with "status: ok" "size: 4"
			else means refusal-ends-the-conversation
	SCRIPT
}

@test "exercise (1 point): get: a link, a directory, a FIFO, nothing: refused at once" {
	rooms
	printf 'secret\n' >"$dir/secret"
	ln -s ../secret "$dir/kept/link"
	mkdir "$dir/kept/directory"
	mkfifo "$dir/kept/fifo"
	printf 'hello\n' >"$dir/kept/hello"
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: get\nname: nothing\n"
		ann expects a header with "status: *" without "status: ok"
			but end means missing-file-drops-the-caller
			else means missing-file-drops-the-caller
		ann sends header "command: get\nname: link\n"
		ann expects a header with "status: *" without "status: ok"
			else means link-followed
		ann sends header "command: get\nname: fifo\n"
		ann expects a header with "status: *" without "status: ok"
			but nothing means waits-for-a-fifo
			else means no-plain-file
		ann sends header "command: get\nname: directory\n"
		ann expects a header with "status: *" without "status: ok"
			else means no-plain-file
		ann sends header "command: get\nname: hello\n"
		ann expects a header with "status: ok" "size: 6"
			else means refusal-ends-the-conversation
	SCRIPT
}

@test "exercise (1 point): half a file is never seen, and never stays, also if the server is stopped" {
	rooms
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: put\nname: half\nsize: 1000\n"
		ann expects a header with "status: ok"
			else means put-refused
		ann sends 100 x "h"
		ann waits until read
			else means body-not-read
		shell ! ls $dir/kept | grep .
			else means written-under-its-name
		ann half-closes
		ann expects end or reset
			but "" means short-file-accepted
			else means end-inside-a-file-ignored
		server lives
			else means caller-ends-the-server
		shell ! ls -A $dir/kept | grep .
			else means leftover-after-failure
		bob connects
			else means caller-ends-the-server
		bob sends header "command: put\nname: half\nsize: 1000\n"
		bob expects a header with "status: ok"
			else means caller-ends-the-server
		bob sends 999 x "h"
		bob waits until read
		bob resets
		server lives
			else means caller-ends-the-server
		shell ! ls -A $dir/kept | grep .
			else means leftover-after-failure
		cem connects
		cem sends header "command: put\nname: half\nsize: 4\n"
		cem expects a header with "status: ok"
			else means caller-ends-the-server
		cem sends "half" 00 00
		cem half-closes
		cem expects end or reset
			else means trailer-not-waited-for
		server lives
			else means caller-ends-the-server
		shell ! ls -A $dir/kept | grep .
			else means leftover-after-failure
	SCRIPT
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: put\nname: half\nsize: 1000\n"
		ann expects a header with "status: ok"
			else means put-refused
		ann sends 100 x "h"
		ann waits until read
		server signal TERM
		server ends
		shell ! ls -A $dir/kept | grep .
			else means leftover-after-failure
	SCRIPT
}

@test "exercise (1 point): a file with a wrong checksum is refused and not kept" {
	rooms
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: put\nname: hello\nsize: 6\n"
		ann expects a header with "status: ok"
			else means put-refused
		ann sends "hullo\n" header "cksum: 3015617425\n"
		ann expects a header with "status: *" without "status: ok"
			but nothing means reads-past-the-file
			else means checksum-not-compared
		shell ! ls -A $dir/kept | grep .
			else means leftover-after-failure
		ann sends header "command: put\nname: hello\nsize: 6\n"
		ann expects a header with "status: ok"
			else means refusal-ends-the-conversation
		ann sends "hello\n" header "cksum: 3015617425\n"
		ann expects a header with "status: ok"
			but nothing means reads-past-the-file
			else means right-checksum-refused
	SCRIPT
}

@test "exercise (1 point): a size of 2^32 + 5 is not 5" {
	rooms
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: put\nname: large\nsize: 4294967301\n"
		ann expects a header with "status: ok"
			else means large-size-refused
		ann sends "hello" header "cksum: 3287646509\n"
		ann expects nothing for 100ms
			else means size-cut
		ann half-closes
		ann expects end or reset
			else means size-cut
		bob connects
			else means caller-ends-the-server
		bob sends header "command: list\n"
		bob expects a header with "status: ok" "size: 0"
			else means leftover-after-failure
	SCRIPT
}

@test "exercise (1 point): a full disk: the answer says so, and the conversation goes on" {
	rooms
	talk <<-'SCRIPT'
		server may write 64K
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects
		ann sends header "command: put\nname: large\nsize: 200000\n"
		ann expects a header with "status: ok"
			else means put-refused
		ann sends 200000 x 00 header "cksum: 2581748673\n"
			else means stops-at-a-full-disk
		ann expects a header with "status: *" without "status: ok"
			but "status: ok" means full-disk-unnoticed
			else means stops-at-a-full-disk
		shell ! ls -A $dir/kept | grep .
			else means leftover-after-failure
		ann sends header "command: put\nname: hello\nsize: 6\n"
		ann expects a header with "status: ok"
			else means stops-at-a-full-disk
		ann sends "hello\n" header "cksum: 3015617425\n"
		ann expects a header with "status: ok"
			but nothing means reads-past-the-file
			else means stops-at-a-full-disk
	SCRIPT
}

@test "exercise (1 point): a file that becomes shorter: the caller is not told it was whole" {
	rooms
	zeros 12582912 "$dir/kept/large"
	printf 'hello\n' >"$dir/kept/hello"
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		ann connects window 4096
		ann sends header "command: get\nname: large\n"
		ann expects a header with "status: ok" "size: 12582912"
			else means get-refused
		server waits
		shell : >$dir/kept/large
		ann drains
			else means short-file-sent
		server lives
			else means caller-ends-the-server
		bob connects
			else means caller-ends-the-server
		bob sends header "command: get\nname: hello\n"
		bob expects a header with "status: ok" "size: 6"
			else means caller-ends-the-server
	SCRIPT
}

@test "exercise (1 point): 12 MiB, both ways, take no memory" {
	rooms
	zeros 12582912 "$dir/kept/large"
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1 {dir}/kept
		server notes memory
		ann connects
		ann sends header "command: put\nname: came\nsize: 12582912\n"
		ann expects a header with "status: ok"
			else means put-refused
		ann sends file {dir}/kept/large header "cksum: 2725605222\n"
		ann expects a header with "status: ok" within 5s
			but nothing means reads-past-the-file
			else means second-answer-missing
		server grew less than 6M
			else means whole-file-in-memory
		ann sends header "command: get\nname: large\n"
		ann expects a header with "status: ok" "size: 12582912"
			else means get-refused
		ann expects file {dir}/kept/large within 5s
			else means file-differs
		ann expects a header with "cksum: 2725605222"
			else means checksum-wrong
		server grew less than 6M
			else means whole-file-in-memory
	SCRIPT
}

@test "exercise (1 point): a request that is none drops its caller, and nobody else" {
	rooms
	printf 'hello\n' >"$dir/kept/hello"
	{
		echo 'server starts with {port} 127.0.0.1 {dir}/kept'
		n=0
		while read -r lines; do
			n=$((n + 1))
			echo "caller$n connects"
			echo '	else means caller-ends-the-server'
			printf '%s\n' "caller$n sends header \"$lines\""
			echo "caller$n expects end or reset"
			echo '	else means bad-request-answered'
			echo "caller$n closes"
		done <<-'REQUESTS'
			name: hello\n
			command: delete\nname: hello\n
			command: get\n
			command: put\nname: new\n
			command: put\nname: new\nsize: -5\n
			command: put\nname: new\nsize: 0x5\n
			command: put\nname: new\nsize: 5 \n
			command: put\nname: new\nsize: \n
			command: put\nname: new\nsize: 00000000000000000005\n
			command: get\ncommand: get\nname: hello\n
			command: get\nname: hello\nname: hello\n
			Command: get\nname: hello\n
		REQUESTS
		for trailer in 'sum: 1' 'cksum: -1' 'cksum: 00000000001' \
			'cksum: 1\ncksum: 1'; do
			n=$((n + 1))
			echo "caller$n connects"
			echo '	else means caller-ends-the-server'
			printf '%s\n' "caller$n sends header \"command: put\\nname: new\\nsize: 1\\n\""
			printf '%s\n' "caller$n expects a header with \"status: ok\""
			echo '	else means put-refused'
			printf '%s\n' "caller$n sends \"a\" header \"$trailer\\n\""
			echo "caller$n expects end or reset"
			echo '	else means bad-request-answered'
			echo "caller$n closes"
		done
		echo 'ann connects'
		echo '	else means caller-ends-the-server'
		printf '%s\n' 'ann sends header "command: list\n"'
		echo 'ann expects a header with "status: ok" "size: 8"'
		echo '	else means leftover-after-failure'
		printf '%s\n' 'ann expects "6 hello\n"'
		echo '	else means leftover-after-failure'
	} | talk
}

@test "exercise (1 point): without DIR the files lie where the server was started" {
	rooms
	printf 'hello\n' >"$dir/here/hello"
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends header "command: get\nname: hello\n"
		ann expects a header with "status: ok" "size: 6"
			else means looks-elsewhere
		ann expects "hello\n"
			else means file-differs
		server2 runs with {port} 127.0.0.1 {dir}/nowhere
		server2 complains
			else means fails-silently
		server2 fails
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): the client puts: it asks, waits, sends, and prints what cksum prints" {
	rooms
	printf 'A\000B\377\n' >bytes
	mkdir sub
	: >"sub/no bytes"
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "put bytes\n"
		host accepts
		host expects a header with "command: put" "name: bytes" "size: 5"
			but nothing means nothing-asked
			else means request-wrong
		host expects nothing for 50ms
			else means sends-before-the-answer
		host sends header "more: of it\nstatus: ok\n"
		host expects "A" 00 "B" ff "\n"
			but "A" 00 00 means stops-at-zero-byte
			but nothing means body-not-sent
			else means file-differs
		host expects a header with "cksum: 3540580082"
			but "cksum:" means checksum-wrong
			else means trailer-missing
		client waits
		client never shows "bytes"
			else means success-told-too-early
		host sends header "status: ok\n"
		client shows "3540580082 5 bytes\n"
			else means cksum-not-printed
		client input "put sub/no bytes\n"
		host expects a header with "command: put" "name: no bytes" "size: 0"
			but "sub" means path-sent-as-the-name
			else means request-wrong
		host sends header "status: ok\n"
		host expects a header with "cksum: 4294967295"
			else means empty-file-waits
		host sends header "status: ok\n"
		client shows "4294967295 0 sub/no bytes\n"
			else means cksum-not-printed
		client input ends
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): the client sends a picture to a slow server" {
	rooms
	picture sunset.ppm
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "put sunset.ppm\n"
		host accepts
		host expects a header with "command: put" "size: 299715"
			else means request-wrong
		host sends header "status: ok\n" byte by byte
			else means header-in-pieces
		host expects file {dir}/here/sunset.ppm
			but nothing means header-in-pieces
			but end means one-piece-taken-for-the-file
			else means file-differs
		host expects a header with "cksum: 2305821485"
			but "cksum:" means checksum-wrong
			else means last-piece-sent-whole
		host sends header "status: ok\n"
		client input ends
		client shows "2305821485 299715 sunset.ppm\n"
			else means cksum-not-printed
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a put that is refused, first or last: the client says so and goes on" {
	rooms
	printf 'hello\n' >hello
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "put hello\nput hello\nlist\n"
		host accepts
		host expects a header with "command: put"
			else means request-wrong
		host sends header "status: no room\n"
		host expects a header with "command: put"
			but nothing means refusal-ends-the-conversation
			but end means refusal-ends-the-conversation
			else means sends-although-refused
		client complains
			else means fails-silently
		host sends header "status: ok\n"
		host expects "hello\n"
		host expects a header with "cksum: 3015617425"
		host sends header "status: the disk is full\n"
		host expects a header with "command: list"
			but end means refusal-ends-the-conversation
			else means second-answer-not-waited-for
		client never shows "3015617425"
			else means second-answer-not-waited-for
		host sends header "status: ok\nsize: 0\n" header "cksum: 4294967295\n"
		client input ends
		client fails
			but nothing means goes-on-after-its-input
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): what cannot be put is not asked for" {
	rooms
	printf 'hello\n' >hello
	printf 'hello\n' >.hidden
	ln -s hello link
	mkdir directory
	mkfifo fifo
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "put nothing\nput link\nput directory\nput fifo\n"
		client input "put .hidden\nput ..\nput directory/\nput hello\n"
		host accepts
		host expects a header with "command: put" "name: hello" "size: 6"
			but "link" means link-followed
			but "directory" means no-plain-file
			but "fifo" means no-plain-file
			but nothing means waits-for-a-fifo
			but "nothing" means missing-file-asked-for
			but "name: ." means bad-name-accepted
			but end means missing-file-ends-the-client
			else means bad-name-accepted
		client complains
			else means fails-silently
		host sends header "status: ok\n"
		host expects "hello\n"
		host expects a header with "cksum: 3015617425"
		host sends header "status: ok\n"
		client input ends
		client fails
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): the client gets: the file is there when it is whole, and right" {
	rooms
	picture "$dir/sunset.ppm"
	talk <<-'SCRIPT'
		host listens
		client sees {dir}/here
		client runs
		client input "get sunset.ppm\n"
		host accepts
		host expects a header with "command: get" "name: sunset.ppm"
			but nothing means nothing-asked
			else means request-wrong
		host sends header "status: ok\nsize: 299715\n" byte by byte
			else means header-in-pieces
		host sends file {dir}/sunset.ppm in pieces of 9999
			else means body-not-read
		host waits until read
		shell ! ls $dir/here | grep .
			else means written-under-its-name
		client waits
		client never shows "sunset.ppm"
			else means success-told-too-early
		host sends header "cksum: 2305821485\n"
		client shows "2305821485 299715 sunset.ppm\n"
			but end means one-piece-taken-for-the-file
			else means cksum-not-printed
		shell test ! -L $dir/here/sunset.ppm && cmp $dir/sunset.ppm $dir/here/sunset.ppm
			else means file-differs
		client input "get none"
		client input ends
		host expects a header with "command: get" "name: none"
			else means last-line-lost
		host sends header "size: 0\nstatus: ok\n" header "cksum: 4294967295\n"
		client shows "4294967295 0 none\n"
			else means empty-file-waits
		shell test -f $dir/here/none
			else means empty-file-waits
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
		shell ! ls -A $dir/here | grep -vx -e none -e sunset.ppm
			else means leftover-after-failure
	SCRIPT
}

@test "exercise (1 point): a get that is refused: the client says so, goes on, and keeps nothing" {
	rooms
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "get hello\nget hello\n"
		host accepts
		host expects a header with "command: get" "name: hello"
			else means request-wrong
		host sends header "status: no such file\n"
		client complains
			else means fails-silently
		host expects a header with "command: get" "name: hello"
			else means refusal-ends-the-conversation
		shell ! ls $dir/here | grep .
			else means leftover-after-failure
		host sends header "status: ok\nsize: 6\n" "hello\n" header "cksum: 3015617425\n"
		client shows "3015617425 6 hello\n"
			else means leftover-after-failure
		client input ends
		client fails
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): get: a name that is there, or leads elsewhere, is not asked for" {
	rooms
	printf 'old\n' >old
	ln -s nowhere link
	mkdir sub
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "get old\nget link\nget ../evil\nget /tmp/evil\n"
		client input "get sub/evil\nget .evil\nget ..\nget hello\n"
		host accepts
		host expects a header with "command: get" "name: hello"
			but "name: old" means existing-file-overwritten
			but "name: link" means link-followed
			but "evil" means name-leads-out
			but end means refusal-ends-the-conversation
			else means bad-name-accepted
		client complains
			else means fails-silently
		host sends header "status: ok\nsize: 6\n" "hel"
		host waits until read
		shell echo other >$dir/here/hello
		host sends "lo\n" header "cksum: 3015617425\n"
		client complains
			else means overwritten-at-the-end
		shell ! grep -vx other $dir/here/hello
			else means overwritten-at-the-end
		client input ends
		client fails
			else means success-after-failure
		shell ! grep -vx old $dir/here/old
			else means existing-file-overwritten
		shell ! ls -A $dir/here | grep -vx -e old -e link -e sub -e hello
			else means leftover-after-failure
	SCRIPT
}

@test "exercise (1 point): get: a wrong checksum, a full disk: nothing stays, and it goes on" {
	rooms
	talk <<-'SCRIPT'
		host listens
		client may write 64K
		client runs
		client input "get hello\nget large\nget good\n"
		host accepts
		host expects a header with "name: hello"
			else means request-wrong
		host sends header "status: ok\nsize: 6\n" "hullo\n" header "cksum: 3015617425\n"
		client complains
			else means checksum-not-compared
		host expects a header with "name: large"
			else means refusal-ends-the-conversation
		host sends header "status: ok\nsize: 200000\n"
		host sends 200000 x 00 header "cksum: 2581748673\n"
			else means stops-at-a-full-disk
		client complains
			else means full-disk-unnoticed
		host expects a header with "name: good"
			else means stops-at-a-full-disk
		shell ! ls $dir/here | grep .
			else means leftover-after-failure
		host sends header "status: ok\nsize: 6\n" "hello\n" header "cksum: 3015617425\n"
		client shows "3015617425 6 good\n"
			else means cksum-not-printed
		client input ends
		client fails
			else means success-after-failure
		shell ! ls -A $dir/here | grep -vx good
			else means leftover-after-failure
	SCRIPT
}

@test "exercise (1 point): the server vanishes, or Ctrl-C: nothing stays, and the client fails" {
	rooms
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "get hello\nget hello\n"
		host accepts
		host expects a header with "name: hello"
			else means request-wrong
		host sends header "status: ok\nsize: 6\n" "hel"
		host waits until read
		host hangs up
		client complains
			but nothing means end-inside-a-file-ignored
			else means fails-silently
		client input ends
		client fails
			but nothing means end-inside-a-file-ignored
			else means success-after-failure
		shell ! ls -A $dir/here | grep .
			else means leftover-after-failure
		client2 runs
		client2 input "get hello\n"
		host accepts
		host expects a header with "name: hello"
		host sends header "status: ok\nsize: 6\n" "hello\n"
		host waits until read
		host resets
		client2 complains
			else means fails-silently
		client2 input ends
		client2 fails
			else means success-after-failure
		shell ! ls -A $dir/here | grep .
			else means leftover-after-failure
	SCRIPT
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "get hello\n"
		host accepts
		host expects a header with "name: hello"
		host sends header "status: ok\nsize: 6\n" "hel"
		host waits until read
		client signal INT
		client ends
		shell ! ls -A $dir/here | grep .
			else means leftover-after-failure
	SCRIPT
}

@test "exercise (1 point): the client takes no memory for 12 MiB, either way" {
	rooms
	zeros 12582912 large
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "put large\n"
		host accepts
		host expects a header with "command: put" "size: 12582912"
			else means request-wrong
		client notes memory
		host sends header "status: ok\n"
		host expects file {dir}/here/large within 5s
			else means file-differs
		host expects a header with "cksum: 2725605222"
			else means checksum-wrong
		host sends header "status: ok\n"
		client input "get came\n"
		host expects a header with "name: came"
			else means request-wrong
		host sends header "status: ok\nsize: 12582912\n" file {dir}/here/large
			else means body-not-read
		host sends header "cksum: 2725605222\n"
		client shows "2725605222 12582912 came\n" within 5s
			else means cksum-not-printed
		client grew less than 6M
			else means whole-file-in-memory
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): the two together: put, list, get, and nothing on standard error" {
	rooms
	picture sunset.ppm
	printf 'hello\n' >hello.txt
	: >none
	talk <<-'SCRIPT'
		server sees {dir}/kept
		client sees {dir}/here
		server starts with {port} 127.0.0.1 {dir}/kept
		client runs
		client input "put none\n"
		client shows "4294967295 0 none\n"
			else means cksum-not-printed
		client is quiet
			else means progress-without-a-terminal
		client input "put sunset.ppm\nput hello.txt\nlist\n"
		client shows "2305821485 299715 sunset.ppm\n"
			else means cksum-not-printed
		client shows "3015617425 6 hello.txt\n"
			else means cksum-not-printed
		client shows "6 hello.txt\n0 none\n299715 sunset.ppm\n"
			else means list-not-printed
		shell rm $dir/here/*.ppm
		client input "get sunset.ppm\n"
		client input ends
		client shows "2305821485 299715 sunset.ppm\n"
			else means cksum-not-printed
		client ends with 0
			else means fails-after-success
		shell test ! -L $dir/here/sunset.ppm && cmp $dir/kept/sunset.ppm $dir/here/sunset.ppm
			else means file-differs
		client is quiet
			else means progress-without-a-terminal
	SCRIPT
}
