#!/usr/bin/env bats
# Lesson 03: one caller at a time, the others wait in the backlog.

load support/helpers

@test "demonstration: a second caller waits for its answer, a later one for its connection" {
	needs linux
	talk <<-'SCRIPT'
		server starts
		client runs
		client input "first\n"
		client prints "first\n"
		client2 runs
		client2 input "second\n"
		client2 waits
		ann connects
		bob dials
		bob is not connected for 200ms
		client2 never shows "second"
		client input ends
		client ends with 0
		client2 prints "second\n"
		bob is connected within 5s
	SCRIPT
}

@test "demonstration: wrong usage ends with 2, a failure with 1" {
	talk <<-'SCRIPT'
		server runs with ""
		server ends with 2
		client runs with 99999
		client ends with 2
		client runs
		client input "hello\n"
		client ends with 1
	SCRIPT
}

@test "exercise (2 points): the operator speaks first, then both by turns" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann expects nothing for 50ms
		server input "hello big world\n"
		ann expects "hello big world"
			but "hello" means one-message-a-word
			but nothing means both-wait-for-the-other
			else means wrong-answer
		ann expects nothing for 30ms
			but more means answers-with-sizeof-buffer
		ann sends "good morning"
		server shows "good morning\n"
			else means caller-not-heard
		server input "how are you\n"
		ann expects "how are you"
			but nothing means one-message-a-call
			but end means one-message-a-call
			else means wrong-answer
		ann sends "well"
		server shows "well\n"
			else means caller-not-heard
	SCRIPT
}

@test "exercise (2 points): three waiting callers are taken in order" {
	talk <<-'SCRIPT'
		server starts
		server stands still
		ann connects
			else means stops-listening-while-talking
		bob connects
			else means stops-listening-while-talking
		cem connects
			else means stops-listening-while-talking
		server goes on
		server input "for ann\n"
		ann expects "for ann"
			but end means throws-waiting-callers-away
			else means served-out-of-order
		bob expects nothing for 30ms
			but end means throws-waiting-callers-away
			else means served-out-of-order
		ann sends "byebye"
		server input "for bob\n"
		bob expects "for bob"
			but end means throws-waiting-callers-away
			but nothing means byebye-ends-the-server
			else means served-out-of-order
		bob sends "byebye"
		server input "for cem\n"
		cem expects "for cem"
			but end means throws-waiting-callers-away
			but nothing means byebye-ends-the-server
			else means served-out-of-order
	SCRIPT
}

@test "exercise (1 point): while one caller talks, another can call and waits" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		server input "one\n"
		ann expects "one"
		bob connects
			else means stops-listening-while-talking
		bob expects nothing for 30ms
			but end means stops-listening-while-talking
		ann sends "uno"
		server shows "uno"
		server input "two\n"
		ann expects "two"
			but nothing means forgets-its-caller
			else means wrong-answer
		ann sends "byebye"
		server input "three\n"
		bob expects "three"
			else means byebye-ends-the-server
	SCRIPT
}

@test "exercise (1 point): byebye from the caller ends the call" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		server input "hello\n"
		ann expects "hello"
		ann sends "byebye"
		ann expects end
			but nothing means byebye-does-not-hang-up
			else means wrong-answer
		server lives
			else means ends-with-its-first-caller
		bob connects
		server input "next\n"
		bob expects "next"
			else means byebye-ends-the-server
	SCRIPT
}

@test "exercise (1 point): byebye from the operator is sent, ends the call, takes the next" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		bob connects
		server input "byebye\n"
		ann expects "byebye"
			else means byebye-not-said
		ann expects end
			but nothing means byebye-does-not-hang-up
		server input "next\n"
		bob expects "next"
			else means byebye-ends-the-server
	SCRIPT
}

@test "exercise (1 point): only exactly byebye is the end" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		server input "byebye then\n"
		ann expects "byebye then"
		ann sends "byebye!"
		server shows "byebye!\n"
			else means byebye-not-exact
		server input "bye\n"
		ann expects "bye"
			but end means byebye-not-exact
			else means wrong-answer
		ann sends "bye"
		server shows "bye\n"
		server input "still here\n"
		ann expects "still here"
			but end means byebye-not-exact
			else means wrong-answer
	SCRIPT
}

