"""What the kit knows: lessons, their tests and points, names of mistakes."""

import hashlib
import itertools
import os
import re
import shutil
import subprocess

# Raised when the same programs could get other marks than before.
JUDGE_VERSION = '2'

# What programs include, in lessons/.
HEADERS = ('common.h', 'net.h', 'cksum.h')

# Instruments that draw or serve but never judge.
NO_JUDGES = ('lan', 'sandbox')


class Trouble(Exception):
    """A sentence for whoever typed the command."""


def read_text(path):
    with open(path, encoding='utf-8', errors='replace') as f:
        return f.read()


def read_bytes(path):
    with open(path, 'rb') as f:
        return f.read()


# The line that begins a test which counts.
EXERCISE = re.compile(r'^@test (["\'])(exercise \(\d+ points?\): .*)\1 *\{',
                      re.M)


class Test:
    """One test of a lesson's exercise; short is its name in the sandbox."""

    def __init__(self, number, name):
        self.number = number
        self.name = name
        self.short = 'exercise %d' % number
        m = re.match(r'exercise \((\d+) points?\): (.*)', name)
        self.points, self.sentence = int(m.group(1)), m.group(2)


class Lesson:
    def __init__(self, kit, name):
        self.kit, self.name, self.number = kit, name, name[:2]
        self.path = os.path.join(kit.root, 'lessons', name)
        self.test_file = os.path.join(kit.root, 'tests', name + '.bats')
        self.programs = sorted(f for f in os.listdir(os.path.join(
            self.path, 'exercise')) if f in ('server.c', 'client.c'))
        # What is handed in; a program that is given complete is not.
        self.files = [f for f in self.programs if not self.given(f)]
        self._starters = None
        self.demonstration = {
            f: read_bytes(os.path.join(self.path, f))
            for f in self.files if os.path.exists(os.path.join(self.path, f))}
        readme = os.path.join(self.path, 'README.md')
        first = read_text(readme).split('\n')[0] if os.path.exists(readme) \
            else ''
        m = re.match(r'# Lesson \d+: (.+)', first)
        self.title = m.group(1) if m else name[3:].replace('-', ' ')
        self.text = text = read_text(self.test_file)
        # The programs that a test wants to see with sanitizers.
        self.sanitized = set()
        for block in re.split(r'^@test ', text, flags=re.M)[1:]:
            if re.search(r'^\s*sanitized\s*$', block, re.M):
                self.sanitized.update(re.findall(r'^\s*(server|client)\d* ',
                                                 block, re.M))
        self.tests = []
        for m in EXERCISE.finditer(text):
            name = m.group(2)
            if m.group(1) == '"':
                name = re.sub(r'\\(["\\$`])', r'\1', name)
            self.tests.append(Test(len(self.tests) + 1, name))
        self.points = sum(t.points for t in self.tests)

    def staged(self):
        """The tests that count, as the sandbox has them: the test file with
        each test a function, and a file for bats that calls these by number.
        bats looks at every line of its file, and at every letter of a name,
        twice for every submission."""
        number = itertools.count(1)
        functions = EXERCISE.sub(
            lambda m: 'exercise_%d() {' % next(number), self.text)
        functions = re.sub(r'^@test .*\{$', 'not_counted() {', functions,
                           flags=re.M)
        calls = ''.join('@test "%s" { exercise_%d; }\n' % (t.short, t.number)
                        for t in self.tests)
        return functions, 'load %s.bash\n%s' % (self.name, calls)

    @property
    def starters(self):
        if self._starters is None:
            self._starters = {f: self.starter(f) for f in self.programs}
        return self._starters

    def given(self, name):
        """Has the starting point no step to be done? Then it is given."""
        for base in ('solutions', '.starters', 'lessons'):
            path = os.path.join(self.kit.root, base, self.name,
                                'exercise' if base == 'lessons' else '', name)
            if os.path.exists(path):
                return not re.search(rb'/\* (STEP|TODO) 1:', read_bytes(path))
        return False

    def starter(self, name):
        """The starting point: from the dot folder of a handout, else what
        make starters wrote into exercise/ as git has it, else as it is."""
        kept = os.path.join(self.kit.root, '.starters', self.name, name)
        if os.path.exists(kept):
            return read_bytes(kept)
        solution = os.path.join(self.kit.root, 'solutions', self.name, name)
        maker = os.path.join(self.kit.root, 'tests', 'support', 'starter')
        if os.path.exists(solution) and os.path.exists(maker):
            try:
                made = subprocess.run(['sh', maker, solution], check=True,
                                      stdin=subprocess.DEVNULL, timeout=20,
                                      stdout=subprocess.PIPE).stdout
                if made:
                    return made
            except (OSError, subprocess.SubprocessError):
                pass
        return read_bytes(os.path.join(self.path, 'exercise', name))

    def version(self):
        """A hash of everything that decides a mark in this lesson."""
        h = hashlib.sha256(JUDGE_VERSION.encode())
        for path in [self.test_file] + self.kit.judging_files():
            h.update(os.path.relpath(path, self.kit.root).encode() + b'\0')
            h.update(hashlib.sha256(read_bytes(path)).digest())
        for name in self.programs:
            h.update(hashlib.sha256(self.starters[name]).digest())
        return h.hexdigest()


