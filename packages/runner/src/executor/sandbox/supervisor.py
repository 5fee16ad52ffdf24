"""Runs one job in its sandbox and sees to its limits, whether or not whoever started it still lives.

Started as `supervisor.main()` with a socket as descriptor 3, where it hears the job's folder and gives one line of
answer. The folder holds `plan`, written beforehand: `key=value` records, each ended by NUL, the keys described in launch-plan.ts. This program writes

    started   JSON: its own pid, start time and boot id, so that a reused pid is never taken for it
    log       the first half of the log; log.tail.old and log.tail its last bytes; log.dropped how much lies between
    exited    JSON: exit code, limit, usage, times; written whole, last

and answers `started`, `already` (another one has the job) or `failed` and the reason. SIGTERM ends the job gently,
SIGINT at once. A supervisor started on the folder of one that died cleans up after it and records exit code 137.

Only modules that are built into the interpreter are imported where it can be: they decide how long a start takes.
"""

import _signal as signals
import fcntl
import os
import resource
import select
import sys
import time

SIGNALLED = 128
SIGINT, SIGKILL, SIGPIPE, SIGTERM, SIGCHLD, SIGXFSZ = 2, 9, 13, 15, 17, 25
BLOCK = 512
CHUNK = 65536
SHORTEST_TICK = 0.25


class Plan:
    """The records of the file `plan`: one value or, of repeated keys, all in order."""

    def __init__(self, text):
        self.records = {}
        for record in text.split("\0")[:-1]:
            key, _, value = record.partition("=")
            self.records.setdefault(key, []).append(value)

    def all(self, key):
        return self.records.get(key, [])

    def one(self, key):
        return self.records[key][0]

    def number(self, key):
        return int(self.records[key][0]) if key in self.records else None


