#!/usr/bin/env bats
bats_require_minimum_version 1.5.0

# relay: what it does to a byte stream, what it does to datagrams, and that
# the dice fall as they must.

setup_file() {
	${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -g \
		-o "$BATS_FILE_TMPDIR/ends" "$KIT/tests/kit/relay/ends.c"
}

setup() {
	relay=$TOOLS/relay
	instrument=$relay # in some tests another build
}

# both OPTION ... -- STEP ...: plays both ends (relay/ends.c) through the relay.
both() {
	"$BATS_FILE_TMPDIR/ends" "$instrument" "$@"
}

# shows LINE ...: the last `run` ended well, and these were its lines.
shows() {
	local expected
	expected=$(printf '%s\n' "$@")
	echo "$output"
	[ "$status" -eq 0 ] && [ "$output" = "$expected" ]
}

# decisions WHAT: how many lines of a dry run say so.
decisions() {
	printf '%s\n' "$output" | grep -c ": $1"
}


@test "tcp: split: one send is received byte by byte, in both directions" {
	run both tcp -q --split 1 -- c+hello s#5 s+HELLO c#5
	shows "tcp: both splits 1" "server got 5x1" "client got 5x1"
}

@test "tcp: split in one direction only, in pieces of three, the rest as it is" {
	run both tcp -q -p "client splits 3" -- c*3001 s#3001 s*100 c#100
	shows "tcp: client splits 3" "server got 1000x3 1x1" \
		"client got 1x100"
}

@test "tcp: a receiver that takes IPv6 as well gets its pieces one by one" {
	[ -e /proc/net/if_inet6 ] || skip "needs IPv6"
	SIX=1 run both tcp -q --split 2 -- c*200 s#200
	shows "tcp: both splits 2" "server got 100x2"
}

@test "tcp: what was read is seen in /proc as well, where that is all there is" {
	[ -r /proc/net/tcp ] || skip "needs Linux (/proc)"
	instrument=$BATS_TEST_TMPDIR/relay
	${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -U__linux__ \
		-o "$instrument" "$KIT/tests/support/relay.c" \
		"$KIT/tests/support/look.c"
	run both tcp -q --split 2 -- c+abcdef d+123456 t#6 s? s? s?
	shows "tcp: both splits 2" "server t got 3x2" 'server got "ab"' \
		'server got "cd"' 'server got "ef"'
	[ -e /proc/net/if_inet6 ] || return 0
	SIX=1 run both tcp -q --split 2 -- c+abcdef d+123456 t#6 s? s? s?
	shows "tcp: both splits 2" "server t got 3x2" 'server got "ab"' \
		'server got "cd"' 'server got "ef"'
}

@test "tcp: who does not read gets one piece, while others get all of theirs" {
	run both tcp -q --split 2 -- c+abcdef d+123456 t#6 s? s? s?
	shows "tcp: both splits 2" "server t got 3x2" 'server got "ab"' \
		'server got "cd"' 'server got "ef"'
}

@test "tcp: pieces of random size are the same for the same seed" {
	run both tcp -q -s 7 -p "client splits 1-9" -- c*60 s#60
	echo "$output"
	[[ ${lines[0]} == "tcp, seed 7: client splits 1-9" ]]
	first=$output
	run both tcp -q -s 7 -p "client splits 1-9" -- c*60 s#60
	[ "$output" = "$first" ]
	run both tcp -q -s 8 -p "client splits 1-9" -- c*60 s#60
	[ "${output#*: }" != "${first#*: }" ]
}

@test "tcp: glue: bytes wait until so many are there, and come as one" {
	run both tcp -q -p "client glues 6 5s" -- c+ab c+cd s. c+ef s? s+x c?
	shows "tcp: client glues 6 5s" "server got nothing" \
		'server got "abcdef"' 'client got "x"'
}

@test "tcp: glue: the end of stream, or silence, lets the rest go" {
	run both tcp -q -p "client glues 100 5s" -- c+ab s. c+cd c- s? s?
	shows "tcp: client glues 100 5s" "server got nothing" \
		'server got "abcd"' "server got end"
	run both tcp -q --glue 100 -- = c+ab c+cd s? =50
	shows "tcp: both glues 100" 'server got "abcd"'
}

@test "tcp: glue, then split: the pieces are cut from the whole" {
	run both tcp -q -p "client glues 6 5s; client splits 4" \
		-- c+ab c+cd c+ef s? s?
	shows "tcp: client glues 6 5s; client splits 4" \
		'server got "abcd"' 'server got "ef"'
}

@test "tcp: delay: bytes and the end of stream are late in each direction" {
	run both tcp -q --delay 40ms -- = c+ab s? =40 s+x c? =40 c- s? =40
	shows "tcp: both delays 40ms" 'server got "ab"' 'client got "x"' \
		"server got end"
}

@test "tcp: a half-close is passed on, and the other direction goes on" {
	run both tcp -q -- c+ab c- s? s? s+cd c? s+ef c? s- c?
	shows "tcp: everything as it comes" 'server got "ab"' \
		"server got end" 'client got "cd"' 'client got "ef"' \
		"client got end"
}

@test "tcp: reset: exactly so many bytes arrive, then both ends are reset" {
	run both tcp -q -p "client resets 3" -- c+ab s? c+cdef s? s? c?
	shows "tcp: client resets 3" 'server got "ab"' 'server got "c"' \
		"server got reset" "client got reset"
	run both tcp -q -p "server resets 2" -- c+abcd s? s+xyz c? c? s?
	shows "tcp: server resets 2" 'server got "abcd"' 'client got "xy"' \
		"client got reset" "server got reset"
	run both tcp -q -p "client resets 0" -- c? s?
	shows "tcp: client resets 0" "client got reset" "server got reset"
}

@test "tcp: a reset is passed on, and other connections do not notice" {
	run both tcp -q -- c+ab d+cd t? s? c! s? d+x t? t! d?
	shows "tcp: everything as it comes" 'server t got "cd"' \
		'server got "ab"' "server got reset" 'server t got "x"' \
		"client d got reset"
}

@test "tcp: when nobody is at the target, the caller is reset" {
	NOBODY=1 run both tcp -l "$BATS_TEST_TMPDIR/log" -- c?
	shows "tcp: everything as it comes" "client got reset"
	grep 'nobody is at 127.0.0.1' "$BATS_TEST_TMPDIR/log"
}

@test "tcp: a megabyte comes through whole, and the log tells each piece" {
	# shellcheck disable=SC2046 # words
	run both tcp -l "$BATS_TEST_TMPDIR/log" -p "client splits 5000-9000" \
		-s 1 -- $(for i in {1..16}; do echo "c*65000 s#65000"; done)
	echo "$status $output" | cut -c 1-200
	[ "$status" -eq 0 ]
	grep -E 'connection 1 client: bytes [0-9]+ to 1040000 ' \
		"$BATS_TEST_TMPDIR/log"
	grep '1040000 bytes from the client' "$BATS_TEST_TMPDIR/log"
}

@test "udp: a plan in words: dropped, doubled, reordered" {
	run both udp -q -p "client drops 1, 3; server doubles 1" \
		-- c+a c+b s? s+B c? c? c+c c+d s? c+c s?
	shows "udp: client drops 1, 3; server doubles 1" 'server got "b"' \
		'client got "B"' 'client got "B"' 'server got "d"' \
		'server got "c"'
	run both udp -q --hold 9s -p "client reorders 1-2" \
		-- c+a c+b s. c+c s? s? s? s.
	shows "udp: client reorders 1-2" "server got nothing" \
		'server got "c"' 'server got "a"' 'server got "b"' \
		"server got nothing"
}

@test "udp: what is never overtaken comes in the end" {
	run both udp -q --hold 60ms -p "client reorders 1" -- = c+a s? =60
	shows "udp: client reorders 1" 'server got "a"'
}

@test "udp: a plan names copies, ranges, all, and how a datagram begins" {
	run both udp -q -p "client drops 2 copies 1-2" \
		-- c+a s? c+b c+b c+b s? c+c s?
	shows "udp: client drops 2 copies 1-2" 'server got "a"' \
		'server got "b"' 'server got "c"'
	run both udp -q -p "client drops 2-" -- c+a c+b c+c s? s. c+b s?
	shows "udp: client drops 2-" 'server got "a"' "server got nothing" \
		'server got "b"'
	run both udp -q -p "client drops all" -- c+a c+a c+b s.
	shows "udp: client drops all" "server got nothing"
	run both udp -q -p "client drops bytes 6162 copies all" \
		-- c+a c+ab c+abc c+ab c+b s? s? s.
	shows "udp: client drops bytes 6162 copies all" 'server got "a"' \
		'server got "b"' "server got nothing"
	run both udp -q -p "client passes 1; client drops all" -- c+b c+a s? s.
	shows "udp: client passes 1; client drops all" 'server got "b"' \
		"server got nothing"
}

@test "udp: delay: everything, one datagram, or the second of two" {
	run both udp -q --delay 30ms -- = c+a s? =30 s+b c? =30
	shows "udp: both delays 30ms" 'server got "a"' 'client got "b"'
	run both udp -q -p "client delays 1 50ms" -- = c+a c+b s? s? =50
	shows "udp: client delays 1 50ms" 'server got "b"' 'server got "a"'
	run both udp -q -p "client doubles 1 50ms" -- = c+a s? c+b s? s? =50
	shows "udp: client doubles 1 50ms" 'server got "a"' 'server got "b"' \
		'server got "a"'
}

@test "udp: empty and the largest datagrams come through" {
	run both udp -q -- c+ s? c*65507 s#65507 s*65507 c#65507 s+ c?
	shows "udp: everything as it comes" 'server got ""' \
		"server got 1x65507" "client got 1x65507" 'client got ""'
}

@test "udp: several callers, each with its own numbers and its own answers" {
	run both udp -q -p "client drops 1" \
		-- c+a d+a c+b s? d+b s? s@c s+C c? s@d s+D d? c.
	shows "udp: client drops 1" 'server got "b"' 'server got "b" from d' \
		'client got "C"' 'client d got "D"' "client got nothing"
}

@test "udp: a target that comes and goes does not end the relay" {
	NOBODY=1 run both udp -l "$BATS_TEST_TMPDIR/log" -- c+a c+b c.
	shows "udp: everything as it comes" "client got nothing"
	grep 'nobody is at 127.0.0.1' "$BATS_TEST_TMPDIR/log"
}

@test "udp: the log has one line a datagram, as the dry run foretold" {
	mix="--drop 20% --double 10% --reorder 10% --late 10%"
	sent=()
	for i in {1..60}; do sent+=("c+number $i"); done
	# shellcheck disable=SC2086 # words
	run both udp -s 42 $mix -p "client passes 61" \
		-l "$BATS_TEST_TMPDIR/log" -- "${sent[@]}" c+last s:last
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "udp, seed 42: both drops 20%; both doubles 10%; "* ]]
	# shellcheck disable=SC2086
	"$relay" udp --dry-run 61 -s 42 $mix -p "client passes 61" |
		grep client \
		>"$BATS_TEST_TMPDIR/foretold"
	sed -n 's/ *|.*//p' "$BATS_TEST_TMPDIR/log" |
		diff - "$BATS_TEST_TMPDIR/foretold"
	grep -E '^client 7 copy 1: .*\| caller 1, 8 bytes: 6e 75 6d 62' \
		"$BATS_TEST_TMPDIR/log"
	grep -E '^client: 61 came, [0-9]+ dropped' "$BATS_TEST_TMPDIR/log"
}

