#!/bin/sh
# Ends the Trino servers that start.sh started, by their process ids, and waits until they are gone. Their tables lay in memory.
# Run from the root of the project.
set -eu
for folder in "$PWD"/.vitrine/trino/servers/*; do
  [ -f "$folder/pid" ] || continue
  pid=$(cat "$folder/pid")
  # The number may have gone to another program since.
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null || true)" = java ]; then
    kill -KILL "$pid"
    waits=0
    while kill -0 "$pid" 2>/dev/null && [ "$waits" -lt 150 ]; do
      waits=$((waits + 1))
      sleep 0.1
    done
  fi
  rm -rf "$folder"
done
