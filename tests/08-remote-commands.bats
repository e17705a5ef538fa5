#!/usr/bin/env bats
# Lesson 08: a server that runs commands, and answers that end with the stream.

load support/helpers

@test "demonstration: an answer is cut at 1024 bytes, and its rest answers the next command" {
	talk <<-'SCRIPT'
		server starts
		server listens at 127.0.0.1
		client runs
		client input "seq 285\n"
		server shows "sent 1032 bytes"
		client shows "recv() returned 1024"
		client shows "\n283\n"
		server stands still
		client input "echo hello\n"
		client prints "recv() returned 8:\n284\n285\n"
		server goes on
		server shows "sent 6 bytes"
		server stands still
		client input "echo goodbye\n"
		client prints "recv() returned 6:\nhello\n"
		server goes on
		server shows "sent 8 bytes"
		client input ends
		client ends with 0
		server has no zombies
	SCRIPT
}

@test "demonstration: it listens on 127.0.0.1 and nowhere else" {
	talk <<-'SCRIPT'
		server runs with {port} 0.0.0.0
		server complains
		server ends with 2
		server runs with {port} ::
		server ends with 2
		server starts with {port} 127.0.0.1
		server listens at 127.0.0.1
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a failure with 1" {
	talk <<-'SCRIPT'
		server runs with 80a
		server ends with 2
		client runs with 1 2 3
		client ends with 2
		client runs
		client input "echo\n"
		client ends with 1
		server starts
		server2 runs
		server2 ends with 1
	SCRIPT
}

@test "exercise (1 point): the server listens on loopback, and refuses any other HOST" {
	talk <<-'SCRIPT'
		server starts with {port} 127.0.0.1
			else means loopback-refused
		server listens at 127.0.0.1
			else means listens-everywhere
		server2 runs with {port} 0.0.0.0
		server2 fails
			else means not-only-loopback
		server2 complains
			else means fails-silently
		server signal TERM
		server ends
		server2 runs with {port} 0.0.0.0
		server2 fails
			else means not-only-loopback
	SCRIPT
	[ -d /proc/self/fd ] || return 0
	talk <<-'SCRIPT'
		server starts with {port} 127.1.2.3
			else means loopback-refused
		server listens at 127.1.2.3
			else means wrong-host
	SCRIPT
	[ -e /proc/net/if_inet6 ] || return 0
	grep -q '^0\{31\}1 ' /proc/net/if_inet6 || return 0
	talk <<-'SCRIPT'
		server starts with {port} ::1
			else means loopback-refused
		server2 runs with {port} ::
		server2 fails
			else means not-only-loopback
	SCRIPT
}

@test "exercise (2 points): the answer is what the command prints, then its exit status, then the end" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "echo hello, everybody; echo you"
		ann half-closes
		ann expects "hello, everybody\nyou\n"
			but "exit status 127" means no-shell
			but "exit status" means output-not-sent
			but "hello, everybody; ec" means no-shell
			but end means output-not-sent
			but nothing means no-answer-to-a-command
			else means wrong-answer
		ann expects "exit status 0\n"
			but "\nexit" means newline-before-the-status
			but nothing means pipe-never-ends
			else means exit-status-wrong
		ann expects end
			but nothing means answer-without-end
			else means wrong-answer
		bob connects
			else means ends-with-its-first-caller
		bob sends "echo $((6 * 7))"
		bob half-closes
		bob expects "42\nexit status 0\n"
			but nothing means ends-with-its-first-caller
			but end means ends-with-its-first-caller
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): a command in pieces is run when its end has come, and whole" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "echo one >>{dir}/ran; :"
		ann waits until read
		server waits
		ann expects nothing for 50ms
			else means runs-half-a-command
		ann sends " nothing; echo two; cat {dir}/ran"
		ann half-closes
		ann expects "two\none\nexit status 0\n"
			but "exit status" means runs-half-a-command
			but end means runs-half-a-command
			but nothing means no-answer-to-a-command
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): standard error is in the answer, too, whatever the command looks like" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "(echo same; echo same >&2)"
		ann half-closes
		ann expects "same\nsame\nexit status 0\n"
			but "same\nexit" means standard-error-missing
			else means wrong-answer
		bob connects
		bob sends "echo same >&2; echo same"
		bob half-closes
		bob expects "same\nsame\nexit status 0\n"
			but "same\nexit" means command-changed
			else means wrong-answer
		cem connects
		cem sends "echo same >&2 # no more"
		cem half-closes
		cem expects "same\nexit status 0\n"
			but "exit" means command-changed
			else means command-changed
	SCRIPT
}

