"""The command line, the workers, the progress line."""

import os
import re
import signal
import sys
import threading
import time

from . import intake, judge, report, roster
from .kit import Kit, Trouble
from .sandbox import Sandbox

USAGE = '''\
usage: make grade SUBMISSIONS=dir [NAME=value ...]
       tests/support/grade SUBMISSIONS=dir [NAME=value ...]

  SUBMISSIONS=dir    one entry a student: a clone of the kit, a directory with
                     NN/server.c, NN-name/exercise/client.c and the like, or
                     such a thing as .zip or .tar.gz
  LESSONS="01 02"    only these; without it every lesson
  ROSTER=file.csv    a file that Moodle or Canvas exported: a copy is filled
                     with the grades; students without an entry are listed
  RESULTS=dir        where the results go (results)
  JOBS=n             so many submissions at a time (four a processor)
  SANDBOX=MODE       bubblewrap, user (for root) or none; without it the best
                     that works here; none is for programs that you trust
  SHARD=k/n          only the k-th of n parts of the class; grade once more
                     without it when all results/graded are in one place
  AGAIN=yes          grade even what was graded already

  --gradescope SUBMISSION LESSON OUT      one submission, for Gradescope
  --classroom SUBMISSION LESSON OUT       one submission, for Classroom 50
  --pack-gradescope LESSON                make the archive for Gradescope
  --pack-classroom LESSON                 make the files for Classroom 50

results/ holds grades.csv, class.html, students/, results.json, junit.xml, and
what platforms take. An interrupted run goes on where it was.
'''

NAMES = ('SUBMISSIONS', 'LESSONS', 'ROSTER', 'RESULTS', 'JOBS', 'SANDBOX',
         'SHARD', 'AGAIN')
EXIT_TROUBLE, EXIT_UNGRADED, EXIT_STOPPED = 1, 3, 130


class Options:
    def __init__(self, words):
        values = {n: os.environ.get(n, '') for n in NAMES}
        plain = []
        for word in words:
            name, equals, value = word.partition('=')
            if equals and name in NAMES:
                values[name] = value
            elif equals and name == 'GRADE_UID':
                os.environ[name] = value        # for the sandbox
            elif equals and re.match(r'^[A-Z_]+$', name):
                raise Trouble('There is no option %s; see --help.' % name)
            else:
                plain.append(word)
        if len(plain) > 2:
            raise Trouble('Too many words: %s. Names with spaces go in '
                          'quotes.' % ' '.join(plain[2:]))
        if plain and plain[0]:
            values['SUBMISSIONS'] = plain[0]
        if len(plain) > 1 and plain[1]:
            values['LESSONS'] = plain[1]
        self.values = values
        if not values['SUBMISSIONS']:
            raise Trouble('Whose programs? make grade SUBMISSIONS=dir; the '
                          'directory holds one\ndirectory, .zip or .tar.gz '
                          'for every student.')
        self.submissions = self.path('SUBMISSIONS')
        self.results = self.path('RESULTS') or os.path.join(
            os.environ.get('GRADE_FROM') or os.getcwd(), 'results')
        self.roster = self.path('ROSTER')
        self.lessons = re.split(r'[\s,]+', values['LESSONS'].strip()) \
            if values['LESSONS'].strip() else []
        self.sandbox = values['SANDBOX'].strip().lower()
        self.again = values['AGAIN'].strip().lower() in ('1', 'yes', 'true')
        self.jobs = self.count('JOBS', values['JOBS'].strip()) or \
            4 * (os.cpu_count() or 1)
        self.shard = None
        if values['SHARD'].strip():
            m = re.match(r'^(\d{1,6})/(\d{1,6})$', values['SHARD'].strip())
            if not m or not 1 <= int(m.group(1)) <= int(m.group(2)):
                raise Trouble('SHARD is k/n with k from 1 to n, as in '
                              'SHARD=2/4; not %s.' % values['SHARD'])
            self.shard = int(m.group(1)), int(m.group(2))

    def path(self, name):
        value = self.values[name]
        if not value:
            return ''
        return os.path.normpath(os.path.join(
            os.environ.get('GRADE_FROM') or os.getcwd(),
            os.path.expanduser(value)))

    @staticmethod
    def count(name, text):
        if not text:
            return 0
        if not re.match(r'^[1-9]\d{0,2}$', text):
            raise Trouble('%s is a number from 1 to 999; not %s.' %
                          (name, text))
        return int(text)


class Unit:
    """One submission for one lesson, perhaps of several students whose files
    are the same to the byte."""

    def __init__(self, key, lesson, files):
        self.key, self.lesson, self.files = key, lesson, files
        self.owners = []
        self.result = None


