#!/usr/bin/env bash
# Packs what assemble.sh has made: archive.sh PROGRAM DIRECTORY writes
# DIRECTORY/gantry-<version>-linux-<architecture>.tar.gz and its .sha256, and prints the former.
set -euo pipefail

program=$1 directory=$2
: "${SOURCE_DATE_EPOCH:=1767225600}"
version=$("$program/bin/gantry" version | cut -d ' ' -f 2)
name=gantry-$version-linux-$(uname -m)

mkdir -p -- "$directory"
cd -- "$directory"
# Nothing of the machine and the moment it is packed at goes in.
tar --create --sort=name --format=gnu --mtime="@$SOURCE_DATE_EPOCH" \
    --owner=0 --group=0 --numeric-owner --transform "s,^\.,$name," -C "$program" . |
    gzip -n -6 >"$name.tar.gz.new"
mv -- "$name.tar.gz.new" "$name.tar.gz"
sha256sum "$name.tar.gz" >"$name.tar.gz.sha256"
printf '%s\n' "$PWD/$name.tar.gz"