@test "exercise (1 point): a newline comes before the exit status, and only if none is there" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "printf 'a\\000\\377b'"
		ann half-closes
		ann expects "a" 00 ff "b\nexit status 0\n"
			but "a" 00 ff "b" 00 means answers-with-sizeof-buffer
			but "a" 00 ff "be" means newline-before-the-status
			but "a\n" means stops-at-zero-byte
			but "aexit" means stops-at-zero-byte
			else means wrong-answer
		bob connects
		bob sends "true"
		bob half-closes
		bob expects "exit status 0\n"
			but "\n" means newline-before-the-status
			but nothing means no-answer-to-a-command
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): ten megabytes on standard output come whole" {
	talk <<-'SCRIPT'
		shell head -c 10485760 /dev/zero | tr '\0' x >$dir/x
		server starts
		ann connects
		ann sends "cat {dir}/x"
		ann half-closes
		ann expects 10485760 x "x" "\nexit status 0\n" within 5s
			but nothing means waits-before-it-reads
			but "x" means output-cut
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): ten megabytes on standard error, and on both at once" {
	talk <<-'SCRIPT'
		shell head -c 10485760 /dev/zero | tr '\0' x >$dir/x
		server starts
		ann connects
		ann sends "cat {dir}/x >&2; printf x"
		ann half-closes
		ann expects 10485761 x "x" "\nexit status 0\n" within 5s
			but nothing means drains-one-after-the-other
			but "x\nexit" means standard-error-missing
			but "x" means output-cut
			else means wrong-answer
	SCRIPT
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "cat {dir}/x & cat {dir}/x >&2; wait"
		ann half-closes
		ann expects 20971520 x "x" "\nexit status 0\n" within 5s
			but nothing means drains-one-after-the-other
			but "x" means output-cut
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): where send() takes a part of the bytes, the rest goes out, too" {
	needs trace
	talk <<-'SCRIPT'
		server has faults "send short 1000"
		server starts
		ann connects
		ann sends "head -c 3000 /dev/zero | tr '\\0' x"
		ann half-closes
		ann expects 3000 x "x" "\nexit status 0\n"
			but nothing means no-answer-to-a-command
			but "x" means send-once
			else means wrong-answer
	SCRIPT
	talk <<-'SCRIPT'
		host listens
		client has faults "send short 100"
		client runs
		client input "echo " 1000 x "a" "\n"
		host accepts
		host expects "echo " 1000 x "a"
			but "echo aaaaa" means send-once
			but nothing means nothing-sent
			else means wrong-message
		host expects end
			but 0a means sends-the-newline
			but more means send-begins-again
			else means client-does-not-half-close
	SCRIPT
}

@test "exercise (1 point): where no process can be made, the server serves the next caller" {
	needs trace
	talk <<-'SCRIPT'
		server has faults "fork fails EAGAIN once"
		server starts
		server notes descriptors
		ann connects
		ann sends "echo first"
		ann half-closes
		ann drains
			else means connection-not-closed
		ann closes
		server lives
			else means fork-error-ends-the-server
		server keeps descriptors
			else means pipe-not-closed
		bob connects
			else means fork-error-ends-the-server
		bob sends "echo second"
		bob half-closes
		bob expects "second\nexit status 0\n"
			else means fork-error-ends-the-server
	SCRIPT
}

