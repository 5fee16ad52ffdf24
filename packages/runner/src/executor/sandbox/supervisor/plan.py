"""The file `plan`: what launch-plan.ts decided."""


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
