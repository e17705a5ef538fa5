"""How an untrusted program is compiled and started.

Two layers where bubblewrap works. The outer one holds what is trusted (bats,
the tests, peer) in a private network, and sees no solution, no result and no
other student. The inner one, started by peer through KIT_LAUNCHER (sandbox.c),
holds one student program alone. The compiler has a layer of its own.

Everything that a layer sees is copied to a stage, a temporary directory, so
that it does not matter where the kit lies or who may read it.
"""

import errno
import fcntl
import os
import pwd
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading

from .kit import HEADERS, Trouble, copy_tree_files, find_bats

DEFAULT_UID = 64100         # of the sandbox when root grades
UID_LOCK = '/run/kit-grade.lock'    # its bytes are users' numbers in use
# What gives right programs away, in the kit.
KEPT_FROM_STUDENTS = ('solutions', 'tests/designs', 'tests/mistakes', 'build',
                      '.git')
PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin'
KIT_INSIDE, PROGRAMS_INSIDE = '/kit', '/sub'
COMPILE_LIMITS = 'cpu=4,as=2147483648,fsize=16777216,nproc=32,nofile=64'
CLEAN = {'PATH': PATH, 'LC_ALL': 'C', 'HOME': '/tmp', 'TERM': 'dumb'}

# What name lookups need, and nothing of this machine.
ETC = {
    'hosts': '127.0.0.1\tlocalhost lab\n::1\tlocalhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n'
                     'services: files\nprotocols: files\nnetworks: files\n',
    'passwd': 'student:x:%d:%d:student:/tmp:/bin/sh\n',
    'group': 'student:x:%d:\n',
    'host.conf': 'multi on\n',
    'gai.conf': '',
    'resolv.conf': '',
}
ETC_COPIED = ('services', 'protocols', 'ethertypes', 'rpc')

# What the tests see of /dev. bwrap's own --dev makes more of it, a terminal
# too, which takes longer.
DEVICES = ['--size', '65536', '--tmpfs', '/dev']
for _path in ('/dev/null', '/dev/zero', '/dev/urandom'):
    DEVICES += ['--dev-bind', _path, _path]
for _n, _path in (('', 'fd'), ('/0', 'stdin'), ('/1', 'stdout'),
                  ('/2', 'stderr')):
    DEVICES += ['--symlink', '/proc/self/fd' + _n, '/dev/' + _path]

# What every program sees of this machine.
SYSTEM_DIRS = ('/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64')

# Says which of the directories that are named can be entered or listed.
ENTERS = r'''
n=0
for d; do
	if (cd "$d") 2>/dev/null || ls "$d" >/dev/null 2>&1; then echo $n; fi
	n=$((n + 1))
done
'''

# Compiles each FILE that is named and says in OUT how it went. What the
# compiler says ends in FILE.log, of which the judge reads the beginning.
COMPILE = r'''
flags=$1 asan=$2 wanted=$3 out=$4; shift 4
for name; do
	cc -fmax-errors=20 $flags -o "$out/$name" "$name.c" >"$out/$name.log" 2>&1
	status=$?
	case $status$asan:$wanted in
	0-*:*$name*)
		# A program that knows how not to be looked into earns nothing.
		cc -fmax-errors=20 $flags $asan -o "$out/$name.asan" "$name.c" \
			>"$out/$name.all" 2>&1 || {
			status=$?
			echo "with the sanitizers:" | cat - "$out/$name.all" \
				>"$out/$name.log"
		}
		;;
	esac
	echo $status >"$out/$name.status"
done
'''


def works(command):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=20,
                              env=CLEAN).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def system_dirs():
    """Arguments that show /usr, /bin, /lib and the like inside."""
    words = []
    for path in SYSTEM_DIRS:
        if os.path.islink(path):
            words += ['--symlink', os.readlink(path), path]
        elif os.path.isdir(path):
            words += ['--ro-bind', path, path]
    return words


