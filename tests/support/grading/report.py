"""The files an instructor uses."""

import csv
import html
import io
import json
import os
import re
import shutil
import time
from collections import Counter

from . import platforms
from .judge import STATUS, write_atomically

FORMAT = 'network lab grades, version 1'

SHORT = {'missing': 'nothing', 'not-started': 'not started',
         'does-not-compile': 'does not compile', 'time-out': 'time-out',
         'error': 'not graded', 'waiting': 'not yet graded'}


def waiting(lesson):
    """In place of a result that an interrupted run has not got."""
    return {'lesson': lesson.name, 'total': lesson.points, 'score': 0,
            'status': 'waiting', 'programs': {}, 'tests': [], 'review': [],
            'seconds': {'compile': 0, 'tests': 0}}


class Class:
    def __init__(self, kit, only, students, facts):
        self.kit, self.only, self.facts = kit, only, facts
        self.students = students
        self.made = time.strftime('%Y-%m-%dT%H:%M:%S%z')
        self.lessons = [kit.lessons[n] for n in only]
        self.of = sum(lesson.points for lesson in self.lessons)
        for s in students:
            s.results = {n: s.units[n].result or waiting(kit.lessons[n])
                         for n in only}
            s.total = sum(r['score'] for r in s.results.values())
            s.reasons = [(n, reason) for n in only
                         for reason in s.results[n]['review'] +
                         s.review.get(n, [])]

    def mistakes(self, number=None):
        """[(name, how many students)], most common first. A mistake counts
        once a student and lesson."""
        counter = Counter()
        for s in self.students:
            for n in self.only if number is None else [number]:
                counter.update({v['mistake'] for v in s.results[n]['tests']
                                if v['mistake']})
        return sorted(counter.items(), key=lambda c: (-c[1], c[0]))

    def share(self, number):
        """Points reached in a lesson by those who handed something in."""
        lesson = self.kit.lessons[number]
        scores = [s.results[number]['score'] for s in self.students
                  if s.results[number]['status'] != 'missing']
        return sum(scores) / (len(scores) * lesson.points) if scores else 0.0

    def not_run(self):
        """Tests that this machine could not run, with the reason."""
        found = {}
        for s in self.students:
            for n in self.only:
                for v in s.results[n]['tests']:
                    if v['status'] == 'skipped':
                        found['lesson %s, "%s": %s' % (
                            n, v['sentence'], v['message'])] = True
        return list(found)

    def same_files(self):
        """[(lesson, [students])] whose files are equal to the byte, the
        starting points left out."""
        found = []
        for n in self.only:
            seen = {}
            for s in self.students:
                if s.results[n]['status'] not in ('missing', 'not-started'):
                    seen.setdefault(s.units[n].key, []).append(s)
            found += [(n, group) for group in seen.values() if len(group) > 1]
        return found


def safe_cell(text):
    """A spreadsheet takes a cell that begins so for a formula."""
    text = str(text)
    return "'" + text if text.startswith(tuple('=+-@\t\r|%')) else text


def grades_csv(graded):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(['student'] + [
        '%s (%d)' % (lesson.name, lesson.points)
        for lesson in graded.lessons] +
        ['total', 'of', 'percent', 'remarks'])
    for s in graded.students:
        remarks = []
        for n in graded.only:
            status = s.results[n]['status']
            if status != 'graded':
                remarks.append('%s %s' % (n, SHORT[status]))
        if s.reasons:
            remarks.insert(0, 'to review')
        writer.writerow([safe_cell(s.shown)] + [
            '' if s.results[n]['status'] in ('waiting', 'error') else
            s.results[n]['score'] for n in graded.only] +
            [s.total, graded.of, '%.1f' % (100 * s.total / graded.of),
             safe_cell('; '.join(remarks))])
    return out.getvalue()