class Progress:
    """One line that tells how far it is; at a terminal it is rewritten."""

    def __init__(self, total, done, out=sys.stderr):
        self.total, self.before, self.done = total, done, done
        self.out = out
        self.terminal = out.isatty()
        self.began = self.last = time.monotonic()
        self.review = 0
        self.lock = threading.Lock()

    def step(self, review):
        with self.lock:
            self.done += 1
            self.review += review
            self.show()

    def left(self):
        fresh = self.done - self.before
        if fresh < 3 or self.done >= self.total:
            return ''
        seconds = (time.monotonic() - self.began) / fresh * \
            (self.total - self.done)
        if seconds < 60:
            return '%d s left' % (seconds + 1)
        if seconds < 5400:
            return '%d min left' % (seconds / 60 + 1)
        return '%.1f h left' % (seconds / 3600)

    def show(self, last=False):
        now = time.monotonic()
        if not last and now - self.last < (0.2 if self.terminal else 10):
            return
        self.last = now
        width = 20
        full = width * self.done // max(self.total, 1)
        text = '[%s%s]  %d of %d' % ('#' * full, '-' * (width - full),
                                     self.done, self.total)
        for more in (self.left(), '%d to review' % self.review
                     if self.review else ''):
            if more:
                text += '   ' + more
        if self.terminal:
            self.out.write('\r\033[K' + text + ('\n' if last else ''))
        else:
            self.out.write(text + '\n')
        self.out.flush()


class Workers:
    """JOBS workers take units off a list. A submission that only waits gives
    its worker's place away after SLOW_SECONDS, so that a slow program delays
    no other; there are three seats for each place."""

    def __init__(self, the_judge, jobs, store, progress):
        self.judge, self.jobs, self.store = the_judge, jobs, store
        self.progress = progress
        self.places = threading.Semaphore(jobs)
        self.lock = threading.Lock()
        self.todo = []
        self.stopped = False
        self.problems = []

    def run(self, units):
        # From the back; a stable order helps whoever watches.
        self.todo = list(reversed(units))
        seats = min(len(units), seats_for(self.jobs))
        threads = [threading.Thread(target=self.work, args=(i,), daemon=True)
                   for i in range(seats)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)
                if self.stopped:
                    self.judge.sandbox.close()

    def work(self, seat):
        while True:
            self.places.acquire()
            given = []

            def give_away():
                if not given:
                    given.append(True)
                    self.places.release()
            try:
                with self.lock:
                    if self.stopped or not self.todo:
                        return
                    unit = self.todo.pop()
                self.one(unit, seat, give_away)
            finally:
                give_away()

    def one(self, unit, seat, slow):
        try:
            result = self.judge.judge(unit.lesson, unit.files, seat, slow)
        except InterruptedError:
            return
        except Exception as e:          # one bad submission stops nobody
            result = {'lesson': unit.lesson.name, 'programs': {}, 'review': [],
                      'total': unit.lesson.points,
                      'sandbox': self.judge.sandbox.mode,
                      'seconds': {'compile': 0, 'tests': 0}}
            self.judge.nothing(unit.lesson, result, 'error')
            result['review'].append('the grader failed: %s: %s' %
                                    (type(e).__name__, e))
        if self.stopped:
            return      # it may have been cut short
        unit.result = result
        # What could not run here may run next time.
        if result['status'] != 'error' and not any(
                v['status'] == 'skipped' for v in result['tests']):
            self.store.save(unit.key, result)
        self.progress.step(len(unit.owners) if result['review'] else 0)


def seats_for(jobs):
    return 3 * jobs


def check_directory(path):
    if not os.path.isdir(path):
        raise Trouble('%s is not a directory.' % path if os.path.exists(path)
                      else 'There is no directory %s.' % path)
    try:
        empty = not os.listdir(path)
    except OSError as e:
        raise Trouble('%s cannot be read: %s.' % (path, e.strerror))
    if empty:
        raise Trouble('%s is empty: it should hold a directory, .zip or '
                      '.tar.gz for every student.' % path)


def grade(options, root):
    kit = Kit(root)
    only = kit.choose(options.lessons)
    check_directory(options.submissions)
    results, submissions = (os.path.join(os.path.realpath(p), '') for p in (
        options.results, options.submissions))
    if submissions.startswith(results):
        raise Trouble('The submissions lie in %s, where the results go: name '
                      'another directory, RESULTS=dir.' % options.results)
    if results.startswith(submissions):
        raise Trouble('The results would lie among the submissions, in %s: '
                      'name another directory, RESULTS=dir.' %
                      options.results)
    people = roster.read(options.roster) if options.roster else None
    keep = (lambda i: True) if not options.shard else \
        (lambda i: i % options.shard[1] == options.shard[0] - 1)
    students, notes = intake.read_all(options.submissions, kit.lessons, only,
                                      keep)
    if not students and not options.shard:
        for note in notes:
            print(note, file=sys.stderr)
        raise Trouble('Nobody handed anything in, in %s.' %
                      options.submissions)
    sandbox = Sandbox(kit, options.sandbox, os.environ.get('CC') or 'cc',
                      seats_for(options.jobs),
                      [options.submissions, options.results])
    try:
        return grade_class(options, kit, only, students, notes, people,
                           sandbox)
    finally:
        sandbox.close()
        sandbox.remove()