class Log:
    """Keeps the first half of `limit` bytes and the last of what follows; puts the time before each line."""

    def __init__(self, limit):
        self.head_room = limit // 2
        self.part = max((limit - self.head_room) // 2, 1)
        self.dropped = 0
        self.head = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.tail = None
        self.tail_size = 0
        self.at_line_start = True

    def write(self, data):
        now = time.time()
        stamp = b"%s.%03dZ " % (
            time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)).encode(),
            int(now % 1 * 1000),
        )
        ends_line = data.endswith(b"\n")
        body = data[:-1] if ends_line else data
        body = body.replace(b"\n", b"\n" + stamp)
        self._keep((stamp if self.at_line_start else b"") + body + (b"\n" if ends_line else b""))
        self.at_line_start = ends_line

    def close(self):
        if not self.at_line_start:
            self._keep(b"\n")

    def _keep(self, data):
        if self.head_room > 0:
            if len(data) <= self.head_room:
                self.head_room -= len(data)
                write_all(self.head, data)
                return
            cut = data.rfind(b"\n", 0, self.head_room) + 1 or self.head_room
            write_all(self.head, data[:cut])
            self.head_room = 0
            data = data[cut:]
        if len(data) > self.part:
            self.dropped += len(data) - self.part
            data = data[-self.part :]
        if self.tail is None or self.tail_size + len(data) > self.part:
            self._rotate()
        self.tail_size += len(data)
        write_all(self.tail, data)

    def _rotate(self):
        if self.tail is not None:
            os.close(self.tail)
            try:
                self.dropped += os.stat("log.tail.old").st_size
            except FileNotFoundError:
                pass
            os.rename("log.tail", "log.tail.old")
        if self.dropped > 0:
            write_file("log.dropped", "%d" % self.dropped)
        self.tail = os.open("log.tail", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.tail_size = 0


def write_all(descriptor, data):
    """A full disk must not end the job that is being logged."""
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        pass


def write_file(path, text):
    descriptor = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(descriptor, text.encode())
    os.close(descriptor)
    os.rename(path + ".new", path)


def read_file(path):
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def utc(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".%03dZ" % (seconds % 1 * 1000)


# What the program wrote under its writable mounts -------------------------------------------------------------------


class TooDeep(Exception):
    """A folder lies so deep that it has no path: what it holds cannot be measured."""


def entries(root):
    """Every entry at and under `root`, as (path, lstat), never through a link; what vanishes meanwhile is left out."""
    try:
        pending = [(root, os.lstat(root))]
    except FileNotFoundError:
        return
    while pending:
        path, status = pending.pop()
        yield path, status
        if not is_folder(status):
            continue
        try:
            with os.scandir(path) as listing:
                for entry in listing:
                    try:
                        pending.append((entry.path, entry.stat(follow_symlinks=False)))
                    except FileNotFoundError:
                        pass
        except (FileNotFoundError, NotADirectoryError):
            pass
        except PermissionError:
            # Rootless, a program can lock us out of its own folder; we own it too.
            if status.st_mode & 0o700 != 0o700 and status.st_uid == os.geteuid():
                os.chmod(path, 0o700)
                pending.append((path, os.lstat(path)))
        except OSError as error:
            raise TooDeep(path) from error


def is_folder(status):
    return status.st_mode & 0o170000 == 0o040000


def is_file(status):
    return status.st_mode & 0o170000 == 0o100000


def measure(roots):
    """Bytes on disk under `roots`, each entry as one block more for its inode, and the size of the largest file."""
    total = largest = 0
    counted = set()
    for root in roots:
        for _, status in entries(root):
            if is_file(status):
                largest = max(largest, status.st_size)
                if status.st_nlink > 1:
                    if status.st_ino in counted:
                        continue
                    counted.add(status.st_ino)
            total += (status.st_blocks + 1) * BLOCK
    return total, largest


def unlinked(members, devices):
    """Bytes of files that have no name any more but are held open."""
    seen = {}
    for pid in members:
        folder = "/proc/%d/fd" % pid
        try:
            for name in os.listdir(folder):
                status = os.stat(folder + "/" + name)
                if status.st_nlink == 0 and is_file(status) and status.st_dev in devices:
                    seen[status.st_dev, status.st_ino] = status.st_blocks * BLOCK
        except OSError:
            pass
    return sum(seen.values())


def take_ownership(roots, uid):
    """Makes everything under `roots` the job's. A file with several names stays as it is: others see it too."""
    for root in roots:
        for path, status in entries(root):
            if not is_file(status) or status.st_nlink == 1:
                os.lchown(path, uid, uid)


def give_back(roots, owners, uid):
    """Makes what is the job's its folder's owner's again, readable by that owner, with no set-id or sticky bit."""
    for root, (owner, group) in zip(roots, owners):
        try:
            for path, status in entries(root):
                if status.st_uid != uid:
                    continue
                mode = status.st_mode & 0o7777
                kept = mode & 0o777 | (0o700 if is_folder(status) else 0o400)
                if mode != kept and (is_folder(status) or is_file(status)):
                    os.chmod(path, kept)
                if owner != uid:
                    os.lchown(path, owner, group)
        except TooDeep:
            pass


# The job's processes ------------------------------------------------------------------------------------------------


def members(plan, init):
    """Pids of the sandbox: of its control group where it has one, else of the namespace whose first process is `init`."""
    for group in plan.all("cgroup"):
        return [int(pid) for pid in read_file(group + "/cgroup.procs").split()]
    return [] if init is None else inside(init)


def namespace_of(pid):
    try:
        return os.readlink("/proc/%s/ns/pid" % pid)
    except OSError:
        return None


def inside(init):
    """Pids of the namespace whose first process is `init`."""
    namespace = namespace_of(init)
    if namespace is None:
        return []
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and namespace_of(name) == namespace]


def children(pid):
    """Pids of the processes that `pid`, which has one thread, started."""
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), "rb", buffering=0) as file:
            return [int(child) for child in file.read().split()]
    except FileNotFoundError:  # A kernel without that file.
        return inside(pid)


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def resident_and_cpu(pids):
    """Bytes of memory that `pids` hold and the processor seconds that they have used."""
    page, second = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
    memory = cpu = 0
    for pid in pids:
        fields = read_file("/proc/%d/stat" % pid).rpartition(")")[2].split()
        if len(fields) > 21:
            cpu += int(fields[11]) + int(fields[12])
            memory += int(fields[21]) * page
    return memory, cpu / second


def counter(plan, key):
    """One figure of the control groups: the file's only number, or the number after a word in it. None if not kept."""
    if not plan.all(key):
        return None
    path, _, word = plan.one(key).partition("#")
    words = read_file(path).split()
    try:
        return int(words[words.index(word) + 1] if word else words[0])
    except (ValueError, IndexError):
        return None


def make_cgroups(plan):
    for group in plan.all("cgroup"):
        os.makedirs(group, exist_ok=True)
    for setting in plan.all("set"):
        path, _, value = setting.rpartition("=")
        write_control(path, value)
    for setting in plan.all("setIfThere"):
        path, _, value = setting.rpartition("=")
        if os.path.exists(path):
            write_control(path, value)


