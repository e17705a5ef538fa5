#!/usr/bin/env bats
bats_require_minimum_version 1.5.0

# trace.so: what it writes down of programs of ours and of others, and that it
# changes nothing.

setup_file() {
	[ "$(uname -s)" = Linux ] || skip "needs Linux (LD_PRELOAD)"
	calls calls
}

# calls NAME OPTION ...: builds the program that makes the calls.
calls() {
	local name=$1
	shift
	"${CC:-cc}" -std=c11 -Wall -Wextra -g "$@" \
		-o "$BATS_FILE_TMPDIR/$name" "$KIT/tests/kit/trace/calls.c" \
		-lpthread
}

setup() {
	[ -s "$TOOLS/trace.so" ]
	calls=$BATS_FILE_TMPDIR/calls
	dir=$BATS_TEST_TMPDIR/trace
}

# traced NAME PROGRAM ...
traced() {
	# bats has descriptors of its own, which would move the program's.
	sh "$KIT/tests/support/trace" "$dir" "$@" 3>&- 4>&-
}

# values KEY NAME ...: what is behind KEY= in each record that has it.
values() {
	local key=$1
	shift
	for name; do
		cat "$dir/$name".*.trace
	done | tr '\t' '\n' | sed -n "s/^$key=//p"
}

# of CALL KEY NAME: the values of KEY in the records of CALL.
of() {
	awk -F '\t' -v call="name=$1" -v key="$2=" '
		index($0, "\t" call "\t") {
			for (i = 1; i <= NF; i++)
				if (index($i, key) == 1)
					print substr($i, length(key) + 1)
		}' "$dir/$3".*.trace
}

# pids: of the processes whose files are named on standard input.
pids() {
	sed 's/.*\.\([0-9]*\)\.trace/\1/'
}

# is EXPECTED CAME
is() {
	[ "$1" = "$2" ] || {
		printf 'expected:\n%s\ncame:\n%s\n' "$1" "$2"
		return 1
	}
}

# well_formed FILE ...: each record has what the format says, in order.
well_formed() {
	awk -F '\t' '
		function bad(what) {
			print FILENAME ":" FNR ": " what ": " $0
			wrong = 1
		}
		FNR == 1 { last = 0 }
		/^$/ { next }
		FNR == 1 && !/^trace\tversion=1\tname=[^\t]+\tpid=[0-9]+\tppid=[0-9]+\tstart=[0-9]+\targv=/ {
			bad("head")
		}
		FNR > 1 && !/^(call|end|left-out|mark)\t/ { bad("kind") }
		/[^\t -~]/ { bad("bytes") }
		/^mark/ && !/^mark\tt=[0-9]+$/ { bad("mark") }
		/^call/ {
			if (!/^call\tn=[0-9]+\ttid=[0-9]+\tt0=[0-9]+\tt1=([0-9]+|-)\tname=[a-z0-9]+\ttext=[a-z0-9]+\(.*\)/)
				bad("call")
			done = !/\tt1=-\t/
			if (done != /\tret=-?[0-9]+\terr=(-|E[A-Z0-9]+)/)
				bad("result")
			if (done && /\tdir=/ && !/\tret=-/ &&
			    !/\toff=[0-9]+\tlen=[0-9]+\tdata=([0-9a-f][0-9a-f])*/)
				bad("bytes moved")
		}
		END { exit wrong }' "$@"
}

