#!/usr/bin/env bats
# make grade: a class of untrusted programs, in one command.
#
# Programs that mean harm (hostile/) are started in the sandbox alone; where
# there is none their tests are skipped. class.py makes classes whose right
# marks are known.

bats_require_minimum_version 1.8.0
load copy

setup_file() {
	make_kit
}

setup() {
	command -v python3 >/dev/null || skip "needs python3"
	# What a plain user may read, with a short name.
	top=$(mktemp -d /tmp/kit.XXXXXX)
	chmod 755 "$top"
	# shellcheck disable=SC2154 # copy.bash sets these
	BATS_TEST_TMPDIR=$top copy_kit
	: "${copy:?}" "${lesson:?}" "${exercise:?}"
	class=$top/class
	mkdir "$class"
}

teardown() {
	[ -z "$top" ] || rm -rf "$top"
}

# hand_in STUDENT FORM: the solution as STUDENT hands it in.
hand_in() {
	mkdir -p "$class/$1/$2"
	for who in server client; do
		sed 's,"../../lessons/,"../../,' "solutions/$lesson/$who.c" \
			>"$class/$1/$2/$who.c"
	done
}

# hand_in_file STUDENT FILE: one file, server and client alike.
hand_in_file() {
	mkdir -p "$class/$1/01"
	cp "$2" "$class/$1/01/server.c"
	cp "$2" "$class/$1/01/client.c"
}

# grade ARGUMENT ...: with what was said in $output.
grade() {
	run tests/support/grade SUBMISSIONS="$class" "$@"
}

# fact EXPRESSION: Python about r, the results, and s, its students by name.
fact() {
	python3 - "$1" <<-'PYTHON'
		import json, sys
		r = json.load(open('results/results.json'))
		s = {x['name']: x for x in r['students']}
		def mark(name, lesson='01'):
		    return s[name]['lessons'][lesson]['score']
		def status(name, lesson='01'):
		    return s[name]['lessons'][lesson]['status']
		def noted(name, text):
		    return any(text in n for n in s[name]['notes'])
		def looked_at(name, text):
		    return any(text in n['reason'] for n in s[name]['review'])
		if not eval(sys.argv[1]):
		    print('not so:', sys.argv[1])
		    print(json.dumps(r, indent=1)[:3000])
		    sys.exit(1)
	PYTHON
}

# short_lesson: two tests are enough to see whether a mark is right.
short_lesson() {
	awk '
		/^@test/ { keep = /answers in upper case|sends its line and/ }
		/^@test/ || begun { begun = 1 }
		!begun || keep
	' "tests/$lesson.bats" >short.bats
	[ "$(grep -c '^@test' short.bats)" -eq 2 ]
	mv short.bats "tests/$lesson.bats"
}

# plain_user: what follows $as is run as an ordinary user, also for root.
plain_user() {
	as=()
	if [ "$(id -u)" -eq 0 ]; then
		chown -R 64500:64500 "$top"
		as=(build/tools/sandbox --as 64500 env "HOME=$top")
	fi
}

# needs_sandbox: bubblewrap works here for a plain user.
needs_sandbox() {
	plain_user
	set -- bwrap --ro-bind / / --unshare-all --unshare-user --proc /proc
	"${as[@]}" "$@" "$@" true 2>/dev/null ||
		skip "needs bubblewrap and namespaces"
}

