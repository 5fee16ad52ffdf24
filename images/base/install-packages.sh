#!/bin/sh
# install-packages FILE…: installs the Debian packages of these lists into an image and leaves no package lists behind.
set -eu
packages=$(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$@")
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086 # one word a package
apt-get install -q -y --no-install-recommends $packages
rm -rf /var/lib/apt/lists/* /var/cache/apt/*
