#!/bin/sh
# Makes the Python that tests compare with: Debian's own, with its pandas, and pyarrow and sqlglot, which Debian does not package.
# Instant when it is there already. Needs python3-venv and python3-pandas.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
folder=$root/.vitrine/test-python
# The newest pyarrow that goes with Debian 12's numpy 1.24.
pyarrow=14.0.2
# Reads the SQL of databases that no test can start.
sqlglot=30.30.0

if "$folder/bin/python" -c "import pandas, pyarrow, sqlglot; assert pyarrow.__version__ == '$pyarrow' and sqlglot.__version__ == '$sqlglot'" 2>/dev/null; then
  exit 0
fi

echo "Preparing Python with pandas, pyarrow $pyarrow and sqlglot $sqlglot in .vitrine/test-python" >&2
/usr/bin/python3 -c 'import pandas, ensurepip' 2>/dev/null || {
  echo 'The packages python3-venv and python3-pandas are needed: apt-get install python3-venv python3-pandas' >&2
  exit 1
}
rm -rf "$folder"
/usr/bin/python3 -m venv --system-site-packages "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check "pyarrow==$pyarrow" "sqlglot==$sqlglot"
