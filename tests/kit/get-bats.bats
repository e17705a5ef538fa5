#!/usr/bin/env bats
# How get-bats chooses, with pretended programs in PATH.

load copy

setup() {
	unset MAKEFLAGS
	export LC_ALL=C
	mkdir -p "$BATS_TEST_TMPDIR/kit/tests/support" "$BATS_TEST_TMPDIR/bin"
	cd "$BATS_TEST_TMPDIR/kit" || return 1
	cp "$KIT/tests/support/kit.sh" "$KIT/tests/support/get-bats" \
		tests/support
	bin=$BATS_TEST_TMPDIR/bin
	for tool in sh dirname mkdir awk cat rm chmod env uname head sed grep; do
		ln -s "$(command -v $tool)" "$bin/$tool"
	done
	pretend id 'echo 1000'
}

# pretend NAME SCRIPT
pretend() {
	mkdir -p "$(dirname "$bin/$1")"
	printf '#!/bin/sh\necho "%s $*" >>%s/called\n%s\n' "$1" \
		"$BATS_TEST_TMPDIR" "$2" >"$bin/$1"
	chmod +x "$bin/$1"
}

get_bats() {
	run env PATH="$bin" sh tests/support/get-bats "$@"
}

# called TEXT: a pretended program was called so.
called() {
	grep -q -- "$1" "$BATS_TEST_TMPDIR/called"
}

never_called() {
	! called "$1"
}

# A script that makes the file FILE a bats.
makes() {
	printf 'mkdir -p "$(dirname "%s")"; printf "#!/bin/sh\\necho Bats 1.9.0\\n" >"%s"; chmod +x "%s"' "$1" "$1" "$1"
}

@test "one in PATH is taken, and remembered" {
	pretend bats 'echo "Bats 1.8.2"'
	get_bats
	[ "$status" -eq 0 ]
	[ "$output" = "$bin/bats" ]
	[ "$(cat build/tools/bats.path)" = "$bin/bats" ]
	rm "$BATS_TEST_TMPDIR/called"
	get_bats
	[ "$output" = "$bin/bats" ]
	[ ! -e "$BATS_TEST_TMPDIR/called" ]
}

@test "one that is too old, or no bats at all, is not taken" {
	for version in "Bats 1.7.0" "Bats 0.4.0" "bats: error" ""; do
		pretend bats "echo '$version'"
		get_bats --find
		[ "$status" -eq 1 ]
		[ -z "$output" ]
	done
	for version in 1.8.0 1.10.0 1.11.1 2.0.0; do
		rm -rf build
		pretend bats "echo Bats $version"
		get_bats --find
		[ "$status" -eq 0 ]
	done
}

@test "one in build/ is found" {
	mkdir -p build/bats/bin
	printf '#!/bin/sh\necho Bats 1.11.0\n' >build/bats/bin/bats
	chmod +x build/bats/bin/bats
	get_bats
	[ "$status" -eq 0 ]
	[ "$output" = "$PWD/build/bats/bin/bats" ]
}

@test "a remembered one that is gone is forgotten" {
	mkdir -p build/tools
	echo /no/such/bats >build/tools/bats.path
	pretend bats 'echo "Bats 1.8.2"'
	get_bats
	[ "$output" = "$bin/bats" ]
}

@test "root uses apt-get" {
	pretend id 'echo 0'
	pretend apt-get "$(makes "$bin/bats")"
	pretend npm 'exit 1'
	get_bats
	[ "$status" -eq 0 ]
	says "fetching it"
	says "apt-get install bats"
	called "apt-get install -y --no-install-recommends bats"
	never_called npm
}

@test "a user whom sudo lets through without a password uses apt-get" {
	pretend sudo 'shift; exec "$@"'
	pretend true ''
	pretend apt-get "$(makes "$bin/bats")"
	get_bats
	[ "$status" -eq 0 ]
	called "sudo -n env"
	says "apt-get install bats"
}

@test "a user whom sudo would ask is not asked: npm" {
	pretend sudo 'exit 1'
	pretend apt-get 'exit 100'
	pretend npm "$(makes "$PWD/build/bats/node_modules/.bin/bats")"
	get_bats
	[ "$status" -eq 0 ]
	never_called apt-get
	called "npm install"
	get_bats
	[ "$output" = "$PWD/build/bats/node_modules/.bin/bats" ]
}

@test "brew where there is brew" {
	pretend brew "$(makes "$bin/bats")"
	get_bats
	[ "$status" -eq 0 ]
	called "brew install bats-core"
}

@test "git when npm fails" {
	pretend npm 'exit 1'
	pretend git "$(makes "$PWD/build/bats/bin/bats")"
	get_bats
	[ "$status" -eq 0 ]
	called npm
	called "git clone"
	says "git clone bats-core"
}

@test "when all fails, one sentence says what to do" {
	pretend npm 'exit 1'
	pretend git 'exit 128'
	get_bats
	[ "$status" -eq 1 ]
	says "bats-core 1.8 or newer could not be fetched; install it"
	says "build/get-bats.log"
}
