"""One job from its first process to its record."""

import _signal
import os
import select
import time

from supervisor.bubblewrap import become_sandbox, memory_file
from supervisor.control_groups import counter, join_cgroups, make_cgroups, remove_cgroups
from supervisor.disk import TooDeep, give_back, measure, take_ownership, unlinked
from supervisor.files import literal, read, read_file, utc, write_file
from supervisor.log import Log
from supervisor.processes import children, members, namespace_of, resident_and_cpu, send
from supervisor.signals import SIGCHLD, SIGINT, SIGKILL, SIGNALLED, SIGTERM, SIGXFSZ

SHORTEST_TICK = 0.25


class Job:
    """One job from its first process to its last."""

    def __init__(self, plan, answer):
        self.plan = plan
        self.answer = answer
        self.roots = plan.all("writable")
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
        _signal.set_wakeup_fd(wake_end, warn_on_full_buffer=False)
        self.asked = set()
        for number in (SIGTERM, SIGINT, SIGCHLD):
            _signal.signal(number, lambda number, _: self.asked.add(number))

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
            for descriptor, _ in poll.poll(max(0.0, due - time.monotonic()) * 1000 + 1):
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
                _signal.pidfd_send_signal(self.init_handle, SIGKILL)
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
                _signal.pidfd_send_signal(self.init_handle, SIGKILL)
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


def finish(plan, record):
    """Gives back what the job held and writes how it ended: the last thing that is done for it."""
    uid = plan.number("uid")
    owners = [tuple(map(int, owner.split(":"))) for owner in plan.all("owner")]
    give_back(plan.all("writable"), owners, os.geteuid() if uid is None else uid)
    remove_cgroups(plan)
    text = ", ".join('"%s": %s' % (key, literal(value)) for key, value in record.items())
    write_file("exited", "{%s, \"finishedAt\": \"%s\"}\n" % (text, utc(time.time())))


def last_line(log):
    lines = [line.partition(" ")[2] for line in log.splitlines() if line.strip()]
    return lines[-1] if lines else "bubblewrap ended without a word"


def tell(answer, text):
    try:
        os.write(answer, text.encode() + b"\n")
        os.close(answer)
    except OSError:
        pass  # Whoever asked is gone; the job goes on.