@test "every form of handing in is found, and only the exercise is taken" {
	for form in lessons/01-blocking-tcp/exercise 01-blocking-tcp/exercise \
		01-blocking-tcp 01 1 Lesson-1 work/01/exercise; do
		mkdir -p "$class/${form//\//+}/$form"
		cp "$exercise"/*.c "$class/${form//\//+}/$form"
	done
	mkdir "$class/bare" "$class/nothing" "$class/demo" "$class/wrapped"
	cp "$exercise"/*.c "$class/bare"
	echo hello >"$class/nothing/README"
	# A clone whose exercise was deleted: the demonstration is none.
	mkdir -p "$class/demo/lessons/$lesson" "$class/demo/solutions/$lesson"
	cp "lessons/$lesson"/*.c "$class/demo/lessons/$lesson"
	cp "solutions/$lesson"/*.c "$class/demo/solutions/$lesson"
	(cd "$class/01" && tar -czf ../packed.tar.gz 01)
	python3 - "$class" <<-'PYTHON'
		import os, sys, zipfile
		top = sys.argv[1]
		source = open(top + '/01/01/server.c').read()
		with zipfile.ZipFile(top + '/zipped.zip', 'w') as z:
		    for name in ('server.c', 'client.c'):
		        z.writestr('my work/01/' + name,
		                   open(top + '/01/01/' + name).read())
		with zipfile.ZipFile(top + '/wrapped/hand-in.zip', 'w') as z:
		    for name in ('server.c', 'client.c'):
		        z.writestr('windows\\01\\' + name,
		                   open(top + '/01/01/' + name).read())
	PYTHON
	cp "$class/01/01/server.c" "$class/jane_1234_5678_server.c"
	cp "$class/01/01/client.c" "$class/jane_1234_5679_client-1.c"
	mkdir -p "$class/Jo Doe_42_assignsubmission_file_/01"
	cp "$class/01/01"/*.c "$class/Jo Doe_42_assignsubmission_file_/01"

	grade LESSONS=1 SANDBOX=none
	[ "$status" -eq 0 ]
	fact 'all(status(n) == "not-started" for n in s if n not in ("nothing", "demo"))'
	fact 'len(s) == 15 and "Jo Doe_42" in s and "jane_1234" in s'
	fact 'status("nothing") == "missing" and status("demo") == "missing"'
	fact 'noted("demo", "the demonstration")'
	grep -q '^nothing,0,' results/grades.csv
}

@test "a program that is given complete is neither asked for nor taken" {
	give_server
	short_lesson
	hand_in both 01
	hand_in alone 01
	rm "$class/alone/01/server.c"
	hand_in changed 01
	echo "int main(void) { return 1; }" >"$class/changed/01/server.c"
	hand_in untouched 01
	cp "$exercise"/*.c "$class/untouched/01"
	mkdir -p "$class/server/01"
	cp "$exercise/server.c" "$class/server/01"
	hand_in broken 01
	echo "int (;" >>"$class/broken/01/client.c"
	grade LESSONS=1 SANDBOX=none
	[ "$status" -eq 0 ]
	fact 'all(mark(n) == 4 and status(n) == "graded" for n in ("both", "alone", "changed"))'
	fact 'status("untouched") == "not-started" and status("server") == "missing"'
	fact 'status("broken") == "does-not-compile" and mark("broken") == 0'
	run ! grep -rq 'server.c was not handed in' results
}

@test "names and archives that want to do harm are handled and told" {
	for name in 'two  blanks' "o'clock" 'quo"te' $'new\nline' -rf --help \
		'Zoë' '名前' '=1+1' '$(touch owned)' '*' '<b>bold'; do
		mkdir -p "$class/$name/01"
		cp "$exercise"/*.c "$class/$name/01"
	done
	python3 - "$class" "$exercise" <<-'PYTHON'
		import io, os, sys, tarfile, zipfile
		top, exercise = sys.argv[1:]
		source = open(exercise + '/server.c').read()

		def tar(name, *members):
		    with tarfile.open('%s/%s.tar.gz' % (top, name), 'w:gz') as t:
		        for path, what in members:
		            info = tarfile.TarInfo(path)
		            if isinstance(what, bytes):
		                info.size = len(what)
		                t.addfile(info, io.BytesIO(what))
		            else:
		                info.type, info.linkname = what
		                t.addfile(info)

		tar('climbs', ('../../01/server.c', b'int a;'),
		    ('/tmp/01/client.c', b'int b;'),
		    ('ok/../../01/server.c', b'int c;'))
		tar('links', ('01/server.c', (tarfile.SYMTYPE, '/etc/passwd')),
		    ('01/client.c', (tarfile.LNKTYPE, '/etc/passwd')))
		tar('devices', ('01/server.c', (tarfile.CHRTYPE, '')),
		    ('01/client.c', (tarfile.FIFOTYPE, '')))
		with zipfile.ZipFile(top + '/climbs-too.zip', 'w') as z:
		    z.writestr('../01/server.c', 'int a;')
		    z.writestr('C:\\01\\server.c', 'int a;')
		    z.writestr('/01/client.c', 'int a;')
		with zipfile.ZipFile(top + '/zip-link.zip', 'w') as z:
		    info = zipfile.ZipInfo('01/server.c')
		    info.external_attr = 0o120777 << 16
		    z.writestr(info, '/etc/passwd')
		with zipfile.ZipFile(top + '/bomb.zip', 'w', zipfile.ZIP_DEFLATED) as z:
		    z.writestr('01/server.c', b'A' * (50 << 20))
		with tarfile.open(top + '/bomb-too.tar.gz', 'w:gz', compresslevel=1) as t:
		    info = tarfile.TarInfo('filler')
		    info.size = 260 << 20
		    t.addfile(info, open('/dev/zero', 'rb'))
		    info = tarfile.TarInfo('01/server.c')
		    t.addfile(info)
		with zipfile.ZipFile(top + '/many.zip', 'w') as z:
		    for i in range(20100):
		        z.writestr('x/%d' % i, '')
		open(top + '/no-archive.zip', 'wb').write(os.urandom(5000))
		open(top + '/cut.tar.gz', 'wb').write(
		    open(top + '/climbs.tar.gz', 'rb').read()[:40])
		for name, data in (('big', b'int a;\n' * (10 << 17)),
		                   ('binary', b'\x7fELF\0\0\1' * 99),
		                   ('utf-16', source.encode('utf-16')),
		                   ('latin-1', source.encode() + b'/* \xe9 */\n'),
		                   ('empty', b'')):
		    os.makedirs(top + '/' + name + '/01')
		    open(top + '/' + name + '/01/server.c', 'wb').write(data)
		    open(top + '/' + name + '/01/client.c', 'w').write(open(
		        exercise + '/client.c').read())
		os.makedirs(top + '/odd-files/01')
		os.symlink('/etc/passwd', top + '/odd-files/01/server.c')
		os.mkfifo(top + '/odd-files/01/client.c')
		os.makedirs(top + '/deep' + '/d' * 200)
		os.symlink('/', top + '/deep/everything')
		os.symlink(top + '/links.tar.gz', top + '/a-link')
		open(top + '/notes.txt', 'w').write('for myself')
		open(top + '/old.rar', 'w').write('Rar!')
		# Two entries for one student.
		os.makedirs(top + '/anna/01')
		open(top + '/anna/01/server.c', 'w').write(source)
		with zipfile.ZipFile(top + '/Anna.zip', 'w') as z:
		    z.writestr('01/server.c', source + '/* other */\n')
		    z.writestr('01/client.c', open(exercise + '/client.c').read())
	PYTHON
	grade LESSONS=1 SANDBOX=none
	[ "$status" -eq 0 ]
	[ ! -e owned ]
	says "not graded: notes.txt: neither a directory nor an archive"
	says "not graded: a-link: a link, not followed"
	says "not graded: old.rar: archives of this kind are not opened"
	fact 'all(status(n) == "not-started" for n in ("two  blanks", "-rf", "--help", "Zoë", "名前", "=1+1", "*", "new?line", "<b>bold"))'
	for name in climbs climbs-too; do
		fact "status('$name') == 'missing' and noted('$name', 'out of the archive')"
	done
	fact 'status("links") == "missing" and noted("links", "a link, not taken")'
	fact 'status("zip-link") == "missing" and noted("zip-link", "a link")'
	fact 'status("devices") == "missing" and noted("devices", "not a regular file")'
	fact 'status("bomb") == "missing" and noted("bomb", "larger than")'
	fact 'status("bomb-too") == "missing" and noted("bomb-too", "unpacks to more than")'
	fact 'status("many") == "missing" and noted("many", "the rest was not looked at")'
	fact 'noted("no-archive", "damaged or not an archive") and noted("cut", "damaged")'
	fact 'noted("big", "larger than") and noted("binary", "not a text file")'
	fact 'noted("utf-16", "UTF-16")'
	fact 's["big"]["lessons"]["01"]["programs"]["server.c"]["status"] == "missing"'
	fact 'status("odd-files") == "missing" and noted("odd-files", "a link, not taken") and noted("odd-files", "not a regular file")'
	fact 'noted("deep", "too deep")'
	fact 'noted("Anna", "2 entries for one student") and looked_at("Anna", "two entries differ")'
	grep -q "^'=1+1," results/grades.csv
	grep -q "^'-rf," results/grades.csv
	run ! grep -rq '<b>bold' results/class.html results/students
}