def join_cgroups(plan, pids):
    for group in plan.all("cgroup"):
        for pid in pids:
            try:
                write_control(group + "/cgroup.procs", "%d" % pid)
            except ProcessLookupError:
                pass


def write_control(path, value):
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, value.encode())
    finally:
        os.close(descriptor)


def remove_cgroups(plan):
    """Kills what is left in the job's groups and removes them; the kernel may need a moment after the last process."""
    for group in plan.all("cgroup"):
        for _ in range(500):
            send([int(pid) for pid in read_file(group + "/cgroup.procs").split()], SIGKILL)
            try:
                os.rmdir(group)
                break
            except FileNotFoundError:
                break
            except OSError:
                time.sleep(0.002)


# The sandbox --------------------------------------------------------------------------------------------------------


NEW_MOUNTS, NEW_USERS = 0x20000, 0x10000000
BIND, RECURSIVE, PRIVATE = 4096, 16384, 1 << 18
OPEN_TREE, MOVE_MOUNT, MOUNT_SETATTR = 428, 429, 442
HERE, CLONE_TREE, EMPTY_PATH, MOVE_EMPTY_PATH, IDMAP = -100, 1, 0x1000, 4, 0x100000


def c_library():
    """Calls functions of the C library by name. The package ctypes would do it too, but takes longer than the sandbox."""
    import _ctypes

    library = _ctypes.dlopen(None, 0)

    def call(name, *arguments):
        result = _ctypes.call_function(_ctypes.dlsym(library, name), arguments)
        if result < 0:
            raise OSError("%s%r was refused" % (name, arguments))
        return result

    return call


def stage(plan):
    """As root: binds sources where the job's user reaches them, in a mount namespace of our own.

    A folder under /root, or readable by root alone, is out of that user's reach though we mean it to be seen. What is
    only to be read (`mapped`) is bound with its owner shown as the job's user, where the kernel can do that for its file
    system (Linux 5.12); otherwise plainly, and the program reads what everybody may.
    """
    call = c_library()

    def bind_mapped(source, target, status, uid):
        users = user_namespace(call, status, uid)
        tree = call("syscall", OPEN_TREE, HERE, source, CLONE_TREE | os.O_CLOEXEC)
        # struct mount_attr: what to set, what to clear, propagation, the user namespace.
        attributes = b"".join(field.to_bytes(8, sys.byteorder) for field in (IDMAP, 0, 0, users))
        call("syscall", MOUNT_SETATTR, tree, b"", EMPTY_PATH, attributes, len(attributes))
        call("syscall", MOVE_MOUNT, tree, b"", HERE, target, MOVE_EMPTY_PATH)

    folder = plan.one("stageAt")
    call("unshare", NEW_MOUNTS)
    call("mount", b"none", b"/", None, RECURSIVE | PRIVATE, None)
    handles = [os.open(source, os.O_PATH) for source in plan.all("stage")]
    call("mount", b"stage", folder.encode(), b"tmpfs", 0, b"mode=755,size=64k")
    for index, handle in enumerate(handles):
        target = "%s/%d" % (folder, index)
        source, status = b"/proc/self/fd/%d" % handle, os.fstat(handle)
        if is_folder(status):
            os.mkdir(target)
        else:
            os.close(os.open(target, os.O_CREAT))
        if str(index) in plan.all("mapped"):
            try:
                bind_mapped(source, target.encode(), status, plan.number("uid"))
                continue
            except OSError:
                pass
        call("mount", source, target.encode(), None, BIND | RECURSIVE, None)


def user_namespace(call, status, uid):
    """A user namespace that shows the owner in `status` as the job's user, for mounts only."""
    ready, ready_end = os.pipe()
    gone, gone_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            call("unshare", NEW_USERS)
            os.close(gone_end)
            os.write(ready_end, b".")
            os.read(gone, 1)
        finally:
            os._exit(0)
    try:
        os.close(ready_end)
        os.read(ready, 1)
        write_control("/proc/%d/uid_map" % child, "%d %d 1" % (status.st_uid, uid))
        write_control("/proc/%d/gid_map" % child, "%d %d 1" % (status.st_gid, uid))
        return os.open("/proc/%d/ns/user" % child, os.O_RDONLY)
    finally:
        os.close(gone_end)
        os.waitpid(child, 0)


