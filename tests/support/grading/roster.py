"""Grades filled into a file that a learning platform exported.

The file is read as it is (delimiter, byte order mark, unknown columns), and a
copy with the grades goes to results/. Nothing else in it is changed, so that
the platform takes it back.
"""

import csv
import io
import os
import re
import unicodedata

from .kit import Trouble

# Columns that may name a student, the surest first.
IDENTIFIERS = (
    'identifier', 'id', 'sis user id', 'sis login id', 'id number',
    'student id', 'username', 'user name', 'login', 'login id',
    'github_username', 'github username', 'email address', 'email', 'e-mail',
    'student', 'name', 'full name')
# No mark at all, which is not the same as no points.
NO_MARK = ('waiting', 'error')


class Roster:
    def __init__(self, path, rows, dialect, bom, kind):
        self.path, self.rows, self.dialect = path, rows, dialect
        self.bom, self.kind = bom, kind
        self.header = rows[0]
        self.names = [plain(h) for h in self.header]
        # Canvas: rows above the students hold the points possible.
        self.first = 1
        while self.first < len(rows) and kind == 'canvas' and (
                'points possible' in plain(' '.join(rows[self.first][:2])) or
                not any(c.strip() for c in rows[self.first][:1])):
            self.first += 1


def plain(text):
    text = unicodedata.normalize('NFKD', text)
    text = ''.join(c for c in text if not unicodedata.combining(c))
    return re.sub(r'\s+', ' ', text).strip().casefold()


def read(path):
    try:
        with open(path, 'rb') as f:
            data = f.read(32 << 20)
    except OSError as e:
        raise Trouble('ROSTER: %s cannot be read: %s.' % (path, e.strerror))
    bom = data[:3] == b'\xef\xbb\xbf'
    try:
        text = data.decode('utf-8-sig')
    except UnicodeDecodeError:
        if data[:2] in (b'\xff\xfe', b'\xfe\xff'):
            raise Trouble('ROSTER: %s is UTF-16; save it as CSV UTF-8.' % path)
        text = data.decode('latin-1')
    if '\0' in text:
        raise Trouble('ROSTER: %s is not a CSV file (export it as CSV, not as '
                      'a spreadsheet).' % path)
    first = text.split('\n', 1)[0]
    delimiter = max(',;\t', key=first.count)
    try:
        rows = [r for r in csv.reader(io.StringIO(text, newline=''),
                                      delimiter=delimiter) if r]
    except csv.Error as e:
        raise Trouble('ROSTER: %s: %s.' % (path, e))
    if not rows:
        raise Trouble('ROSTER: %s is empty.' % path)
    names = [plain(h) for h in rows[0]]
    if 'identifier' in names and 'grade' in names:
        kind = 'moodle worksheet'
    elif 'student' in names and 'id' in names:
        kind = 'canvas'
    elif 'email address' in names or 'id number' in names:
        kind = 'moodle'
    else:
        kind = 'list'
    if not any(n in IDENTIFIERS for n in names) and 'first name' not in names:
        raise Trouble(
            'ROSTER: no column of %s names a student; one of these is needed: '
            '%s.' % (path, ', '.join(IDENTIFIERS)))
    ending = '\r\n' if '\r\n' in text else '\n'
    return Roster(path, rows, (delimiter, ending), bom, kind)


def keys_of_row(roster, row):
    """[(rank, key)]: the names under which a row's student may have handed
    in, the surest with the lowest rank."""
    found = []

    def cell(name):
        if name in roster.names and roster.names.index(name) < len(row):
            return row[roster.names.index(name)].strip()
        return ''

    def add(rank, *names):
        for name in names:
            key = re.sub(r'[\s_]+', '', plain(name))
            if key:
                found.append((rank, key))
    for rank, name in enumerate(IDENTIFIERS):
        value = cell(name)
        add(rank, value)
        m = re.match(r'^\D+ (\d+)$', value)
        if name == 'identifier' and m:          # Participant 123
            add(rank, m.group(1))
        if '@' in value:
            add(rank, value.split('@')[0])
        if ',' in value:                        # Doe, Jane
            last, _, given = value.partition(',')
            add(rank, given + ' ' + last, last + given)
    last = cell('surname') or cell('last name')
    add(len(IDENTIFIERS), cell('first name') + ' ' + last,
        last + ' ' + cell('first name'))
    return found


def keys_of_student(name, numbered):
    """The same for the name of an entry: whole, and its parts. numbered: the
    roster has the numbers that the platform puts behind names, so that a name
    without its number says nothing."""
    text = os.fsencode(name).decode('utf-8', 'replace')
    found = [text]
    m = re.match(r'^(.*)_(\d+)$', text, re.S)
    if m:           # Moodle's Name_123, Canvas' name_4567
        found += [m.group(2)] if numbered else [m.group(2), m.group(1)]
    return {re.sub(r'[\s_]+', '', plain(f)) for f in found}


