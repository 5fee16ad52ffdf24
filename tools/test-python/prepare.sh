#!/bin/sh
# Makes the Python that tests compare with: Debian's own, with its pandas, and what Debian does not package.
# Instant when it is there already. Needs python3-venv and python3-pandas.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
folder=$root/.vitrine/test-python
# The newest pyarrow that goes with Debian 12's numpy 1.24.
pyarrow=14.0.2
# Reads the SQL of databases that no test can start.
sqlglot=30.30.0
# Judge the exports of provenance; rocrate has the context of RO-Crate, which the validator would fetch from the internet, and
# Debian's pyparsing is too old for it.
crates="roc-validator==0.13.0 rocrate==0.16.0 bagit==1.9.0 prov==3.2.3 pyparsing==3.3.3"

if "$folder/bin/python" - $crates 2>/dev/null <<PYTHON; then
import sys
import pandas, pyarrow, sqlglot
from importlib.metadata import version

assert pyarrow.__version__ == '$pyarrow' and sqlglot.__version__ == '$sqlglot'
for package in sys.argv[1:]:
    name, pinned = package.split('==')
    assert version(name) == pinned
PYTHON
  exit 0
fi

echo "Preparing Python with pandas, pyarrow $pyarrow, sqlglot $sqlglot, $crates in .vitrine/test-python" >&2
/usr/bin/python3 -c 'import pandas, ensurepip' 2>/dev/null || {
  echo 'The packages python3-venv and python3-pandas are needed: apt-get install python3-venv python3-pandas' >&2
  exit 1
}
rm -rf "$folder"
/usr/bin/python3 -m venv --system-site-packages "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check "pyarrow==$pyarrow" "sqlglot==$sqlglot" $crates
