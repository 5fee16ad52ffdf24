#!/bin/sh
# Starts a Trino server for the tests, with tables in memory, on a free port of 127.0.0.1, and says on one line the port and the
# process. Idempotent: a server of that name that answers is the one that is told.
#   sh tools/test-trino/start.sh [NAME [OWNER]]
# It ends when the process OWNER has ended; without one, by stop.sh.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
name=${1-by-hand}
owner=${2-0}
folder=$root/.vitrine/trino/servers/$name
sh "$root/tools/test-trino/prepare.sh"
mkdir -p "$folder"
# Test files that start together share the server that the first of them starts.
exec 9>"$folder/lock"
flock 9

# The number may have gone to another program since.
is_running() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" = java ]; }

if ! { [ -f "$folder/port" ] && is_running "$(cat "$folder/pid")"; }; then
  rm -f "$folder/port"
  # Where it is started it makes a folder of its own.
  cd "$folder"
  # The simple compiler and collector: a server that lives for a minute starts in half of the time with them.
  java -Dfile.encoding=UTF-8 -Xms1g -Xmx1g -Xmn400m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError \
    -cp "$root/.vitrine/trino/classes:$root/.vitrine/trino/jars/*" -Dconfig="$root/tools/test-trino/config.properties" \
    -Dplugin.dir="$root/.vitrine/trino/plugin" -Dcatalog.config-dir="$root/tools/test-trino/catalog" \
    StartServer "$folder" "$owner" >"$folder/log" 2>&1 </dev/null 9>&- &
  echo $! >"$folder/pid"
  waits=0
  until [ -f "$folder/port" ]; do
    waits=$((waits + 1))
    if [ "$waits" -gt 3000 ] || ! kill -0 $! 2>/dev/null; then
      kill -KILL $! 2>/dev/null || true
      echo "Trino did not start; the end of $folder/log:" >&2
      grep -v WARN "$folder/log" | cut -c 1-300 | tail -n 5 >&2
      exit 3
    fi
    sleep 0.1
  done
fi
echo "$(cat "$folder/port") $(cat "$folder/pid")"
