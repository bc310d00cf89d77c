#!/usr/bin/env bash
# What clean_root.sh runs in the root that it has made.
set -euo pipefail
cd /test
# shellcheck disable=SC2034 # for loopback.sh
bin=/usr/bin
dir=/test
# shellcheck source=scripts/lib/loopback.sh
source /test/loopback.sh
trap stop_all EXIT

ledger=/var/lib/recycled/recycled.db
config=/etc/recycled/recycled.toml

step() { echo "-- $*"; }
fail() {
  echo "FAILED (line ${BASH_LINENO[*]::${#BASH_LINENO[@]}-1}): $*" >&2
  exit 1
}
expect_equal() { [[ "$1" == "$2" ]] || fail "$3: '$2' instead of '$1'"; } # WANTED FOUND WHAT
expect_text() { grep -qF -- "$2" "$1" || fail "no '$2' in $1: $(tail -c 1500 "$1")"; } # FILE TEXT
expect_exit() { # CODE COMMAND…: what it says is in out
  local wanted=$1 code=0
  shift
  "$@" >out 2>&1 || code=$?
  ((code == wanted)) || fail "exit $code instead of $wanted: $*: $(tail -n 20 out)"
}
apt() { expect_exit 0 apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends "$@"; }
as_service() { # CODE ARGUMENT…: as an operator would, from a folder that is closed to the service's user
  local code=$1
  shift
  expect_exit "$code" env -C /root runuser -u recycled -- recycled "$@"
}
query() { sqlite3 -cmd '.timeout 5000' "$ledger" "$1"; }
mode() { stat -c '%a %U:%G' "$1"; }

step 'install an earlier version, alone: what it needs comes with it'
apt update
apt install ./0.0.1-1.deb
expect_exit 0 recycled --version
expect_exit 0 flexfactor-sim --version
ldd /usr/bin/recycled /usr/bin/flexfactor-sim >libraries
if grep 'not found' libraries; then fail "libraries are missing"; fi
if grep -a RECYCLED_FAILPOINT /usr/bin/recycled >/dev/null; then fail "a test build was packaged"; fi
expect_equal '750 root:recycled' "$(mode /etc/recycled)" "the config's folder"
expect_equal '750 root:recycled' "$(mode /etc/recycled/secrets)" "the secrets' folder"
expect_equal '700 recycled:recycled' "$(mode /var/lib/recycled)" "the ledger's folder"
expect_equal '' "$(find /etc/recycled /var/lib/recycled -type f)" "files that an installation made"
expect_equal '' "$(find /etc/systemd/system -name 'recycled*')" "units that an installation enabled"
as_service 78 once # and no config is no harm

step 'what a person types: manual pages and completion'
apt install man-db bash-completion sqlite3 jq curl procps
for page in recycled recycled-backfill recycled.toml flexfactor-sim; do
  expect_exit 0 env MANROFFSEQ= man --warnings "$page"
  (($(wc -l <out) > 20)) || fail "man $page is short"
done
expect_exit 0 man recycled resolve
expect_text out 'recycled-resolve'
# shellcheck disable=SC2016 # for that bash
expect_exit 0 bash -c 'source /usr/share/bash-completion/bash_completion && _completion_loader recycled
  COMP_WORDS=(recycled callbacks list --result un); COMP_CWORD=4; _recycled; echo "${COMPREPLY[*]}"'
expect_equal 'unmatched unreadable' "$(<out)" "what completes"

step 'a config from the example, and a simulated FlexFactor'
# The stand-in for systemd comes last, so that an installation without one was seen too.
mkdir -p /run/systemd/system /run/stand-in
install -m 755 /test/systemctl /usr/bin/systemctl
start_simulator --seed 7 --approve 50 --decline 20 --delay 1ms..20ms
install -m 640 -g recycled /usr/share/doc/recycled/examples/recycled.toml "$config"
sed -i "s#^environment = .*#&\nbase_url = \"http://$api/v1/\"#" "$config"
as_service 78 check
expect_text out secrets/app_key
for name in app_key app_secret; do
  install -m 600 -o recycled -g recycled /dev/null "/etc/recycled/secrets/$name"
  echo "demo-$name" >"/etc/recycled/secrets/$name"
done
as_service 0 check
as_service 0 check --online

step 'import, hand over, learn the results'
write_subscriptions 40 declined.csv
sed -i 's/,bank,/,main,/' declined.csv
head -n 21 declined.csv >first.csv
as_service 0 import subscriptions /test/first.csv
as_service 0 once
expect_equal 20 "$(query 'SELECT count(*) FROM recovery')" "hand-overs"
some_recovered() {
  as_service 0 once
  (($(query "SELECT count(*) FROM recovery WHERE state = 'recovered'") > 4))
}
until_true 60 'recoveries' some_recovered
charges=$(simulator_says charges)