@test "what cannot be graded gets a sentence" {
	check() {
		run tests/support/grade "$@"
		[ "$status" -eq 1 ] || return 1
		never_says Traceback
	}
	check
	says "Whose programs?"
	check SUBMISSIONS=nowhere
	says "There is no directory"
	check SUBMISSIONS=Makefile
	says "is not a directory"
	check SUBMISSIONS="$class"
	says "is empty"
	echo "a note" >"$class/note"
	check SUBMISSIONS="$class"
	says "Nobody handed anything in"
	mkdir "$class/ann"
	check SUBMISSIONS="$class" LESSONS=77
	says "There is no lesson 77 to grade; there are 01"
	check SUBMISSIONS="$class" JOBS=many
	says "JOBS is a number"
	check SUBMISSIONS="$class" SHARD=5/4
	says "SHARD is k/n"
	check SUBMISSIONS="$class" SANDBOX=cardboard
	says "SANDBOX is bubblewrap, user or none"
	check SUBMISSIONS="$class" ROSTER=none.csv
	says "cannot be read"
	echo "colour,taste" >odd.csv
	check SUBMISSIONS="$class" ROSTER=odd.csv
	says "names a student"
	check SUBMISSIONS="$class" ROLE=teacher
	says "There is no option ROLE"
	check --pack-gradescope 77
	says "There is no lesson 77"
	mkdir -p results/inbox/ann
	check SUBMISSIONS=results/inbox
	says "where the results go"
	check SUBMISSIONS="$class" RESULTS="$class/results"
	says "among the submissions"
	check SUBMISSIONS=. SANDBOX=none
	says "among the submissions"
}

@test "a grader that is stopped early leaves nothing, and nohup holds" {
	short_lesson
	hand_in good 01
	mkdir tmp
	# Stopped while it still prepares.
	cat >slow-cc <<-'SH'
		#!/bin/sh
		echo >began
		sleep 5
	SH
	chmod +x slow-cc
	rm -f build/tools/sandbox
	TMPDIR=$PWD/tmp CC=$PWD/slow-cc python3 -B tests/support/grading "$class" \
		SANDBOX=none >said 2>&1 3>&- &
	grader=$!
	for _ in {1..200}; do
		[ ! -e began ] || break
		sleep 0.02
	done
	kill -TERM "$grader"
	status=0
	wait "$grader" || status=$?
	[ "$status" -eq 130 ]
	[ "$(cat said)" = "Stopped." ]
	[ -z "$(ls -A tmp)" ]
	# nohup(1) has it ignore what a terminal sends when it goes.
	make -s tools
	(trap '' HUP && exec python3 -B tests/support/grading "$class" \
		SANDBOX=none) >said 2>&1 3>&- &
	grader=$!
	for _ in {1..200}; do
		! grep -q sandbox: said || break
		sleep 0.02
	done
	kill -HUP "$grader"
	wait "$grader"
	fact 'mark("good") == 4'
}

@test "a machine that cannot compile is no fault of the program" {
	short_lesson
	hand_in good 01
	mv build/tools/sandbox real
	printf '%s\n' '#!/bin/sh' 'case $1 in --limits) echo no room >&2; exit 9 ;; esac' \
		"exec $PWD/real \"\$@\"" >build/tools/sandbox
	chmod +x build/tools/sandbox
	grade SANDBOX=none
	[ "$status" -eq 3 ]
	says "1 could not be graded"
	fact 'status("good") == "error" and looked_at("good", "no room")'
	grep -q '^good,,' results/grades.csv
	# Only once it is mended there is a mark.
	mv real build/tools/sandbox
	grade SANDBOX=none
	[ "$status" -eq 0 ]
	fact 'mark("good") == 4'
}

@test "a row of the roster gets the marks of its own student" {
	python3 -B - "$KIT" <<-'PYTHON'
		import sys
		sys.path.insert(0, sys.argv[1] + '/tests/support')
		from grading import roster

		class Student:
		    def __init__(self, name):
		        self.name = name

		def rows(kind, header, *lines):
		    return roster.Roster('x', [header.split(',')] + [
		        line.split(',') for line in lines], (',', '\n'), False, kind)

		def owners(r, *names):
		    found = roster.match(r, [Student(n) for n in names])
		    return {i: s.name for i, s in found.items()}

		# Two of one name, of whom one handed in.
		moodle = rows('moodle worksheet', 'Identifier,Full name,Grade',
		              'Participant 43,Jo Doe,', 'Participant 42,Jo Doe,')
		assert owners(moodle, 'Jo Doe_42') == {2: 'Jo Doe_42'}
		assert owners(moodle, 'Jo Doe_44') == {}
		# A name that two bear is nobody's; a number is.
		plain = rows('list', 'username,name', 'jo,Jo Doe', 'j2,Jo Doe')
		assert owners(plain, 'Jo Doe') == {}
		assert owners(plain, 'j2', 'Jo Doe') == {2: 'j2', 1: 'Jo Doe'}
		# Another's number in a weaker column takes nobody's marks.
		canvas = rows('canvas', 'Student,ID,SIS User ID', '"B",9,11',
		              '"A",11,12')
		assert owners(canvas, 'a_11') == {2: 'a_11'}

		class Lesson:
		    def __init__(self, name, title):
		        self.number, self.name, self.title = name[:2], name, title
		udp = Lesson('15-udp', 'UDP')
		reliable = Lesson('16-reliable-udp', 'reliable UDP')

		def meant(text):
		    return [x.number for x in (udp, reliable)
		            if roster.is_column_of(text, x)]
		assert meant('udp') == ['15'] and meant('reliable udp') == ['16']
		assert meant('lesson 15') == ['15'] and meant('lab16') == ['16']
		assert meant('16: reliable udp') == ['16']
		assert meant('collaboration 15') == meant('essay on udp') == []
		assert meant('lesson 150') == meant('exam 15') == []
	PYTHON
}