def results_json(graded):
    return {
        'format': FORMAT, 'made': graded.made, 'grading': graded.facts,
        'lessons': [{'number': lesson.number, 'name': lesson.name,
                     'title': lesson.title, 'points': lesson.points,
                     'tests': [{'number': t.number, 'name': t.name,
                                'points': t.points} for t in lesson.tests]}
                    for lesson in graded.lessons],
        'students': [{
            'name': s.shown, 'page': 'students/%s.html' % s.slug,
            'entries': s.entries, 'notes': s.notes, 'total': s.total,
            'of': graded.of,
            'review': [{'lesson': n, 'reason': r} for n, r in s.reasons],
            'lessons': {n: s.results[n] for n in graded.only},
        } for s in graded.students],
        'mistakes': [{'name': name, 'students': count,
                      'means': graded.kit.mistakes.get(name, ('',))[0]}
                     for name, count in graded.mistakes()],
    }


# A student's page, in Markdown and in HTML.

def fence(text):
    ticks = max([2] + [len(t) for t in re.findall('`+', text)]) + 1
    return '%s\n%s\n%s\n' % ('`' * ticks, text.rstrip('\n'), '`' * ticks)


def plain_md(text):
    """Text that Markdown and the HTML in it leave alone."""
    return re.sub(r'([\\`*_{}\[\]<>()#+!|~-])', r'\\\1', text)


def count_points(n):
    return '1 point' if n == 1 else '%d points' % n


def headline(result):
    if result['status'] == 'graded':
        return ''
    return STATUS.get(result['status'], 'not graded yet')


def student_md(graded, s):
    out = ['# %s\n' % plain_md(s.shown),
           '%d of %d points\n' % (s.total, graded.of)]
    if s.notes:
        out.append('What was handed in:\n')
        out += ['- ' + plain_md(n) for n in s.notes]
        out.append('')
    for n in graded.only:
        result, lesson = s.results[n], graded.kit.lessons[n]
        out.append('## Lesson %s, %s: %d of %s\n' % (
            n, lesson.title, result['score'], count_points(result['total'])))
        if headline(result):
            out.append('%s\n' % headline(result).capitalize())
        for name, program in sorted(result['programs'].items()):
            if program['log']:
                out.append('What the compiler says of %s:\n' % name)
                out.append(fence(program['log']))
        if result['status'] in ('missing', 'not-started', 'error'):
            continue
        for v in result['tests']:
            mark = {'passed': 'ok', 'skipped': 'skip'}.get(v['status'], 'FAIL')
            out.append('- %s, %s: %s' % (mark, count_points(v['points']),
                                         plain_md(v['sentence'])))
            if v['message'] and not only_compiles(result, v):
                out.append('\n' + fence(v['message']))
        out.append('')
    return '\n'.join(out)


def only_compiles(result, v):
    """Nothing to say beside what the compiler says already."""
    return v['status'] == 'does-not-compile'


STYLE = '''
:root { color-scheme: light dark; --ink: #1c2330; --dim: #5b6675;
  --paper: #fff; --line: #d8dee6; --box: #f4f6f9; --good: #14713b;
  --bad: #b3261e; --odd: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --dim: #9aa6b5;
  --paper: #14181f; --line: #343c48; --box: #1d232c; --good: #6ad08f;
  --bad: #ff8a80; --odd: #f0b849; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); max-width: 62rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
a { color: inherit; } .dim { color: var(--dim); }
pre { background: var(--box); border: 1px solid var(--line);
  border-radius: 6px; padding: .7rem .9rem; overflow-x: auto;
  font: 13px/1.45 ui-monospace, monospace; margin: .4rem 0 1rem; }
ul.tests { list-style: none; padding: 0; } ul.tests > li { margin: .3rem 0; }
.mark { display: inline-block; width: 3rem; font-weight: 600; }
.ok { color: var(--good); } .bad { color: var(--bad); }
.odd { color: var(--odd); }
table { border-collapse: collapse; font-size: .92rem; }
th, td { padding: .3rem .6rem; border: 1px solid var(--line);
  text-align: left; vertical-align: top; }
td.n, th.n { text-align: center; white-space: nowrap; }
thead th { position: sticky; top: 0; background: var(--paper); }
.wide { overflow-x: auto; max-height: 80vh; border: 1px solid var(--line); }
'''


