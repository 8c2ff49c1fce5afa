#!/bin/sh
# What containers.py does as root, in namespaces of its own. In the order of use:
#   prepare BASE REPOSITORY VENV PYTHON NAMES TARGET...   the machine; stays until it is killed
#   run BASE [SOURCE TARGET ro|rw]... -- COMMAND...       a service on it
#   cluster PGDATA PASSWORD_FILE SQL                      what the image of PostgreSQL does at first
set -eu
umask 022 # as in an image; that of whoever runs the tests may be stricter

# A copy of this machine's files that nobody but us sees; what is written to it is only in memory.
prepare() {
    base=$1 repository=$2 venv=$3 python=$4 names=$5
    shift 5
    mount -t tmpfs -o size=2g,mode=0755 none "$base"
    cd "$base"
    mkdir upper work root volumes tmpfs
    mount -t overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" none root
    mount -t proc proc root/proc
    mount --rbind /dev root/dev
    printf '%s\n' "$repository" "$venv" "${python%/bin/*}" >programs
    while read -r folder; do
        reachable "$folder"
    done <programs
    ln -s "$venv" root/program
    for target in "$@"; do
        mkdir -p "root$(dirname -- "${target#file:}")"
        case $target in
            file:*) : >"root${target#file:}" ;;
            *) mkdir -p "root$target" ;;
        esac
    done
    echo "127.0.0.1 localhost $names" >root/etc/hosts
    echo "hallpass:x:10001:10001::/:/usr/sbin/nologin" >>root/etc/passwd
    echo "hallpass:x:10001:" >>root/etc/group
    PATH=$PATH:/usr/sbin:/sbin ip link set lo up
    echo ready
    exec sleep infinity
}

# The way to a folder may be closed to others (root's home); here it is open.
reachable() {
    folder=$1
    while [ "$folder" != / ]; do
        folder=$(dirname -- "$folder")
        chmod o+x "root$folder"
    done
}

run() {
    base=$1
    shift
    mount -o remount,bind,ro "$base/root"
    while [ "$1" != -- ]; do
        mount --bind "$1" "$base/root$2"
        [ "$3" = rw ] || mount -o remount,bind,ro "$base/root$2"
        shift 3
    done
    shift
    # Last, so that they are there also where they lie under a folder that is covered, such as /tmp.
    while read -r folder; do
        mkdir -p "$base/root$folder"
        mount --bind "$folder" "$base/root$folder"
    done <"$base/programs"
    exec chroot "$base/root" setpriv --reuid=10001 --regid=10001 --clear-groups \
        --no-new-privs --bounding-set=-all --inh-caps=-all -- "$@"
}

cluster() {
    programs=$(dirname -- "$(find /usr/lib/postgresql -path '*/bin/initdb' | sort -V | tail -n 1)")
    initdb=$programs/initdb
    "$initdb" --no-sync --pgdata "$1" --username=postgres --pwfile "$2" --auth=scram-sha-256 \
        --auth-local=trust --encoding=UTF8 --locale=C.UTF-8
    "$programs/pg_ctl" --pgdata "$1" --wait --options "-c listen_addresses=" start
    psql --no-psqlrc --set ON_ERROR_STOP=1 --host /var/run/postgresql --username postgres --file "$3"
    "$programs/pg_ctl" --pgdata "$1" --wait stop
}

"$@"
