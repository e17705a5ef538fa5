# conversation.bash - lesson 14 for languages.bats: files go there and back.
# shellcheck shell=bash disable=SC2034,SC2154 # shared with languages.bats

mkdir "$out/kept" "$out/here" "$out/away"
arguments=(127.0.0.1 "$out/kept")
conversation=of_files

# asks NAME: the client, with the lines on standard input, may not complain;
# what it prints goes to NAME.out.
asks() {
	"$TOOLS/run" -q -t 20 -i /dev/stdin "${command[@]}" "$port" \
		>"$out/$1.out" 2>"$out/$1.err"
	[ ! -s "$out/$1.err" ]
}

# of_files: of several sizes and all bytes; all are put, listed and got.
of_files() {
	cd "$out/here" || return 1
	: >none
	printf 'A\000B\377\n' >bytes
	{
		printf '\r\n\032\000'
		seq 1 40000
	} >"long one"
	# shellcheck disable=SC2059 # the format is the byte
	for ((i = 0; i < 256; i++)); do printf "\\$(printf %o "$i")"; done >../all
	for ((i = 0; i < 200; i++)); do cat ../all; done >é.bin
	for name in *; do echo "put $name"; done | asks put
	echo list | asks list
	printf '%s\n' '5 bytes' '228898 long one' '0 none' '51200 é.bin' |
		diff - "$out/list.out"
	cd "$out/away" || return 1
	for name in ../here/*; do echo "get ${name#../here/}"; done | asks get
	diff -r ../here .
	diff -r ../here ../kept
	# What is refused is an answer, and nothing more.
	run -1 "$TOOLS/run" -q -t 20 -i <(printf '%s\n' 'put none' list) \
		"${command[@]}" "$port"
	cd "$BATS_TEST_TMPDIR" || return 1
	[[ $output == *"51200 é.bin"* ]]
}
