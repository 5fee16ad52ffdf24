#!/bin/sh
# install-extras TARGET: puts the packages of requirements.txt into the folder TARGET, whole or not at all.
set -eu
target=$1
list=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)/requirements.txt
if cmp -s "$list" "$target/requirements.txt"; then
  exit 0
fi
mkdir -p "$(dirname -- "$target")"
fresh=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$fresh"' EXIT
# autograd-gamma alone is published as source only; nothing else may run code of its own here.
/usr/bin/python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps \
  --only-binary :all: --no-binary autograd-gamma --use-pep517 --root-user-action ignore \
  --target "$fresh" --requirement "$list"
cp "$list" "$fresh/requirements.txt"
chmod 0755 "$fresh"
rm -rf "$target"
mv "$fresh" "$target"
trap - EXIT