def become_sandbox(plan, descriptors):
    """In the child: takes the limits, drops root and becomes bubblewrap. Never returns."""
    signals.set_wakeup_fd(-1)
    # Python ignores SIGPIPE and SIGXFSZ; programs expect to die of them.
    for number in (SIGTERM, SIGINT, SIGCHLD, SIGPIPE, SIGXFSZ):
        signals.signal(number, signals.SIG_DFL)
    # First out of the way, then into place, so that none lands on one that is still to be moved.
    for index, (source, _) in enumerate(descriptors):
        os.dup2(source, 200 + index, False)
    for index, (_, target) in enumerate(descriptors):
        os.dup2(200 + index, target)
    kept = [target for _, target in descriptors]
    for low, high in zip(kept, kept[1:] + [os.sysconf("SC_OPEN_MAX")]):
        os.closerange(low + 1, high)
    try:
        write_control("/proc/self/oom_score_adj", "500")
    except OSError:
        pass
    os.setsid()
    os.umask(0o022)
    if plan.all("stage"):
        stage(plan)

    def limit(kind, value):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))

    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, plan.number("fileSize"))
    if plan.number("dataSize") is not None:
        limit(resource.RLIMIT_DATA, plan.number("dataSize"))
    if plan.number("processors") is not None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: plan.number("processors")])
    uid = plan.number("uid")
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    os.chdir("/")
    os.execve(plan.one("exec"), plan.all("exec"), {})


def memory_file(data):
    descriptor = os.memfd_create("sandbox")
    write_all(descriptor, data)
    os.lseek(descriptor, 0, 0)
    return descriptor