def match(roster, students):
    """{row's number: student}: whose row it is. What names a student surely
    (a number) goes for all rows before what two may share (a name); what
    several students or several rows are called is nobody's."""
    rows = {i: keys_of_row(roster, roster.rows[i])
            for i in range(roster.first, len(roster.rows))}
    numbered = roster.kind in ('moodle worksheet', 'canvas')
    keys = {id(s): keys_of_student(s.name, numbered) for s in students}
    owners = {}
    for rank in range(len(IDENTIFIERS) + 1):
        taken = {id(s) for s in owners.values()}
        called, wanted = {}, {}
        for s in students:
            for key in keys[id(s)] if id(s) not in taken else ():
                called.setdefault(key, []).append(s)
        for i, theirs in rows.items():
            for key in {k for r, k in theirs if r == rank and
                        i not in owners}:
                wanted.setdefault(key, []).append(i)
        pairs = {(i, id(s)): s for key, numbers in wanted.items()
                 for i in numbers for s in called.get(key, ())}
        for (i, who), s in pairs.items():
            if [p for p in pairs if p[0] == i or p[1] == who] == [(i, who)]:
                owners[i] = s
    return owners


def is_column_of(text, lesson):
    """Does a column's heading mean this lesson? By its number behind a word
    like lesson, by a number at its beginning, or by the whole title: a title
    may be a part of another one (UDP, reliable UDP)."""
    number = r'0*%d(?!\d)' % int(lesson.number)
    return bool(re.search(r'(?<![a-z])(?:lesson|exercise|lab|assignment)s?'
                          r'[\W_]*' + number, text) or
                re.match(number + r'(?!\w)', text) or
                lesson.name in text or text == plain(lesson.title))


def grade_columns(roster, graded):
    """[(column, [lesson numbers])] to be filled."""
    if roster.kind == 'moodle worksheet':
        return [(roster.names.index('grade'), list(graded.only))]
    columns = []
    for index, header in enumerate(roster.names):
        if header in IDENTIFIERS or header in ('section', 'first name',
                                               'surname', 'last name'):
            continue
        text = re.sub(r'\(\d+\)\s*$', '', header).strip()  # Canvas' number
        for n in graded.only:
            if is_column_of(text, graded.kit.lessons[n]):
                columns.append((index, [n]))
                break
    if not columns and roster.kind == 'list':
        return None         # columns of our own
    return columns


def number_text(value):
    return ('%.2f' % value).rstrip('0').rstrip('.')


def fill(roster, graded, directory):
    """Writes the filled copy. Returns lines for the terminal."""
    owners = match(roster, graded.students)
    columns = grade_columns(roster, graded)
    rows = [list(r) for r in roster.rows]
    name = os.path.basename(roster.path)
    if columns is None:
        for n in graded.only:
            rows[0].append('lesson %s' % n)
        rows[0].append('total')
    out_of = None
    if 'maximum grade' in roster.names:
        out_of = roster.names.index('maximum grade')
    feedback = roster.names.index('feedback comments') \
        if 'feedback comments' in roster.names else None
    absent, rescaled = [], False
    for i in range(roster.first, len(rows)):
        row = rows[i]
        if not any(c.strip() for c in row):
            continue
        row += [''] * (len(roster.header) - len(row))
        student = owners.get(i)
        if student is None:
            absent.append(' '.join(c for c in row[:2] if c))
        if columns is None:
            row += ['0' if student is None else
                    '' if student.results[n]['status'] in NO_MARK else
                    str(student.results[n]['score']) for n in graded.only]
            row.append(str(student.total) if student else '0')
            continue
        if student is None:
            continue        # the platform's own cell stays
        for index, numbers in columns:
            if any(student.results[n]['status'] in NO_MARK
                   for n in numbers):
                continue
            score = sum(student.results[n]['score'] for n in numbers)
            of = sum(student.results[n]['total'] for n in numbers)
            most = None
            if out_of is not None:
                most = number_of(row[out_of])
            elif roster.kind == 'canvas' and roster.first > 1:
                most = number_of(roster.rows[1][index]) \
                    if index < len(roster.rows[1]) else None
            if most and most != of:
                score, rescaled = score * most / of, True
            row[index] = number_text(score)
        if feedback is not None and not row[feedback].strip():
            row[feedback] = '; '.join(
                'lesson %s: %d of %d' % (n, student.results[n]['score'],
                                         student.results[n]['total'])
                for n in graded.only)
    out = io.StringIO(newline='')
    delimiter, ending = roster.dialect
    csv.writer(out, delimiter=delimiter, lineterminator=ending).writerows(rows)
    target = os.path.join(directory, 'filled-' + name)
    with open(target + '.tmp', 'wb') as f:
        f.write((b'\xef\xbb\xbf' if roster.bom else b'') +
                out.getvalue().encode('utf-8'))
    os.replace(target + '.tmp', target)
    said = ['wrote %s (%s): %d of %d rows have a submission' % (
        target, roster.kind, len(owners), len(owners) + len(absent))]
    if columns is not None and not columns:
        said.append('  no column of it is named after a lesson (as in '
                    '"Lesson 06"): nothing was filled in')
    if rescaled:
        said.append('  points were scaled to the maximum that stands in it')
    if absent:
        said.append('  nothing handed in: %s%s' % (
            ', '.join(absent[:10]), ' ...' if absent[10:] else ''))
    matched = {id(s) for s in owners.values()}
    strangers = [s.shown for s in graded.students if id(s) not in matched]
    if strangers:
        said.append('  handed in, and in no row of it: %s%s' % (
            ', '.join(strangers[:10]), ' ...' if strangers[10:] else ''))
    return said


def number_of(text):
    try:
        return float(text.strip().replace(',', '.'))
    except ValueError:
        return None
