"""What a student handed in, read without trusting a byte of it.

An entry of the submissions directory is a directory or an archive. Nothing is
ever unpacked to disk: the few files that count are read into memory, each at
most MAX_SOURCE bytes, in a child process that has limits of its own, so that
an archive made to hurt hurts that child alone.
"""

import base64
import hashlib
import io
import json
import os
import re
import resource
import signal
import stat
import sys
import tarfile
import time
import unicodedata
import zipfile

MAX_SOURCE = 1 << 20          # a source file; the solutions have 20 kB
MAX_ARCHIVE = 64 << 20        # an archive as it lies there
MAX_UNPACKED = 256 << 20      # bytes read through while looking into a .tar.gz
MAX_ENTRIES = 20000           # files looked at in one entry
MAX_DEPTH = 8
MAX_NOTES = 20
SECONDS = 20                  # of one entry

ARCHIVES = ('.zip', '.tar.gz', '.tgz', '.tar')
OTHER_ARCHIVES = ('.rar', '.7z', '.tar.xz', '.tar.bz2', '.txz', '.tbz2', '.gz',
                  '.xz', '.bz2', '.zipx')
NOT_OPENED = 'archives of this kind are not opened (use .zip or .tar.gz)'
# The kit's own directories in a clone, where no exercise lies.
SKIPPED = {'solutions', 'tests', 'slides', 'build', 'node_modules',
           '__MACOSX', 'designs', 'mistakes'}


def shown(name):
    """A name that can be printed anywhere: no control bytes, no broken
    UTF-8, none of the characters that turn the direction of writing."""
    text = os.fsencode(name).decode('utf-8', 'replace') \
        if isinstance(name, str) else name.decode('utf-8', 'replace')
    text = ''.join('?' if unicodedata.category(c) in ('Cc', 'Cf', 'Cs', 'Zl',
                                                      'Zp', 'Co', 'Cn')
                   else c for c in text)
    return text[:120]


def slug(name):
    """A file name for a student: letters, digits, dot, dash, underscore.
    Whatever had to be changed is told apart by a piece of its hash."""
    plain = unicodedata.normalize('NFKD', shown(name))
    plain = plain.encode('ascii', 'ignore').decode()
    plain = re.sub(r'[^A-Za-z0-9._-]+', '_', plain).strip('._-')[:60]
    if plain == name and plain:
        return plain
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:6]
    return '%s-%s' % (plain or 'student', digest)


class Found:
    """The files of one entry: lesson number -> file name -> candidates."""

    def __init__(self, kit_lessons):
        self.lessons = kit_lessons          # number -> Lesson
        self.candidates = {}                # (number, file) -> [(path, data)]
        self.exercise_dirs = set()          # NN directories with exercise/
        self.loose = {}                     # file name -> [(path, data)]
        self.notes = []
        self.entries = 0
        self.inner_archives = []

    def note(self, text):
        text = shown(text)
        if text in self.notes:
            return
        if len(self.notes) < MAX_NOTES:
            self.notes.append(text)
        elif len(self.notes) == MAX_NOTES:
            self.notes.append('... and more of this kind')

    def lesson_of(self, part):
        """The lesson that a directory's name stands for, or None."""
        m = re.match(r'(?i)^(?:lesson|lektion|ex|exercise)?[-_ ]?0*(\d{1,2})'
                     r'(?![0-9])', part)
        if not m or (m.end() < len(part) and part[m.end()] not in '-_ .'):
            return None
        number = '%02d' % int(m.group(1))
        return number if number in self.lessons else None

    def place(self, path):
        """Says what path could be: (number or None, file name, directory of
        the lesson, True if it lies in exercise/), or None."""
        parts = path.split('/')
        name = parts[-1].lower()
        if name not in ('server.c', 'client.c'):
            return None
        where = parts[:-1]
        if any(p in SKIPPED or p.startswith('.') for p in where):
            return None
        inside = bool(where) and where[-1].lower() == 'exercise'
        if inside:
            where = where[:-1]
        # The directory right around it names the lesson, if one does.
        number = self.lesson_of(where[-1]) if where else None
        return number, name, '/'.join(where), inside

    def offer(self, path, read):
        """A regular file at path; read() gives its bytes or a sentence."""
        spot = self.place(path)
        if spot is None:
            return
        number, name, directory, inside = spot
        if number is not None and name not in self.lessons[number].files:
            return                  # given complete: taken as it was given
        data = read()
        if isinstance(data, str):
            self.note('%s: %s' % (path, data))
            data = None
        item = (path, data, directory, inside)
        if inside:
            self.exercise_dirs.add(directory)
        if number is None:
            self.loose.setdefault(name, []).append(item)
        else:
            self.candidates.setdefault((number, name), []).append(item)

    def result(self, only):
        """Chooses. only: the lessons that are graded. Returns
        {number: {file: data or None}} and {number: [reason to look]}."""
        files, review = {}, {}
        for number in only:
            lesson = self.lessons[number]
            for name in lesson.files:
                items = list(self.candidates.get((number, name), []))
                if not items and len(only) == 1:
                    items = list(self.loose.get(name, []))
                # In a clone the demonstration stands beside exercise/.
                items = [i for i in items
                         if i[3] or i[2] not in self.exercise_dirs]
                demo = lesson.demonstration.get(name)
                left = [i for i in items if i[3] or i[1] != demo or
                        demo is None]
                if items and not left:
                    self.note('%s: the demonstration of lesson %s, not the '
                              'exercise' % (items[0][0], number))
                items = sorted(left, key=lambda i: (i[0].count('/') -
                                                    2 * i[3], i[0]))
                if not items:
                    continue
                path, data = items[0][0], items[0][1]
                others = [i for i in items[1:] if i[1] != data]
                if others:
                    self.note('lesson %s: took %s, not %s' %
                              (number, path, ', '.join(
                                  i[0] for i in others[:3])))
                    if others[0][0].count('/') == path.count('/') or \
                            others[0][0] == path:
                        review.setdefault(number, []).append(
                            'two different %s were handed in' % name)
                files.setdefault(number, {})[name] = data
        return files, review