@test "exercise (2 points): a caller who drops in mid-call makes room for the next" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		server input "hello\n"
		ann expects "hello"
		bob connects
		ann closes
		server input "who is there\n"
		server input "who is there\n"
		bob expects "who is there"
			but nothing means goes-on-without-its-caller
			else means caller-ends-the-server
		bob sends "bob"
		server shows "bob\n"
			else means caller-ends-the-server
		cem connects
		bob resets
		server input "who is there\n"
		server input "who is there\n"
		cem expects "who is there"
			but nothing means goes-on-without-its-caller
			else means caller-ends-the-server
	SCRIPT
}

@test "exercise (1 point): the operator's end of input says byebye and ends the server" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		server input "hello\n"
		ann expects "hello"
		ann sends "hi"
		server shows "hi"
		server input ends
		ann expects "byebye"
			but end means byebye-not-said
			but nothing means end-of-input-ignored
			else means wrong-answer
		ann expects end
		server ends with 0
			but nothing means end-of-input-ignored
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a caller who thinks for long is waited for" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		server input "well?\n"
		ann expects "well?"
		pause 300ms
		server is idle for 100ms
			else means spins
		ann sends "at last"
		server shows "at last\n"
			else means gives-up-waiting
		server input "thanks\n"
		ann expects "thanks"
			else means gives-up-waiting
	SCRIPT
}

@test "exercise (1 point): an operator's line that cannot be sent is not sent, the next one is" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		server input "\n" 1025 x "l" "\nshort\n"
		ann expects "short"
			but "l" means sends-a-long-line
			but nothing means empty-line-takes-the-turn
			but "byeby" means empty-line-ends-the-call
			but end means empty-line-ends-the-call
			else means wrong-message
		ann sends "yes"
		server shows "yes\n"
			else means caller-not-heard
	SCRIPT
}

@test "exercise (1 point): nor is a line of the client's, whose exit status tells of it" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		host sends "hello"
		client shows "hello"
		client input "\n" 1025 x "l" "\nshort\n"
		host expects "short"
			but "l" means sends-a-long-line
			but nothing means empty-line-takes-the-turn
			but "byeby" means empty-line-ends-the-call
			but end means empty-line-ends-the-call
			else means wrong-message
		client complains
			else means fails-silently
		host sends "byebye"
		client fails
			else means success-after-failure
	SCRIPT
}

@test "exercise (2 points): the client hears first, then speaks, by turns" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input "my first line\n"
		host accepts
		host expects nothing for 50ms
			but more means speaks-out-of-turn
		host sends "hello you"
		client shows "hello you\n"
			else means answer-not-printed
		host expects "my first line"
			but "my" means one-message-a-word
			but nothing means both-wait-for-the-other
			else means wrong-message
		host expects nothing for 30ms
			but more means sends-the-newline
		host sends "second"
		client shows "second\n"
			else means answer-not-printed
		client input "mine too\n"
		host expects "mine too"
			else means one-message-a-call
	SCRIPT
}

@test "exercise (1 point): byebye from either side ends the client with 0" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		host sends "byebye!"
		client shows "byebye!"
			else means answer-not-printed
		client input "byebye\n"
		host expects "byebye"
			else means byebye-not-said
		client ends with 0
			else means byebye-not-exact
		client2 runs
		host accepts
		host sends "byebye"
		client2 ends with 0
			but nothing means byebye-does-not-hang-up
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): the client's end of input says byebye" {
	talk <<-'SCRIPT'
		host listens
		client runs
		client input ends
		host accepts
		host sends "hello"
		host expects "byebye"
			but end means byebye-not-said
			but nothing means end-of-input-ignored
			else means wrong-message
		client ends with 0
			but nothing means end-of-input-ignored
			else means fails-after-success
	SCRIPT
}

@test "exercise (1 point): a server that is gone is reported" {
	talk <<-'SCRIPT'
		host listens
		client runs
		host accepts
		host sends "hello"
		client shows "hello"
		client input "hi\n"
		host expects "hi"
		host closes
		client fails
			but nothing means server-gone-unnoticed
			else means success-after-failure
		client complains
			else means fails-silently
	SCRIPT
}
