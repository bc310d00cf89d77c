#!/usr/bin/env bash
# The package in a Debian of its own that has nothing else: installed with what it depends on, used,
# upgraded, removed, purged. Wants root, and a package that scripts/package has built. The Debian comes
# from wherever this machine's apt has its own from; it and all its processes are gone at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

shopt -s nullglob
packages=(build/package/recycled_*.deb)
if ((${#packages[@]} != 1)); then
  echo "clean_root: ${#packages[@]} packages in build/package: run ./scripts/package" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM
root=$work/root

apt-get indextargets --format "deb \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages' \
  'Origin: Debian' | sort -u >"$work/sources"
if ! mmdebstrap --quiet --mode=root --variant=minbase '' "$root" - <"$work/sources"; then
  echo "clean_root: mmdebstrap could not make a root" >&2
  exit 1
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
apt-config dump | grep -iE '^Acquire::[a-z]+::Proxy' >"$root/etc/apt/apt.conf.d/proxy" || true

mkdir "$root/test"
cp "${packages[0]}" "$root/test/as-built.deb"
cp scripts/lib/loopback.sh tests/package/inside.sh tests/package/systemctl "$root/test/"
cp -r lib/store/migrations "$root/test/migrations"
# The same programs under two other versions: dpkg asks no more of an upgrade.
for version in 0.0.1-1 99.0.0-1; do
  dpkg-deb -R "${packages[0]}" "$work/again"
  sed -i "s/^Version: .*/Version: $version/" "$work/again/DEBIAN/control"
  dpkg-deb --root-owner-group -b "$work/again" "$root/test/$version.deb" >/dev/null
  rm -r "$work/again"
done

# Namespaces of its own: what it mounts and starts ends with it.
unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
  DEBIAN_FRONTEND=noninteractive /bin/bash /test/inside.sh </dev/null