@test "the settings of a student's repository name no program to be run" {
	command -v git >/dev/null || skip "needs git"
	mkdir "$class/me"
	cd "$class/me"
	git init -q .
	tree=$(git write-tree)
	printf '%s\n' "tree $tree" 'author x <x> 1700000000 +0000' \
		'committer x <x> 1700000000 +0000' \
		'gpgsig -----BEGIN PGP SIGNATURE-----' ' ' ' x' \
		' -----END PGP SIGNATURE-----' '' x >commit
	git update-ref HEAD "$(git hash-object -t commit -w commit)"
	printf '#!/bin/sh\ntouch %s\n' "$PWD/owned" >program
	chmod +x program
	git config log.showSignature true
	git config gpg.program "$PWD/program"
	git log -1 >/dev/null 2>&1 || :
	[ -e owned ] # so far for a git that is asked in the usual way
	rm owned
	python3 -B - "$KIT" <<-'PYTHON'
		import sys
		sys.path.insert(0, sys.argv[1] + '/tests/support')
		from grading import platforms
		assert platforms.commit_time('.') == '2023-11-14T22:13:20Z'
	PYTHON
	[ ! -e owned ]
}

@test "a class of twelve gets its marks, interrupted or not, twice" {
	needs_sandbox
	cp -R "$KIT/tests/mistakes/$lesson" tests/mistakes/
	cp -R "$KIT/tests/designs/$lesson" tests/designs/
	mkdir tests/kit
	cp -R "$BATS_TEST_DIRNAME/hostile" "$BATS_TEST_DIRNAME/class.py" tests/kit
	# Fork bombs and busy loops are for make stress: they cost too much here.
	rm -f tests/kit/hostile/{fork-bomb,busy-loop,many-threads,sleeps,stops*}.c
	rm -f tests/kit/hostile/{ignores*,keeps*,zomb*,takes*,hides*,breaks*}.c
	rm -f tests/kit/hostile/compile/macro-bomb.c
	python3 -B tests/kit/class.py make "$class/known" 12 01 7
	class=$class/known/submissions
	plain_user

	"${as[@]}" tests/support/grade "$class" >first 2>&1 3>&- &
	grader=$!
	for _ in {1..200}; do
		[ -z "$(find results/graded -name '*.json' 2>/dev/null)" ] || break
		sleep 0.1
	done
	kill -TERM "$grader"
	status=0
	wait "$grader" || status=$?
	[ "$status" -eq 130 ]
	grep -q 'The same command goes on from here' first
	before=$(find results/graded -name '*.json' | wc -l)
	[ "$before" -ge 1 ]

	run "${as[@]}" tests/support/grade "$class"
	[ "$status" -eq 0 ]
	says "were graded before"
	says "sandbox: bubblewrap, two layers"
	python3 -B tests/kit/class.py compare "${class%/*}" results
	fact 'r["grading"]["complete"] and r["grading"]["graded_now"] > 0'
	fact "r['grading']['graded_now'] <= 12 - $before"

	run "${as[@]}" tests/support/grade "$class"
	[ "$status" -eq 0 ]
	fact 'r["grading"]["graded_now"] == 0'
	python3 -B tests/kit/class.py compare "${class%/*}" results
	# Nothing of it runs on, and nothing lies about.
	run ! pgrep -f "$top"
}

