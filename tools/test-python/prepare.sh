#!/bin/sh
# Makes the Python that tests compare with: Debian's own, with its pandas, and what Debian does not package (requirements.txt).
# Instant when it is there already. Needs python3-venv and python3-pandas.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
folder=$root/.vitrine/test-python
requirements=$root/tools/test-python/requirements.txt

if "$folder/bin/python" - "$requirements" 2>/dev/null <<'PYTHON'; then
import sys
from importlib.metadata import version

import pandas

for line in open(sys.argv[1]):
    if not line.startswith("#"):
        name, pinned = line.strip().split("==")
        assert version(name) == pinned
PYTHON
  exit 0
fi

echo "Preparing Python with pandas and the packages of tools/test-python/requirements.txt in .vitrine/test-python" >&2
/usr/bin/python3 -c 'import pandas, ensurepip' 2>/dev/null || {
  echo 'The packages python3-venv and python3-pandas are needed: apt-get install python3-venv python3-pandas' >&2
  exit 1
}
rm -rf "$folder"
/usr/bin/python3 -m venv --system-site-packages "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
