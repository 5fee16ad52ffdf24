"""Where a root supervisor binds what the job's unprivileged user is to see."""

import os
import sys

from supervisor.control_groups import write_control
from supervisor.disk import is_folder

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
