#!/usr/bin/env bats
# Lesson 14 under stress: a file of 4 GiB and 5 bytes, both ways, in the memory
# that one of 1 MiB takes.

load ../support/helpers

@test "exercise (1 point): 4 GiB and 5 bytes, both ways, in the memory of 1 MiB" {
	local free
	free=$(df -Pk "$dir" | awk 'NR == 2 { print $4 }')
	[ "$free" -gt 9437184 ] || skip "needs 9 GiB of disk in /tmp"
	mkdir "$dir/kept" "$dir/here"
	cd "$dir/here" || return
	dd if=/dev/null of=small bs=1 seek=1048576 2>/dev/null
	dd if=/dev/null of=large bs=1 seek=4294967301 2>/dev/null
	talk <<-'SCRIPT'
		server may write 5G
		client may write 5G
		server starts with {port} 127.0.0.1 {dir}/kept
		client runs
		client input "put small\n"
		client shows "3018728591 1048576 small\n" within 20s
			else means file-differs
		shell rm $dir/here/small
		client input "get small\n"
		client shows "3018728591 1048576 small\n" within 20s
			else means file-differs
		server notes memory
		client notes memory
		client input "put large\n"
		client shows "2462516806 4294967301 large\n" within 300s
			else means file-differs
		server grew less than 256K
			else means whole-file-in-memory
		client grew less than 256K
			else means whole-file-in-memory
		shell rm $dir/here/large
		client input "get large\n"
		client shows "2462516806 4294967301 large\n" within 300s
			else means file-differs
		shell ls -l $dir/here/large | grep -w 4294967301
			else means size-cut
		server grew less than 256K
			else means whole-file-in-memory
		client grew less than 256K
			else means whole-file-in-memory
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a promise of 10^19 - 1 bytes, and a thousand files" {
	local n
	mkdir "$dir/kept"
	{
		echo 'server starts with {port} 127.0.0.1 {dir}/kept'
		echo 'bob connects'
		printf '%s\n' 'bob sends header "command: put\nname: all\nsize: 9999999999999999999\n"'
		echo 'bob expects a header with "status: *"'
		echo 'bob sends 1000000 x 00'
		echo 'bob closes'
		echo 'ann connects'
		for ((n = 0; n < 1000; n++)); do
			printf '%s\n' "ann sends header \"command: put\\nname: f$n\\nsize: 6\\n\""
			echo 'ann expects a header with "status: ok"'
			printf '%s\n' 'ann sends "hello\n" header "cksum: 3015617425\n"'
			echo 'ann expects a header with "status: ok"'
		done
		printf '%s\n' 'ann sends header "command: list\n"'
		echo 'ann expects a header with "status: ok" "size: 6890"'
		# shellcheck disable=SC2016 # for the script's shell
		echo 'shell test "$(ls -A $dir/kept | wc -l)" -eq 1000'
	} | talk
}
