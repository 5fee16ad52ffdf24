"""The control groups of the job: made, joined, read, removed."""

import os
import time

from supervisor.files import read_file
from supervisor.processes import send
from supervisor.signals import SIGKILL


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
