#!/bin/sh
# Sets up what the tests need beyond the runtimes, runs the checks and all tests. Called by `./vitrine test`.
# Arguments go to Vitest, for example: ./vitrine test --project pipeline
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
cd "$root"
PATH=$root/node_modules/.bin:$PATH

sh tools/test-python/prepare.sh
# Tests that need a Trino server start it themselves.
sh tools/test-trino/prepare.sh
# A Docker engine of our own, on its own socket, unless one is given.
. tools/test-docker/start.sh
# A PostgreSQL server of our own, on its own port, unless one is given.
. tools/test-postgres/start.sh
trap 'sh tools/test-docker/stop.sh; sh tools/test-postgres/stop.sh; sh tools/test-trino/stop.sh' EXIT INT TERM

run_tests() { vitest run --reporter=default --reporter=./tools/test/reporter.ts "$@"; }

[ $# -eq 0 ] || { run_tests "$@"; exit; }

npm run --silent check
VITRINE_FAILED_TESTS=$root/.vitrine/failed-tests
export VITRINE_FAILED_TESTS
run_tests && exit

# Many tests stop processes, cut networks and fill disks, several files at a time. A file that fails is named and run once
# more, alone: what fails again is broken; what passes now is unsteady and wants mending.
failures=$(wc -l <"$VITRINE_FAILED_TESTS")
if [ "$failures" -eq 0 ] || [ "$failures" -gt 5 ]; then exit 1; fi
unsteady=$(cat "$VITRINE_FAILED_TESTS")
printf 'These files failed; they are run again, one at a time:\n%s\n' "$unsteady"
# shellcheck disable=SC2086 # paths of this project hold no blanks
run_tests --no-file-parallelism $unsteady
