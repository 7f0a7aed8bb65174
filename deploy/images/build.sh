#!/usr/bin/env bash
# Builds gantry/control-plane:<version> and gantry/worker:<version> without any registry:
# build.sh PROGRAM, which is what deploy/package/assemble.sh has made, or an unpacked tar.gz.
# Given a bare distribution (deploy/target/gantry) it assembles one first, with JAVA_HOME's JDK.
# Their base is this machine's own C library, and its busybox as a shell; the worker's image gets
# the machine's ip and iptables besides. GANTRY_IMAGE_TAG overrides the version as the tag.
set -euo pipefail

here=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# Copies a file to the same place below the root file system, unless it is there.
copy() {
    local root=$1 file=$2
    [ ! -e "$root$file" ] || return 0
    mkdir -p -- "$root$(dirname -- "$file")"
    cp -L --preserve=mode,timestamps -- "$file" "$root$file"
}

# Copies what the dynamic linker would load for the files whose names come in, each ended by a zero.
copy_libraries() {
    local root=$1 library
    xargs -0 -n 1 ldd 2>/dev/null | grep -oE '(^\s|=> )/[^ ]+' | tr -d ' \t=>' | sort -u |
        while IFS= read -r library; do
            case $library in
                "$program"/*) ;;
                *) copy "$root" "$library" ;;
            esac
        done
}

base_system() {
    local root=$1 busybox applet
    busybox=$(command -v busybox) || fail "busybox is missing; on Debian: apt-get install busybox-static"
    if ldd "$busybox" >/dev/null 2>&1; then
        fail "$busybox is not a static one; on Debian: apt-get install busybox-static"
    fi
    mkdir -p -- "$root"/{bin,etc,proc,sys,dev,run,var,usr/bin,usr/sbin,sbin}
    ln -s /run "$root/var/run"
    cp -L -- "$busybox" "$root/bin/busybox"
    for applet in $("$busybox" --list); do
        case $applet in
            busybox) ;;
            *) ln -s busybox "$root/bin/$applet" ;;
        esac
    done
    cp -R -- "$here/files/." "$root"
    # Libraries of the runtime that are about desktops are never loaded.
    find "$program/runtime" -type f \( -name '*.so' -o -path '*/bin/*' \) \
        -not -name '*awt*' -not -name '*font*' -not -name '*splash*' -not -name '*jsound*' -print0 |
        copy_libraries "$root"
    # No libnss_*: since 2.34 the C library has in itself what it needs of them.
}

# What gives containers on this machine their endpoints at 169.254.170.2.
network_tools() {
    local root=$1 tool path module
    mkdir -p -- "$root/usr/sbin"
    for tool in ip iptables; do
        path=$(PATH=$PATH:/usr/sbin:/sbin command -v "$tool") ||
            fail "$tool is missing; on Debian: apt-get install iproute2 iptables"
        path=$(readlink -f -- "$path")
        copy "$root" "$path"
        if [ "$path" != "/usr/sbin/$tool" ]; then
            ln -s -- "$path" "$root/usr/sbin/$tool"
        fi
        printf '%s\0' "$path" | copy_libraries "$root"
    done
    for module in /usr/lib/*-linux-gnu*/xtables/lib{xt_tcp,xt_standard,xt_DNAT,ipt_DNAT,xt_comment,xt_addrtype}.so; do
        if [ -f "$module" ]; then copy "$root" "$module"; fi
    done
}

assemble_if_bare() {
    if [ ! -d "$program/runtime" ]; then
        printf 'Assembling a program with its own runtime\n'
        "$here/../package/assemble.sh" "$program" "$work/program"
        program=$work/program
    fi
}

build_image() {
    local name=$1
    docker build --quiet --file "$here/Dockerfile.$name" --tag "gantry/$name:$tag" \
        --build-arg "VERSION=$version" "$work/context" >/dev/null
    printf 'gantry/%s:%s\n' "$name" "$tag"
}

main() {
    program=$(cd -- "$1" && pwd) || exit
    assemble_if_bare
    version=$("$program/bin/gantry" version | cut -d ' ' -f 2)
    tag=${GANTRY_IMAGE_TAG:-$version}
    mkdir -p -- "$work/context"/{program,data,credentials}
    base_system "$work/context/base"
    network_tools "$work/context/network"
    cp -R --preserve=mode,timestamps -- "$program/." "$work/context/program"
    rm -rf -- "$work/context/program/systemd"
    for kind in control-plane worker; do
        mkdir -p -- "$work/context/cache/$kind"
        if [ -f "$work/context/program/$kind.aot" ]; then
            mv -- "$work/context/program/$kind.aot" "$work/context/cache/$kind"
        fi
    done
    build_image control-plane
    build_image worker
}

[ "$#" -eq 1 ] || fail "Usage: $0 PROGRAM"
command -v docker >/dev/null || fail "docker is missing, which builds the images."
main "$@"