class Sandbox:
    """mode: bubblewrap, user or none."""

    def __init__(self, kit, wanted, cc, jobs, hidden=()):
        """jobs: how many programs may be judged at a time; hidden: paths
        that no program may look into."""
        self.kit, self.cc, self.hidden = kit, cc, hidden
        self.as_root = os.geteuid() == 0
        self.uid = self.first_uid()
        self.uid_lock = None
        self.stage = tempfile.mkdtemp(prefix='kit-grade.')
        os.chmod(self.stage, 0o711)
        self.running = set()
        self.lock = threading.Lock()
        self.closed = False
        try:
            self.launcher = self.make_launcher()
            self.old_bwrap = False
            self.mode = self.choose(wanted)
            if self.mode == 'user':
                self.reserve_users(jobs)
            self.check_hidden()
            umask = os.umask(0o022)     # others have to read what is shown
            try:
                self.fill_stage(jobs)
            finally:
                os.umask(umask)
        except BaseException:
            self.remove()
            raise

    # Which walls there are.

    @staticmethod
    def first_uid():
        """The number of the first user, as GRADE_UID has it."""
        text = os.environ.get('GRADE_UID') or str(DEFAULT_UID)
        if not text.isascii() or not text.isdigit() or \
                not 0 < int(text) < 1 << 31:
            raise Trouble('GRADE_UID is the number of a user who is not root, '
                          'as in GRADE_UID=70000; not %s.' % text)
        return int(text)

    def reserve_users(self, jobs):
        """Takes users whom no other grader on this machine has: one would end
        the programs of the other. The kernel frees them with this process.
        A container without /run is taken to hold no other grader."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            self.uid_lock = os.open(UID_LOCK, flags, 0o600)
        except FileNotFoundError:
            pass
        first, many = self.uid, jobs + 1
        for turn in range(100):
            self.uid = first + turn * many
            if self.uid_lock is None:
                break
            try:
                fcntl.lockf(self.uid_lock, fcntl.LOCK_EX | fcntl.LOCK_NB,
                            many, self.uid)
                break
            except OSError as e:
                if e.errno not in (errno.EACCES, errno.EAGAIN):
                    raise
                if os.environ.get('GRADE_UID'):
                    raise Trouble('Another make grade has the users from '
                                  'GRADE_UID=%d on: name others.' % first)
        else:
            raise Trouble('Other make grades have all users from %d on: name '
                          'the first of some free ones, as in '
                          'GRADE_UID=70000.' % first)
        for uid in range(self.uid, self.uid + many):
            self.check_free(uid)
        if not works(self.drop(self.uid + jobs) + ['true']):
            raise Trouble('There are no users up to %d here (a container may '
                          'have few): fewer JOBS, or a lower GRADE_UID, need '
                          'fewer.' % (self.uid + jobs))

    def make_launcher(self):
        source = os.path.join(self.kit.support, 'sandbox.c')
        target = os.path.join(self.stage, 'sandbox')
        built = os.path.join(self.kit.root, 'build', 'tools', 'sandbox')
        if os.path.exists(built) and \
                os.path.getmtime(built) >= os.path.getmtime(source):
            shutil.copy(built, target)
            os.chmod(target, 0o755)  # an archive may have lost it
            return target
        said = subprocess.run(
            [self.cc, '-std=c11', '-O1', '-o', target, source],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        if said.returncode != 0:
            raise Trouble('%s does not compile here:\n%s' % (
                source, said.stdout.decode('utf-8', 'replace')))
        os.chmod(target, 0o755)
        return target

    def drop(self, uid=None):
        """Words that make root a user who owns nothing."""
        return [self.launcher, '--as', str(uid or self.uid)] \
            if self.as_root else []

    def bubblewrap_works(self):
        if not shutil.which('bwrap'):
            self.why = 'bubblewrap (bwrap) is not installed'
            return False
        base = self.drop() + ['bwrap', '--ro-bind', '/', '/', '--unshare-all',
                              '--unshare-user', '--die-with-parent',
                              '--proc', '/proc', '--dev', '/dev']
        # Both layers, as they will be: one inside the other.
        inner = ['bwrap', '--ro-bind', '/', '/', '--unshare-all',
                 '--share-net', '--unshare-user', '--die-with-parent',
                 '--proc', '/proc', '--dev', '/dev']
        if works(base + inner + ['--disable-userns', 'true']):
            return True
        if works(base + inner + ['true']):
            self.old_bwrap = True
            return True
        self.why = 'bubblewrap may not make namespaces here'
        return False

    def choose(self, wanted):
        self.why = ''
        if wanted in ('none', 'no'):
            return 'none'
        if wanted not in ('', 'auto', 'bubblewrap', 'user'):
            raise Trouble('SANDBOX is bubblewrap, user or none; not %s.' %
                          wanted)
        if wanted != 'user' and self.bubblewrap_works():
            return 'bubblewrap'
        if wanted == 'bubblewrap':
            raise Trouble('SANDBOX=bubblewrap is not possible: %s.' % self.why)
        if self.as_root and works(self.drop() + ['true']):
            return 'user'
        if wanted == 'user':
            raise Trouble('SANDBOX=user needs root.')
        raise Trouble(
            'There is no sandbox here: %s, and only root can use a user of '
            'its own instead.\n'
            'Programs of students are not to be run without one. Either\n'
            '  - install bubblewrap (Debian, Ubuntu: apt-get install '
            'bubblewrap); on Ubuntu 24.04\n'
            '    also: sudo sysctl -w '
            'kernel.apparmor_restrict_unprivileged_userns=0\n'
            '  - or grade as root, in a container or a virtual machine\n'
            '  - or, if you trust every one of these programs: '
            'make grade ... SANDBOX=none' % self.why)

    def check_hidden(self):
        """Whatever holds right programs or results must not be where programs
        look. The fallback hides files by their modes alone: there it must be
        a directory that others may not enter."""
        root = self.kit.root
        paths = [os.path.join(root, name) for name in KEPT_FROM_STUDENTS]
        paths = [p for p in paths + list(self.hidden) if os.path.isdir(p)]
        if self.mode == 'bubblewrap':
            for path in paths:
                top = '/' + os.path.realpath(path).split('/')[1]
                if top in SYSTEM_DIRS:
                    raise Trouble(
                        '%s lies in %s, which every program may look into: '
                        'put the kit and\nthe class elsewhere.' % (path, top))
        if self.mode != 'user':
            return
        said = subprocess.run(
            self.drop(self.uid + 1) + ['sh', '-c', ENTERS, 'sh'] + paths,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=CLEAN).stdout
        open_ones = [paths[int(n)] for n in said.split()]
        if open_ones:
            raise Trouble(
                'Without bubblewrap (%s) the programs run as users of their '
                'own, who\nmay look into directories that they should not '
                'see. Hide them and try again:\n  chmod go-rwx %s' % (
                    self.why or 'SANDBOX=user',
                    ' '.join(shlex.quote(p) for p in open_ones)))

    def sentence(self):
        if self.mode == 'bubblewrap':
            return 'bubblewrap, two layers'
        if self.mode == 'user':
            return 'users of their own from %d on (no bubblewrap), %s' % (
                self.user(0), 'private network' if self.private else
                'the network of this machine can be reached')
        return 'none: every program ran as you'

    # What is shown inside.

    def fill_stage(self, jobs):
        root, kit = self.kit.root, os.path.join(self.stage, 'kit')
        self.kit_copy = kit
        pairs = [(os.path.join(root, 'lessons', h),
                  os.path.join(kit, 'lessons', h))
                 for h in HEADERS]
        for name in os.listdir(self.kit.support):
            if name.endswith('.bash') or name == 'mistakes.txt':
                pairs.append((os.path.join(self.kit.support, name),
                              os.path.join(kit, 'tests', 'support', name)))
        tools = os.path.join(root, 'build', 'tools')
        for name in os.listdir(tools) if os.path.isdir(tools) else ():
            pairs.append((os.path.join(tools, name),
                          os.path.join(kit, 'build', 'tools', name)))
        copy_tree_files(pairs)
        for lesson in self.kit.lessons.values():
            base = os.path.join(kit, 'tests', lesson.name)
            for ending, text in zip(('.bash', '.bats'), lesson.staged()):
                with open(base + ending, 'w', encoding='utf-8') as f:
                    f.write(text)
        os.makedirs(os.path.join(kit, 'build', 'tools'), exist_ok=True)
        bats = find_bats(self.kit)
        if bats.startswith('/usr/') and self.mode == 'bubblewrap' or \
                not bats.startswith(root + '/'):
            self.bats = bats
        else:       # build/bats, or npm's: its directory comes along
            top = os.path.dirname(os.path.dirname(bats))
            shutil.copytree(top, os.path.join(kit, 'bats'), symlinks=False,
                            ignore=shutil.ignore_patterns('.git', 'test',
                                                          'docs'))
            self.bats = '/bats/bin/bats'    # below the kit
        uid = self.uid if self.as_root else os.getuid()
        etc = os.path.join(self.stage, 'etc')
        os.makedirs(etc)
        for name, text in ETC.items():
            with open(os.path.join(etc, name), 'w') as f:
                f.write(text.replace('%d', str(uid)))
        copy_tree_files([('/etc/' + n, os.path.join(etc, n))
                         for n in ETC_COPIED])
        if os.path.isdir('/etc/alternatives'):
            shutil.copytree('/etc/alternatives',
                            os.path.join(etc, 'alternatives'), symlinks=True)
        settings = 'KIT_SANDBOX=bubblewrap\n'
        if self.old_bwrap:
            settings += 'KIT_OLD_BWRAP=1\n'
        shutil.copy(self.launcher, os.path.join(kit, 'build', 'tools'))
        with open(os.path.join(kit, 'build', 'tools', 'sandbox.conf'),
                  'w') as f:
            f.write(settings)
        self.private = False
        if self.mode != 'bubblewrap':
            private = os.path.join(kit, 'build', 'tools', 'private')
            # A user namespace knows one user alone, so there can be no other.
            self.private = os.path.exists(private) and works(
                [private, '--check']) and works(
                    [private, '--'] + (self.drop() if self.mode == 'user'
                                       else []) + ['true'])
            for i in range(jobs):
                seat = self.seat(i)
                os.makedirs(seat)
                shutil.copy(self.launcher, seat)
                with open(os.path.join(seat, 'sandbox.conf'), 'w') as f:
                    f.write('KIT_SANDBOX=user:%d\n' % self.user(i))
            if self.mode == 'user':
                self.let_peer_look(os.path.join(kit, 'build', 'tools'))
            else:
                os.chmod(kit, 0o700)
        elif self.as_root:
            for base, dirs, files in os.walk(kit):
                for name in dirs + files:
                    os.chown(os.path.join(base, name), self.uid, self.uid,
                             follow_symlinks=False)
            os.chown(kit, self.uid, self.uid)
            os.chmod(kit, 0o700)
        self.private_inside = os.path.exists(os.path.join(
            kit, 'build', 'tools', 'private'))

    def let_peer_look(self, tools):
        """Puts lookas.c between the tests and peer. What lies on the stage
        is in every handout; only bats' own directory is closed."""
        said = subprocess.run(
            [self.cc, '-std=c11', '-O1', '-shared', '-fPIC', '-o',
             os.path.join(tools, 'lookas.so'),
             os.path.join(self.kit.support, 'lookas.c'), '-ldl'],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        if said.returncode != 0:
            raise Trouble('lookas.c does not compile here:\n' +
                          said.stdout.decode('utf-8', 'replace'))
        peer = os.path.join(tools, 'peer')
        if os.path.exists(peer):
            os.rename(peer, peer + '.real')
            with open(peer, 'w') as f:
                f.write('#!/bin/sh\nLD_PRELOAD=%s/lookas.so exec %s.real '
                        '"$@"\n' % (tools, peer))
            os.chmod(peer, 0o755)

    @staticmethod
    def check_free(uid):
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:
            return
        raise Trouble('The user number %d is taken (%s): name the first of '
                      'some free ones, as in GRADE_UID=70000.' % (uid, name))

    def seat(self, index):
        """A worker's own directory."""
        return os.path.join(self.stage, 'w%d' % index)

    def user(self, index):
        """The number of the user that a worker's programs run as."""
        if self.mode == 'user':
            return self.uid + 1 + index
        return self.uid if self.as_root and self.mode == 'bubblewrap' \
            else os.getuid()

    def places(self, index):
        """Empties and returns a worker's directories of sources and of
        programs, into which no other worker's program can look."""
        made = []
        for name in ('src', 'out'):
            path = os.path.join(self.seat(index), name)
            shutil.rmtree(path, ignore_errors=True)
            os.makedirs(path)
            made.append(path)
        if self.as_root:
            uid = self.user(index)
            os.chown(self.seat(index), 0, uid)
            os.chown(made[1], uid, uid)
        os.chmod(self.seat(index), 0o710)
        return made

    def seal(self, index):
        """What the compiler made is no longer its user's, who would be free
        to put another program in its place."""
        if self.mode != 'user':
            return
        out = os.path.join(self.seat(index), 'out')
        for path in [out] + [os.path.join(out, n) for n in os.listdir(out)]:
            os.chown(path, 0, 0, follow_symlinks=False)
            os.chmod(path, 0o755)

    # Commands.

    def compile_command(self, index, lesson, names, flags, asan):
        src, out = (os.path.join(self.seat(index), n) for n in ('src', 'out'))
        words = ['sh', '-c', COMPILE, 'sh', flags, asan,
                 ' '.join(sorted(lesson.sanitized))]
        inner = [self.launcher, '--limits', COMPILE_LIMITS]
        cwd = os.path.join('lessons', lesson.name, 'exercise')
        if self.mode == 'bubblewrap':
            return self.drop() + [
                'bwrap', '--unshare-all', '--unshare-user',
                '--die-with-parent', '--new-session', '--clearenv',
                '--setenv', 'PATH', PATH, '--setenv', 'LC_ALL', 'C',
                '--setenv', 'TMPDIR', '/tmp'] + \
                ([] if self.old_bwrap else ['--disable-userns']) + \
                system_dirs() + [
                    '--ro-bind', os.path.join(self.stage, 'etc'), '/etc',
                    '--proc', '/proc'] + DEVICES + [
                    '--size', str(64 << 20), '--tmpfs', '/tmp',
                    '--ro-bind', src, '/src', '--bind', out, '/out',
                    '--ro-bind', self.launcher, '/run/sandbox',
                    '--remount-ro', '/dev', '--remount-ro', '/',
                    '--chdir', '/src/' + cwd, '--',
                    '/run/sandbox', '--limits', COMPILE_LIMITS] + \
                words + ['/out'] + names, None
        uid = self.drop(self.user(index)) if self.mode == 'user' else []
        return uid + inner + words + [out] + names, os.path.join(src, cwd)

    def test_command(self, index, lesson):
        """The command that runs the tests, its environment, its cwd."""
        out = os.path.join(self.seat(index), 'out')
        inside = self.mode == 'bubblewrap'
        kit = KIT_INSIDE if inside else self.kit_copy
        tools = kit + '/build/tools'
        env = dict(CLEAN, KIT=kit, TOOLS=tools, LESSON=lesson.name,
                   MISTAKES=kit + '/tests/support/mistakes.txt',
                   PROGRAMS=PROGRAMS_INSIDE if inside else out)
        bats = self.bats
        if bats == '/bats/bin/bats':
            bats = kit + bats
        words = [bats, '--tap', '%s/tests/%s.bats' % (kit, lesson.name)]
        if self.mode != 'none':
            env['KIT_LAUNCHER'] = tools + '/sandbox' if inside else \
                os.path.join(self.seat(index), 'sandbox')
        if self.mode == 'user':
            env['KIT_LOOK_AS'] = str(self.user(index))
        if self.private_inside and (inside or self.private):
            words = [tools + '/private', '--'] + words
        if not inside:
            env['TMPDIR'] = self.seat(index) + '/tmp'
            os.makedirs(env['TMPDIR'], mode=0o700, exist_ok=True)
            return words, env, kit
        env['TMPDIR'] = '/out'
        setenv = []
        for name, value in sorted(env.items()):
            setenv += ['--setenv', name, value]
        # Where private makes the network, bwrap need not.
        net = [self.launcher, '--net'] if self.private_inside else []
        return self.drop() + net + [
            'bwrap', '--unshare-all', '--unshare-user'] + \
            (['--share-net'] if net else []) + [
                '--die-with-parent', '--new-session', '--hostname', 'lab',
                '--clearenv'] + setenv + \
            system_dirs() + [
                '--ro-bind', os.path.join(self.stage, 'etc'), '/etc',
                '--proc', '/proc'] + DEVICES + [
                '--size', str(128 << 20), '--tmpfs', '/tmp',
                '--size', str(32 << 20), '--tmpfs', '/out',
                '--ro-bind', self.kit_copy, KIT_INSIDE,
                '--ro-bind', out, PROGRAMS_INSIDE,
                '--remount-ro', '/dev', '--remount-ro', '/',
                '--chdir', KIT_INSIDE, '--'] + words, CLEAN, None

    # Processes.

    def start(self, command, env, cwd, **pipes):
        """Starts one, in a session of its own; knows it until finish()."""
        with self.lock:
            if self.closed:
                raise InterruptedError('grading ends')
            process = subprocess.Popen(
                command, env=env, cwd=cwd, stdin=subprocess.DEVNULL,
                start_new_session=True, close_fds=True, **pipes)
            self.running.add(process)
        return process

    def finish(self, process, index):
        """Nothing of it goes on running."""
        try:        # it has said all it had to say: let it end by itself
            process.wait(0 if self.closed else 0.5)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        process.kill()
        process.wait()
        with self.lock:
            self.running.discard(process)
        if self.mode == 'user':
            self.sweep(index)

    def sweep(self, index):
        """Ends all that runs as a worker's user."""
        for _ in range(20):
            done = subprocess.run(
                self.drop(self.user(index)) +
                ['sh', '-c', 'kill -KILL -1 2>/dev/null'],
                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=CLEAN)
            if done.returncode != 0 and not any(
                    owner == self.user(index) for owner in owners()):
                return

    def close(self):
        """No more starts; what runs is ended."""
        with self.lock:
            self.closed = True
            running = list(self.running)
        for process in running:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass

    def remove(self):
        shutil.rmtree(self.stage, ignore_errors=True)
        if self.uid_lock is not None:
            os.close(self.uid_lock)
            self.uid_lock = None


def owners():
    """The real user of every process."""
    for name in os.listdir('/proc'):
        if name.isdigit():
            try:
                with open('/proc/%s/stat' % name) as f:
                    state = f.read().rsplit(')', 1)[1].split()[0]
                if state != 'Z':
                    yield os.stat('/proc/' + name).st_uid
            except OSError:
                pass