class Job:
    """One job from its first process to its last."""

    def __init__(self, plan, answer):
        self.plan = plan
        self.answer = answer
        self.roots = plan.all("writable")
        self.owners = [(int(u), int(g)) for u, g in (owner.split(":") for owner in plan.all("owner"))]
        self.log = Log(plan.number("log"))
        self.init = self.init_handle = None
        self.began = False
        self.limit = None
        self.met = []
        self.peak = self.cpu = None
        self.ending = False
        self.kill_at = None
        self.child = None

    def run(self):
        plan, uid = self.plan, self.plan.number("uid")
        if uid is not None:
            take_ownership(self.roots, uid)
        self.before, _ = measure(self.roots)
        self.devices = {os.lstat(root).st_dev for root in self.roots}
        make_cgroups(plan)

        self.output, output = os.pipe()
        self.status, status = os.pipe()
        self.ready, ready = os.pipe()
        go, self.go = os.pipe()
        wake, wake_end = os.pipe()
        for descriptor in (self.output, self.status, self.ready, wake, wake_end):
            os.set_blocking(descriptor, False)
        signals.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        self.asked = set()
        for number in (SIGTERM, SIGINT, SIGCHLD):
            signals.signal(number, lambda number, _: self.asked.add(number))

        # In the order of their numbers in bubblewrap: bubblewrap-arguments.ts gives them out.
        arguments = b"".join(os.fsencode(argument) + b"\0" for argument in plan.all("argument"))
        descriptors = [(os.open("/dev/null", os.O_RDONLY), 0), (output, 1), (output, 2)]
        descriptors.append((memory_file(arguments), 3))
        if os.path.exists("seccomp"):
            descriptors.append((os.open("seccomp", os.O_RDONLY), 4))
        descriptors += [(status, 5), (go, 8), (ready, 9)]
        for index, text in enumerate(plan.all("inline")):
            descriptors.append((memory_file(text.encode()), 10 + index))

        self.started_at = time.time()
        self.child = os.fork()
        if self.child == 0:
            try:
                become_sandbox(plan, descriptors)
            except BaseException as error:
                os.write(2, ("%s: %s\n" % (type(error).__name__, error)).encode())
            os._exit(127)
        for descriptor in {source for source, _ in descriptors}:
            os.close(descriptor)
        # The kernel takes a grace period to move the first process, as long as it takes to set the sandbox up: so the
        # two go on side by side, and the sandbox waits before its last step until all of it is in the groups.
        join_cgroups(plan, [self.child])

        self.settle(self.watch(wake))

    def watch(self, wake):
        """Until bubblewrap is gone: copies output, sees to the limits. Returns its exit code."""
        poll = select.poll()
        for descriptor in (self.output, self.status, self.ready, wake):
            poll.register(descriptor, select.POLLIN)
        deadline = time.monotonic() + self.plan.number("milliseconds") / 1000
        self.tick_at = time.monotonic() + SHORTEST_TICK
        while True:
            now = time.monotonic()
            if not self.ending and now >= deadline:
                self.end("time", gently=True)
            if self.kill_at is not None and now >= self.kill_at:
                self.kill()
            if now >= self.tick_at:
                self.tick()
            due = min(self.tick_at, deadline if self.kill_at is None else self.kill_at)
            if self.ending and self.kill_at is None:
                due = self.tick_at
            for descriptor, event in poll.poll(max(0.0, due - time.monotonic()) * 1000 + 1):
                if descriptor == self.output:
                    if not self.copy_output():
                        poll.unregister(self.output)
                elif descriptor == self.status:
                    if not self.read_status():
                        poll.unregister(self.status)
                elif descriptor == self.ready:
                    poll.unregister(self.ready)
                    if read(self.ready):
                        self.begin()
                else:
                    read(wake)
            if SIGINT in self.asked:
                self.asked.discard(SIGINT)
                self.kill()
            if SIGTERM in self.asked:
                self.asked.discard(SIGTERM)
                self.end(None, gently=True)
            if SIGCHLD in self.asked:
                self.asked.discard(SIGCHLD)
                pid, status = os.waitpid(self.child, os.WNOHANG)
                if pid == self.child:
                    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else SIGNALLED + os.WTERMSIG(status)

    def begin(self):
        """The sandbox stands: lets its waiting first program go, in the groups."""
        self.read_status()
        join_cgroups(self.plan, [self.child, self.init, *children(self.init)])
        try:
            os.write(self.go, b"\n")
        except BrokenPipeError:
            return  # It died in the meantime.
        os.close(self.go)
        self.began = True
        self.tell("started")

    def copy_output(self):
        """Copies some of what was printed; False at its end."""
        for _ in range(16):
            data = read(self.output)
            if data is None:
                return True
            if not data:
                return False
            self.log.write(data)
        return True

    def read_status(self):
        """Learns from bubblewrap which process is the first of the sandbox."""
        data = read(self.status)
        if data and self.init is None:
            digits = data.partition(b'"child-pid":')[2].split(b",")[0].split(b"}")[0].strip()
            if digits.isdigit():
                self.init = int(digits)
                try:
                    self.init_handle = os.pidfd_open(self.init)
                except OSError:
                    pass
        return data is None or len(data) > 0

    def end(self, limit, gently):
        """Asks all processes to end, or gives them no time to."""
        self.limit = self.limit or limit
        self.ending = True
        if self.kill_at is None or not gently:
            self.kill_at = time.monotonic() + (self.plan.number("graceMilliseconds") / 1000 if gently else 0)
        if gently:
            # Not to bubblewrap's outer process, which must not end before what is inside.
            outside = namespace_of("self")
            pids = members(self.plan, self.init)
            send([pid for pid in pids if pid != self.init and namespace_of(pid) != outside], SIGTERM)

    def kill(self):
        """The kernel ends a whole namespace with its first process, and that one with bubblewrap."""
        self.kill_at = None
        if self.init_handle is not None:
            try:
                signals.pidfd_send_signal(self.init_handle, SIGKILL)
                return
            except ProcessLookupError:
                pass
        send([self.child], SIGKILL)

    def tick(self):
        began = time.monotonic()
        pids = members(self.plan, self.init)
        try:
            total, largest = measure(self.roots)
            grown = total - self.before + unlinked(pids, self.devices)
            if grown > self.plan.number("disk"):
                self.end("disk", gently=False)
        except TooDeep:
            self.end("disk", gently=False)
        if self.init is not None:
            try:
                if os.statvfs("/proc/%d/root/tmp" % self.init).f_bavail == 0:
                    self.met.append("disk")
            except OSError:
                pass
        if counter(self.plan, "oom"):
            self.end("memory", gently=False)
        if self.plan.number("residentSize") is not None:
            memory, cpu = resident_and_cpu(pids)
            self.peak, self.cpu = max(self.peak or 0, memory), max(self.cpu or 0.0, cpu)
            if memory > self.plan.number("residentSize"):
                self.end("memory", gently=False)
        # At most a tenth of one processor goes into watching.
        now = time.monotonic()
        self.tick_at = now + max(SHORTEST_TICK, 9 * (now - began))

    def settle(self, code):
        """After the last process: what the limits say, what was used, everything given back, the record."""
        plan = self.plan
        if self.init_handle is not None:
            try:
                signals.pidfd_send_signal(self.init_handle, SIGKILL)
            except ProcessLookupError:
                pass
            gone = select.poll()
            gone.register(self.init_handle, select.POLLIN)
            gone.poll()
        while data := read(self.output):
            self.log.write(data)
        self.log.close()
        if counter(plan, "oom"):
            self.met.insert(0, "memory")
        try:
            total, largest = measure(self.roots)
            if code == SIGNALLED + SIGXFSZ or total - self.before > plan.number("disk") or (
                largest >= plan.number("fileSize")
            ):
                self.met.insert(0, "disk")
        except TooDeep:
            self.met.insert(0, "disk")
        if counter(plan, "refusedProcesses"):
            self.met.append("processes")
        if self.log.dropped:
            self.met.append("log")
        limit = self.limit or (self.met[0] if self.met else None)

        peak = counter(plan, "peak")
        cpu = counter(plan, "cpu")
        finish(
            plan,
            self.owners,
            {
                "began": self.began,
                "startedAt": utc(self.started_at),
                "exitCode": code,
                "limit": limit,
                "peakMemoryBytes": self.peak if peak is None else peak,
                "cpuSeconds": self.cpu if cpu is None else cpu / float(plan.one("cpuUnit")),
            },
        )
        if self.began:
            self.tell("started")
        else:
            self.tell("failed " + last_line(read_file("log")))

    def tell(self, text):
        if self.answer is not None:
            tell(self.answer, text)
            self.answer = None