def page(title, body):
    return ('<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width">\n'
            '<meta http-equiv="Content-Security-Policy" '
            'content="default-src \'none\'; style-src \'unsafe-inline\'">\n'
            '<title>%s</title>\n<style>%s</style>\n%s\n</html>\n' %
            (html.escape(title), STYLE, body))


def student_html(graded, s):
    e = html.escape
    out = ['<h1>%s</h1>' % e(s.shown),
           '<p><strong>%d of %d points</strong> '
           '<span class="dim">graded %s</span></p>' %
           (s.total, graded.of, e(graded.made[:16].replace('T', ' ')))]
    if s.notes:
        out.append('<p>What was handed in:</p><ul>%s</ul>' % ''.join(
            '<li>%s</li>' % e(n) for n in s.notes))
    for n in graded.only:
        result, lesson = s.results[n], graded.kit.lessons[n]
        out.append('<h2 id="l%s">Lesson %s, %s: %d of %s</h2>' % (
            n, n, e(lesson.title), result['score'],
            count_points(result['total'])))
        if headline(result):
            out.append('<p class="odd">%s.</p>' %
                       e(headline(result).capitalize()))
        for name, program in sorted(result['programs'].items()):
            if program['log']:
                out.append('<p>What the compiler says of %s:</p><pre>%s</pre>'
                           % (e(name), e(program['log'])))
        if result['status'] in ('missing', 'not-started', 'error'):
            continue
        out.append('<ul class="tests">')
        for v in result['tests']:
            mark, cls = {'passed': ('ok', 'ok'), 'skipped': ('skip', 'odd')
                         }.get(v['status'], ('FAIL', 'bad'))
            out.append('<li><span class="mark %s">%s</span> '
                       '<span class="dim">%s</span> %s' % (
                           cls, mark, count_points(v['points']),
                           e(v['sentence'])))
            if v['message'] and not only_compiles(result, v):
                out.append('<pre>%s</pre>' % e(v['message']))
            out.append('</li>')
        out.append('</ul>')
    return page(s.shown, '\n'.join(out))


# The class.

def cell(result):
    """A cell of the heat map: colour by share, and the number in it."""
    status = result['status']
    if status in ('missing', 'waiting', 'error'):
        return '<td class="n dim" title="%s">%s</td>' % (
            html.escape(SHORT[status]),
            {'missing': '&middot;', 'waiting': '...', 'error': '?'}[status])
    share = result['score'] / result['total']
    mark = {'not-started': '&#9675;', 'does-not-compile': '&#10007;',
            'time-out': '&#8987;'}.get(status, '')
    text = '%d%s' % (result['score'], ' ' + mark if mark else '')
    return ('<td class="n" style="background:hsl(%d 65%% 82%%);color:#111" '
            'title="%s: %d of %d">%s</td>' % (
                round(120 * share), html.escape(SHORT.get(status, 'graded')),
                result['score'], result['total'], text))