@test "hostile programs get nothing, and take nothing from the honest ones" {
	needs_sandbox
	short_lesson
	for file in "$BATS_TEST_DIRNAME"/hostile/*.c; do
		name=${file##*/}
		case $name in
		busy-loop.c | many-threads.c | fork-bomb.c) continue ;;
		sleeps.c | ignores-every-signal.c | stops-everybody.c) continue ;;
		takes-all-memory.c | zombies-and-sockets.c) continue ;;
		esac
		hand_in_file "${name%.c}" "$file"
	done
	for file in "$BATS_TEST_DIRNAME"/hostile/compile/*.c; do
		name=${file##*/}
		hand_in_file "${name%.c}" "$file"
	done
	for i in 1 2 3; do
		hand_in "honest$i" 01
		echo "/* $i */" >>"$class/honest$i/01/server.c"
	done
	plain_user
	run "${as[@]}" tests/support/grade "$class" LESSONS=01
	[ "$status" -eq 0 ]
	fact 'all(mark(n) == (4 if n.startswith("honest") else 0) for n in s)'
	fact 'all(t["seconds"] < 15 for x in s.values() for t in x["lessons"]["01"]["tests"] if "seconds" in t)'
	fact 'status("includes-the-solution") == "does-not-compile"'
	run ! grep -rq 'ESCAPED: ' results
	run ! grep -q '<script' results/students/*.html results/class.html
	run ! grep -q $'\033' results/students/warns-with-escapes.md
	python3 -c 'import xml.dom.minidom as x; x.parse("results/junit.xml")'
}

# sees_test SEES LINE ...: a test with these lines, in which the file in has to
# come to kept/got. bats would take a line that begins with its own word for a
# test of this file.
sees_test() {
	local sees=$1
	shift
	sed 's/^TEST /@test /' <<-END
		TEST "exercise (1 point): ${sees:-all is seen}: $1" {
			mkdir "\$dir/kept"
			talk <<-'SCRIPT'
				shell head -c 1000 /dev/urandom >\$dir/in
				$sees
				$(printf '%s\n' "$@")
				shell test ! -L \$dir/kept/got && cmp \$dir/in \$dir/kept/got
			SCRIPT
		}
	END
}

@test "a program sees no more of a test's directory than the test says" {
	needs_sandbox
	# Each once with all to be seen: else it would prove nothing.
	{
		sed '/^@test/,$d' "tests/$lesson.bats"
		for sees in '' 'server sees {dir}/kept'; do
			sees_test "$sees" 'server runs with {port} {dir}/kept/got' \
				'server ends with 0'
		done
		for sees in '' 'client sees nothing'; do
			sees_test "$sees" 'client input from {dir}/in' 'client runs' \
				'client ends with 0'
		done
	} >short.bats
	mv short.bats "tests/$lesson.bats"
	hand_in_file cheat "$BATS_TEST_DIRNAME/hostile/copies-the-input.c"
	plain_user
	run "${as[@]}" tests/support/grade "$class" LESSONS=01
	[ "$status" -eq 0 ]
	fact '[t["status"] for t in s["cheat"]["lessons"]["01"]["tests"]] == ["passed", "failed"] * 2'
}

# hand_in_all_designs: the copy has all lessons; the class has the solutions in
# design0 and the other designs in design1, design2 ... Their number: $programs.
hand_in_all_designs() {
	local path name mine design n
	cp -pR "$KIT"/lessons/[0-9]* lessons
	cp -pR "$KIT"/solutions/[0-9]* solutions
	cp -p "$KIT"/tests/[0-9]*.bats tests
	rm -f lessons/*/exercise/*
	sh tests/support/starters >/dev/null
	programs=0
	for path in solutions/[0-9]*; do
		name=${path##*/} n=0
		for design in "$path/" "$KIT/tests/designs/$name"/*/; do
			mine=$class/design$((n++))/$name
			mkdir -p "$mine"
			cp "$path"/*.c "$mine"
			cp -f "$design"*.c "$mine"
			((++programs))
		done
	done
	[ "$programs" -ge 72 ]
	sed -i.old 's,"../../lessons/,"../../,' "$class"/*/*/*.c
	rm "$class"/*/*/*.old
}

# all_right: each of the programs got all points.
all_right() {
	python3 - "$programs" <<-'PYTHON'
		import json, sys
		r = json.load(open('results/results.json'))
		points = {x['number']: x['points'] for x in r['lessons']}
		marks = [(s['name'], n, x['status'], x['score'])
		         for s in r['students'] for n, x in s['lessons'].items()
		         if x['status'] != 'missing']
		wrong = [m for m in marks if m[2:] != ('graded', points[m[1]])]
		assert len(marks) == int(sys.argv[1]) and not wrong, (len(marks), wrong)
	PYTHON
}

@test "right programs of all designs get all points under bubblewrap" {
	needs_sandbox
	hand_in_all_designs
	plain_user
	run "${as[@]}" tests/support/grade "$class"
	[ "$status" -eq 0 ]
	says "sandbox: bubblewrap, two layers"
	all_right
}

@test "right programs of all designs get all points without bubblewrap" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	hand_in_all_designs
	chmod go-rwx solutions tests/mistakes tests/designs build "$class"
	grade SANDBOX=user
	[ "$status" -eq 0 ]
	says "users of their own from "
	all_right
}

@test "the results are what spreadsheets, browsers and platforms read" {
	short_lesson
	hand_in good 01
	hand_in "=cmd" 01
	sed 's/toupper(/(/' "solutions/$lesson/server.c" |
		sed 's,"../../lessons/,"../../,' >"$class/=cmd/01/server.c"
	hand_in half 01
	echo 'int main(' >"$class/half/01/server.c"
	cp -R "$class/good" "$class/twin"
	printf 'Identifier,Full name,Email address,Status,Grade,Maximum Grade,Last modified (grade),Feedback comments\r\n' >moodle.csv
	printf 'Participant 7,Good,good@x.org,,,10.00,-,\r\nParticipant 8,Absent,absent@x.org,,,10.00,-,\r\n' >>moodle.csv
	grade SANDBOX=none ROSTER=moodle.csv
	[ "$status" -eq 0 ]
	fact 'mark("good") == 4 and mark("twin") == 4 and mark("half") == 2'
	fact 'status("half") == "does-not-compile"'
	says "1 of 2 rows have a submission"
	says "nothing handed in: Participant 8"
	grep -q $'^Participant 7,Good,good@x.org,,10,10.00,-,lesson 01: 4 of 4\r$' \
		results/filled-moodle.csv
	grep -q $'^Participant 8,Absent,absent@x.org,,,10.00,-,\r$' \
		results/filled-moodle.csv
	grep -q "server.c does not compile" results/students/half.md
	grep -q 'The same files to the byte' results/class.html
	grep -q "good, twin" results/class.html

	printf 'Student,ID,SIS User ID,SIS Login ID,Section,Lesson 01 (987),Exam (55)\n    Points Possible,,,,,8,100\n"Doe, Good",11,,good,A,,3\nNobody,12,,nobody,A,,4\n' >canvas.csv
	grade SANDBOX=none ROSTER=canvas.csv
	[ "$status" -eq 0 ]
	grep -q '^"Doe, Good",11,,good,A,8,3$' results/filled-canvas.csv
	grep -q '^Nobody,12,,nobody,A,,4$' results/filled-canvas.csv
	grep -q '^    Points Possible,,,,,8,100$' results/filled-canvas.csv
	fact 'r["grading"]["graded_now"] == 0'

	python3 - <<-'PYTHON'
		import csv, glob, json, xml.etree.ElementTree as tree
		rows = list(csv.reader(open('results/grades.csv', newline='')))
		assert len(rows) == 5 and all(len(r) == len(rows[0]) for r in rows)
		assert not any(c[:1] in '=+-@' for r in rows for c in r if c), rows
		suites = tree.parse('results/junit.xml').getroot()
		assert len(suites) == 4 and suites.get('tests') == '8'
		g = json.load(open('results/gradescope/half/results.json'))
		assert g['score'] == 2 and len(g['tests']) == 2
		assert all({'score', 'max_score', 'name', 'status', 'output'} <= set(t)
		           for t in g['tests'])
		c = json.load(open('results/classroom50/half/result.json'))
		assert c['schema'] == 'classroom50/result/v1'
		assert c['submission'].startswith('submit/')
		assert {'classroom', 'assignment', 'assignment_type', 'owner',
		        'submission', 'commit', 'release', 'review', 'datetime',
		        'score', 'max-score', 'tests'} <= set(c)
		assert all(isinstance(t['score'], int) and 'test-name' in t and
		           'passed' in t and 'max-score' in t for t in c['tests'])
	PYTHON
	# Only what changed is graded again.
	echo "/* better */" >>"$class/good/01/client.c"
	grade SANDBOX=none
	fact 'r["grading"]["graded_now"] == 1'
	# A changed test asks everybody again.
	echo "# changed" >>"tests/$lesson.bats"
	grade SANDBOX=none
	fact 'r["grading"]["graded_now"] == 4'
}

