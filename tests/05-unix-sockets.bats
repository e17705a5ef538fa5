#!/usr/bin/env bats
# Lesson 05: the address family is a parameter; a path for address and port.

load support/helpers

# A name that makes {dir}/NAME a path of $1 bytes.
name_for() {
	local length=$(($1 - ${#dir} - 1))
	printf "%${length}s" "" | tr ' ' x
}

@test "demonstration: lesson 02 over a socket file" {
	talk <<-'SCRIPT'
		server starts unix {dir}/s
		server prints "listening on {dir}/s\n"
		client runs with {dir}/s
		client input "hello\n"
		client prints "hello\n"
		client input "again\n"
		client prints "again\n"
		client input ends
		client ends with 0
		client2 runs with {dir}/s
		client2 input "me too\n"
		client2 prints "me too\n"
		client2 input ends
		client2 ends with 0
		server lives
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a file in the way with 1" {
	long=$(name_for 200)
	talk <<-SCRIPT
		server runs with {dir}/$long
		server ends with 2
		client runs with 1 2
		client ends with 2
		client runs with {dir}/s
		client ends with 1
		server starts unix {dir}/s
		server signal KILL
		server ends
		server2 runs with {dir}/s
		server2 ends with 1
	SCRIPT
}

@test "exercise (2 points): over a path, message after message comes back in upper case" {
	talk <<-'SCRIPT'
		server starts unix {dir}/s
			but end means wrong-family
		ann connects unix {dir}/s
		ann sends "over a file"
		ann expects "OVER A FILE"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
		ann sends "ab" 00 ff
		ann expects "AB" 00 ff
			else means wrong-answer
		ann closes
		bob connects unix {dir}/s
		bob sends "bob"
		bob expects "BOB"
			else means wrong-answer
	SCRIPT
}

@test "exercise (2 points): a port is still a port" {
	talk <<-'SCRIPT'
		server starts
			but end means wrong-family
		ann connects
		ann sends "over tcp"
		ann expects "OVER TCP"
			but nothing means no-answer
			but end means no-answer
			else means wrong-answer
	SCRIPT
}

@test "exercise (2 points): a socket file that a killed server left is replaced" {
	talk <<-'SCRIPT'
		server starts unix {dir}/s
		server signal KILL
		server ends
		server starts unix {dir}/s
			else means stale-file-in-the-way
		ann connects unix {dir}/s
		ann sends "again"
		ann expects "AGAIN"
			else means wrong-answer
	SCRIPT
}

@test "exercise (2 points): a live server keeps its socket file" {
	talk <<-'SCRIPT'
		server starts unix {dir}/s
		server2 runs with {dir}/s
		server2 fails
			else means live-socket-taken
		server2 complains
			else means fails-silently
		ann connects unix {dir}/s
			else means live-socket-taken
		ann sends "still here"
		ann expects "STILL HERE"
			else means live-socket-taken
	SCRIPT
}

@test "exercise (2 points): a file that is no socket is left alone" {
	talk <<-'SCRIPT'
		server starts unix {dir}/s
		shell echo precious >$dir/file
		server2 runs with {dir}/file
		server2 fails
			else means deletes-what-is-no-socket
		server2 complains
			else means fails-silently
		shell grep -q precious $dir/file
			else means deletes-what-is-no-socket
	SCRIPT
}

@test "exercise (1 point): the server refuses a path that is too long" {
	long=$(name_for 200)
	talk <<-SCRIPT
		sanitized
		server starts unix {dir}/s
		server2 runs with {dir}/$long
		server2 fails
			else means path-cut
		server2 complains
			else means fails-silently
		shell ! ls $dir | grep -q xx
			else means path-cut
	SCRIPT
}

@test "exercise (1 point): a path of 107 bytes is not too long" {
	needs linux
	name=$(name_for 107)
	talk <<-SCRIPT
		server starts unix {dir}/$name
			else means path-refused
		ann connects unix {dir}/$name
		ann sends "fits"
		ann expects "FITS"
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): the socket file is its owner's alone, mode 0600" {
	umask 000
	talk <<-'SCRIPT'
		server starts unix {dir}/s
		ann connects unix {dir}/s
		ann sends "mode"
		ann expects "MODE"
		shell find $dir/s -type s -perm 600 | grep -q .
			else means socket-file-open-to-all
	SCRIPT
}

@test "exercise (2 points): SIGTERM ends the server, and its socket file goes" {
	talk <<-'SCRIPT'
		server starts unix {dir}/s
		ann connects unix {dir}/s
		ann sends "x"
		ann expects "X"
		server signal TERM
		server ends
		shell test ! -e $dir/s
			else means socket-file-left-behind
	SCRIPT
}

@test "exercise (1 point): a caller who leaves its answer unread ends nothing" {
	talk <<-'SCRIPT'
		server starts unix {dir}/s
		ann connects unix {dir}/s
		ann sends "unread"
		ann waits until read
		server waits
		ann closes
		server lives
			else means reset-ends-the-server
		bob connects unix {dir}/s
			else means reset-ends-the-server
		bob sends "bob"
		bob expects "BOB"
			else means reset-ends-the-server
	SCRIPT
}

@test "exercise (2 points): the client asks over a path, line by line" {
	talk <<-'SCRIPT'
		host listens unix {dir}/s
		client runs with {dir}/s
		host accepts
			else means wrong-family
		client input "first line\n"
		host expects "first line"
			but nothing means nothing-sent
			else means wrong-message
		host sends "FIRST"
		client shows "FIRST\n"
			else means answer-not-printed
		client input "two\n"
		host expects "two"
			else means wrong-message
		host sends "TWO"
		client shows "TWO\n"
			else means answer-not-printed
		client input ends
		client ends with 0
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): the client still takes a port" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
			else means wrong-family
		client input "tcp\n"
		host expects "tcp"
			else means wrong-message
		host sends "TCP"
		client shows "TCP\n"
			else means answer-not-printed
	SCRIPT
}

@test "exercise (1 point): the client reports a path that is too long, or where nobody is" {
	name=$(name_for 107)
	talk <<-SCRIPT
		host listens unix {dir}/$name
		client runs with {dir}/$name
		host accepts
			else means path-refused
		client input "x\n"
		host expects "x"
		host sends "X"
		client shows "X"
		client2 runs with {dir}/${name}yy
		client2 input ends
		client2 fails
			else means path-cut
		client2 complains
			else means fails-silently
		client3 runs with {dir}/nobody
		client3 input ends
		client3 fails
			else means success-after-failure
		client3 complains
			else means fails-silently
	SCRIPT
}
