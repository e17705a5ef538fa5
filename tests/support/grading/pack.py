"""The archives for Gradescope and Classroom 50.

Both carry the same small kit: the tests of one lesson, the instruments'
sources, the exercise's starting point, bats, this grader. No solution in any
form, and no other lesson.
"""

import io
import json
import os
import re
import shutil
import tarfile
import time
import zipfile

from .kit import HEADERS, Kit, Trouble, find_bats, read_bytes

SETUP = '''\
#!/bin/sh
# Run once, by Gradescope, when the container is made.
set -e
here=/autograder/source
missing=
for command in cc make python3 bash awk; do
	command -v $command >/dev/null 2>&1 || missing=yes
done
if [ -n "$missing" ]; then
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install -y \\
		--no-install-recommends gcc libc6-dev make python3 bash gawk
fi
# A second wall where the container lets it work; nothing depends on it.
command -v bwrap >/dev/null 2>&1 ||
	DEBIAN_FRONTEND=noninteractive apt-get install -y \\
		--no-install-recommends bubblewrap || true
cd "$here/kit"
make -s tools
chmod -R go-rwx "$here"
'''

RUN = '''\
#!/bin/sh
# Run for every submission. It always leaves a result.
results=/autograder/results
mkdir -p "$results"
# The program under test is another user, who has no business here.
chmod -R go-rwx /autograder/source "$results"
sh /autograder/source/kit/tests/support/grade --gradescope \\
	/autograder/submission @LESSON@ "$results/results.json"
[ -s "$results/results.json" ] || cat >"$results/results.json" <<'END'
{"score": 0, "stdout_visibility": "hidden", "output":
"It could not be graded: a fault of the grader, not of your program. Tell your teacher."}
END
exit 0
'''

AUTOGRADER = '''\
"""Grades one submission of lesson @LESSON@ for Classroom 50.

It is called in the student's checkout and leaves ./result.json there. The kit
lies beside it in kit.tar.gz. A status other than 0 means that grading itself
went wrong.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(os.environ.get("CLASSROOM50_BUNDLE_DIR") or
            Path(__file__).resolve().parent)


def quiet(*command):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def main():
    # Ubuntu 24.04 keeps namespaces from ordinary users; its runners may ask.
    if not quiet("bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"):
        quiet("sudo", "-n", "sysctl", "-w",
              "kernel.apparmor_restrict_unprivileged_userns=0")
    checkout = os.getcwd()
    with tempfile.TemporaryDirectory() as place:
        with tarfile.open(HERE / "kit.tar.gz") as archive:
            archive.extractall(place)       # our own archive
        return subprocess.run(
            ["sh", place + "/kit/tests/support/grade", "--classroom",
             checkout, "@LESSON@", os.path.join(checkout, "result.json")],
            env=dict(os.environ, GRADE_FROM=checkout)).returncode


sys.exit(main())
'''

RUNTIME = {'runs-on': 'ubuntu-latest',
           'apt': ['bubblewrap', 'gcc', 'make', 'bats']}

WORKFLOW = '''\
# Grades lesson @LESSON@ at every push: .github/workflows/grade.yml in a
# repository of students' work, where the kit without solutions lies in .kit/.
# (What Classroom 50 needs is beside this file; this one is for plain GitHub
# Actions.)
name: grade
on: [push, workflow_dispatch]
permissions:
  contents: read
jobs:
  grade:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v4
      - run: sudo apt-get install -y --no-install-recommends bubblewrap bats
      - run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 || true
      - run: |
          mkdir -p "$RUNNER_TEMP/kit" &&
          tar -xzf .kit/kit.tar.gz -C "$RUNNER_TEMP/kit" --strip-components=1
      - run: |
          sh "$RUNNER_TEMP/kit/tests/support/grade" --classroom . @LESSON@ \\
            "$RUNNER_TEMP/result.json"
      - run: cat "$RUNNER_TEMP/result.json"
        if: always()
'''

CLASSROOM_README = '''\
# Lesson @LESSON@ for Classroom 50

1. Copy autograder.py and kit.tar.gz to CLASSROOM/autograders/ASSIGNMENT/ in
   your organization's classroom50 repository.
2. Give the assignment the runtime of runtime.json:
   gh teacher assignment add ... --runtime runtime.json
3. The assignment's template is the handout (make handout); students work in
   lessons/@NAME@/exercise/.

What lies in autograders/ is published: students can read the tests there, and
can't change them. The archive holds no solution.

grade.yml is for plain GitHub Actions without Classroom 50.
'''

