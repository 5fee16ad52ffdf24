#!/bin/sh
# Makes a Docker engine ready for the tests: the one that answers already, else one of our own on its own socket, with
# its own data, without any network of its own. Idempotent. Source it to get VITRINE_DOCKER_SOCKET:
#   . tools/test-docker/start.sh
# Run from the root of the project.

vitrine_docker_folder=$PWD/.vitrine/docker
vitrine_docker_own=$vitrine_docker_folder/docker.sock

vitrine_docker_answers() {
  [ -S "$1" ] && curl --silent --fail --max-time 5 --output /dev/null --unix-socket "$1" http://docker/_ping
}

vitrine_docker_start() {
  for candidate in "${VITRINE_DOCKER_SOCKET-}" "$vitrine_docker_own" /var/run/docker.sock; do
    if [ -n "$candidate" ] && vitrine_docker_answers "$candidate"; then
      VITRINE_DOCKER_SOCKET=$candidate
      return 0
    fi
  done
  if [ "$(id -u)" != 0 ]; then
    echo "The tests need a Docker engine: start one, or name its socket in VITRINE_DOCKER_SOCKET." >&2
    return 1
  fi
  if ! command -v dockerd >/dev/null || ! command -v mmdebstrap >/dev/null || ! command -v curl >/dev/null; then
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends docker.io mmdebstrap curl >/dev/null
  fi
  mkdir -p "$vitrine_docker_folder"
  rm -f "$vitrine_docker_own" "$vitrine_docker_folder/docker.pid"
  dockerd --host "unix://$vitrine_docker_own" --data-root "$vitrine_docker_folder/data" \
    --exec-root "$vitrine_docker_folder/run" --pidfile "$vitrine_docker_folder/docker.pid" \
    --bridge=none --iptables=false --ip6tables=false >"$vitrine_docker_folder/docker.log" 2>&1 </dev/null &
  vitrine_docker_waits=0
  until vitrine_docker_answers "$vitrine_docker_own"; do
    vitrine_docker_waits=$((vitrine_docker_waits + 1))
    if [ "$vitrine_docker_waits" -gt 300 ] || ! kill -0 $! 2>/dev/null; then
      echo "The Docker engine did not start; the end of $vitrine_docker_folder/docker.log:" >&2
      tail -n 5 "$vitrine_docker_folder/docker.log" >&2
      return 1
    fi
    sleep 0.1
  done
  VITRINE_DOCKER_SOCKET=$vitrine_docker_own
}

vitrine_docker_start || exit 3
export VITRINE_DOCKER_SOCKET
echo "Docker engine: $VITRINE_DOCKER_SOCKET"
