"""The step from a fork of the supervisor to bubblewrap."""

import _signal
import os
import resource

from supervisor.control_groups import write_control
from supervisor.files import write_all
from supervisor.signals import SIGCHLD, SIGINT, SIGPIPE, SIGTERM, SIGXFSZ
from supervisor.stage import stage


def become_sandbox(plan, descriptors):
    """In the child: takes the limits, drops root and becomes bubblewrap. Never returns."""
    _signal.set_wakeup_fd(-1)
    # Python ignores SIGPIPE and SIGXFSZ; programs expect to die of them.
    for number in (SIGTERM, SIGINT, SIGCHLD, SIGPIPE, SIGXFSZ):
        _signal.signal(number, _signal.SIG_DFL)
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
