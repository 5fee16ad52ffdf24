"""Small files written whole, descriptors read without waiting, times and values as text."""

import os
import time

CHUNK = 65536


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


def read(descriptor):
    """Bytes, b"" at the end, None when there is nothing to read now."""
    try:
        return os.read(descriptor, CHUNK)
    except BlockingIOError:
        return None


def literal(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return '"%s"' % value if isinstance(value, str) else repr(value)