@test "the sandbox gets every test that counts, in order, and no other" {
	python3 -B - "$KIT" <<-'PYTHON'
		import re, sys
		sys.path.insert(0, sys.argv[1] + '/tests/support')
		from grading.kit import Kit
		for lesson in Kit(sys.argv[1]).lessons.values():
		    functions, bats = lesson.staged()
		    calls = re.findall(r'^@test "(.*)" \{ (\w+); \}$', bats, re.M)
		    wanted = [('exercise %d' % t.number, 'exercise_%d' % t.number)
		              for t in lesson.tests]
		    assert calls == wanted and calls, lesson.name
		    assert '\n@test' not in functions, lesson.name
		    # Each function begins on the line of its test.
		    lines = zip(lesson.text.split('\n'), functions.split('\n'))
		    made = [(new[:-4], old) for old, new in lines
		            if new.startswith('exercise_')]
		    assert [m[0] for m in made] == [w[1] for w in wanted], \
		        lesson.name
		    for (_, line), test in zip(made, lesson.tests):
		        plain = line.replace('\\', '')
		        assert test.name.replace('\\', '') in plain, line
	PYTHON
}

@test "the manifest decides, not what the output claims" {
	python3 -B - "$KIT" <<-'PYTHON'
		import sys
		sys.path.insert(0, sys.argv[1] + '/tests/support')
		from grading.judge import Tap
		from grading.kit import Test
		tests = [Test(1, 'exercise (2 points): a'),
		         Test(2, 'exercise (1 point): b')]
		a, b = (t.short for t in tests)

		def judged(text):
		    tap = Tap(tests)
		    for line in text.split('\n'):
		        tap.line(line)
		    verdicts, review = tap.verdicts()
		    return [v['status'] for v in verdicts], \
		        sum(v['score'] for v in verdicts), bool(review)

		good = '1..2\nok 1 %s\nok 2 %s' % (a, b)
		assert judged(good) == (['passed', 'passed'], 3, False)
		assert judged('1..2\nok 1 ' + a) == (['passed', 'no-result'], 2, False)
		assert judged('') == (['no-result'] * 2, 0, False)
		assert judged('1..0') == (['no-result'] * 2, 0, True)
		assert judged(good + '\nok 1 ' + a) == (['forged', 'passed'], 1, True)
		assert judged('not ok 1 %s\nok 1 %s' % (a, a))[1:] == (0, True)
		assert judged(good + '\nok 3 c') == (['passed', 'passed'], 3, True)
		assert judged('1..2\nok 1 x\nok 2 ' + b) == (['forged', 'passed'], 1, True)
		assert judged('ok 1 %s # skip needs x\nok 2 %s' % (a, b)) == \
		    (['skipped', 'passed'], 1, False)
		assert judged(good + '\n1..2')[2]
		tap = Tap(tests)
		for line in ('not ok 1 ' + a, '# | expected    x', '# (in test file)',
		             '# | mistake     no-x', '# | \x1b[2J'):
		    tap.line(line)
		v = tap.verdicts()[0][0]
		assert v['mistake'] == 'no-x' and v['score'] == 0
		assert v['message'] == 'expected    x\nmistake     no-x\n?[2J'

		# A test that can't say why it failed shows no place in bats, and is
		# looked at by hand.
		tap = Tap(tests)
		for line in ('not ok 1 ' + a, "# (from function `f' in file x.bash,",
		             "#  from function `g' in file x.bash, line 3,",
		             '#  in test file x.bats, line 3)', "#   `false' failed",
		             '# head: No space left', 'ok 2 ' + b):
		    tap.line(line)
		(v, _), review = tap.verdicts()
		assert v['status'] == 'failed'
		assert 'without saying why' in v['message']
		assert 'x.bats' not in v['message'] and 'false' not in v['message']
		assert review == ['test 1 failed without saying why: check it by '
		                  'hand. head: No space left']

		# A program past help is not started again, one that is worth
		# something is.
		import os, tempfile
		from grading.judge import Judge

		def struck(first):
		    class Sandbox:
		        def seat(self, index):
		            return top
		    judge, tap, strikes = Judge.__new__(Judge), Tap(tests), {}
		    judge.sandbox = Sandbox()
		    with tempfile.TemporaryDirectory() as top:
		        os.mkdir(top + '/out')
		        for line in (first, 'not ok 2 ' + b, '# | the server  x',
		                     '# | mistake     spins', 'not ok 3 c',
		                     '# | the server  x', '# | mistake     spins'):
		            tap.line(line)
		            judge.strike(line, tap, strikes, 0)
		        return os.path.exists(top + '/out/server.struck')
		assert struck('not ok 1 ' + a) and not struck('ok 1 ' + a)
	PYTHON
}