def check_text(data):
    """Bytes of a source file, or the sentence that refuses them."""
    if len(data) > MAX_SOURCE:
        return 'larger than %d kB, not taken' % (MAX_SOURCE // 1024)
    if b'\0' in data:
        if data[:2] in (b'\xff\xfe', b'\xfe\xff'):
            return 'saved as UTF-16, not as plain text (UTF-8), not taken'
        return 'not a text file, not taken'
    return data


def read_plain(path):
    """Reads a regular file: never a link, never a device or a pipe."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK |
                     os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as e:
        return 'cannot be read (%s)' % e.strerror
    with os.fdopen(fd, 'rb') as f:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return 'not a regular file, not taken'
        try:
            return check_text(f.read(MAX_SOURCE + 1))
        except OSError as e:
            return 'cannot be read (%s)' % e.strerror


def look_into_directory(found, top):
    """Walks a directory without ever following a link."""
    waiting = [(top, '', 0)]
    while waiting:
        directory, prefix, depth = waiting.pop()
        try:
            with os.scandir(directory) as it:
                entries = sorted(it, key=lambda e: e.name)
        except OSError as e:
            found.note('%s: cannot be read (%s)' % (prefix or '.', e.strerror))
            continue
        for entry in entries:
            found.entries += 1
            if found.entries > MAX_ENTRIES:
                found.note('more than %d files: the rest was not looked at' %
                           MAX_ENTRIES)
                return
            path = prefix + entry.name
            if entry.is_symlink():
                if found.place(path):
                    found.note('%s: a link, not taken' % path)
            elif entry.is_dir(follow_symlinks=False):
                if entry.name in SKIPPED or entry.name.startswith('.'):
                    continue
                if depth >= MAX_DEPTH:
                    found.note('%s: too deep, not looked into' % path)
                    continue
                waiting.append((entry.path, path + '/', depth + 1))
            elif found.place(path):
                found.offer(path, lambda: read_plain(entry.path))
            elif depth <= 1 and is_archive(entry.name):
                found.inner_archives.append((path, entry.path))
            elif depth <= 1 and entry.name.lower().endswith(OTHER_ARCHIVES):
                found.note('%s: %s' % (path, NOT_OPENED))


def member_name(found, name):
    """The path of a member, or None (with a note) if it points elsewhere."""
    path = name.replace('\\', '/')
    parts = [p for p in path.split('/') if p not in ('', '.')]
    if path.startswith('/') or re.match(r'^[A-Za-z]:', path) or \
            '..' in parts:
        found.note('%s: a path out of the archive, not taken' % name)
        return None
    return '/'.join(parts)


def look_into_zip(found, file):
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            found.entries += 1
            if found.entries > MAX_ENTRIES:
                found.note('more than %d files: the rest was not looked at' %
                           MAX_ENTRIES)
                return
            path = member_name(found, info.filename)
            if path is None or info.filename.endswith('/') or \
                    not found.place(path):
                continue
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind == stat.S_IFLNK:
                found.note('%s: a link, not taken' % path)
                continue
            if kind not in (0, stat.S_IFREG):
                found.note('%s: not a regular file, not taken' % path)
                continue

            def read(info=info):
                if info.flag_bits & 1:
                    return 'encrypted, not taken'
                try:
                    with archive.open(info) as f:
                        return check_text(f.read(MAX_SOURCE + 1))
                except Exception as e:      # zipfile raises many kinds
                    return 'damaged (%s)' % type(e).__name__
            found.offer(path, read)


class Counted(io.RawIOBase):
    """A stream that refuses to give more than MAX_UNPACKED bytes."""

    def __init__(self, inner):
        super().__init__()
        self.inner, self.left = inner, MAX_UNPACKED

    def readable(self):
        return True

    def readinto(self, buffer):
        data = self.inner.read(len(buffer))
        self.left -= len(data)
        if self.left < 0:
            raise OSError('unpacks to more than %d MB' %
                          (MAX_UNPACKED >> 20))
        buffer[:len(data)] = data
        return len(data)


def look_into_tar(found, file, packed):
    if packed:
        import gzip
        file = io.BufferedReader(Counted(gzip.GzipFile(fileobj=file)))
    with tarfile.open(fileobj=file, mode='r|') as archive:
        for info in archive:
            found.entries += 1
            if found.entries > MAX_ENTRIES:
                found.note('more than %d files: the rest was not looked at' %
                           MAX_ENTRIES)
                return
            path = member_name(found, info.name)
            if path is None or not found.place(path):
                continue
            if info.issym() or info.islnk():
                found.note('%s: a link, not taken' % path)
            elif not info.isreg():
                found.note('%s: not a regular file, not taken' % path)
            elif info.size > MAX_SOURCE:
                found.offer(path, lambda: check_text(b'x' * (MAX_SOURCE + 1)))
            else:
                found.offer(path, lambda info=info: check_text(
                    archive.extractfile(info).read(MAX_SOURCE + 1)))


def is_archive(name):
    return name.lower().endswith(ARCHIVES)


def look_into_archive(found, path, label):
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK |
                     os.O_CLOEXEC)
    except OSError as e:
        found.note('%s: cannot be read (%s)' % (label, e.strerror))
        return
    with os.fdopen(fd, 'rb') as file:
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode):
            found.note('%s: not a regular file' % label)
            return
        if info.st_size > MAX_ARCHIVE:
            found.note('%s: larger than %d MB, not opened' %
                       (label, MAX_ARCHIVE >> 20))
            return
        try:
            start = file.read(4)
            file.seek(0)
            if start[:2] == b'PK':
                look_into_zip(found, file)
            else:
                look_into_tar(found, file, start[:2] == b'\x1f\x8b')
        except MemoryError:
            found.note('%s: needs too much memory, not opened' % label)
        except Exception as e:              # tarfile and zipfile raise many
            why = str(e) or type(e).__name__
            found.note('%s: damaged or not an archive (%s)' % (label, why))


# STUDENT[_LATE]_NUMBER_NUMBER_FILE, and STUDENT_NUMBER_assignsubmission_...
CANVAS = re.compile(r'^(.+?)(?:_LATE|_late)?(_\d{2,})_\d{2,}_(.+)$', re.S)
MOODLE = re.compile(
    r'^(.+?)(_\d+)_assignsubmission_(?:file|onlinetext)_?(.*)$', re.S)


def platform_name(name):
    """What a learning platform called an entry: the student with the first
    number, and the student's own name for the file; None if it is no such
    name. A student may have called the file what the platform would call the
    entry of another one: what stands further to the left is the platform's."""
    found = [m for m in (CANVAS.match(name), MOODLE.match(name)) if m]
    if not found:
        return None
    m = min(found, key=lambda m: m.end(2))
    return m.group(1) + m.group(2), m.group(3)


def student_of(name):
    """Whose entry it is: its name without what archives and platforms add."""
    for ending in ARCHIVES:
        if name.lower().endswith(ending) and len(name) > len(ending):
            name = name[:-len(ending)]
            break
    platform = platform_name(name)
    return platform[0] if platform else name


def read_entry(lessons, only, paths):
    """Reads the parts of one entry. Returns what goes through the pipe."""
    found = Found(lessons)
    for path in paths:
        name = os.path.basename(path)
        mode = os.lstat(path).st_mode
        platform = platform_name(name)
        if stat.S_ISLNK(mode):
            found.note('a link, not followed')
        elif stat.S_ISDIR(mode):
            look_into_directory(found, path)
            if not found.candidates and not found.loose:
                for label, inner in found.inner_archives[:5]:
                    look_into_archive(found, inner, label)
        elif is_archive(name):
            look_into_archive(found, path, name)
        elif platform:
            plain = re.sub(r'-\d+(?=\.c$)', '', platform[1])
            if found.place(plain):
                found.offer(plain, lambda: read_plain(path))
            elif plain.lower().endswith(OTHER_ARCHIVES):
                found.note('%s: %s' % (plain, NOT_OPENED))
            else:
                found.note('%s: neither server.c nor client.c, not taken' %
                           plain)
    files, review = found.result(only)
    return {'files': {n: {f: None if d is None else
                          base64.b64encode(d).decode()
                          for f, d in fs.items()} for n, fs in files.items()},
            'review': review, 'notes': found.notes}


def read_apart(lessons, only, paths):
    """read_entry in a child with limits."""
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(out)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            signal.alarm(SECONDS)
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
            data = json.dumps(read_entry(lessons, only, paths)).encode()
            with os.fdopen(into, 'wb') as pipe:
                pipe.write(data)
            status = 0
        except MemoryError:
            status = 3
        except BaseException as e:
            try:
                print('grade: intake: %r' % e, file=sys.stderr)
            except Exception:
                pass
        finally:
            os._exit(status)
    os.close(into)
    with os.fdopen(out, 'rb') as pipe:
        data = pipe.read()
    status = os.waitpid(pid, 0)[1]
    if status == 0:
        answer = json.loads(data)
        for files in answer['files'].values():
            for name, text in files.items():
                files[name] = None if text is None else base64.b64decode(text)
        return answer
    why = 'took longer than %d s or too much memory' % SECONDS
    return {'files': {}, 'review': {}, 'notes': [
        'what was handed in could not be read: it %s' % why]}


class Student:
    def __init__(self, name):
        self.name = name        # as on disk
        self.shown = shown(name)
        self.slug = slug(name)
        self.files = {}         # lesson number -> file name -> bytes or None
        self.review = {}        # lesson number -> reasons to look at it
        self.notes = []         # what was found and not taken
        self.entries = []       # the names of the entries


def list_entries(directory):
    """Groups the entries by student. Returns {student: {entry key: paths}}
    and notes on what is none."""
    groups, notes = {}, []
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        mode = os.lstat(path).st_mode
        if name.startswith('.') or name in ('__MACOSX', 'Thumbs.db'):
            continue
        platform = platform_name(name)
        if stat.S_ISREG(mode) and not is_archive(name) and not platform:
            what = NOT_OPENED if name.lower().endswith(OTHER_ARCHIVES) \
                else 'neither a directory nor an archive'
            notes.append('%s: %s' % (shown(name), what))
            continue
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            kind = 'a link' if stat.S_ISLNK(mode) else 'not a file'
            notes.append('%s: %s, not followed' % (shown(name), kind))
            continue
        student = student_of(name)
        # Two names that differ in case or in how an accent is written are
        # one student.
        key = unicodedata.normalize('NFC', os.fsencode(student).decode(
            'utf-8', 'replace')).casefold()
        group = groups.setdefault(key, (student, {}))
        loose = platform and not stat.S_ISDIR(mode) and not is_archive(name)
        group[1].setdefault('files' if loose else name, []).append(path)
    return groups, notes


def read_all(directory, lessons, only, keep=lambda index: True):
    """Everybody in directory, sorted. Returns ([Student], [note])."""
    groups, notes = list_entries(directory)
    students, slugs = [], set()
    for index, key in enumerate(sorted(groups)):
        if not keep(index):
            continue
        name, entries = groups[key]
        student = Student(name)
        while student.slug.lower() in slugs:
            student.slug += '-2'
        slugs.add(student.slug.lower())
        read = []
        for entry, paths in entries.items():
            answer = read_apart(lessons, only, paths)
            read.append((max(os.lstat(p).st_mtime for p in paths), entry,
                         answer))
            student.entries.append(shown(entry))
        merge(student, sorted(read, key=lambda r: (r[0], r[1])))
        students.append(student)
    return students, notes


def merge(student, read):
    """Puts the entries of one student together, the newest last."""
    several = len(read) > 1
    if several:
        student.notes.append('%d entries for one student: %s' % (
            len(read), ', '.join(shown(entry) for _, entry, _ in read)))
    for when, entry, answer in read:
        prefix = shown(entry) + ': ' if several else ''
        student.notes += [prefix + note for note in answer['notes']]
        for number, files in answer['files'].items():
            before = student.files.get(number)
            if before is not None and before != files:
                student.review.setdefault(number, []).append(
                    'two entries differ; the newer one, %s (%s), was graded' %
                    (shown(entry), time.strftime('%Y-%m-%d %H:%M',
                                                 time.localtime(when))))
            student.files[number] = files
        for number, reasons in answer['review'].items():
            student.review.setdefault(number, []).extend(reasons)
