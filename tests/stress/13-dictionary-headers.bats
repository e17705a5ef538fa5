#!/usr/bin/env bats
# Lesson 13 under stress: every cut of a request, and answers of many megabytes.

load ../support/helpers

@test "exercise (1 point): wherever two requests are cut, the answers are the same" {
	local stream i
	stream=(00 00 00 17 78 3a 20 79 0a 63 6f 6d 6d 61 6e 64 2d 6c 65 6e
		67 74 68 3a 20 36 0a 65 78 69 74 20 33
		00 00 00 12 63 6f 6d 6d 61 6e 64 2d 6c 65 6e
		67 74 68 3a 20 34 0a 74 72 75 65)
	{
		echo 'server starts'
		echo 'ann connects'
		for ((i = 1; i < ${#stream[@]}; i++)); do
			echo "ann sends ${stream[*]:0:i}"
			echo 'ann waits until read'
			echo "ann sends ${stream[*]:i}"
			echo 'ann expects a header with "exit-status: 3"'
			echo '  else means half-a-header'
			echo 'ann expects a header with "exit-status: 0"'
			echo '  else means half-a-header'
		done
	} | talk
}

@test "exercise (1 point): ten mebibytes on either output and on both, five times, in bounded memory" {
	local i
	{
		echo 'server starts'
		echo 'ann connects'
		for ((i = 0; i < 5; i++)); do
			cat <<-'SCRIPT'
				ann sends header "command-length: 22\n" "yes | head -c 10485760"
				ann expects a header with "stdout-length: 10485760" "stderr-length: 0" within 9s
				  else means output-cut
				ann expects 5242880 x "y\n" within 9s
				  else means output-cut
				ann sends header "command-length: 26\n" "yes | head -c 10485760 >&2"
				ann expects a header with "stdout-length: 0" "stderr-length: 10485760" within 9s
				  else means drains-one-after-the-other
				ann expects 5242880 x "y\n" within 9s
				  else means output-cut
				ann sends header "command-length: 59\n" "yes | head -c 10485760 & yes n | head -c 10485760 >&2; wait"
				ann expects a header with "stdout-length: 10485760" "stderr-length: 10485760" within 9s
				  else means drains-one-after-the-other
				ann expects 5242880 x "y\n" 5242880 x "n\n" within 9s
				  else means outputs-mixed
			SCRIPT
		done
		echo 'server memory below 80M'
		echo '  else means output-not-limited'
	} | talk
}

@test "exercise (1 point): a thousand commands leave nothing behind" {
	local i
	{
		echo 'server starts'
		echo 'ann connects'
		for ((i = 0; i < 1000; i++)); do
			printf '%s\n' 'ann sends header "command-length: 4\n" "true"'
			echo 'ann expects a header with "exit-status: 0"'
			[ $i != 0 ] || echo 'server notes descriptors'
		done
		echo 'server has no zombies'
		echo '  else means zombies-left'
		echo 'server keeps descriptors'
		echo '  else means pipe-not-closed'
	} | talk
}