@test "without bubblewrap: a user of its own for root, else a way to go on" {
	short_lesson
	hand_in good 01
	# A PATH with all but bwrap.
	mkdir bin
	for dir in /usr/local/bin /usr/bin /bin; do
		ln -sf "$dir"/* bin
	done
	rm -f bin/bwrap
	plain_user
	run "${as[@]}" env PATH="$PWD/bin" tests/support/grade "$class"
	[ "$status" -eq 1 ]
	says "There is no sandbox here: bubblewrap (bwrap) is not installed"
	says "SANDBOX=none"
	run "${as[@]}" env PATH="$PWD/bin" SANDBOX=none tests/support/grade "$class"
	[ "$status" -eq 0 ]
	fact 'mark("good") == 4 and r["grading"]["sandbox"] == "none"'

	[ "$(id -u)" -eq 0 ] || skip "the rest needs root"
	run env PATH="$PWD/bin" tests/support/grade "$class"
	[ "$status" -eq 1 ]
	# Right programs, others' work and results: it names what to hide.
	hide=${lines[${#lines[@]} - 1]}
	[[ $hide == "  chmod go-rwx "* ]]
	for name in solutions tests/mistakes build class results; do
		[[ "$hide " == *"/$name "* ]]
	done
	chmod 711 solutions
	eval "${hide/ \/*\/solutions/}"
	run env PATH="$PWD/bin" tests/support/grade "$class"
	[ "$status" -eq 1 ]
	[[ ${lines[${#lines[@]} - 1]} == "  chmod go-rwx "*/solutions ]]
	chmod go-rwx solutions
	for name in writes-results daemon reads-solutions plants-links \
		robs-the-neighbours breaks-out; do
		hand_in_file "$name" "$BATS_TEST_DIRNAME/hostile/$name.c"
	done
	# A teacher's files may be nobody else's.
	umask 077
	run env PATH="$PWD/bin" TMPDIR="$top" tests/support/grade "$class" JOBS=2
	[ "$status" -eq 0 ]
	says "users of their own from "
	fact 'all(mark(n) == 4 * (n == "good") for n in s)'
	run ! grep -r -e 'ESCAPED: \(wrote\|descriptor\|reads\|may write\)' \
		-e 'ESCAPED: .* namespace' results
	run ! pgrep -f "$top/kit-grade"
	[ -z "$(ls -d "$top"/kit-grade* 2>/dev/null)" ]
}

@test "two graders on one machine take different users" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	short_lesson
	hand_in good 01
	chmod 700 "$copy" "$class"
	# The other one; where a third grader has them already it is right too.
	python3 - >held 3>&- <<-'PYTHON' &
		import fcntl, os, time
		fd = os.open('/run/kit-grade.lock', os.O_RDWR | os.O_CREAT, 0o600)
		try:
		    fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 64101)
		except OSError:
		    pass
		print('yes', flush=True)
		time.sleep(60)
	PYTHON
	other=$!
	for _ in {1..200}; do
		[ ! -s held ] || break
		sleep 0.02
	done
	run env GRADE_UID=64100 tests/support/grade "$class" SANDBOX=user
	[ "$status" -eq 1 ]
	says "Another make grade has the users from GRADE_UID=64100 on"
	run tests/support/grade "$class" SANDBOX=user JOBS=1
	kill "$other"
	[ "$status" -eq 0 ]
	# In every sandbox, also where a teacher's files are nobody else's.
	(umask 077 && tests/support/grade "$class" RESULTS=private)
	grep -q '^good,4,' private/grades.csv
	says "users of their own from "
	never_says "from 64101 on"
	fact 'mark("good") == 4'
	for uid in many 0 -1 4294967296; do
		run tests/support/grade "$class" SANDBOX=user GRADE_UID=$uid
		[ "$status" -eq 1 ]
		says "GRADE_UID is the number of a user"
	done
}

@test "a program that refuses to be looked into earns nothing" {
	needs_sandbox
	sed -n '/^@test/,/^}/p' "tests/$lesson.bats" | awk '
		/^@test/ { text = "" }
		{ text = text $0 "\n" }
		/^}/ && text ~ /\n\t\tsanitized\n/ { printf "%s", text }' >wanted
	sed '/^@test/,$d' "tests/$lesson.bats" | cat - wanted >short.bats
	[ "$(grep -c '^@test' short.bats)" -ge 1 ]
	mv short.bats "tests/$lesson.bats"
	hand_in honest 01
	hand_in refuses 01
	hand_in hides 01
	for who in server client; do
		{
			echo '#if defined __SANITIZE_ADDRESS__'
			echo '#error not with me'
			echo '#endif'
		} >>"$class/refuses/01/$who.c"
		sed -i.old 's/^static /__attribute__((no_sanitize("address"))) &/' \
			"$class/hides/01/$who.c"
	done
	plain_user
	run "${as[@]}" tests/support/grade "$class" LESSONS=01
	[ "$status" -eq 0 ]
	fact 'status("honest") == "graded" and mark("honest") == r["lessons"][0]["points"]'
	fact 'not s["honest"]["review"]'
	fact 'status("refuses") == "does-not-compile" and mark("refuses") == 0'
	fact 'looked_at("refuses", "speaks of __SANITIZE_") and looked_at("hides", "speaks of no_sanitize")'
	grep -q 'not with me' results/students/refuses.md
}

@test "whose entry it is: what students call their files makes no difference" {
	cp "$exercise/server.c" "$class/doejo_1234_5678_server.c"
	cp "$exercise/server.c" "$class/Jo Doe_42_assignsubmission_file_server.c"
	# Each would be Zoe's, who is 7 in Moodle and zoe_99 in Canvas.
	for name in Jo\ Doe_42_assignsubmission_file_Zoe_7_assignsubmission_file_ \
		Jo\ Doe_42_assignsubmission_file_zoe_99_88_work \
		doejo_1234_5679_Zoe_7_assignsubmission_file_ \
		doejo_1234_5679_zoe_99_88_work; do
		echo nothing >"$class/$name.zip"
	done
	echo nothing >"$class/doejo_1234_5680_work.rar"
	grade LESSONS=1 SANDBOX=none
	[ "$status" -eq 0 ]
	fact 'sorted(s) == ["Jo Doe_42", "doejo_1234"]'
	fact 'all(status(n) == "not-started" for n in s)'
	fact 'noted("doejo_1234", "work.rar: archives of this kind are not opened")'
}

