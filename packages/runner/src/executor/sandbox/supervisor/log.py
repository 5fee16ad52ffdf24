"""What the program prints, as much of it as is kept."""

import os
import time

from supervisor.files import write_all, write_file


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
