"""A class whose right marks are known, to try the grader on.

Usage: python3 class.py make DIR N "LESSONS" [SEED]
       python3 class.py compare DIR RESULTS
       python3 class.py stress [N ["LESSONS"]]

make writes N submissions into DIR/submissions, in all the forms in which
students hand in: solutions and right programs of other designs, mistakes,
starting points, programs that do not compile, hostile ones, nothing at all.
DIR/expected.json holds the right marks: all points, none, or, for a mistake,
what an undisturbed check without any sandbox gives it (one at a time, kept in
build/class-marks.json). compare says how many marks of RESULTS/results.json
are right, and ends with 0 only if all of them are. stress makes a class of N
(200), grades it from nothing twice, and compares.
"""

import glob
import hashlib
import io
import json
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SUPPORT = os.path.join(ROOT, 'tests', 'support')
# Mistakes whose marks are a matter of luck: it waits a millisecond for what may
# have come by then.
LUCKY = ('gives-up-too-early',)
ODD_NAMES = ['Zo\u00eb M\u00fcller', '-rf', 'a  b', "o'brien", 'quo"te',
             'new\nline', '\u540d\u524d', '=1+1', '$(reboot)', 'ta\tb',
             '--help', 'semi;colon', '%41', '<b>bold<b>', '*']


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