@test "each call has its words, result, bytes, offsets and ends" {
	traced pieces "$calls" pieces
	well_formed "$dir"/*
	is "accept(3)" "$(of accept text pieces)"
	is 'writev(4, "abcdefgh" in 2 pieces)' "$(of writev text pieces)"
	is 8 "$(of readv ret pieces)"
	is 6162636465666768 "$(of readv data pieces)"
	is 'sendmsg(4, "abcdefgh" in 2 pieces, MSG_NOSIGNAL)' \
		"$(of sendmsg text pieces)"
	is 8 "$(of sendmsg off pieces)"
	is 8 "$(of recvmsg len pieces)"
	# The end of the stream.
	is "recv(5, up to 40 bytes)" "$(of recv text pieces | tail -n 1)"
	is 0 "$(of recv ret pieces | tail -n 1)"
	# A look takes nothing: the same bytes come again.
	is "- in" "$(of recv dir pieces | xargs)"
	is "16 18" "$(of read off pieces | xargs)"
	is "6167 61696e" "$(of read data pieces | xargs)"
	# Both ends of the connection know each other.
	is "$(of connect local pieces)" "$(of accept peer pieces)"
	is "$(of connect peer pieces)" "$(of accept local pieces)"
	# Datagrams: whole when sent, as much as there is room for when received.
	is "udp udp" "$(of sendto kind pieces | xargs)"
	is "8 0" "$(of sendto len pieces | xargs)"
	is "4 0" "$(of recvfrom len pieces | xargs)"
	is "$(of sendto local pieces | sed 's/.*://')" \
		"$(of recvfrom peer pieces | sed 's/.*://')"
}

@test "times go forward, and every number is there once it has returned" {
	traced echo "$calls" echo 50
	well_formed "$dir"/*
	for file in "$dir"/*; do
		awk -F '\t' '
			/^call/ {
				split($2, n, "="); split($4, t0, "="); split($5, t1, "=")
				if (t0[2] + 0 < before || t1[2] + 0 < t0[2] + 0 ||
				    n[2] + 0 != ++number)
					exit 1
				before = t1[2] + 0
			}' "$file"
	done
	is "50 50" "$(of send name echo | wc -l | tr -d ' ' |
		awk '{ print $1 / 2, $1 / 2 }')"
}

@test "a program works as without it: results, errors, descriptors" {
	"$calls" results >"$BATS_TEST_TMPDIR/without" 3>&- 4>&-
	traced results "$calls" results >"$BATS_TEST_TMPDIR/with" \
		2>"$BATS_TEST_TMPDIR/errors"
	diff "$BATS_TEST_TMPDIR/without" "$BATS_TEST_TMPDIR/with"
	[ ! -s "$BATS_TEST_TMPDIR/errors" ]
	well_formed "$dir"/*
	is "- ECONNREFUSED EFAULT" "$(of connect err results | sort | xargs)"
}

@test "threads: every call of every thread is written, and no record is torn" {
	traced threads "$calls" threads 4
	well_formed "$dir"/*
	is 8000 "$(grep -c '	name=send	.*	ret=16	' "$dir"/*)"
	is 8 "$(grep '	name=send	' "$dir"/* | cut -f 3 | sort -u | wc -l |
		tr -d ' ')"
}

@test "forks: each child has a file of its own, which knows its parent" {
	# So many that the parent's file is large when the last one is made.
	run traced forks "$calls" forks 60
	is "0 ended badly" "$output"
	well_formed "$dir"/*
	is 61 "$(find "$dir" -name 'forks.*.trace' | wc -l | tr -d ' ')"
	is "$(of fork child forks | sort)" \
		"$(grep -L 'name=fork	' "$dir"/* | pids | sort)"
	parent=$(grep -l 'name=fork	' "$dir"/* | pids)
	is 60 "$(grep -c "^trace.*	ppid=$parent	" "$dir"/* | grep -c ':1$')"
	# What the children do is on the connections that the parent accepted.
	is "$(of accept peer forks | sort)" "$(grep -L 'name=fork	' "$dir"/* |
		xargs cat | grep name=recv | tr '\t' '\n' |
		sed -n 's/^peer=//p' | sort -u)"
}

@test "signal handlers that call, and jump out of calls, neither hang nor tear" {
	run traced signals "$calls" signals
	is "many signals" "$output"
	[ "$status" -eq 0 ]
	well_formed "$dir"/*
	grep -q 'text=send(6, "!", MSG_DONTWAIT|MSG_NOSIGNAL)' "$dir"/*
}

@test "a program may close all descriptors, and may have none left" {
	run traced descriptors "$calls" descriptors
	is "Too many open files" "${lines[0]}"
	is "-1" "${lines[1]}"
	well_formed "$dir"/*
	# Where the file can't grow, it says what is left out.
	grep -q '^left-out	calls=0*[1-9]' "$dir"/*
}

@test "a program that becomes another: an end, and another file" {
	run traced execs "$calls" execs
	is "No such file or directory
another" "$output"
	well_formed "$dir"/*
	is "end why=exec" "$(grep -v '^$' "$dir"/* | tail -n 1 | cut -f 1,3 |
		tr '\t' ' ')"
	grep -q 'send(4, "before")' "$dir"/*
}

@test "a child of vfork() does not write as its parent" {
	traced vforks "$calls" vforks
	well_formed "$dir"/*
	is "close(3)" "$(of close text vforks)"
	is "alive" "$(of send text vforks | cut -d '"' -f 2)"
}

@test "a killed program leaves its trace, and where it waited" {
	traced waits "$calls" waits >"$BATS_TEST_TMPDIR/said" 3>&- &
	pid=$!
	for ((i = 0; i < 500; i++)); do
		grep -q '	t1=-	name=recv' "$dir"/* 2>/dev/null && break
		sleep 0.01
	done
	kill -KILL $pid
	wait $pid || :
	well_formed "$dir"/*
	last=$(grep -v '^$' "$dir"/* | tail -n 1)
	[[ $last == call*"	t1=-	name=recv	text=recv(4, up to 16 bytes)	"* ]]
	[[ $last != *ret=* ]]
	run ! grep -q '^end' "$dir"/*
}

@test "FORTIFY, AddressSanitizer of gcc and of clang, ThreadSanitizer" {
	n=0
	for build in "gcc -O2 -D_FORTIFY_SOURCE=2" \
		"gcc -fsanitize=address,undefined" \
		"clang -fsanitize=address,undefined" "gcc -fsanitize=thread"; do
		# shellcheck disable=SC2086 # words
		command -v ${build%% *} >/dev/null || continue
		# shellcheck disable=SC2086
		CC=${build%% *} calls built ${build#* } 2>/dev/null || continue
		echo "$build"
		n=$((n + 1))
		dir=$BATS_TEST_TMPDIR/$n
		run traced built "$BATS_FILE_TMPDIR/built" echo 20
		echo "$output"
		[ "$status" -eq 0 ]
		[[ $output == *" us" ]]
		well_formed "$dir"/*
		is 40 "$(grep -h '	name=recv	' "$dir"/* | grep -c 'ret=16')"
	done
	[ $n -gt 0 ]
}

@test "a musl program, with the library that musl's compiler builds" {
	command -v musl-gcc >/dev/null || skip "needs musl-gcc"
	library=$BATS_TEST_TMPDIR/trace.so
	(cd "$KIT/tests/support" && musl-gcc -std=c11 -fPIC -shared \
		-D_POSIX_C_SOURCE=200809L -O2 -o "$library" \
		trace.c trace_call.c trace_file.c trace_words.c faults.c)
	CC=musl-gcc calls musl
	mkdir "$dir"
	for what in pieces "forks 3" vforks; do
		# shellcheck disable=SC2086 # words
		env TRACE_DIR="$dir" TRACE_NAME=musl LD_PRELOAD="$library" \
			"$BATS_FILE_TMPDIR/musl" $what
	done
	well_formed "$dir"/*
	is 16 "$(of sendmsg len musl | awk '{ print 2 * $1 }')"
	# The other way round it does not work, which is said.
	run traced musl "$BATS_FILE_TMPDIR/musl" pieces
	[ "$status" -eq 1 ]
	[[ $output == *"another C library"* ]]
}

@test "programs that cannot be traced get a sentence" {
	CC=gcc calls static -static 2>/dev/null || skip "needs gcc -static"
	run traced static "$BATS_FILE_TMPDIR/static" pieces
	[ "$status" -eq 1 ]
	[[ $output == *"linked statically: it cannot be traced" ]]
	cp "$calls" "$BATS_TEST_TMPDIR/setuid"
	chmod u+s "$BATS_TEST_TMPDIR/setuid"
	run traced setuid "$BATS_TEST_TMPDIR/setuid" pieces
	[ "$status" -eq 1 ]
	[[ $output == *"is setuid or setgid: such programs cannot be traced" ]]
	run traced none "$BATS_TEST_TMPDIR/none"
	[[ $output == *"there is no program $BATS_TEST_TMPDIR/none" ]]
	run sh "$KIT/tests/support/trace" "$dir"
	[ "$status" -eq 2 ]
	[ ! -e "$dir" ]
}

@test "nc, socat, curl, Perl and Python: theirs is seen as ours is" {
	for tool in python3 curl nc socat perl; do
		command -v $tool >/dev/null || skip "needs $tool"
	done
	mkdir "$dir"
	cat >"$BATS_TEST_TMPDIR/server.py" <<-'PYTHON'
		import http.server
		server = http.server.HTTPServer(('127.0.0.1', 0),
		                                http.server.SimpleHTTPRequestHandler)
		print(server.server_address[1], flush=True)
		server.serve_forever()
	PYTHON
	cd "$BATS_TEST_TMPDIR"
	echo found >file
	traced server python3 server.py >port 2>log 3>&- &
	pid=$!
	for ((i = 0; i < 1000; i++)); do
		[ ! -s port ] || break
		sleep 0.01
	done
	port=$(cat port)
	request=$'GET /file HTTP/1.0\r\n\r\n'
	traced curl curl -s -0 "http://127.0.0.1:$port/file"
	printf %s "$request" | traced nc nc -N 127.0.0.1 "$port"
	printf %s "$request" | traced socat socat -t2 - "TCP:127.0.0.1:$port"
	traced perl perl -e 'use IO::Socket::INET;
		$s = IO::Socket::INET->new($ARGV[0]) or die;
		print $s "GET /file HTTP/1.0\r\n\r\n"; $s->flush;
		print while <$s>' "127.0.0.1:$port"
	traced python python3 -c 'import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"GET /file HTTP/1.0\r\n\r\n")
while s.recv(4096): pass' "$port"
	kill $pid
	wait $pid || :
	well_formed "$dir"/*
	for name in curl nc socat perl python; do
		echo "$name"
		# It called the server, and the server's accept knows it.
		values peer $name | grep -qx "127.0.0.1:$port"
		mine=$(of connect local $name | tail -n 1)
		of accept4 peer server | grep -qx "$mine"
		# All that it received is what the server sent to it.
		is "$(moved out server "$mine")" "$(moved in $name)"
		[[ $(moved in $name) == *666f756e640a ]]
	done
}

# moved in|out NAME [PEER]: the bytes, in hex, of its TCP connections.
moved() {
	cat "$dir/$2".*.trace | awk -F '\t' -v way="dir=$1" -v peer="peer=${3-}" '
		/\tkind=tcp\t/ && index($0, "\t" way "\t") &&
		    (peer == "peer=" || index($0, "\t" peer "\t")) {
			for (i = 1; i <= NF; i++)
				if ($i ~ /^data=/)
					printf "%s", substr($i, 6)
		}'
}

@test "a long stream: a bounded file that says what it leaves out" {
	run traced stream "$calls" stream 1200
	[ "${lines[0]}" = "$((1200 << 20)) bytes" ]
	well_formed "$dir"/*
	for file in "$dir"/*; do
		[ "$(wc -c <"$file")" -le $((11 << 20)) ]
		is 1 "$(grep -c '^left-out' "$file")"
		# The beginning and the end are there, and the rest is counted.
		awk -F '\t' '
			function value(i) { return substr($i, index($i, "=") + 1) + 0 }
			/^call\tn=/ { here++; last = value(2) }
			/^left-out/ { out = value(2); from = value(4); to = value(5) }
			END { exit !(here + out == last && to - from + 1 == out) }' \
			"$file"
		is "end" "$(tail -n 1 "$file" | cut -f 1)"
	done
	# Its memory is not that of its trace.
	[ "${lines[1]%% *}" -lt 16384 ]
}

@test "peer: each program and each end has a trace under its own name" {
	mkdir "$BATS_TEST_TMPDIR/programs" "$dir"
	cc -D_POSIX_C_SOURCE=200809L -DMISTAKE=NONE \
		-o "$BATS_TEST_TMPDIR/programs/server" \
		"$KIT/tests/kit/peer/server.c"
	KIT_TRACE=$dir "$TOOLS/peer" -p "$BATS_TEST_TMPDIR/programs" <<-'SCRIPT'
		server starts
		ann connects
		ann sends "abc"
		ann expects "ABC"
		ann half-closes
		ann expects end
		ann closes
		bob connects
		bob resets
		server2 runs with 0
		server2 shows "listening"
	SCRIPT
	well_formed "$dir"/*
	is "ann bob marks server server2" "$(cd "$dir" && printf '%s\n' * |
		sed 's/\..*//' | sort | xargs)"
	is "$(of connect local ann)" "$(of accept peer server | head -n 1)"
	is "$(of connect local bob)" "$(of accept peer server | sed -n 2p)"
	is "$(moved out ann)" "$(moved in server)"
	is "$(moved in ann)" "$(moved out server)"
	is "connect send recv shutdown recv close" \
		"$(values name ann | sed 1d | xargs)"
}
