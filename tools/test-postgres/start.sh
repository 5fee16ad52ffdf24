#!/bin/sh
# Makes a PostgreSQL server ready for the tests: the one in TEST_DATABASE_URL, else one of our own on its own port, with its
# own data. Idempotent. Source it to get TEST_DATABASE_URL:
#   . tools/test-postgres/start.sh
# Run from the root of the project.

vitrine_postgres_folder=$PWD/.vitrine/postgres
# A port of its own for each copy of the project.
vitrine_postgres_port=${VITRINE_TEST_POSTGRES_PORT:-$((50000 + $(printf '%s' "$PWD" | cksum | cut -d ' ' -f 1) % 10000))}

# As the user who may run PostgreSQL: it refuses to run as root.
vitrine_postgres_do() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --init-groups env LC_ALL=C.UTF-8 "$@"
  else
    env LC_ALL=C.UTF-8 "$@"
  fi
}

vitrine_postgres_bin() {
  for folder in /usr/lib/postgresql/*/bin /usr/bin /usr/local/bin /opt/homebrew/bin; do
    if [ -x "$folder/initdb" ]; then
      vitrine_postgres_programs=$folder
      return 0
    fi
  done
  return 1
}

vitrine_postgres_start() {
  if [ -n "${TEST_DATABASE_URL-}" ]; then
    return 0
  fi
  if ! vitrine_postgres_bin; then
    if [ "$(id -u)" != 0 ]; then
      echo "The tests need PostgreSQL: install it, or name a server in TEST_DATABASE_URL." >&2
      return 1
    fi
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql >/dev/null
    vitrine_postgres_bin
  fi
  # Its socket lies outside of the project: the project may be in a folder that only its owner may enter, and a path of a
  # socket must be short. So does its data, for the same reason, when we are not its user.
  if [ "$(id -u)" = 0 ]; then
    vitrine_postgres_home=/var/tmp/vitrine-postgres-$vitrine_postgres_port
    mkdir -p "$vitrine_postgres_folder" "$vitrine_postgres_home"
    chown postgres: "$vitrine_postgres_home"
  else
    vitrine_postgres_home=$vitrine_postgres_folder
    mkdir -p "$vitrine_postgres_home"
  fi
  echo "$vitrine_postgres_home" >"$vitrine_postgres_folder/home"
  vitrine_postgres_data=$vitrine_postgres_home/data
  if [ ! -f "$vitrine_postgres_data/PG_VERSION" ]; then
    rm -rf "$vitrine_postgres_data"
    vitrine_postgres_do "$vitrine_postgres_programs/initdb" --pgdata="$vitrine_postgres_data" --username=postgres --auth=trust \
      --encoding=UTF8 --no-sync >/dev/null
  fi
  if ! vitrine_postgres_do "$vitrine_postgres_programs/pg_ctl" status --pgdata="$vitrine_postgres_data" >/dev/null; then
    # Tests lose nothing when the machine goes down, so nothing is flushed.
    if ! vitrine_postgres_do "$vitrine_postgres_programs/pg_ctl" start --wait --silent --pgdata="$vitrine_postgres_data" \
      --log="$vitrine_postgres_home/log" \
      --options="-p $vitrine_postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200"; then
      echo "PostgreSQL did not start; the end of $vitrine_postgres_home/log:" >&2
      tail -n 5 "$vitrine_postgres_home/log" >&2
      return 1
    fi
  fi
  TEST_DATABASE_URL=postgresql://postgres@127.0.0.1:$vitrine_postgres_port/postgres
}

vitrine_postgres_start || exit 3
export TEST_DATABASE_URL
echo "PostgreSQL: $TEST_DATABASE_URL"