@test "exercise (1 point): a command that fails, is missing, is killed, or is none: its status is told" {
	{
		echo 'server starts'
		while read -r status mistake command; do
			echo 'ann connects'
			echo "ann sends \"$command\""
			echo 'ann half-closes'
			printf '%s\n' "ann expects \"exit status $status\\n\""
			echo "  else means $mistake"
			echo 'ann closes'
		done <<-'COMMANDS'
			0 exit-status-wrong true
			1 exit-status-wrong false
			42 exit-status-wrong exit 42
			127 exit-status-wrong no-such-command-anywhere 2>/dev/null
			137 signal-not-told kill -KILL $$
			143 signal-not-told kill -TERM $$
		COMMANDS
	} | talk
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "echo 'no end"
		ann half-closes
		ann drains
		server lives
			else means caller-ends-the-server
		server has no children
			else means two-servers
		bob connects
		bob sends "no-such-command-anywhere 2>/dev/null"
		bob half-closes
		bob expects "exit status 127\n"
			else means exit-status-wrong
		server has no children
			else means two-servers
	SCRIPT
}

@test "exercise (1 point): a pipe within a command ends quietly: no ignored signal is inherited" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "yes 2>{dir}/said | head -n 1; cat {dir}/said; echo end"
		ann half-closes
		ann expects "y\nend\nexit status 0\n"
			but "y\nyes" means ignored-signal-inherited
			but "exit status 127" means no-shell
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): a command that reads its standard input finds none" {
	talk <<-'SCRIPT'
		server starts
		server input "meant for the server\n"
		ann connects
		ann sends "cat; echo done"
		ann half-closes
		ann expects "done\nexit status 0\n"
			but "meant" means standard-input-inherited
			but "cat" means standard-input-inherited
			but nothing means standard-input-inherited
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): what a command leaves behind holds nothing of the server's" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "sleep 9 >/dev/null 2>&1 & echo left"
		ann half-closes
		ann expects "left\nexit status 0\n"
			else means wrong-answer
		ann expects end within 500ms
			else means descriptors-inherited
		bob connects
		bob sends "for n in 3 4 5 6 7 8 9; do (: >&$n) 2>/dev/null && echo $n; done; echo none"
		bob half-closes
		bob expects "none\nexit status 0\n"
			but nothing means wrong-answer
			but end means wrong-answer
			else means descriptors-inherited
	SCRIPT
}

@test "exercise (1 point): many commands leave no zombie and no descriptor behind" {
	{
		echo 'server starts'
		for caller in 0 1 2 3 4 5; do
			echo "caller$caller connects"
			echo "caller$caller sends \"echo $caller\""
			echo "caller$caller half-closes"
			printf '%s\n' "caller$caller expects \"$caller\\nexit status 0\\n\""
			echo '  but "exit" means output-not-sent'
			echo '  else means exit-status-wrong'
			echo "caller$caller expects end"
			echo "caller$caller closes"
			[ "$caller" != 0 ] || echo 'server notes descriptors'
		done
		echo 'server has no zombies'
		echo '  else means zombies-left'
		echo 'server keeps descriptors'
		echo '  else means pipe-not-closed'
	} | talk
}

@test "exercise (1 point): a command of 4096 bytes is run, a longer one never, not even cut" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "echo " 4091 x "a"
		ann half-closes
		ann expects 4091 x "a" "\nexit status 0\n"
			else means long-command-refused
		bob connects
		bob sends "echo bob >{dir}/ran\n" 4096 x "#"
		bob half-closes
		bob expects end or reset
			else means runs-a-cut-command
		shell test ! -e $dir/ran
			else means runs-a-cut-command
		cem connects
		cem sends "echo " 4092 x "a"
		cem half-closes
		cem expects end or reset
			else means runs-a-cut-command
		dan connects
			else means caller-ends-the-server
		dan sends "echo dan"
		dan half-closes
		dan expects "dan\nexit status 0\n"
			else means caller-ends-the-server
	SCRIPT
}

