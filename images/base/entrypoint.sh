#!/bin/sh
# Runs the words of a run line. A first word that is a program (found on the path, and ELF or a script with `#!`) is run as
# it is; anything else is a file for the image's own program, so `python:v2 python a.py` and `python:v2 a.py` both work.
# Files of a study may carry an executable bit that means nothing (Windows), hence the look at the first bytes.
set -eu

is_program() {
  found=$(command -v -- "$1" 2>/dev/null) || return 1
  case $found in
    */*) ;;
    *) return 0 ;; # also built into the shell, as `echo` is; exec takes it from the path
  esac
  [ -f "$found" ] || return 1
  case $(head -c 4 -- "$found" | tr -d '\000') in
    '#!'* | "$(printf '\177ELF')") return 0 ;;
    *) return 1 ;;
  esac
}

program=${ACTION_EXEC:-sh}
if [ $# -eq 0 ]; then
  exec "${INTERACTIVE_EXEC:-$program}"
fi
if is_program "$1"; then
  exec "$@"
fi
exec "$program" "$@"