def collect(kit, only, students, mode, store, again):
    """Every unit there is, known or to be graded."""
    versions = {n: kit.lessons[n].version() for n in only}
    units = {}
    for student in students:
        student.units = {}
        for number in only:
            lesson = kit.lessons[number]
            files = student.files.get(number, {})
            key = judge.fingerprint(versions[number], lesson, files, mode)
            unit = units.get(key)
            if unit is None:
                unit = units[key] = Unit(key, lesson, files)
                unit.result = None if again else store.load(key)
            unit.owners.append(student)
            student.units[number] = unit
    return list(units.values())


def grade_class(options, kit, only, students, notes, people, sandbox):
    os.makedirs(options.results, exist_ok=True,
                mode=0o700 if sandbox.mode == 'user' else 0o777)
    store = judge.Store(os.path.join(options.results, 'graded'))
    units = collect(kit, only, students, sandbox.mode, store, options.again)
    todo = [u for u in units if u.result is None]
    say = sys.stderr
    print('sandbox: %s      %s, %s, %s%s' % (
        sandbox.sentence(), count(len(students), 'student'),
        count(len(only), 'lesson'), count(options.jobs, 'worker'),
        ', part %d of %d' % options.shard if options.shard else ''), file=say)
    if len(units) > len(todo):
        print('%d of %d were graded before and have not changed' %
              (len(units) - len(todo), len(units)), file=say)
    for note in notes:
        print('not graded: ' + note, file=say)
    progress = Progress(len(units), len(units) - len(todo))
    workers = Workers(judge.Judge(sandbox, kit), options.jobs, store, progress)

    def stop(number, frame):
        workers.stopped = True
    old = catch(stop)
    began = time.monotonic()
    if todo:
        workers.run(todo)
        progress.show(last=True)
    for s, handler in old.items():
        signal.signal(s, handler)

    facts = {'sandbox': sandbox.mode, 'sandbox_sentence': sandbox.sentence(),
             'seconds': round(time.monotonic() - began, 1),
             'graded_now': sum(1 for u in todo if u.result),
             'notes': notes, 'shard': options.shard,
             'complete': all(u.result for u in units)}
    graded = report.Class(kit, only, students, facts)
    if options.shard:
        print('part %d of %d: %d graded, in %s' % (
            options.shard + (facts['graded_now'],
                             os.path.join(options.results, 'graded'))))
    else:
        report.write_all(graded, options.results)
        said = roster.fill(people, graded, options.results) if people else []
        report.tell(graded, options.results, said)
    if workers.stopped:
        print('Stopped. The same command goes on from here.', file=say)
        return EXIT_STOPPED
    if any(u.result is None or u.result['status'] == 'error' for u in units):
        return EXIT_UNGRADED
    return 0


def catch(handler):
    """Gives handler the signals that end a program, less those that whoever
    began us wants ignored (nohup). Returns {signal: the handler before}."""
    old = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM,
                                            signal.SIGHUP)}
    old = {s: before for s, before in old.items() if before != signal.SIG_IGN}
    for s in old:
        signal.signal(s, handler)
    return old


def count(n, word):
    return '%d %s%s' % (n, word, '' if n == 1 else 's')


def one(kind, words, root):
    """One submission for one lesson: what a platform's container calls."""
    from . import platforms
    if len(words) != 3:
        raise Trouble('usage: grade --%s SUBMISSION LESSON OUT' % kind)
    return platforms.one(kind, words[0], words[1], words[2], root)


def main(words, root):
    # The class's names are shown as they are, whatever the terminal takes.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.reconfigure(errors='replace')
        except AttributeError:
            pass
    catch(signal.default_int_handler)   # so that nothing is left behind
    try:
        if words[:1] in (['--help'], ['-h']):
            print(USAGE, end='')
            return 0
        if words[:1] in (['--gradescope'], ['--classroom']):
            return one(words[0][2:], words[1:], root)
        if words[:1] in (['--pack-gradescope'], ['--pack-classroom']):
            from . import pack
            return pack.make(words[0][7:], words[1:], root)
        if words and words[0].startswith('--'):
            raise Trouble('There is no option %s; see --help.' % words[0])
        return grade(Options(words), root)
    except Trouble as e:
        print(e, file=sys.stderr)
        return EXIT_TROUBLE
    except KeyboardInterrupt:
        print('Stopped.', file=sys.stderr)
        return EXIT_STOPPED
    except BrokenPipeError:
        return EXIT_TROUBLE
    except OSError as e:
        print('grade: %s' % e, file=sys.stderr)
        return EXIT_TROUBLE
