#!/bin/sh
# Turns plain Debian 12 or Raspberry Pi OS Lite (64-bit) into a door unit: install.sh --help
#
# Needs only sh, apt and this folder's parent (the repository or an unpacked release). Safe to repeat:
# what is right already stays, and it says so.
set -eu
here=$(cd -P -- "$(dirname -- "$0")" && pwd)
source=$(dirname -- "$here")
releases=/opt/hallpass/releases
agreed=
keep_ssh=
wifi=
changed=

usage() {
    cat <<'TEXT'
install.sh: turn this computer into a Hallpass door unit (as root)

  --yes        do not ask first
  --keep-ssh   leave ssh on, for members of the group hallpass-service, with a key, never a password;
               the user who called sudo becomes a member
  --wifi       the unit has no network cable: leave Wi-Fi on (Bluetooth goes off all the same)
  --help       this text

What it does
  1  packages from apt: Python, the QR library, chrony, nftables; on Raspberry Pi OS also those for
     pins and camera. The saved clock (fake-hwclock) goes: the unit keeps its own floor.
  2  a user "hallpass" without a password or shell
  3  the files under firmware_config/files, at their places under /etc
  4  the program in /opt/hallpass/releases, from requirements/edge.txt with every hash checked, and
     /opt/hallpass/current pointing to it; the release before stays beside it
  5  on a Raspberry Pi: config.txt and cmdline.txt (the old ones stay as *.before-hallpass)
  6  services: the door, firewall, time on; ssh, Bluetooth, updates by apt and the like off

The door starts when /data/hallpass/door_unit.toml is there; hallpass-provision makes it, with the unit's
keys. A restart of the computer is needed once, for 5. Exit codes: 0 done, 1 failed, 2 wrong use.
TEXT
}

say() { printf '%s\n' "$*"; }

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

# --- looking first -------------------------------------------------------------------------------

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --yes) agreed=yes ;;
            --keep-ssh) keep_ssh=yes ;;
            --wifi) wifi=yes ;;
            --help | -h) usage && exit 0 ;;
            *) usage >&2 && printf '\n"%s" is not one of these options.\n' "$1" >&2 && exit 2 ;;
        esac
        shift
    done
}

look_first() {
    [ "$(id -u)" = 0 ] || fail "run it as root: sudo $0"
    command -v apt-get >/dev/null || fail "there is no apt-get; this is for Debian and Raspberry Pi OS"
    case $(uname -m) in
        aarch64 | x86_64) ;;
        *) fail "$(uname -m) is not supported; use a 64-bit system" ;;
    esac
    [ -f "$source/requirements/edge.txt" ] || fail "$source is not a release of Hallpass"
}

agree() {
    [ -z "$agreed" ] || return 0
    say "This turns $(hostname) into a door unit. ssh and other ways in are switched off
(--keep-ssh leaves it on), and the firewall lets nobody in. --help says all of it."
    printf 'Type yes to go on: '
    read -r answer || answer=
    [ "$answer" = yes ] || fail "nothing was changed"
}

# --- packages ------------------------------------------------------------------------------------

installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }
offered() { apt-cache show "$1" >/dev/null 2>&1; }

need_packages() {
    missing=
    for package in "$@"; do
        installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    say "Installing with apt:$missing"
    # shellcheck disable=SC2086 # one word per package
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing ||
        fail "apt could not install them; is there a network?"
    changed=yes
}

install_packages() {
    open_the_firewall
    [ -n "$(find /var/lib/apt/lists -name '*_Packages*' -mtime -1 2>/dev/null | head -n 1)" ] ||
        apt-get update -q || fail "apt-get update failed; is there a network?"
    need_packages python3 python3-venv libzbar0 chrony nftables udev
    # Only Raspberry Pi's archive has these; the camera's Python library must match the system's.
    for package in python3-lgpio python3-picamera2; do
        if offered "$package"; then
            need_packages "$package"
        else
            say "No $package here: this system has no pins or no such camera (fine in a simulation)."
        fi
    done
    if installed fake-hwclock; then
        apt-get purge -y -q fake-hwclock && changed=yes
    fi
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python $(python3 -V) is too old; 3.11 is needed (Debian 12)"
}

# Our own rules let no packages in; they come back at the end.
open_the_firewall() {
    if running && command -v nft >/dev/null && nft list table inet hallpass >/dev/null 2>&1; then
        nft delete table inet hallpass
    fi
}

# --- files ---------------------------------------------------------------------------------------

# put FROM TO [MODE]: copies when different, and says so.
put() {
    cmp -s "$1" "$2" && return 0
    say "  $2"
    mkdir -p "$(dirname -- "$2")"
    # Whole or not at all, should the power fail now.
    cp "$1" "$2.new" && chmod "${3:-0644}" "$2.new" && mv "$2.new" "$2"
    changed=yes
}

install_files() {
    say "Files that are new or different:"
    (cd "$here/files" && find . -type f | sed 's|^\./||' | sort) >"$work/list"
    while read -r name; do
        # A read-only root needs /data on a partition of its own, and a package that knows how.
        [ "$name" != etc/overlayroot.local.conf ] || ready_for_read_only || continue
        put "$here/files/$name" "/$name"
    done <"$work/list"
    mkdir -p /etc/nftables.d /etc/chrony/sources.d
    systemd-sysusers hallpass.conf
    if [ -n "$keep_ssh" ]; then
        printf 'tcp dport 22 accept\n' >"$work/ssh.nft"
        put "$work/ssh.nft" /etc/nftables.d/ssh.nft
        [ -z "${SUDO_USER:-}" ] || usermod -aG hallpass-service "$SUDO_USER"
    fi
    systemd-tmpfiles --create hallpass.conf
}

