#!/usr/bin/env bash
# Boots a small Debian with a systemd of its own in a container, and tries there
#   boot.sh units    the units of schedules/ (inside.sh)
#   boot.sh trial    the package that scripts/package has built, as README says (trial.sh)
# For ./scripts/check, because it fetches some 70 MB of packages for the root the first time (kept in
# build/systemd), and because it has to be root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

what=${1:?units or trial}
programs=${BIN:-build/release/worker}
kept=build/systemd
root=
container_pid=

if ((EUID != 0)); then
  echo "systemd: needs root for a container" >&2
  exit 1
fi

# An orderly halt: whatever was started in there ends with it.
end() {
  if [[ -n "$container_pid" ]] && kill -0 "$container_pid" 2>/dev/null; then
    kill -TERM "$container_pid" 2>/dev/null || true
    wait "$container_pid" 2>/dev/null || true
  fi
  if [[ -n "$root" ]]; then rm -rf "$root"; fi
}
trap end EXIT
trap 'exit 130' INT TERM

# The Debian packages of the libraries that the programs are linked with.
libraries() {
  local file
  ldd "$programs/recycled" "$programs/flexfactor-sim" | awk '$2 == "=>" {print $3}' | sort -u |
    while read -r file; do
      dpkg-query -S "$(realpath "$file")" 2>/dev/null || dpkg-query -S "$file"
    done | sed 's/: .*//; s/:.*//' | sort -u
}

# The container's root: the release of this machine, from where this machine has its own.
make_root() {
  local wanted sources=() file codename
  wanted=$(printf '%s\n' systemd systemd-sysv dbus tzdata curl jq sqlite3 procps \
    adduser ca-certificates openssl sudo; libraries)
  if [[ -s $kept/root.tar && "$wanted" == "$(cat "$kept/packages")" ]]; then return; fi
  mkdir -p "$kept"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
    if [[ -s $file ]]; then sources+=("$file"); fi
  done
  codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  mmdebstrap --quiet --variant=minbase --include="$(paste -sd, <<<"$wanted")" "$codename" \
    "$kept/root.tar" "${sources[@]}"
  printf '%s\n' "$wanted" >"$kept/packages"
}

# The container's first process, as this machine numbers it.
leader() { awk '{print $1}' "/proc/$container_pid/task/$container_pid/children"; }
inside() { nsenter --target "$(leader)" --all -- "$@"; }
is_up() {
  [[ -n "$(leader)" ]] || return 1
  inside systemctl is-system-running >"$kept/state" 2>/dev/null || true
  grep -qxE 'running|degraded' "$kept/state"
}

make_root
root=$(mktemp -d)
tar -C "$root" -xf "$kept/root.tar"
mkdir "$root/src"
cp scripts/lib/loopback.sh "$root/src/"
case $what in
  units)
    install -m 755 "$programs/recycled" "$programs/flexfactor-sim" "$root/usr/local/bin/"
    install -m 644 schedules/*.service schedules/*.timer "$root/etc/systemd/system/"
    cp tests/systemd/inside.sh "$root/src/try.sh"
    ;;
  trial)
    mkdir -p "$root/src/build/package"
    cp build/package/recycled_*.deb "$root/src/build/package/"
    cp README.md scripts/lib/readme.sh "$root/src/"
    cp tests/systemd/trial.sh "$root/src/try.sh"
    ;;
esac
: >"$root/etc/machine-id"

# Where no systemd runs there is none to tell of a container.
alone=(--register=no)
if [[ ! -d /run/systemd/system ]]; then alone+=(--keep-unit); fi
systemd-nspawn --quiet --directory="$root" --boot --private-network "${alone[@]}" \
  --console=read-only >"$kept/console.txt" 2>&1 </dev/null &
container_pid=$!
deadline=$((SECONDS + 60))
until is_up; do
  if ((SECONDS >= deadline)) || ! kill -0 "$container_pid" 2>/dev/null; then
    tail -n 20 "$kept/console.txt" >&2
    echo "systemd: the container did not come up" >&2
    exit 1
  fi
  read -r -t 0.2 <> <(:) || true
done
inside bash /src/try.sh