class Lesson:
    def __init__(self, number):
        found = glob.glob(os.path.join(ROOT, 'lessons', number + '-*'))
        if len(found) != 1:
            sys.exit('There is no lesson %s.' % number)
        self.number, self.name = number, os.path.basename(found[0])
        self.test_file = os.path.join(ROOT, 'tests', self.name + '.bats')
        self.points = {}
        for m in re.finditer(r'^@test "(exercise \((\d+) points?\): .*)" *\{',
                             read(self.test_file), re.M):
            self.points[m.group(1)] = int(m.group(2))
        self.total = sum(self.points.values())
        self.solution = {n: self.as_exercise(read(os.path.join(
            ROOT, 'solutions', self.name, n))) for n in self.files()}
        self.starter = {n: subprocess.run(
            ['sh', os.path.join(SUPPORT, 'starter'), os.path.join(
                ROOT, 'solutions', self.name, n)], check=True,
            stdout=subprocess.PIPE).stdout.decode() for n in self.files()}

    def files(self):
        return [n for n in ('server.c', 'client.c') if os.path.exists(
            os.path.join(ROOT, 'lessons', self.name, 'exercise', n))]

    @staticmethod
    def as_exercise(text):
        return re.sub(r'"(?:\.\./)+lessons/(\w+\.h)"', r'"../../\1"', text)

    def mistakes(self):
        found = {}
        for path in sorted(glob.glob(os.path.join(
                ROOT, 'tests', 'mistakes', self.name, '*.patch'))):
            if os.path.basename(path)[:-6].split('--')[0] in LUCKY:
                continue
            with tempfile.TemporaryDirectory() as d:
                for n in self.files():
                    with open(os.path.join(d, n), 'w') as f:
                        f.write(read(os.path.join(ROOT, 'solutions',
                                                  self.name, n)))
                done = subprocess.run(['patch', '-s', '-p1', '-d', d, '-i',
                                       path], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
                if done.returncode == 0:
                    found[os.path.basename(path)[:-6]] = {
                        n: self.as_exercise(read(os.path.join(d, n)))
                        for n in self.files()}
        return found

    def designs(self):
        found = {}
        for path in sorted(glob.glob(os.path.join(
                ROOT, 'tests', 'designs', self.name, '*'))):
            files = dict(self.solution)
            for n in self.files():
                if os.path.exists(os.path.join(path, n)):
                    files[n] = self.as_exercise(read(os.path.join(path, n)))
            found[os.path.basename(path)] = files
        return found


class Oracle:
    """What a check gives a program, alone on the machine."""

    def __init__(self):
        self.path = os.path.join(ROOT, 'build', 'class-marks.json')
        try:
            self.known = json.loads(read(self.path))
        except (OSError, ValueError):
            self.known = {}

    def marks(self, lesson, files):
        h = hashlib.sha256(read(lesson.test_file).encode())
        for source in sorted(glob.glob(os.path.join(SUPPORT, '*.[ch]')) +
                             glob.glob(os.path.join(SUPPORT, '*.bash'))):
            if not source.endswith('sandbox.c'):
                h.update(read(source).encode())
        for name in sorted(files):
            h.update(files[name].encode())
        key = lesson.name + ' ' + h.hexdigest()
        if key not in self.known:
            self.known[key] = self.ask(lesson, files)
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            with open(self.path + '.tmp', 'w') as f:
                json.dump(self.known, f, indent=1)
            os.replace(self.path + '.tmp', self.path)
        return self.known[key]

    def ask(self, lesson, files):
        with tempfile.TemporaryDirectory() as top:
            os.chmod(top, 0o755)
            src = os.path.join(top, 'x', 'exercise')
            out = os.path.join(top, 'out')
            os.makedirs(src)
            for header in ('common.h', 'net.h', 'cksum.h'):
                path = os.path.join(ROOT, 'lessons', header)
                if os.path.exists(path):
                    with open(os.path.join(top, header), 'w') as f:
                        f.write(read(path))
            for name, text in files.items():
                with open(os.path.join(src, name), 'w') as f:
                    f.write(text)
            subprocess.run(['sh', os.path.join(SUPPORT, 'build'), '--asan',
                            src, out], check=True, stderr=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL)
            tools = os.path.join(ROOT, 'build', 'tools')
            bats = subprocess.run(['sh', os.path.join(SUPPORT, 'get-bats')],
                                  stdout=subprocess.PIPE).stdout.decode()
            env = {'PATH': os.environ['PATH'], 'HOME': '/tmp', 'LC_ALL': 'C',
                   'TERM': 'dumb', 'KIT': ROOT, 'LESSON': lesson.name,
                   'PROGRAMS': out, 'TOOLS': tools,
                   'MISTAKES': os.path.join(SUPPORT, 'mistakes.txt')}
            tap = subprocess.run(
                [os.path.join(tools, 'private'), '--', bats.strip(), '--tap',
                 '-f', '^exercise', lesson.test_file], env=env,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                stdin=subprocess.DEVNULL).stdout.decode('utf-8', 'replace')
            passed = re.findall(r'^ok \d+ (exercise .*)$', tap, re.M)
            return sum(lesson.points.get(name.replace('\\"', '"'), 0)
                       for name in passed)


def pack(directory, student, form, tree):
    """Writes tree {path: text} the way form says."""
    path = os.path.join(directory, student)
    if form == 'zip' or form == 'zip-top':
        with zipfile.ZipFile(path + '.zip', 'w', zipfile.ZIP_DEFLATED) as z:
            for name, text in tree.items():
                z.writestr(('work/' if form == 'zip-top' else '') + name, text)
    elif form == 'tar':
        with tarfile.open(path + '.tar.gz', 'w:gz') as t:
            for name, text in tree.items():
                info = tarfile.TarInfo('./' + name)
                data = text.encode()
                info.size = len(data)
                t.addfile(info, io.BytesIO(data))
    else:
        os.makedirs(path)
        for name, text in tree.items():
            target = os.path.join(path, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, 'w') as f:
                f.write(text)


def place(form, lesson):
    return {'clone': 'lessons/%s/exercise/' % lesson.name,
            'full': lesson.name + '/exercise/', 'zip': lesson.name + '/',
            'short': lesson.number + '/', 'tar': lesson.number + '/exercise/',
            'zip-top': lesson.name + '/exercise/'}[form]


def make(directory, n, numbers, seed):
    dice = random.Random(seed)
    oracle = Oracle()
    lessons = [Lesson(number) for number in numbers]
    right = {le.number: [le.solution] + list(le.designs().values())
             for le in lessons}
    wrong = {le.number: le.mistakes() for le in lessons}
    hostile = {os.path.basename(p)[:-2]: read(p) for p in
               sorted(glob.glob(os.path.join(HERE, 'hostile', '*.c')))}
    at_compile_time = {os.path.basename(p)[:-2]: read(p) for p in sorted(
        glob.glob(os.path.join(HERE, 'hostile', 'compile', '*.c')))}
    # Some of them do a little that is right.
    for name in ('listens-and-is-silent', 'includes-dev-stdin'):
        hostile.pop(name, None)
        at_compile_time.pop(name, None)
    names = ODD_NAMES[:n // 4] + ['student-%03d' % i
                                  for i in range(n - min(n // 4,
                                                         len(ODD_NAMES)))]
    expected = {}
    submissions = os.path.join(directory, 'submissions')
    os.makedirs(submissions)
    # The first twelve are a small class of every kind.
    kinds = ['right', 'wrong', 'starter', 'broken', 'right', 'half',
             'missing', 'hostile', 'right', 'wrong', 'hostile-compile',
             'right'] + ['right', 'wrong'] * 4 + ['right', 'starter',
                                                  'broken', 'hostile']
    for index, name in enumerate(names):
        form = ['clone', 'full', 'zip', 'short', 'tar', 'zip-top'][index % 6]
        if '\t' in name or '\n' in name or '"' in name:
            form = 'full'
        tree = {'README': 'my work'}
        if form == 'clone':
            tree['Makefile'] = 'all:\n\techo ESCAPED >&2\n'
            tree['lessons/common.h'] = '#error "ESCAPED"\n'
            for le in lessons:
                for f in le.files():
                    tree['solutions/%s/%s' % (le.name, f)] = '#error "no"\n'
                    tree['lessons/%s/%s' % (le.name, f)] = read(os.path.join(
                        ROOT, 'lessons', le.name, f))
        marks = {}
        for j, le in enumerate(lessons):
            kind = kinds[(index * len(lessons) + j) % len(kinds)] \
                if index < len(kinds) else dice.choice(kinds)
            if kind == 'wrong' and not wrong[le.number]:
                kind = 'right'
            files = dict(le.solution)
            if kind == 'right':
                files, mark = dict(dice.choice(right[le.number])), le.total
            elif kind == 'wrong':
                what = dice.choice(sorted(wrong[le.number]))
                files = dict(wrong[le.number][what])
                mark = oracle.marks(le, files)
                kind = 'wrong ' + what
            elif kind == 'starter':
                files, mark = dict(le.starter), 0
            elif kind == 'broken':
                files = {f: t.replace(';', '', 7) for f, t in files.items()}
                mark = 0
            elif kind == 'half':
                half = dict(files, **{'server.c': le.starter['server.c']}) \
                    if 'server.c' in files else dict(le.starter)
                mark = oracle.marks(le, half)
                files['server.c'] = files.get('server.c', '') + '\nint (;\n'
            elif kind == 'missing':
                files, mark = {}, 0
            elif kind == 'hostile':
                what = dice.choice(sorted(hostile))
                files, mark = {f: hostile[what] for f in files}, 0
                kind = 'hostile ' + what
            else:
                what = dice.choice(sorted(at_compile_time))
                files, mark = {f: at_compile_time[what] for f in files}, 0
                kind = 'hostile ' + what
            marks[le.number] = [mark, kind]
            for f, text in files.items():
                if kind != 'starter':       # each is the only one of its kind
                    text += '\n/* %d */\n' % index
                tree[place(form, le) + f] = text
        pack(submissions, name, form, tree)
        expected[name] = marks
    with open(os.path.join(directory, 'expected.json'), 'w') as f:
        json.dump(expected, f, indent=1)
    print('%d students, %d lessons in %s' % (n, len(lessons), submissions))


def shown(name):
    return ''.join('?' if c in '\n\t' else c for c in name)


def compare(directory, results):
    expected = json.loads(read(os.path.join(directory, 'expected.json')))
    text = read(os.path.join(results, 'results.json'))
    got = {s['name']: s for s in json.loads(text)['students']}
    right = wrong = 0
    for name, marks in expected.items():
        student = got.pop(shown(name), None)
        for number, (mark, kind) in marks.items():
            found = None if student is None else \
                student['lessons'][number]['score']
            if found == mark:
                right += 1
            else:
                wrong += 1
                print('wrong: %r lesson %s (%s): %s, should be %s' %
                      (name, number, kind, found, mark))
    for name in got:
        print('nobody of this class: %r' % name)
    escaped = set(re.findall(r'ESCAPED[^"\\]{0,60}', text))
    for line in sorted(escaped):
        if 'ESCAPED: ' in line:
            print(line)
    print('%d marks right, %d wrong' % (right, wrong))
    return 0 if right and not wrong and not got and not any(
        'ESCAPED: ' in line for line in escaped) else 1


def stress(n, numbers):
    with tempfile.TemporaryDirectory(prefix='kit-class.') as top:
        make(top, n, numbers, 3)
        wrong = 0
        for turn in '12':
            results = os.path.join(top, 'results' + turn)
            subprocess.run(['sh', os.path.join(SUPPORT, 'grade'),
                            'SUBMISSIONS=' + os.path.join(top, 'submissions'),
                            'LESSONS=' + ' '.join(numbers),
                            'RESULTS=' + results])
            wrong |= compare(top, results)
        return wrong


if __name__ == '__main__':
    if len(sys.argv) >= 5 and sys.argv[1] == 'make':
        make(sys.argv[2], int(sys.argv[3]), sys.argv[4].split(),
             int(sys.argv[5]) if len(sys.argv) > 5 else 1)
    elif len(sys.argv) == 4 and sys.argv[1] == 'compare':
        sys.exit(compare(sys.argv[2], sys.argv[3]))
    elif len(sys.argv) >= 2 and sys.argv[1] == 'stress':
        sys.exit(stress(int(sys.argv[2]) if len(sys.argv) > 2 else 200,
                        sys.argv[3].split() if len(sys.argv) > 3 else ['01']))
    else:
        sys.exit(__doc__)
