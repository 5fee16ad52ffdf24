"""`python3 -m cohortextractor --output PATH [--param NAME=VALUE]… (--all | MODULE…)`, run from the study's root.

Standard output is never written to: what the study prints goes to standard error. Exit codes: 0 when the document was
written, whatever it says of the study; 2 for wrong usage; anything else is the recorder's own fault.
"""

import argparse
import json
import os
import sys

from .record import list_definitions, record_modules


def main(arguments):
    options = _parse(arguments)
    root = os.getcwd()
    names = list_definitions(root) if options.all else options.modules
    os.dup2(2, 1)
    sys.argv = ["cohortextractor"]
    document = record_modules(root, names, dict(options.param))
    _write(os.path.join(root, options.output), json.dumps(document, separators=(",", ":")))
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        # Threads, exit handlers and replaced streams of the study have no say any more.
        os._exit(0)


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="cohortextractor", allow_abbrev=False)
    parser.add_argument("--output", required=True, help="where the document is written")
    parser.add_argument("--param", action="append", default=[], type=_pair, metavar="NAME=VALUE")
    parser.add_argument("--all", action="store_true", help="every definition in analysis/")
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    options = parser.parse_args(arguments)
    if options.all == bool(options.modules):
        parser.error("name modules or give --all")
    return options


def _pair(text):
    name, _, value = text.partition("=")
    return name, value


def _write(path, text):
    partial = f"{path}.part"
    with open(partial, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(partial, path)


if __name__ == "__main__":
    main(sys.argv[1:])
