"""What Gradescope and Classroom 50 want to read, and the way they call us."""

import json
import os
import subprocess
import time

from . import intake, judge
from .kit import Kit, Trouble

TIME = '%Y-%m-%dT%H:%M:%SZ'

TEXT = {
    'missing': 'Nothing was found for this lesson. Hand in the programs of '
               'the exercise.',
    'not-started': 'This is the starting point, unchanged.',
    'does-not-compile': 'Something does not compile; see below.',
    'time-out': 'The tests did not end in time.',
    'error': 'It could not be graded: a fault of the grader, not of your '
             'program. Tell your teacher.',
}


def unix(text):
    return text.replace('\r\n', '\n').replace('\r', '\n')


def compile_log(result):
    parts = []
    for name, program in sorted(result['programs'].items()):
        if program['status'] in ('missing', 'starting point'):
            parts.append('%s: %s' % (name, program['status']))
        if program['log']:
            parts.append('%s: what the compiler says\n%s' %
                         (name, program['log']))
    return '\n\n'.join(parts)


def gradescope(lessons, reviews=(), notes=()):
    """lessons: [(number, result)]. The content of results.json."""
    tests, said = [], []
    for number, result in lessons:
        for v in result['tests']:
            tests.append({
                'number': '%s.%d' % (number.lstrip('0') or '0', v['number']),
                'name': v['sentence'], 'name_format': 'text',
                'score': v['score'], 'max_score': v['points'],
                'status': 'passed' if v['status'] == 'passed' else 'failed',
                'output': unix(v['message']), 'output_format': 'text',
                'visibility': 'visible'})
        if result['status'] in TEXT:
            said.append(TEXT[result['status']])
        log = compile_log(result)
        if log:
            said.append(log)
    said += list(notes)
    answer = {'score': sum(r['score'] for _, r in lessons), 'tests': tests,
              'output': unix('\n\n'.join(said)), 'output_format': 'text',
              'stdout_visibility': 'hidden', 'visibility': 'visible',
              'execution_time': round(sum(sum(r['seconds'].values())
                                          for _, r in lessons))}
    reasons = list(reviews) + [r for _, res in lessons for r in res['review']]
    if reasons:
        answer['extra_data'] = {'review': reasons}
    return answer


def commit_time(checkout):
    """When the commit that is graded was made, if this is a checkout."""
    try:
        # The checkout's own settings must not name programs to be run.
        said = subprocess.run(
            ['git', '-c', 'log.showSignature=false', '-c',
             'core.fsmonitor=false', '-C', checkout, 'log', '-1',
             '--format=%ct', 'HEAD'],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=20,
            env=dict(os.environ, GIT_ALLOW_PROTOCOL='none'))
        return time.strftime(TIME, time.gmtime(int(said.stdout)))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def classroom50(lessons, owner, handed_in=None, environment=os.environ):
    """The content of result.json (classroom50/result/v1)."""
    now = time.strftime(TIME, time.gmtime())
    def given(name, otherwise):
        return environment.get(name) or otherwise
    tag = given('SUBMISSION_TAG', 'submit/' + (owner or 'local'))
    if not tag.startswith('submit/'):
        tag = 'submit/' + tag
    tests = []
    for number, result in lessons:
        for v in result['tests']:
            test = {'test-name': '%s.%d %s' % (number, v['number'],
                                               v['sentence']),
                    'passed': v['status'] == 'passed',
                    'score': v['score'], 'max-score': v['points']}
            if v['message']:
                test['output'] = unix(v['message'])[:2000]
            if v['mistake']:
                test['mistake'] = v['mistake']
            tests.append(test)
    return {
        'schema': 'classroom50/result/v1',
        'classroom': given('CLASSROOM', 'local'),
        'assignment': given('ASSIGNMENT', '-'.join(
            ['lesson'] + [n for n, _ in lessons])),
        'assignment_type': 'individual',
        'owner': given('OWNER', given('USERNAME', owner or 'local')),
        'submission': tag,
        'commit': given('COMMIT_URL', ''),
        'release': given('RELEASE_URL', ''),
        'review': given('REVIEW_URL', given('COMMIT_URL', '')),
        'datetime': handed_in or now,
        'graded_at': now,
        'score': sum(r['score'] for _, r in lessons),
        'max-score': sum(r['total'] for _, r in lessons),
        'tests': tests,
    }


def judge_one(submission, number, root):
    """Grades one submission. Returns (lesson, result, notes, reviews)."""
    from .sandbox import Sandbox
    kit = Kit(root)
    number = kit.choose([number])[0]
    lesson = kit.lessons[number]
    # A platform's directory holds just the files, or a checkout; either is
    # one entry. It is given a name that says nothing.
    answer = intake.read_apart(kit.lessons, [number], [submission])
    files = answer['files'].get(number, {})
    wanted = os.environ.get('SANDBOX', '')
    sandbox = Sandbox(kit, wanted, os.environ.get('CC') or 'cc', 1)
    try:
        result = judge.Judge(sandbox, kit).judge(lesson, files, 0)
        return lesson, result, answer['notes'], answer['review'].get(
            number, []), sandbox.sentence()
    finally:
        sandbox.close()
        sandbox.remove()


def one(kind, submission, number, out, root):
    """Always writes a result: a platform shows nothing at all without."""
    began = time.monotonic()
    submission = os.path.abspath(submission)
    try:
        if not os.path.isdir(submission):
            raise Trouble('There is no directory %s.' % submission)
        lesson, result, notes, reviews, how = judge_one(submission, number,
                                                        root)
        lessons = [(lesson.number, result)]
        if kind == 'gradescope':
            answer = gradescope(lessons, reviews, notes)
            answer['execution_time'] = round(time.monotonic() - began)
            answer.setdefault('extra_data', {})['sandbox'] = how
        else:
            answer = classroom50(lessons, '', commit_time(submission))
        failed = result['status'] == 'error'
        print('lesson %s: %d of %d points (%s; sandbox: %s)' % (
            lesson.number, result['score'], result['total'],
            judge.STATUS[result['status']], how))
    except (Trouble, OSError) as e:
        if kind == 'classroom':     # its engine takes a status for that
            raise
        failed = True
        answer = {'score': 0, 'output': TEXT['error'] + '\n\n' + str(e),
                  'output_format': 'text', 'stdout_visibility': 'hidden'}
        print('grade: %s' % e)
    judge.write_atomically(os.path.abspath(out), json.dumps(answer, indent=1))
    return 3 if failed and kind == 'classroom' else 0
