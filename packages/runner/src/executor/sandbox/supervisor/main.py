"""Runs one job in its sandbox and sees to its limits, whether or not whoever started it still lives.

Started with a socket as descriptor 3, where it hears the job's folder and gives one line of answer. The folder holds
`plan`, written beforehand: `key=value` records, each ended by NUL, the keys described in launch-plan.ts. This program
writes

    started   JSON: its own pid, start time and boot id, so that a reused pid is never taken for it
    log       the first half of the log; log.tail.old and log.tail its last bytes; log.dropped how much lies between
    exited    JSON: exit code, limit, usage, times; written whole, last

and answers `started`, `already` (another one has the job) or `failed` and the reason. SIGTERM ends the job gently,
SIGINT at once. A supervisor started on the folder of one that died cleans up after it and records exit code 137.

Only what is built into the interpreter is imported where that is possible: imports decide how long a start takes.
"""

import _signal
import fcntl
import os
import time

from supervisor.control_groups import remove_cgroups
from supervisor.files import CHUNK, read_file, utc, write_file
from supervisor.job import Job, finish, tell
from supervisor.plan import Plan
from supervisor.processes import send
from supervisor.signals import SIGKILL, SIGNALLED, SIGPIPE


def clean_up_after_dead_supervisor(plan):
    """The sandbox dies with its supervisor; its groups, ownership and record remain to be seen to."""
    started = read_file("started").partition('"startedAt"')[2].split('"')[1]
    record = {"began": True, "startedAt": started, "exitCode": SIGNALLED + SIGKILL, "interrupted": True}
    for key in ("limit", "peakMemoryBytes", "cpuSeconds"):
        record[key] = None
    remove_cgroups(plan)
    finish(plan, record)


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
    _signal.signal(SIGPIPE, _signal.SIG_IGN)
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
