#!/bin/sh
# Sets up what the tests need beyond the runtimes, runs the checks and all tests. Called by `./vitrine test`.
# Arguments go to Vitest, for example: ./vitrine test --project pipeline
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
cd "$root"
PATH=$root/node_modules/.bin:$PATH

sh tools/test-python/prepare.sh
# A Docker engine of our own, on its own socket, unless one is given.
. tools/test-docker/start.sh
# A PostgreSQL server of our own, on its own port, unless one is given.
. tools/test-postgres/start.sh
trap 'sh tools/test-docker/stop.sh; sh tools/test-postgres/stop.sh' EXIT INT TERM

if [ $# -eq 0 ]; then
  npm run --silent check
fi
vitest run --reporter=default --reporter=./tools/test/reporter.ts "$@"