@test "exercise (1 point): no command, one with a zero byte, one broken off: nothing is run" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann half-closes
		ann expects end or reset
			else means runs-nothing-at-all
		bob connects
		bob sends "echo bob >{dir}/ran" 00 " # more"
		bob half-closes
		bob expects end or reset
			else means runs-up-to-a-zero-byte
		cem connects
		cem sends "echo cem >{dir}/ran"
		cem waits until read
		cem resets
		dan connects
			else means caller-ends-the-server
		dan sends "cat {dir}/ran 2>/dev/null; echo dan"
		dan half-closes
		dan expects "dan\nexit status 0\n"
			but "bob" means runs-up-to-a-zero-byte
			but "cem" means runs-half-a-command
			but nothing means caller-ends-the-server
			but end means caller-ends-the-server
			else means wrong-answer
	SCRIPT
}

@test "exercise (1 point): a caller who leaves in the middle of its answer ends nothing" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends "head -c 10485760 /dev/zero | tr '\\0' x"
		ann half-closes
		ann expects "xxxxx"
			else means wrong-answer
		ann resets
		server lives
			else means caller-ends-the-server
		bob connects
			else means caller-ends-the-server
		bob sends "echo bob"
		bob half-closes
		bob expects "bob\nexit status 0\n"
			else means caller-ends-the-server
		server has no children
			else means zombies-left
		server has no zombies
			else means zombies-left
	SCRIPT
}

@test "exercise (1 point): the client says that its command is complete, and prints the whole answer" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "make it so\n"
		host accepts
		host expects "make it so"
			but nothing means nothing-sent
			else means wrong-message
		host expects end
			but 0a means sends-the-newline
			but nothing means client-does-not-half-close
			else means wrong-message
		host sends "one\n"
		host waits until read
			else means first-part-of-the-answer
		host sends 3000 x "a" "\n" 00 ff "%s"
			else means first-part-of-the-answer
		host waits until read
			else means first-part-of-the-answer
		host sends "\nexit status 0\n"
			else means first-part-of-the-answer
		host closes
		client shows "one\n" 3000 x "a" "\n"
			else means first-part-of-the-answer
		client shows 00 ff "%s\nexit status 0\n"
			but 00 means first-part-of-the-answer
			else means prints-with-percent-s
		client input ends
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): each command of the client's has a connection of its own" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "one\ntwo\n"
		host accepts as first
		first expects "one"
			else means wrong-message
		first expects end
			but "two" means one-connection-for-all
			but nothing means client-does-not-half-close
			else means wrong-message
		first sends "ONE\nexit status 3\n"
		first closes
		host accepts as second
			else means one-connection-for-all
		second expects "two"
			else means wrong-message
		second sends "TWO\nexit status 0\n"
		second closes
		client input "three"
		client input ends
		host accepts as third
			else means one-connection-for-all
		third expects "three"
			else means last-line-lost
		third sends "exit status 0\n"
		third closes
		client shows "ONE\nexit status 3\n"
			else means answer-not-printed
		client shows "TWO\nexit status 0\n"
			else means answer-not-printed
		client shows "exit status 0\n"
			else means answer-not-printed
		client ends with 0
			but nothing means goes-on-after-its-input
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a line that cannot be sent is not sent, and the exit status tells of it" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "\n" 4097 x "l" "\n" 4096 x "m" "\n"
		host accepts
		host expects 4096 x "m"
			but "l" means sends-a-long-line
			but end means empty-command-sent
			but 0a means sends-the-newline
			else means wrong-message
		host sends "exit status 0\n"
		host closes
		client complains
			else means fails-silently
		client shows "exit status 0\n"
		client input ends
		client fails
			but nothing means goes-on-after-its-input
			else means success-after-failure
	SCRIPT
}

@test "exercise (1 point): no server, no answer, an answer broken off: the client says so and fails" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "one\n"
		host accepts as first
		first expects "one"
		first closes
		client complains
			else means fails-silently
		client input ends
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
		client2 runs
		client2 input "two\n"
		host accepts as again
		again expects "two"
		again sends "half of the ans"
		again waits until read
		again resets
		client2 complains
			else means fails-silently
		client2 input ends
		client2 fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
	SCRIPT
	talk <<-'SCRIPT'
		client runs
		client input "nobody is there\n"
		client complains
			else means fails-silently
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
	SCRIPT
}