ready_for_read_only() {
    installed overlayroot && [ "$(stat -c %d /data 2>/dev/null)" != "$(stat -c %d /)" ]
}

# --- the program ---------------------------------------------------------------------------------

pip_in() {
    environment=$1
    shift
    "$environment/bin/pip" --disable-pip-version-check --quiet "$@"
}

install_program() {
    python3 -m venv "$work/tools"
    pip_in "$work/tools" install --require-hashes -r "$source/requirements/build.txt" ||
        fail "the building tools could not be installed"
    # From a copy, so that nothing is written beside the source.
    mkdir "$work/source"
    (cd "$source" && cp -r pyproject.toml README.md LICENSE requirements contracts edge central \
        provisioning demo "$work/source")
    pip_in "$work/tools" wheel --no-deps --no-build-isolation --wheel-dir "$work" "$work/source" ||
        fail "the program could not be packed"
    name=$(fingerprint)
    if [ "$(readlink /opt/hallpass/current 2>/dev/null)" = "$releases/$name" ]; then
        say "The program is $name already."
        return 0
    fi
    say "Installing the program as $releases/$name ..."
    rm -rf "${releases:?}/$name"
    mkdir -p "$releases"
    # With the system's packages: pins and camera come from apt.
    python3 -m venv --system-site-packages "$releases/$name"
    pip_in "$releases/$name" install --require-hashes -r "$source/requirements/edge.txt" ||
        fail "the Python packages could not be installed"
    pip_in "$releases/$name" install --no-deps "$work"/hallpass-*.whl
    "$releases/$name/bin/hallpass-door" --help >/dev/null || fail "the program does not start"
    switch_to "$name"
}

# Names a release after all that is in it.
fingerprint() {
    { cat "$source"/requirements/edge.txt && cd "$work/source" &&
        find contracts edge -name '*.py' -o -name '*.toml' | sort | xargs cat; } |
        sha256sum | cut -c 1-12
}

switch_to() {
    before=$(readlink /opt/hallpass/current 2>/dev/null || true)
    ln -sfn "$releases/$1" /opt/hallpass/next
    mv -T /opt/hallpass/next /opt/hallpass/current
    changed=yes
    for old in "$releases"/*; do
        [ "$old" = "$releases/$1" ] || [ "$old" = "$before" ] || rm -rf "$old"
    done
}

# --- boot ----------------------------------------------------------------------------------------

configure_boot() {
    boot=/boot/firmware
    if [ ! -f "$boot/config.txt" ]; then
        say "No $boot/config.txt: not a Raspberry Pi, so nothing to set for its start."
        return 0
    fi
    say "Start of the computer:"
    cp "$here/config.txt" "$work/config.txt"
    [ -z "$wifi" ] || sed -i '/^dtoverlay=disable-wifi/d' "$work/config.txt"
    for name in config.txt cmdline.txt; do
        [ -f "$boot/$name.before-hallpass" ] || cp "$boot/$name" "$boot/$name.before-hallpass"
    done
    put "$work/config.txt" "$boot/config.txt"
    line=$(head -n 1 "$boot/cmdline.txt")
    read -r words <"$here/cmdline.txt"
    for word in $words; do
        case " $line " in
            *" $word "*) ;;
            *) line="$line $word" ;;
        esac
    done
    printf '%s\n' "$line" >"$work/cmdline.txt"
    put "$work/cmdline.txt" "$boot/cmdline.txt"
}

# --- services ------------------------------------------------------------------------------------

running() { [ -d /run/systemd/system ]; }
known() { [ -e "/lib/systemd/system/$1" ] || [ -e "/etc/systemd/system/$1" ]; }

off="bluetooth.service hciuart.service avahi-daemon.service triggerhappy.service cups.service
    ModemManager.service apt-daily.timer apt-daily-upgrade.timer man-db.timer systemd-timesyncd.service"

configure_services() {
    systemctl --quiet enable nftables.service chrony.service hallpass-door.service hallpass-door.path
    [ -n "$keep_ssh" ] || off="$off ssh.service ssh.socket"
    for unit in $off; do
        known "$unit" && systemctl --quiet disable "$unit" 2>/dev/null || true
    done
    if ! running; then
        say "systemd does not run here; the services start with the computer."
        return 0
    fi
    for unit in $off; do
        known "$unit" && systemctl --quiet stop "$unit" 2>/dev/null || true
    done
    systemctl daemon-reload
    systemctl restart systemd-journald.service nftables.service chrony.service
    systemctl start hallpass-door.path
    [ -z "$changed" ] || systemctl try-restart hallpass-door.service
}

read_options "$@"
look_first
agree
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
install_packages
install_files
install_program
configure_boot
configure_services
if [ -n "$changed" ]; then
    say "Done. Restart the computer once so that all of it counts."
else
    say "Everything was in place already."
fi
[ -f /data/hallpass/door_unit.toml ] ||
    say "The door starts when /data/hallpass/door_unit.toml is there (hallpass-provision makes it)."
