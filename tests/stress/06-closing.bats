#!/usr/bin/env bats
# Lesson 06 under stress: more than fits into memory or into any buffer.

load ../support/helpers

@test "exercise (1 point): 100 MiB are counted, and take no memory" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 3276800 x "a hundred megabytes, many lines\n"
		ann half-closes
		ann expects "3276800 16384000 104857600\n" within 20s
			but "3276800 16" means words-cut-by-recv
			but nothing means no-answer-at-end-of-stream
			but end means half-close-taken-for-a-hang-up
			else means counts-wrong
		server memory below 8M
			else means keeps-it-all-in-memory
	SCRIPT
}

@test "exercise (1 point): 100 MiB after not text are thrown away without a reset" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 00
		ann expects "not text\n"
			but nothing means zero-byte-not-noticed
			else means closes-with-unread-data
		ann expects end
			but nothing means half-not-closed
			else means closes-with-unread-data
		ann sends 3276800 x "a hundred megabytes, many lines\n"
			else means closes-with-unread-data
		ann waits until read
			else means closes-with-unread-data
		ann half-closes
		server has no connections
			else means connection-not-closed
		server memory below 8M
			else means keeps-it-all-in-memory
	SCRIPT
}