@test "limits of time and memory hold for orphans too, and for shared memory" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	cat >"$top/orphans.c" <<-'C'
		#define _GNU_SOURCE
		#include <stdio.h>
		#include <string.h>
		#include <sys/mman.h>
		#include <sys/wait.h>
		#include <unistd.h>

		/* Makes orphans without a pause; or, with an argument, one that
		 * takes memory. */
		int main(int argc, char **argv)
		{
			enum { SIZE = 100 << 20 };
			(void)argv;
			for (int i = 0; i < 700; i++) {
				if (fork() == 0) {
					if (fork() != 0)
						_exit(0);
					if (argc > 1) {
						void *p = mmap(NULL, SIZE, PROT_WRITE,
							       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
						memset(p, 1, SIZE);
						sleep(20);
					}
					usleep(3000);
					_exit(0);
				}
				wait(NULL);
				usleep(argc > 1 ? 4000000 : 5000);
			}
			puts("ESCAPED");
			return 0;
		}
	C
	cc -o "$top/orphans" "$top/orphans.c"
	cp build/tools/sandbox "$top"
	printf '%s\n' KIT_SANDBOX=user:64105 KIT_SECONDS=1 >"$top/sandbox.conf"
	run "$top/sandbox" "$top/orphans"
	[ "$status" -eq 137 ]
	[[ $output == *"too long"* && $output != *ESCAPED* ]]
	printf '%s\n' KIT_SANDBOX=user:64105 KIT_MEGABYTES=50 >"$top/sandbox.conf"
	run "$top/sandbox" "$top/orphans" with memory
	[ "$status" -eq 137 ]
	[[ $output == *"too much memory"* ]]
	run ! pgrep -u 64105
}

@test "parts of a class are graded apart and come together" {
	short_lesson
	for name in ann bob cleo dan eve; do
		hand_in "$name" 01
		echo "/* $name */" >>"$class/$name/01/client.c"
	done
	if command -v parallel >/dev/null; then
		parallel --will-cite -j 2 tests/support/grade "$class" \
			SANDBOX=none SHARD={}/3 ::: 1 2 3 >log 2>&1
	else
		for k in 1 2 3; do
			tests/support/grade "$class" SANDBOX=none SHARD=$k/3
		done >log 2>&1
	fi
	[ "$(grep -c '^part [123] of 3: [12] graded' log)" -eq 3 ]
	[ ! -e results/grades.csv ]
	grade SANDBOX=none
	[ "$status" -eq 0 ]
	fact 'r["grading"]["graded_now"] == 0 and len(s) == 5'
	fact 'all(mark(n) == 4 for n in s)'
}

# secret_line: one that the solution has and nobody else.
secret_line() {
	grep -v -x -F -f "$exercise/server.c" "solutions/$lesson/server.c" |
		grep -v -x -F -f "lessons/$lesson/server.c" |
		grep -v -x -F -f lessons/common.h | grep '[a-z_]*(.*;$' | head -n 1
}

@test "Classroom 50 gets its files, and they grade" {
	short_lesson
	tests/support/grade --pack-classroom 01
	line=$(secret_line)
	[ -n "$line" ]
	mkdir unpacked bundle
	cp build/classroom-01/* bundle
	tar -xzf bundle/kit.tar.gz -C unpacked
	run ! grep -rFq "$line" unpacked
	[ -z "$(find unpacked -path '*solution*')" ]
	hand_in me "lessons/$lesson/exercise"
	cd "$class/me"
	CLASSROOM=c ASSIGNMENT=a OWNER=me SUBMISSION_TAG=submit/1 SANDBOX=none \
		COMMIT_URL=u RELEASE_URL=u CLASSROOM50_BUNDLE_DIR="$copy/bundle" \
		python3 "$copy/bundle/autograder.py"
	python3 - <<-'PYTHON'
		import json
		r = json.load(open('result.json'))
		assert r['score'] == 4 and r['max-score'] == 4, r
		assert r['owner'] == 'me'
		assert r['submission'] == 'submit/1' and len(r['tests']) == 2
	PYTHON
}

@test "Gradescope's archive grades where it is unpacked, without bubblewrap" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	command -v bwrap >/dev/null || skip "needs bubblewrap, to play a container"
	short_lesson
	tests/support/grade --pack-gradescope 01
	a=$top/autograder
	mkdir -p "$a/source" "$a/submission" "$a/results"
	python3 -m zipfile -e build/gradescope-01.zip "$a/source"
	chmod +x "$a/source/setup.sh" "$a/source/run_autograder"
	run ! grep -rFq "$(secret_line)" "$a/source"
	# As root of a container: these capabilities, no bwrap, no way out.
	keep=()
	for cap in CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP \
		NET_BIND_SERVICE SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP; do
		keep+=(--cap-add "CAP_$cap")
	done
	container() {
		bwrap --unshare-pid --unshare-net --unshare-ipc --die-with-parent \
			--clearenv --setenv PATH "$PATH" --cap-drop ALL "${keep[@]}" \
			--tmpfs / --ro-bind /usr /usr --ro-bind /etc /etc \
			--symlink usr/bin /bin --symlink usr/lib /lib \
			--symlink usr/lib64 /lib64 --proc /proc --dev /dev \
			--tmpfs /tmp --ro-bind /dev/null /usr/bin/bwrap \
			--bind "$a" /autograder --chdir /autograder -- "$@" 3>&-
	}
	container sh source/setup.sh || true # apt-get has no network here
	score() {
		python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
assert r["score"] == int(sys.argv[2]), r
assert len(r["tests"]) == 2, r' "$a/results/results.json" "$1"
	}
	hand_in me .
	cp "$class"/me/*.c "$a/submission"
	container source/run_autograder
	score 4
	echo 'int main(' >"$a/submission/server.c"
	container source/run_autograder
	score 2
	rm -f "$a/submission"/*
	container source/run_autograder
	score 0
}
