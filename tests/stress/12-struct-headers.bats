#!/usr/bin/env bats
# Lesson 12 under stress: every cut of a longer stream, and many callers.

load ../support/helpers

@test "exercise (1 point): wherever a stream of messages is cut, once or twice, the answers are the same" {
	local stream=(01 00 00 00 05 68 65 6c 6c 6f 02 00 00 00 00
		02 00 00 00 03 58 79 5a 01 00 00 00 01 61) i j
	{
		echo 'server starts'
		echo 'ann connects'
		for ((i = 1; i < ${#stream[@]}; i++)); do
			for ((j = i; j < ${#stream[@]}; j += 3)); do
				echo "ann sends ${stream[*]:0:i}"
				echo 'ann waits until read'
				if ((j > i)); then
					echo "ann sends ${stream[*]:i:j-i}"
					echo 'ann waits until read'
				fi
				echo "ann sends ${stream[*]:j}"
				echo 'ann expects 01 u32 5 "HELLO" 02 u32 0' \
					'02 u32 3 "xyz" 01 u32 1 "A"'
				echo '  else means half-a-header'
			done
		done
	} | talk
}

@test "exercise (1 point): two thousand promises of a mebibyte take no memory" {
	{
		echo 'server starts'
		for ((i = 0; i < 2000; i++)); do
			echo 'ann connects'
			echo '  else means memory-not-given-back'
			echo 'ann sends 01 00 10 00 00 "only this"'
			echo 'ann half-closes'
			echo 'ann expects end or reset'
			echo '  else means half-a-message-answered'
		done
		echo 'bob connects'
		echo '  else means memory-not-given-back'
		echo 'bob exchanges 01 00 10 00 00 pattern 1M' \
			'for 01 00 10 00 00 upper pattern 1M'
		echo '  else means memory-not-given-back'
		echo 'server memory below 16M'
		echo '  else means memory-for-a-promise'
	} | talk
}

@test "exercise (1 point): a hundred thousand messages in a row, and 64 of a mebibyte" {
	{
		cat <<-'SCRIPT'
			server starts
			ann connects
			ann exchanges 100000 x "\x01\0\0\0\x05First" for 100000 x "\x01\0\0\0\x05FIRST" within 20s
			  else means next-message-swallowed
		SCRIPT
		for ((i = 0; i < 64; i++)); do
			echo 'ann exchanges 02 00 10 00 00 1048576 x "M"' \
				'for 02 00 10 00 00 1048576 x "m" within 5s'
			echo '  else means half-a-body'
		done
		echo 'server memory below 16M'
		echo '  else means memory-for-a-promise'
	} | talk
}