def class_html(graded):
    e = html.escape
    out = ['<h1>The class</h1>',
           '<p class="dim">%d students, %s. Graded %s. Sandbox: %s.</p>' % (
               len(graded.students), count_lessons(len(graded.only)),
               e(graded.made[:16].replace('T', ' ')),
               e(graded.facts['sandbox_sentence']))]
    out += ['<p class="bad">Not run on this machine, and so without points '
            'for anybody: %s</p>' % e(line) for line in graded.not_run()]
    if not graded.facts['complete']:
        out.append('<p class="bad">Grading was interrupted: this is what was '
                   'there by then.</p>')
    common = graded.mistakes()
    if common:
        out.append('<h2>What to explain next: the most common mistakes</h2>'
                   '<table><tr><th>mistake<th class="n">students'
                   '<th>what it means<th>where it is explained</tr>')
        for name, count in common[:15]:
            means, read = graded.kit.mistakes.get(name, ('', []))
            out.append('<tr><td>%s<td class="n">%d<td>%s<td>%s</tr>' % (
                e(name), count, e(means), '; '.join(
                    'lesson %s, &ldquo;%s&rdquo;' % (e(n), e(h))
                    for n, h in read)))
        out.append('</table>')
        if len(common) > 15:
            out.append('<p class="dim">and %d more, in results.json</p>' %
                       (len(common) - 15))
    out.append('<h2>Students by lessons</h2><p class="dim">Points; '
               '&middot; nothing handed in, &#9675; the starting point, '
               '&#10007; something does not compile, &#8987; not done in '
               'time, ! have a look</p>'
               '<div class="wide"><table><thead><tr><th>student')
    for lesson in graded.lessons:
        out.append('<th class="n" title="%s">%s<br><span class="dim">of %d'
                   '</span>' % (e(lesson.name), lesson.number, lesson.points))
    out.append('<th class="n">total<br><span class="dim">of %d</span></tr>'
               '</thead><tbody>' % graded.of)
    for s in graded.students:
        out.append('<tr><td><a href="students/%s.html">%s</a>%s' % (
            e(s.slug), e(s.shown), ' <strong class="bad" title="have a look">'
            '!</strong>' if s.reasons else ''))
        out += [cell(s.results[n]) for n in graded.only]
        out.append('<td class="n">%d</td></tr>' % s.total)
    out.append('</tbody><tfoot><tr><th>of those who handed in')
    for n in graded.only:
        out.append('<th class="n">%.0f %%' % (100 * graded.share(n)))
    out.append('<th></tr></tfoot></table></div>')
    out.append('<h2>Test by test</h2>')
    for lesson in graded.lessons:
        n = lesson.number
        taken = [s.results[n] for s in graded.students
                 if len(s.results[n]['tests']) == len(lesson.tests) and
                 s.results[n]['status'] not in ('missing', 'not-started')]
        if not taken:
            continue
        out.append('<h3>Lesson %s, %s</h3><table><tr><th class="n">passed by'
                   '<th class="n">points<th>test</tr>' % (n, e(lesson.title)))
        for i, test in enumerate(lesson.tests):
            good = sum(r['tests'][i]['status'] == 'passed' for r in taken)
            out.append('<tr><td class="n">%d of %d<td class="n">%d<td>%s</tr>'
                       % (good, len(taken), test.points, e(test.sentence)))
        out.append('</table>')
    looks = [(s, n, r) for s in graded.students for n, r in s.reasons]
    if looks:
        out.append('<h2>Have a look</h2><ul>')
        out += ['<li><a href="students/%s.html">%s</a>, lesson %s: %s</li>' %
                (e(s.slug), e(s.shown), n, e(r)) for s, n, r in looks]
        out.append('</ul>')
    same = graded.same_files()
    if same:
        out.append('<h2>The same files to the byte</h2><ul>')
        out += ['<li>lesson %s: %s</li>' % (n, ', '.join(
            e(s.shown) for s in group)) for n, group in same]
        out.append('</ul>')
    noted = [(s, note) for s in graded.students for note in s.notes]
    if noted or graded.facts['notes']:
        out.append('<h2>What was found and not taken</h2><ul>')
        out += ['<li>%s</li>' % e(n) for n in graded.facts['notes']]
        out += ['<li>%s: %s</li>' % (e(s.shown), e(n)) for s, n in noted]
        out.append('</ul>')
    return page('The class', '\n'.join(out))


def count_lessons(n):
    return '1 lesson' if n == 1 else '%d lessons' % n


# For other programs.

def xml(text):
    text = re.sub('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]',
                  '?', text)
    return html.escape(text, quote=True).replace('\n', '&#10;')