step 'a ledger as a program before the cascades kept it'
# Each table of migration 5, filled with what this ledger has in columns of the same name.
old=/test/old.db
for file in migrations/000[1-5]_*.sql; do
  number=$((10#$(basename "${file%%_*}")))
  sqlite3 "$old" <"$file"
  sqlite3 "$old" "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL,
    checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;
    INSERT INTO migration VALUES ($number, '$(basename "$file" .sql)',
      '$(sha256sum <"$file" | cut -d' ' -f1)', 0)"
done
sqlite3 "$old" "SELECT name FROM sqlite_schema WHERE type = 'table'
  AND name NOT IN ('migration') AND name NOT LIKE 'sqlite_%'" >tables
while read -r table; do
  columns=$(sqlite3 "$old" "SELECT group_concat(name) FROM pragma_table_info('$table')")
  sqlite3 "$old" "ATTACH '$ledger' AS now; DELETE FROM $table;
    INSERT INTO $table ($columns) SELECT $columns FROM now.$table"
done <tables
expect_equal 20 "$(sqlite3 "$old" 'SELECT count(*) FROM recovery')" "hand-overs in the old ledger"
counts() { # FILE: how many rows each table has
  while read -r table; do
    echo "$table $(sqlite3 "$1" "SELECT count(*) FROM $table")"
  done <tables
}
counts "$old" >before
install -m 600 -o recycled -g recycled "$old" "$ledger"
rm "$ledger.mark" # that program kept none

step 'upgrade: what is stopped stays stopped, and the first run brings the ledger up to date'
apt install ./as-built.deb
running() { systemctl is-active recycled.service; }
if running; then fail "the upgrade has started the service"; fi
cmp "$old" "$ledger" || fail "the upgrade itself has changed the ledger"
as_service 1 status
expect_text out 'the ledger is of an older recycled'
as_service 0 once
counts "$ledger" >after
while read -r table rows; do
  (($(awk -v table="$table" '$1 == table {print $2}' after) >= rows)) || fail "$table has lost rows"
done <before
as_service 0 import subscriptions /test/declined.csv

step 'upgrade of a running service: stopped by the old, started by the new'
systemctl start recycled.service
running || fail "the service does not run: $(<out)"
was=$(</run/stand-in/pid)
: >/run/stand-in/log
apt install ./99.0.0-1.deb
running || fail "the upgrade has left the service stopped"
[[ "$(</run/stand-in/pid)" != "$was" ]] || fail "the service was not started anew"
grep '^stop .*recycled\.service' /run/stand-in/log >stops
expect_equal 1 "$(wc -l <stops)" "stops"
# By the program that was running: dpkg had not unpacked the new one yet.
expect_text stops "($(dpkg-deb -f as-built.deb Version) "
all_handed_over() {
  (($(query "SELECT count(*) FROM recovery WHERE state IN ('intended', 'unknown')") == 0 &&
    $(query 'SELECT count(*) FROM recovery') == 40))
}
until_true 60 'the hand-overs of the rest' all_handed_over
systemctl stop recycled.service
# Who was charged is who is recovered, those handed over before both upgrades among them.
books_agree() {
  as_service 0 once
  curl -sS "http://$api/sim/charges" | jq -r '.[].order' | sort >charged
  query "SELECT order_id FROM recovery WHERE state = 'recovered'" | sort >recovered
  cmp -s charged recovered
}
until_true 60 'books that agree' books_agree
expect_equal 0 "$(simulator_says double_charges)" "double charges"
(($(wc -l <charged) > charges)) || fail "nobody was charged after the upgrades"

step 'a newer ledger is refused, and left as it is'
query "INSERT INTO migration VALUES (999, '0999_later', 'x', 0)"
as_service 1 once
expect_text out 'newer recycled'
query 'DELETE FROM migration WHERE number = 999'

step 'remove: config and ledger stay'
systemctl start recycled.service
apt remove recycled
if pgrep -u recycled -x recycled; then fail "the service still runs"; fi
[[ ! -e /usr/bin/recycled && -s "$config" && -s /etc/recycled/secrets/app_key ]] || fail "removed too much"
expect_equal 40 "$(query 'SELECT count(*) FROM recovery')" "hand-overs"

step 'purge: the config goes, the ledger is left and said to be'
mkdir -p /etc/systemd/system/multi-user.target.wants
ln -s /lib/systemd/system/recycled.service /etc/systemd/system/multi-user.target.wants/
apt purge recycled
expect_text out '/var/lib/recycled is left'
[[ ! -e /etc/recycled ]] || fail "a purge has left the config"
expect_equal '' "$(find /etc/systemd/system -name 'recycled*')" "units that a purge has left enabled"
expect_equal 40 "$(query 'SELECT count(*) FROM recovery')" "hand-overs"

step 'installed again: nothing starts, and the ledger is whole'
apt install ./as-built.deb
if running; then fail "an installation has started the service"; fi
expect_equal '700 recycled:recycled' "$(mode /var/lib/recycled)" "the ledger's folder"
expect_equal ok "$(query 'PRAGMA integrity_check')" "the ledger"
echo 'the package: installed, used, upgraded twice, removed, purged'