# Beside tests/support/*.c, *.h and the like.
LEFT_OUT = {'starters', 'starter', 'handout', 'prove', 'lint', 'cuts', 'test',
            'transcripts', 'doctor', 'lan'}


def kit_files(kit, lesson):
    """{path in the small kit: bytes}."""
    files = {}

    def take(path, required=False):
        full = os.path.join(kit.root, path)
        if os.path.isfile(full):
            files[path] = read_bytes(full)
        elif required:
            raise Trouble('%s is missing.' % full)
    take('Makefile', True)
    take('LICENSE')
    for header in HEADERS:
        take('lessons/' + header, header == 'common.h')
    take('tests/%s.bats' % lesson.name, True)
    for name in sorted(os.listdir(kit.support)):
        if name not in LEFT_OUT:
            take('tests/support/' + name)
    for name in sorted(os.listdir(os.path.join(kit.support, 'grading'))):
        if name.endswith('.py'):
            take('tests/support/grading/' + name)
    base = 'lessons/' + lesson.name
    take(base + '/README.md')
    for name in ('server.c', 'client.c'):
        take('%s/%s' % (base, name))
    for name, data in lesson.starters.items():
        files['%s/exercise/%s' % (base, name)] = data
        files['.starters/%s/%s' % (lesson.name, name)] = data
    files.update(bats_files(kit))
    return files


def bats_files(kit):
    """The bats of this machine: it is all bash, and needs no building."""
    bats = find_bats(kit)
    top = os.path.dirname(os.path.dirname(bats))
    files = {'build/bats/bin/bats': read_bytes(bats)}
    for part in ('libexec/bats-core', 'lib/bats-core'):
        for base, _, names in os.walk(os.path.join(top, part)):
            for name in names:
                full = os.path.join(base, name)
                files['build/bats/' + os.path.relpath(full, top)] = \
                    read_bytes(full)
    for path in (top + '/LICENSE.md', '/usr/share/doc/bats/copyright'):
        if os.path.isfile(path):
            files['build/bats/' + os.path.basename(path)] = read_bytes(path)
            break
    return files


def executable(path, data):
    return data[:2] == b'#!' or path.endswith('/bats')


def in_words(text, lesson):
    return text.replace('@LESSON@', lesson.number).replace(
        '@NAME@', lesson.name)


def make(kind, words, root):
    if len(words) != 1 or not re.match(r'^\d{1,2}(-.*)?$', words[0]):
        raise Trouble('Which lesson? As in: make %s LESSON=06' % kind)
    kit = Kit(root)
    lesson = kit.lessons[kit.choose([words[0]])[0]]
    files = kit_files(kit, lesson)
    out = os.path.join(kit.root, 'build')
    os.makedirs(out, exist_ok=True)
    if kind == 'gradescope':
        target = os.path.join(out, 'gradescope-%s.zip' % lesson.number)
        write_zip(target, dict(
            {'kit/' + path: data for path, data in files.items()},
            **{'setup.sh': in_words(SETUP, lesson).encode(),
               'run_autograder': in_words(RUN, lesson).encode()}))
        print('wrote %s: upload it as the autograder of lesson %s (%d '
              'points).' % (os.path.relpath(target), lesson.number,
                            lesson.points))
        return 0
    target = os.path.join(out, 'classroom-%s' % lesson.number)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    write_tar(os.path.join(target, 'kit.tar.gz'), files)
    for name, text in (('autograder.py', AUTOGRADER), ('grade.yml', WORKFLOW),
                       ('README.md', CLASSROOM_README),
                       ('runtime.json', json.dumps(RUNTIME, indent=1) + '\n')):
        with open(os.path.join(target, name), 'w') as f:
            f.write(in_words(text, lesson))
    print('wrote %s/: its README.md says where each file goes.' %
          os.path.relpath(target))
    return 0


def write_zip(target, files):
    with zipfile.ZipFile(target + '.tmp', 'w', zipfile.ZIP_DEFLATED) as z:
        for path in sorted(files):
            info = zipfile.ZipInfo(path, time.localtime()[:6])
            mode = 0o755 if executable(path, files[path]) else 0o644
            info.external_attr = (0o100000 | mode) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, files[path])
    os.replace(target + '.tmp', target)


def write_tar(target, files):
    with tarfile.open(target, 'w:gz') as t:
        for path in sorted(files):
            info = tarfile.TarInfo('kit/' + path)
            info.size, info.mtime = len(files[path]), int(time.time())
            info.mode = 0o755 if executable(path, files[path]) else 0o644
            t.addfile(info, io.BytesIO(files[path]))
