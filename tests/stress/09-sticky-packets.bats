#!/usr/bin/env bats
# Lesson 09 under stress: every way to cut a record, and very many records.

load ../support/helpers

@test "exercise (1 point): a record in three pieces, cut at every two places, is one record" {
	record="one record of 16"
	{
		echo "server starts"
		for first in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do
			for ((second = first + 1; second < 16; second++)); do
				echo "ann connects"
				echo "ann sends \"${record:0:first}\""
				echo "ann waits until noticed"
				echo "ann sends \"${record:first:second-first}\""
				echo "ann waits until noticed"
				echo "server waits"
				echo "ann expects nothing for 1ms"
				echo "  else means one-recv-is-not-one-message"
				echo "ann sends \"${record:second}\""
				echo "ann expects upper \"$record\""
				echo "  else means one-recv-is-not-one-message"
				echo "ann closes"
			done
		done
	} | talk
}

@test "exercise (1 point): half a million records are answered, and take no memory" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann exchanges pattern 64K for upper pattern 64K
		server notes memory
		ann exchanges pattern 8M for upper pattern 8M within 20s
			else means wrong-answer
		server grew less than 256K
			else means keeps-every-message
	SCRIPT
}

@test "exercise (1 point): a thousand callers who break off inside a record leave nothing behind" {
	{
		echo "server starts"
		echo "server notes descriptors"
		for ((i = 1; i <= 1000; i++)); do
			echo "ann connects"
			echo "ann sends \"broken off\""
			echo "ann half-closes"
			echo "ann expects end or reset"
			echo "  else means half-a-message-answered"
			echo "ann closes"
		done
		echo "server keeps descriptors"
		echo "  else means connection-not-closed"
		echo "bob connects"
		echo "bob sends \"sixteen letters!\""
		echo "bob expects \"SIXTEEN LETTERS!\""
	} | talk
}
