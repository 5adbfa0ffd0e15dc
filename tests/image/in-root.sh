#!/bin/sh
# Runs a command whose root file system is a stack of folders, as process 1 with mounts of its own, as in a container.
# usage: unshare --mount --pid --fork in-root.sh LAYERS FOLDER USER WORKDIR [-o LAYERS:THERE | -v HERE:THERE | -e NAME=VALUE]… -- COMMAND…
# LAYERS are folders with commas between them, the uppermost first; what the command writes comes into FOLDER/upper.
# SSL_CERT_FILE, where it is set, is this machine's way to its registries.
set -eu
stack() { printf %s "$1" | tr , :; }
layers=$1 folder=$2 user=$3 workdir=$4
shift 4
mkdir -p "$folder/upper" "$folder/work" "$folder/root"
root=$folder/root
mount -t overlay overlay -o "lowerdir=$(stack "$layers"),upperdir=$folder/upper,workdir=$folder/work" "$root"
mkdir -p "$root/proc" "$root/dev" "$root/run" "$root$workdir"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
over() {
  touch "$root$2"
  mount --bind "$1" "$root$2"
}
over /etc/resolv.conf /etc/resolv.conf
over /etc/hosts /etc/hosts
settings=
if [ -n "${SSL_CERT_FILE:-}" ]; then
  over "$SSL_CERT_FILE" /run/certificates.crt
  for name in SSL_CERT_FILE NODE_EXTRA_CA_CERTS PIP_CERT CARGO_HTTP_CAINFO CURL_CA_BUNDLE; do
    settings="$settings $name=/run/certificates.crt"
  done
fi
while [ "$1" != -- ]; do
  case $1 in
  -e) settings="$settings $2" ;;
  -o)
    mkdir -p "$root${2##*:}"
    mount -t overlay overlay -o "lowerdir=$(stack "${2%:*}")" "$root${2##*:}"
    ;;
  -v)
    mkdir -p "$root${2##*:}"
    mount --bind "${2%:*}" "$root${2##*:}"
    ;;
  esac
  shift 2
done
shift
# Values of an image's variables hold no spaces.
# shellcheck disable=SC2086
exec env -i $settings chroot --userspec="$user" "$root" /bin/sh -c 'cd "$0" && exec "$@"' "$workdir" "$@"