class Kit:
    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.support = os.path.join(self.root, 'tests', 'support')
        self.lessons = {}
        base = os.path.join(self.root, 'lessons')
        if not os.path.isdir(base):
            raise Trouble('There are no lessons in %s.' % self.root)
        for name in sorted(os.listdir(base)):
            if re.match(r'\d\d-', name) and \
                    os.path.isdir(os.path.join(base, name, 'exercise')) and \
                    os.path.exists(os.path.join(self.root, 'tests',
                                                name + '.bats')):
                lesson = Lesson(self, name)
                if lesson.tests and lesson.files:
                    self.lessons[lesson.number] = lesson
        if not self.lessons:
            raise Trouble('There is no lesson with an exercise and tests '
                          'in %s.' % self.root)
        self.mistakes = self.read_mistakes()
        self._judging = None

    def choose(self, words):
        """The lessons that LESSONS names; all if it is empty."""
        chosen = []
        for word in words:
            m = re.match(r'^0*(\d{1,2})(-.*)?$', word)
            number = '%02d' % int(m.group(1)) if m else None
            if number not in self.lessons:
                raise Trouble('There is no lesson %s to grade; there are %s.' %
                              (word, ' '.join(sorted(self.lessons))))
            if number not in chosen:
                chosen.append(number)
        return sorted(chosen) or sorted(self.lessons)

    def judging_files(self):
        if self._judging is None:
            found = [os.path.join(self.root, 'lessons', h)
                     for h in HEADERS]
            for name in os.listdir(self.support):
                base, ending = os.path.splitext(name)
                if ending in ('.c', '.h', '.bash') and base not in NO_JUDGES \
                        or name == 'mistakes.txt':
                    found.append(os.path.join(self.support, name))
            self._judging = sorted(f for f in found if os.path.isfile(f))
        return self._judging

    def read_mistakes(self):
        """name -> (what it means, [(lesson, heading)])"""
        table = {}
        path = os.path.join(self.support, 'mistakes.txt')
        if not os.path.exists(path):
            return table
        name = None
        for line in read_text(path).split('\n'):
            if line.startswith('#') or not line.strip():
                continue
            if not line[0].isspace():
                name = line.strip()
                table[name] = ['', []]
            elif name:
                m = re.match(r'\s+read (\d\d) "(.*)"', line)
                if m:
                    table[name][1].append((m.group(1), m.group(2)))
                else:
                    table[name][0] = (table[name][0] + ' ' +
                                      line.strip()).strip()
        return {k: tuple(v) for k, v in table.items()}


def find_bats(kit):
    """The bats that the kit uses, as get-bats says."""
    said = subprocess.run(['sh', os.path.join(kit.support, 'get-bats')],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          env=dict(os.environ))
    path = said.stdout.decode().strip()
    if said.returncode != 0 or not path:
        raise Trouble('There is no bats-core 1.8 or newer here.')
    return os.path.realpath(path)


def copy_tree_files(pairs):
    """Copies files to places; what is not there is left out."""
    for source, target in pairs:
        if os.path.isfile(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(source, target)
            os.chmod(target, 0o755 if os.access(source, os.X_OK) else 0o644)
