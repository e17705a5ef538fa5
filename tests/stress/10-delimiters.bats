#!/usr/bin/env bats
# Lesson 10 under stress: any amount of bytes between frames, any number of
# frames.

load ../support/helpers

@test "exercise (1 point): 64 MiB between frames are skipped, and take no memory" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann sends 4194304 x "noise, {2H {2, {" "{2H:at last:}"
			else means noise-not-skipped
		ann expects "{2H:AT LAST:}" within 60s
			but nothing means noise-not-skipped
			else means noise-not-skipped
		server memory below 8M
			else means noise-kept
	SCRIPT
}

@test "exercise (1 point): a hundred thousand frames come back, and take no memory" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		ann exchanges 100000 x "{2H:frames:}..." for 100000 x "{2H:FRAMES:}" within 60s
			but nothing means rest-thrown-away
			else means wrong-answer
		server memory below 8M
			else means keeps-it-all-in-memory
	SCRIPT
}

@test "exercise (1 point): a frame without end is dropped, however much of it comes" {
	talk <<-'SCRIPT'
		server starts
		ann connects
		server stands still
		ann sends "{2H:" 200000 x "a"
		server goes on
		ann expects end or reset
			else means frame-without-limit
		server memory below 8M
			else means frame-without-limit
		bob connects
		bob sends "{2H:bob:}"
		bob expects "{2H:BOB:}"
			else means caller-ends-the-server
	SCRIPT
}
