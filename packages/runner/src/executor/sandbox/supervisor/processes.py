"""The processes of the sandbox."""

import os

from supervisor.files import read_file


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
