#!/usr/bin/env bash
# Makes a directory that runs without any Java on the machine: assemble.sh DISTRIBUTION TARGET
# DISTRIBUTION is what the build makes (deploy/target/gantry); the JDK is that of JAVA_HOME.
# With GANTRY_TRAINING=no it starts slower, but is made in half the time.
set -euo pipefail

here=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
repository=$(cd -- "$here/../.." && pwd)
: "${JAVA_HOME:?names the JDK 25 that the runtime is made of}"
: "${SOURCE_DATE_EPOCH:=1767225600}"

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# What jdeps finds in the jars, and what is looked up by name at run time: elliptic curves for TLS,
# and jcmd, without which nobody can look into a node that is in trouble.
modules=java.base,java.desktop,java.logging,java.management,java.naming,java.net.http
modules+=,java.scripting,java.security.jgss,java.sql,java.transaction.xa,java.xml
modules+=,jdk.crypto.ec,jdk.httpserver,jdk.jcmd,jdk.jfr,jdk.management,jdk.net,jdk.unsupported

make_runtime() {
    "$JAVA_HOME/bin/jlink" --add-modules "$modules" --output "$1" \
        --no-header-files --no-man-pages --strip-native-debug-symbols exclude-debuginfo-files --compress zip-6
}

main() {
    local distribution target=$2
    distribution=$(cd -- "$1" && pwd) || exit
    [ -f "$distribution/lib/gantry.jar" ] || fail "There is no built program in $distribution."
    [ ! -e "$target" ] || fail "$target is there already."
    mkdir -p -- "$target"
    target=$(cd -- "$target" && pwd)
    cp -R -- "$distribution/lib" "$distribution/jvm" "$target"
    cp -R -- "$here/bin" "$here/conf" "$here/systemd" "$target"
    cp -- "$repository/LICENSE" "$repository/NOTICE" "$target"
    cp -- "$repository/deploy/README.md" "$target/README.md"
    make_runtime "$target/runtime"
    chmod -R u+w,go-w,a+rX -- "$target"
    # The caches remember the times of the jars, so these come first.
    find "$target" -exec touch -h -d "@$SOURCE_DATE_EPOCH" -- {} +
    if [ "${GANTRY_TRAINING:-yes}" != no ]; then
        local scratch log
        scratch=$(mktemp -d)
        log=$scratch.log
        "$here/train.sh" "$target/runtime" "$target" "$scratch" >"$log" 2>&1 ||
            fail "It does not run:" "$(cat -- "$log")"
        rm -f -- "$log"
        find "$target" -exec touch -h -d "@$SOURCE_DATE_EPOCH" -- {} +
    fi
}

[ "$#" -eq 2 ] || fail "Usage: $0 DISTRIBUTION TARGET"
main "$@"
