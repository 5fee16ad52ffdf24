#!/bin/sh
# Stops the engine that start.sh started, by its process id, and waits until it is gone. Its images stay for the next run.
# Run from the root of the project.
set -eu
folder=$PWD/.vitrine/docker
pid_file=$folder/docker.pid
if [ -f "$pid_file" ]; then
  pid=$(cat "$pid_file")
  # The number may have gone to another program since.
  case $(cat "/proc/$pid/comm" 2>/dev/null) in
    dockerd) kill "$pid" ;;
    *) rm -f "$pid_file" ;;
  esac
  waits=0
  while [ -f "$pid_file" ] && kill -0 "$pid" 2>/dev/null && [ "$waits" -lt 150 ]; do
    waits=$((waits + 1))
    sleep 0.1
  done
fi
# It leaves mounts behind, with which nobody could remove the folder: of network namespaces, and of its data when it was
# killed.
for mount in "$folder"/run/netns/* "$folder/data"; do
  if grep -q " $mount " /proc/self/mountinfo 2>/dev/null; then
    umount "$mount" || true
  fi
done
