#!/bin/sh
# Stops the PostgreSQL server that start.sh started and removes its data. Run from the root of the project.
set -eu
[ -f "$PWD/.vitrine/postgres/home" ] || exit 0
home=$(cat "$PWD/.vitrine/postgres/home")
[ -f "$home/data/postmaster.pid" ] || exit 0
pid=$(head -n 1 "$home/data/postmaster.pid")
# The number may have gone to another program since.
case $(cat "/proc/$pid/comm" 2>/dev/null || true) in
  postgres) kill -INT "$pid" ;;
  *) exit 0 ;;
esac
waits=0
while kill -0 "$pid" 2>/dev/null && [ "$waits" -lt 150 ]; do
  waits=$((waits + 1))
  sleep 0.1
done
rm -rf "$home/data"
