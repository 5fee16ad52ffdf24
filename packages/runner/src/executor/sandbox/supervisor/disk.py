"""What the program wrote under its writable mounts, and whose it is."""

import os

BLOCK = 512


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