def junit_xml(graded):
    out, all_tests, all_failed = [], 0, 0
    for s in graded.students:
        for n in graded.only:
            result = s.results[n]
            failed = [v for v in result['tests'] if v['status'] not in (
                'passed', 'skipped')]
            skipped = [v for v in result['tests'] if v['status'] == 'skipped']
            all_tests += len(result['tests'])
            all_failed += len(failed)
            name = xml('%s %s' % (s.shown, result['lesson']))
            out.append('<testsuite name="%s" tests="%d" failures="%d" '
                       'errors="0" skipped="%d" time="%.3f">' % (
                           name, len(result['tests']), len(failed),
                           len(skipped), sum(result['seconds'].values())))
            for v in result['tests']:
                out.append('<testcase classname="%s" name="%s">' %
                           (name, xml(v['name'])))
                if v['status'] == 'skipped':
                    out.append('<skipped message="%s"/>' % xml(v['message']))
                elif v['status'] != 'passed':
                    out.append('<failure type="%s" message="%s">%s</failure>' %
                               (v['status'], xml(v['mistake'] or v['status']),
                                xml(v['message'])))
                out.append('</testcase>')
            out.append('</testsuite>')
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="%d" '
            'failures="%d">\n%s\n</testsuites>\n' %
            (all_tests, all_failed, '\n'.join(out)))


def write_all(graded, directory):
    """Writes everything; what is of an earlier class goes."""
    def put(name, text):
        write_atomically(os.path.join(directory, name), text)

    # Text of students stands in these: broken characters must not stop us.
    put('grades.csv', grades_csv(graded))
    put('results.json', json.dumps(results_json(graded), indent=1))
    put('class.html', class_html(graded))
    put('junit.xml', junit_xml(graded))
    for name in ('students', 'gradescope', 'classroom50'):
        shutil.rmtree(os.path.join(directory, name), ignore_errors=True)
    for s in graded.students:
        put('students/%s.html' % s.slug, student_html(graded, s))
        put('students/%s.md' % s.slug, student_md(graded, s))
        lessons = [(n, s.results[n]) for n in graded.only]
        reasons = [r for _, r in s.reasons]
        put('gradescope/%s/results.json' % s.slug, json.dumps(
            platforms.gradescope(lessons, reasons, s.notes), indent=1))
        put('classroom50/%s/result.json' % s.slug, json.dumps(
            platforms.classroom50(lessons, s.slug, None, {}), indent=1))


def tell(graded, directory, more):
    """What the terminal shows at the end."""
    base = os.path.relpath(directory)
    if base.startswith('..'):
        base = directory
    print('wrote %s/grades.csv  %s/class.html  %s/students/ (%d)' %
          (base, base, base, len(graded.students)))
    for line in more:
        print(line)
    for n in graded.only:
        mistakes = graded.mistakes(n)
        print('\nThe class, lesson %s: %.0f %% of points.%s' % (
            n, 100 * graded.share(n),
            ' Most common mistakes:' if mistakes else ''))
        for name, count in mistakes[:3]:
            print('  %-34s %d student%s' % (name, count,
                                            '' if count == 1 else 's'))
    for line in graded.not_run():
        print('\nNot run on this machine, and so without points for '
              'anybody:\n  ' + line)
    looks = [s for s in graded.students if s.reasons]
    if looks:
        print('\n%d to review: %s' % (len(looks), ', '.join(
            s.shown for s in looks[:10]) + (' ...' if looks[10:] else '')))
    ungraded = sum(1 for s in graded.students for n in graded.only
                   if s.results[n]['status'] == 'error')
    if ungraded:
        print('\n%d could not be graded: a fault of the grader or of this '
              'machine;\nresults.json says why, and the same command tries '
              'them again.' % ungraded)
    secs = graded.facts['seconds']
    if graded.facts['graded_now'] > 9 and secs:
        print('\n%d graded in %.0f s: %.0f a minute' % (
            graded.facts['graded_now'], secs,
            60 * graded.facts['graded_now'] / secs))
