#!/bin/sh
# Stops the engine that start.sh started, by its process id, and waits until it is gone. Its images stay for the next run.
# Run from the root of the project.
set -eu
pid_file=$PWD/.vitrine/docker/docker.pid
[ -f "$pid_file" ] || exit 0
pid=$(cat "$pid_file")
# The number may have gone to another program since.
case $(cat "/proc/$pid/comm" 2>/dev/null) in
  dockerd) kill "$pid" ;;
  *) rm -f "$pid_file"; exit 0 ;;
esac
waits=0
while kill -0 "$pid" 2>/dev/null && [ "$waits" -lt 150 ]; do
  waits=$((waits + 1))
  sleep 0.1
done