def finish(plan, owners, record):
    uid = plan.number("uid")
    give_back(plan.all("writable"), owners, os.geteuid() if uid is None else uid)
    remove_cgroups(plan)
    text = ", ".join('"%s": %s' % (key, literal(value)) for key, value in record.items())
    write_file("exited", "{%s, \"finishedAt\": \"%s\"}\n" % (text, utc(time.time())))


def literal(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return '"%s"' % value if isinstance(value, str) else repr(value)


def last_line(log):
    lines = [line.partition(" ")[2] for line in log.splitlines() if line.strip()]
    return lines[-1] if lines else "bubblewrap ended without a word"


def read(descriptor):
    """Bytes, b"" at the end, None when there is nothing to read now."""
    try:
        return os.read(descriptor, CHUNK)
    except BlockingIOError:
        return None


def tell(answer, text):
    try:
        os.write(answer, text.encode() + b"\n")
        os.close(answer)
    except OSError:
        pass  # Whoever asked is gone; the job goes on.


def clean_up_after_dead_supervisor(plan):
    """The sandbox dies with its supervisor; its groups, ownership and record remain to be seen to."""
    started = read_file("started").partition('"startedAt"')[2].split('"')[1]
    owners = [(int(u), int(g)) for u, g in (owner.split(":") for owner in plan.all("owner"))]
    record = {"began": True, "startedAt": started, "exitCode": SIGNALLED + SIGKILL}
    for key in ("limit", "peakMemoryBytes", "cpuSeconds"):
        record[key] = None
    remove_cgroups(plan)
    finish(plan, owners, record)


def hear(descriptor):
    """The folder's path up to NUL; None when whoever started us went without naming one."""
    path = b""
    while not path.endswith(b"\0"):
        more = os.read(descriptor, CHUNK)
        if not more:
            return None
        path += more
    return path[:-1]


def main():
    os.umask(0o077)
    os.set_inheritable(3, False)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))  # What our starter's starter left open is not ours to keep.
    signals.signal(SIGPIPE, signals.SIG_IGN)
    folder = hear(3)
    if folder is None:
        return
    os.chdir(folder)
    errors = os.open("supervisor.err", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(errors, 2)
    os.close(errors)
    lock = os.open("lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        tell(3, "already")
        return
    if read_file("exited").endswith("}\n"):  # A crash of the machine can leave it empty.
        tell(3, "already")
        return
    plan = Plan(os.fsdecode(open("plan", "rb", buffering=0).read()))
    if os.path.exists("started"):
        clean_up_after_dead_supervisor(plan)
        tell(3, "already")
        return
    start_time = read_file("/proc/self/stat").rpartition(")")[2].split()[19]
    boot = read_file("/proc/sys/kernel/random/boot_id").strip()
    write_file(
        "started",
        '{"pid": %d, "startTime": "%s", "boot": "%s", "startedAt": "%s"}\n'
        % (os.getpid(), start_time, boot, utc(time.time())),
    )
    job = Job(plan, 3)
    try:
        job.run()
    except Exception as error:
        if job.child is not None:
            send([job.child], SIGKILL)
        clean_up_after_dead_supervisor(plan)
        job.tell("failed %s: %s" % (type(error).__name__, error))
        raise