@test "udp: the same seed gives the same, whatever else is sent between" {
	mix="--drop 30% --reorder 10%"
	for extra in "" "c+again c+again"; do
		# shellcheck disable=SC2086 # words
		both udp -s 5 $mix -l "$BATS_TEST_TMPDIR/log$extra" \
			-p "client passes 9" -- c+again $extra \
			c+b c+c c+d c+e c+f c+g c+h c+last s:last
		sed -n 's/ *|.*//p' "$BATS_TEST_TMPDIR/log$extra" |
			grep 'copy 1:' >"$BATS_TEST_TMPDIR/first$extra"
	done
	diff "$BATS_TEST_TMPDIR"/first*
	grep -c dropped "$BATS_TEST_TMPDIR/first"
}

@test "udp: without a seed one is drawn, told, and can be given again" {
	run both udp -q --drop 50% -- c+a
	seed=${lines[0]#*seed }
	seed=${seed%%:*}
	echo "seed $seed"
	[[ $seed =~ ^[0-9]+$ ]]
	first=$("$relay" udp -s "$seed" --drop 50% --dry-run 50)
	[ "$first" = "$("$relay" udp -s "$seed" --drop 50% --dry-run 50)" ]
	[ "$first" != "$("$relay" udp -s "$seed"1 --drop 50% --dry-run 50)" ]
}

@test "udp: so many are dropped, doubled and reordered as was asked" {
	run "$relay" udp -s 3 --drop 20% --double 10% --reorder 5% \
		-p "server drops 0%" --dry-run 10000
	# Ten thousand throws of a fair 20 % are 2000 +- 40.
	dropped=$(printf '%s\n' "$output" | grep -c '^client.*: dropped')
	echo "dropped $dropped doubled $(decisions doubled)" \
		"reordered $(decisions held)"
	((dropped > 1800 && dropped < 2200))
	(($(decisions doubled) > 1800 && $(decisions doubled) < 2200))
	(($(decisions held) > 850 && $(decisions held) < 1150))
	run ! grep -q '^server.*dropped' <<<"$output"
}

@test "udp: never more than five in a row, 10,000 datagrams, many seeds" {
	for mix in "20% 0% 0%" "30% 10% 10%" "100% 0% 0%"; do
		# shellcheck disable=SC2086 # words
		set -- $mix
		for seed in {1..25}; do
			"$relay" udp -s "$seed" --drop "$1" --reorder "$2" \
				--late "$3" --dry-run 10000
		done | awk -v mix="$mix" '
			$2 == 1 { row = 0 }
			/dropped|held back|delayed/ { if (++row > most) most = row }
			!/dropped|held back|delayed/ { row = 0 }
			{ n++ }
			END {
				print mix ": " n " datagrams, " most " in a row"
				exit most != 5 || n != 500000
			}'
	done
}

@test "udp: of any 20 copies of the same bytes at most five are kept" {
	for mix in "20% 0% 0%" "30% 10% 10%" "100% 0% 0%"; do
		# shellcheck disable=SC2086 # words
		set -- $mix
		for seed in {1..25}; do
			"$relay" udp -s "$seed" --drop "$1" --reorder "$2" \
				--late "$3" --dry-run 100 --copies 60
		done | awk -v mix="$mix" '
			{
				copy = $4 + 0
				kept[copy] = /dropped|held back|delayed/ ? 1 : 0
				if (copy == 1) sum = 0
				sum += kept[copy]
				if (copy > 20) sum -= kept[copy - 20]
				if (sum > most) most = sum
				n++
			}
			END {
				print mix ": " n " copies, " most " of 20"
				exit most > 5 || n != 300000
			}'
	done
}

@test "udp: stop-and-wait gets through the worst with at most eleven sends" {
	for mix in "60% 15% 15%" "100% 0% 0%" "20% 10% 5%"; do
		# shellcheck disable=SC2086 # words
		set -- $mix
		for seed in {1..5}; do
			run both udp -s "$seed" --drop "$1" --reorder "$2" \
				--late "$3" -- wait 400
			echo "$output"
			[ "$status" -eq 0 ]
			((${lines[1]##* } > 3 && ${lines[1]##* } <= 11))
		done
	done
}

@test "udp: the relay keeps up with a window of 32 over 10 ms each way" {
	run both udp -q --delay 10ms -- window 640
	echo "$output"
	[ "$status" -eq 0 ]
	# 20 windows, a round trip of 20 ms each; never less, little more.
	time=${lines[1]#took }
	((${time% ms} >= 380 && ${time% ms} < 1500))
}

@test "SIGTERM ends it with 0, and its port is free again" {
	mkfifo "$BATS_TEST_TMPDIR/out"
	for protocol in udp tcp; do
		"$relay" -q $protocol 0 9 >"$BATS_TEST_TMPDIR/out" 3>&- &
		pid=$!
		read -r first <"$BATS_TEST_TMPDIR/out"
		echo "$first"
		[[ $first =~ ^relaying\ 127.0.0.1:([0-9]+)\ to\ 127.0.0.1:9$ ]]
		run "$relay" $protocol "${BASH_REMATCH[1]}" 9 3>&-
		echo "$output"
		[ "$status" -eq 1 ]
		[[ $output == *"port ${BASH_REMATCH[1]} of 127.0.0.1: Address"* ]]
		kill -TERM $pid
		wait $pid
	done
}

@test "it ends by itself when its time is over" {
	run "$relay" -t 50ms udp 0 9
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"ended by its time limit"* ]]
	run "$relay" -t 50ms tcp 0 9
	[ "$status" -eq 0 ]
}

@test "wrong usage is told in a sentence, and ends with 2" {
	while read -r line; do
		# shellcheck disable=SC2086 # words
		eval run "\"$relay\"" $line
		echo "$line: $output"
		[ "$status" -eq 2 ]
		[[ ${lines[0]} == relay:* && ${lines[1]} == Try* ]]
	done <<-'LINES'
		udp 0
		udp 0 0
		udp 0 70000
		udp x 9
		sctp 0 9
		udp 0 9 9
		udp 0 9 -s
		udp 0 9 -s many
		udp 0 9 -t 5
		udp 0 9 --nonsense 1
		udp 0 9 --split 3
		tcp 0 9 --drop 10%
		tcp 0 9 --dry-run 5
		udp 0 9 --drop 101%
		udp 0 9 --drop 60% --reorder 50%
		udp 0 9 -p 'client dorps 3'
		udp 0 9 -p 'somebody drops 3'
		udp 0 9 -p 'client drops'
		udp 0 9 -p 'client drops 0'
		udp 0 9 -p 'client drops 5-3'
		udp 0 9 -p 'client drops 5 copies none'
		udp 0 9 -p 'client drops copies 1'
		udp 0 9 -p 'client drops bytes 4'
		udp 0 9 -p 'client delays 4'
		udp 0 9 -p 'client splits 4'
		tcp 0 9 -p 'client splits 0'
		tcp 0 9 -p 'client glues 9999999'
		tcp 0 9 -p 'client delays'
		tcp 0 9 -p 'client splits 1 2'
	LINES
	run "$relay"
	[ "$status" -eq 2 ]
	[[ $output == usage:* ]]
	run "$relay" --help
	[ "$status" -eq 0 ]
	[[ $output == usage:* ]]
}

@test "a complaint about a plan shows the clause and the word" {
	run "$relay" udp 0 9 -p "client drops 3; server dorps 4"
	[[ ${lines[0]} == *", \`server dorps 4\`: expected drops, doubles, "* ]]
	[[ ${lines[0]} == *", not \`dorps\`" ]]
}

@test "clean under ASan and UBSan" {
	read -r flags <"$TOOLS/sanitizers" || true
	[ -n "$flags" ] || skip "needs a compiler with sanitizers"
	instrument=$BATS_TEST_TMPDIR/relay
	# shellcheck disable=SC2086 # words
	${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -g $flags -o "$instrument" \
		"$KIT/tests/support/relay.c" "$KIT/tests/support/look.c"
	run both tcp -q --delay 5ms -p "client splits 1-7; server glues 9" \
		-- c*2000 s#2000 s+ab c? d*70 t#70 d! t? c- s? s+c
	echo "$output"
	[ "$status" -eq 0 ]
	run both tcp -q -p "client resets 5" -- c+ab s? c+cdef s? s? c?
	[ "$status" -eq 0 ]
	NOBODY=1 run both tcp -q -- c?
	[ "$status" -eq 0 ]
	run both udp -l "$BATS_TEST_TMPDIR/log" -s 9 --drop 30% --reorder 20% \
		--double 20% --late 10% --delay 1ms -- window 20 c*65507 c+
	echo "$output"
	[ "$status" -eq 0 ]
	run "$instrument" udp -t 50ms -p "client drops 1 copies 2-, bytes 00ff" 0 9
	[ "$status" -eq 0 ]
	run "$instrument" udp -p "client drops 1," --dry-run 20
	[ "$status" -eq 0 ]
}
