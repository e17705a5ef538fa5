"""One student's programs for one lesson: compile, test, verdict.

The lesson's own list of tests decides what counts. What comes out of bats is
only believed where exactly one result bears a test's number and its name.
"""

import json
import hashlib
import os
import re
import select
import shutil
import stat
import subprocess
import time

from .kit import HEADERS

FLAGS = '-Wall -Wextra'
ASAN = '-fsanitize=address,undefined -fno-sanitize-recover=undefined ' \
       '-fno-omit-frame-pointer -g'
# Much of a submission's time is linking with the sanitizers; gold is quicker.
QUICK_LINKER = '-fuse-ld=gold'
COMPILE_SECONDS = 8        # for all programs of a submission together
WALL_SECONDS = 60           # for all tests of a submission together
SLOW_SECONDS = 12           # after which no worker waits for it any longer
MAX_OUTPUT = 1 << 20        # of bats
MAX_MESSAGE = 8000          # kept of one test's message

# A program that twice shows one of these, before any test has passed, is not
# started again: every further test would only wait for it.
STRIKES = {'never-listens': 'server', 'never-calls': 'client', 'spins': None,
           'floods': None, 'forks-without-end': None}

# What an honest program has no reason to say: how not to be looked into, and
# what only a test's surroundings have.
TELLTALE = re.compile(rb'no_?sanitize|__SANITIZE_|address_sanitizer|'
                      rb'__(?:sanitizer|asan|ubsan|lsan)_|KIT_DIR')

# What a submission is, worst first.
STATUS = {
    'missing': 'nothing was handed in',
    'not-started': 'the starting point, unchanged',
    'does-not-compile': 'does not compile',
    'time-out': 'did not end in time',
    'error': 'could not be graded (a fault of the grader or the machine)',
    'graded': 'graded',
}


def clean(text, most=MAX_MESSAGE):
    """No control bytes; no more than that many characters, said if cut."""
    text = re.sub(r'[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]',
                  '?', text)
    if len(text) > most:
        text = text[:most] + '\n[cut here: %d characters more]' % (
            len(text) - most)
    return text


WORDLESS = 'this test failed without saying why: most likely a fault of ' \
    'the kit or of the machine. Ask who grades to have a look.'


class Tap:
    """Reads bats' results as they come."""

    def __init__(self, tests):
        self.tests = tests
        self.last = time.monotonic()
        self.seconds = {}           # number -> how long it took
        self.results = {}           # number -> [(ok, name, skip, [lines])]
        self.plan = []
        self.current = None
        self.strange = []

    def line(self, line):
        m = re.match(r'(not )?ok (\d+) (.*)$', line)
        if m:
            name, skip = m.group(3), None
            cut = re.search(r' # (skip|timeout)\b ?(.*)$', name, re.I)
            if cut:
                skip, name = cut.group(2) or cut.group(1), name[:cut.start()]
            self.current = [not m.group(1), name, skip, []]
            number, now = int(m.group(2)), time.monotonic()
            self.results.setdefault(number, []).append(self.current)
            self.seconds[number] = round(now - self.last, 3)
            self.last = now
        elif re.match(r'1\.\.\d+$', line):
            self.plan.append(int(line[3:]))
        elif line.startswith('#'):
            if self.current is not None:
                self.current[3].append(line[2:] if line[1:2] == ' '
                                       else line[1:])
        elif line.strip():
            self.strange.append(line)

    def message(self, number):
        """What the test says to the student, and what else came, without the
        place in the test file that bats names."""
        told, stray = [], []
        for line in (l for r in self.results.get(number, ()) for l in r[3]):
            if line.startswith('| ') or line == '|':
                told.append(line[2:])
            elif not line.startswith(('(', ' in ', ' from ', '  `')):
                stray.append(line)
        return clean('\n'.join(told)), clean('\n'.join(stray), 200)

    def verdicts(self):
        """[{...} for every test] and the reasons to have a look."""
        review, verdicts = [], []
        for test in self.tests:
            found = self.results.get(test.number, [])
            message, stray = self.message(test.number)
            if not found:
                status = 'no-result'
                message = 'no result came from this test'
            elif len(found) > 1:
                status = 'forged'
                review.append('%d results came for test %d' %
                              (len(found), test.number))
            elif found[0][1] != test.short:
                status = 'forged'
                review.append('test %d came under another name' % test.number)
            elif found[0][2] is not None and found[0][0]:
                status = 'skipped'
                message = 'not run: ' + clean(found[0][2])
            else:
                status = 'passed' if found[0][0] else 'failed'
                if status == 'failed' and not message:
                    message = WORDLESS
                    review.append(('test %d failed without saying why: '
                                   'check it by hand. %s' % (
                                       test.number, stray)).rstrip())
            verdicts.append(verdict(test, status, message))
            verdicts[-1]['seconds'] = self.seconds.get(test.number, 0.0)
        known = {t.number for t in self.tests}
        unknown = sorted(set(self.results) - known)
        if unknown:
            review.append('results came for tests that do not exist: %s' %
                          ', '.join(map(str, unknown[:5])))
        if len(self.plan) > 1 or \
                (self.plan and self.plan[0] != len(self.tests)):
            review.append('the number of tests was announced wrongly')
        return verdicts, review


