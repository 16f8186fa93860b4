#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Proves the README's two commands on a Debian 12 that has nothing but git:
#
#     tests/house/chroot.sh FOLDER [MIRROR]
#
# Builds the system in FOLDER/base (once), copies it to FOLDER/run, clones this
# repository's current commit into it and runs `./dev try` and `./dev test`
# there. Needs root, debootstrap and a Debian mirror. What is not committed is
# not tested. FOLDER/run is left for a look around; the next run replaces it.

set -eu

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    echo "usage: $0 FOLDER [MIRROR]" >&2
    exit 2
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "$0: chroot and debootstrap need root" >&2
    exit 1
fi

repository=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
mirror=${2:-http://deb.debian.org/debian}
base=$folder/base
run=$folder/run

if [ ! -f "$base/etc/debian_version" ]; then
    echo "$0: debootstrap into $base" >&2
    # Into another name first, so that a broken attempt is not taken for a base.
    rm -rf "$base.new"
    debootstrap --variant=minbase --include=git,ca-certificates bookworm "$base.new" "$mirror"
    mv "$base.new" "$base"
fi

# The mounts belong to a namespace of their own and vanish with it.
if [ "${PORTSNIFF_CHROOT_INSIDE:-}" != yes ]; then
    rm -rf "$run"
    cp -a "$base" "$run"
    cp /etc/resolv.conf "$run/etc/resolv.conf"
    # The machine's own way to its mirror: proxies and certificates.
    for file in /etc/apt/apt.conf.d/*proxy*; do
        [ ! -f "$file" ] || cp "$file" "$run/etc/apt/apt.conf.d/"
    done
    git clone --quiet --no-hardlinks "$repository" "$run/portsniff"
    export PORTSNIFF_CHROOT_INSIDE=yes
    exec unshare --mount --pid --fork "$0" "$@"
fi

mount -t proc proc "$run/proc"
mount --rbind /dev "$run/dev"
mount --rbind /sys "$run/sys"
inside() {
    echo "== $*" >&2
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        chroot "$run" sh -c "cd /portsniff && $*"
}
inside ./dev try
inside ./dev test