def mistake_in(message):
    m = re.search(r'^mistake +([a-z0-9-]+)', message, re.M)
    return m.group(1) if m else None


def verdict(test, status, message=''):
    return {
        'number': test.number, 'name': test.name, 'sentence': test.sentence,
        'points': test.points, 'status': status,
        'score': test.points if status == 'passed' else 0,
        'message': '' if status == 'passed' else message,
        'mistake': None if status == 'passed' else mistake_in(message),
    }


def fingerprint(version, lesson, files, mode):
    """The same for the same files, judged the same way."""
    h = hashlib.sha256(('%s %s %s' % (version, lesson.name, mode)).encode())
    for name in lesson.files:
        data = files.get(name)
        h.update(b'\0missing' if data is None else
                 b'\0' + hashlib.sha256(data).digest())
    return h.hexdigest()[:32]


class Judge:
    def __init__(self, sandbox, kit, wall=WALL_SECONDS):
        self.sandbox, self.kit, self.wall = sandbox, kit, wall
        self.asan = ASAN if self.sanitizers() else ''
        self.flags = FLAGS
        if self.links(QUICK_LINKER, self.asan):
            self.flags += ' ' + QUICK_LINKER

    def sanitizers(self):
        """Does the compiler have them?"""
        known = os.path.join(self.kit.root, 'build', 'tools', 'sanitizers')
        if os.path.exists(known):
            return os.path.getsize(known) > 0
        return self.links(ASAN)

    def links(self, *flags):
        """Does the compiler make a program with these?"""
        target = os.path.join(self.sandbox.stage, 'linked')
        said = subprocess.run(
            ['cc'] + ' '.join(flags).split() + ['-x', 'c', '-', '-o', target],
            input=b'int main(void) { return 0; }\n',
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return said.returncode == 0 and os.path.exists(target)

    def judge(self, lesson, files, seat, slow=lambda: None):
        """The result for one lesson. slow() is called once if it lasts."""
        began = time.monotonic()
        result = {
            'lesson': lesson.name, 'total': lesson.points, 'score': 0,
            'programs': {}, 'tests': [], 'review': [],
            'sandbox': self.sandbox.mode,
            'seconds': {'compile': 0.0, 'tests': 0.0},
        }
        present = [n for n in lesson.files if files.get(n) is not None]
        same = [n for n in present if files[n] == lesson.starters[n]]
        for name in lesson.files:
            what = 'handed in' if name in present else 'missing'
            if name in same:
                what = 'starting point'
            result['programs'][name] = {'status': what, 'log': ''}
        if not present:
            return self.nothing(lesson, result, 'missing')
        if len(same) == len(present):
            return self.nothing(lesson, result, 'not-started')

        for name in present:
            word = TELLTALE.search(files[name])
            if word:
                result['review'].append('%s speaks of %s: read it' % (
                    name, word.group().decode()))
        broken = self.build(lesson, files, present, seat, result)
        result['seconds']['compile'] = round(time.monotonic() - began, 3)
        if len(broken) == len(present):
            return self.nothing(lesson, result, 'does-not-compile')
        for attempt in (1, 2):
            tap, timed_out, trouble = self.run(
                lesson, seat, began + SLOW_SECONDS, slow)
            # A machine that could not start the tests at all is no verdict.
            if tap.results or timed_out:
                break
        result['seconds']['tests'] = round(
            time.monotonic() - began - result['seconds']['compile'], 3)
        if not tap.results and not timed_out:
            self.nothing(lesson, result, 'error')
            result['review'].append('no test ran: ' + clean(trouble, 500))
            return result
        result['tests'], review = tap.verdicts()
        result['review'] += review
        for v in result['tests']:
            if v['status'] == 'no-result' and timed_out:
                v['status'] = 'time-out'
                v['message'] = 'not run: all the tests together may take ' \
                    '%d s' % self.wall
            if v['status'] not in ('passed', 'skipped'):
                self.explain(v, broken, lesson, present)
        result['score'] = sum(v['score'] for v in result['tests'])
        result['status'] = 'graded'
        if timed_out:
            result['status'] = 'time-out'
        elif broken:
            result['status'] = 'does-not-compile'
        return result

    @staticmethod
    def explain(v, broken, lesson, present):
        """Which program was not the student's."""
        for name in lesson.files:
            if name in broken:
                v['message'] = '%s does not compile: the starting point ' \
                    'stood in for it\n\n%s' % (name, v['message'])
            elif name not in present:
                v['message'] = '%s was not handed in: the starting point ' \
                    'stood in for it\n\n%s' % (name, v['message'])

    @staticmethod
    def nothing(lesson, result, status):
        """No test can be run: all of them are failed."""
        result['status'] = status
        text = {'missing': 'nothing was handed in for this lesson',
                'not-started': 'this is the starting point, unchanged',
                'does-not-compile': 'the program does not compile',
                'error': 'this test could not be run'}[status]
        result['tests'] = [verdict(t, status, text) for t in lesson.tests]
        result['score'] = 0
        return result

    def put_sources(self, lesson, files, seat):
        src, out = self.sandbox.places(seat)
        for header in HEADERS:
            path = os.path.join(self.sandbox.kit_copy, 'lessons', header)
            if os.path.exists(path):
                os.makedirs(os.path.join(src, 'lessons'), exist_ok=True)
                shutil.copy(path, os.path.join(src, 'lessons'))
        where = os.path.join(src, 'lessons', lesson.name, 'exercise')
        os.makedirs(where, exist_ok=True)
        for name, data in files.items():
            with open(os.path.join(where, name), 'wb') as f:
                f.write(data)
            os.chmod(os.path.join(where, name), 0o644)
        for path, _, _ in os.walk(src):     # whatever the umask is
            os.chmod(path, 0o755)
        return out

    def compile(self, lesson, files, seat):
        """Compiles files. Returns {name: (compiles, log)}, compiles being
        None if the compiler did not end in time; programs are in the seat's
        directory out. OSError if the machine could not compile at all, which
        says nothing of the program."""
        for attempt in (1, 2):
            answers, ended, said = self.compile_once(lesson, files, seat)
            if not ended or all(ok is not None for ok, _ in answers.values()):
                return answers
        raise OSError('the compiler could not be run: ' +
                      (clean(said, 500) or 'it ended without a word'))

    def compile_once(self, lesson, files, seat):
        """As compile. Returns what it does, whether all ended in time, and
        what was said beside."""
        out = self.put_sources(lesson, files, seat)
        command, cwd = self.sandbox.compile_command(
            seat, lesson, [n[:-2] for n in files], self.flags, self.asan)
        env = {'PATH': os.environ.get('PATH', '/usr/bin:/bin'), 'LC_ALL': 'C',
               'TMPDIR': out}
        process = self.sandbox.start(command, env, cwd,
                                     stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE)
        ended, said = True, b''
        try:
            said = process.communicate(timeout=COMPILE_SECONDS)[1]
        except subprocess.TimeoutExpired:
            ended = False
        finally:
            self.sandbox.finish(process, seat)
            process.stderr.close()
        self.sandbox.seal(seat)
        answers = {}
        for name in files:
            base = os.path.join(out, name[:-2])
            status = plain(base + '.status')
            log = plain(base + '.log') or b''
            for rest in ('.status', '.log', '.all'):
                try:
                    os.unlink(base + rest)
                except OSError:
                    pass
            text = clean(log.decode('utf-8', 'replace'), 20000)
            if status is None:
                text = (text + '\nthe compiler did not end within %d s\n' %
                        COMPILE_SECONDS).lstrip()
            ok = None if status is None else \
                status.strip() == b'0' and os.path.isfile(base)
            answers[name] = (ok, text)
            if ok:
                os.chmod(base, 0o755)
            for path in (base, base + '.asan'):
                if not ok and os.path.exists(path):
                    os.unlink(path)
        return answers, ended, said.decode('utf-8', 'replace')

    def build(self, lesson, files, present, seat, result):
        """Compiles what was handed in, and what is given; the starting point
        stands in for what is missing or does not compile. Returns what does
        not compile."""
        wanted = {n: files[n] if n in present else lesson.starters[n]
                  for n in lesson.programs}
        answers = self.compile(lesson, wanted, seat)
        broken = []
        for name in present:
            ok, log = answers[name]
            program = result['programs'][name]
            program['log'] = log
            if ok:
                program['status'] = 'compiles'
            else:
                program['status'] = 'does-not-compile'
                broken.append(name)
                if ok is None:
                    result['review'].append(
                        '%s: the compiler did not end in time' % name)
        if broken and len(broken) < len(present):
            stand_in = {n: lesson.starters[n] if n in broken else wanted[n]
                        for n in lesson.programs}
            self.compile(lesson, stand_in, seat)
        return broken

    def run(self, lesson, seat, late, slow):
        """Runs the tests; calls slow() at the time late. Returns (Tap, timed
        out, what was said beside)."""
        command, env, cwd = self.sandbox.test_command(seat, lesson)
        process = self.sandbox.start(command, env, cwd,
                                     stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
        tap = Tap(lesson.tests)
        began = time.monotonic()
        pipes = {process.stdout: b'', process.stderr: b''}
        for pipe in pipes:
            os.set_blocking(pipe.fileno(), False)
        room, timed_out, told, strikes = MAX_OUTPUT, False, False, {}
        said = b''
        try:
            waiting = list(pipes)
            while waiting:
                now = time.monotonic()
                if not told and now > late:
                    told = True
                    slow()
                if now - began > self.wall:
                    timed_out = True
                    break
                ready, _, _ = select.select(waiting, [], [], 0.5)
                for pipe in ready:
                    data = os.read(pipe.fileno(), 65536)
                    if not data:
                        waiting.remove(pipe)
                        continue
                    if pipe is process.stderr:
                        said = (said + data)[:20000]
                        continue
                    room -= len(data)
                    if room < 0:
                        timed_out = True
                        waiting = []
                        break
                    *lines, pipes[pipe] = (pipes[pipe] + data).split(b'\n')
                    for line in lines:
                        text = line.decode('utf-8', 'replace')
                        tap.line(text)
                        self.strike(text, tap, strikes, seat)
        finally:
            self.sandbox.finish(process, seat)
            process.stdout.close()
            process.stderr.close()
        trouble = said.decode('utf-8', 'replace') + '\n'.join(
            tap.strange[:20])
        return tap, timed_out, trouble

    def strike(self, line, tap, strikes, seat):
        """Counts the tests in which a program was past help; after two the
        launcher (sandbox.c) does not start it again. Not where any test has
        passed: what the others are worth must not depend on their order."""
        m = re.match(r'# \| mistake +([a-z0-9-]+)', line)
        if not m or m.group(1) not in STRIKES or tap.current is None or \
                any(r[0] for found in tap.results.values() for r in found):
            return
        told = '\n'.join(l for l in tap.current[3]
                         if re.match(r'\| (the (server|client)|came)', l))
        for who in ('server', 'client'):
            if STRIKES[m.group(1)] in (None, who) and 'the ' + who in told:
                strikes[who] = strikes.get(who, 0) + 1
                if strikes[who] == 2:
                    for name in (who, who + '.asan'):
                        path = os.path.join(self.sandbox.seat(seat), 'out',
                                            name + '.struck')
                        with open(path, 'w') as f:
                            f.write(m.group(1) + '\n')


def plain(path):
    """The bytes of a regular file (never through a link), or None."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(fd, 'rb') as f:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        return f.read(1 << 20)


class Store:
    """Results on disk, one file each, named by fingerprint."""

    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)

    def path(self, key):
        return os.path.join(self.directory, key + '.json')

    def load(self, key):
        try:
            with open(self.path(key), encoding='utf-8') as f:
                return json.load(f)
        except (OSError, ValueError):
            return None

    def save(self, key, result):
        write_atomically(self.path(key), json.dumps(result, indent=1))


def write_atomically(path, text):
    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
    temporary = '%s.%d.tmp' % (path, os.getpid())
    with open(temporary, 'w', encoding='utf-8', newline='') as f:
        f.write(text)
    os.replace(temporary, path)
