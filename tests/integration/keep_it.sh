#!/usr/bin/env bash
# What README says of keeping the ledger, typed: a backup beside a running service, its restore after
# more was handed over, and the move to another machine. Nobody is charged twice by any of it.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The machine of the README: /etc/recycled, /var/lib/recycled and /var/backups are in this folder.
start_simulator --delay 0ms..20ms
write_config 1
etc=$dir/etc/recycled
mkdir -p "$etc" "$dir/var/lib/recycled"
mv "$config" "$dir/secrets" "$etc"
ln -s "$etc/recycled.toml" "$etc/secrets" "$dir" # where the helpers look for them
config=$etc/recycled.toml
ledger=$dir/var/lib/recycled/recycled.db
sed -i "s#^url = .*#url = \"sqlite:$ledger\"#" "$config"
query() { sqlite3 -cmd '.timeout 5000' "$ledger" "$1"; }
# systemctl start and stop are what they are on a machine with the unit; the rest is only noted.
export CALLS=$dir/calls
stand_in sudo systemctl chown chgrp
today=$(date +%F)
# The blocks as they stand, but for the rest of that machine; what names users does not count here.
here="s#/var/backups#$dir/var/backups#g; s# -C / # -C $dir/ #; s# -o recycled -g recycled##
  s#-u recycled ##; s#2026-11-20#$today#g"

write_rows "$dir/first.csv" <<'ROWS'
S-home recycle_billing 2 approve-1
S-waits recycle_billing 2 pending-1
ROWS
expect_import "$dir/first.csv" inserted 2
start_worker
first_round() { [[ $(query "SELECT group_concat(state) FROM (SELECT state FROM recovery
  ORDER BY state)") == recovered,waiting ]]; }
until_true 30 "the first round" first_round

# --- a backup beside the running service ---
run_block 0 '.backup' "$here"
backup=$dir/var/backups/recycled/$today.db
expect_equal ok "$(sqlite3 "$backup" 'PRAGMA integrity_check')" "the backup"
expect_equal 2 "$(sqlite3 "$backup" 'SELECT count(*) FROM recovery')" "recoveries in the backup"

# --- more is handed over after it, and then the ledger is lost ---
write_rows "$dir/second.csv" <<'ROWS'
S-charged recycle_billing 2 approve-2
S-open recycle_billing 2 pending-2
S-ended recycle_billing 2 decline-1
S-new recycle_billing 2 approve-3
ROWS
grep -v '^S-new' "$dir/second.csv" >"$dir/after.csv"
expect_import "$dir/after.csv" inserted 3
second_round() { [[ $(query "SELECT count(*) FROM recovery WHERE state IN ('recovered', 'waiting',
  'failed')") == 5 ]]; }
until_true 30 "the second round" second_round
stop_worker 0
expect_equal 2 "$(simulator_says charges)" "charges before the loss"
head -c 4096 /dev/urandom >"$ledger"
echo half >"$ledger-wal"

# --- restored, adopted, and compared with the present exports ---
cp "$dir/second.csv" "$dir/declined.csv"
run_block 3 'recycled/2026-11-20.db' "$here"
expect_text "$dir/out" 'adopted'
expect_text "$CALLS" 'systemctl stop recycled recycled-once.timer'
expect_equal 'S-charged S-ended S-open' \
  "$(sed -n 's/^lost_here  \(S-[a-z]*\) .*/\1/p' "$dir/out" | sort | paste -sd ' ')" "lost orders"
sed 's/^S-charged,bank,recycle_billing,2/S-charged,bank,active,3/
  s/^S-open,bank,recycle_billing/S-open,bank,paused/' "$dir/second.csv" >"$dir/mended.csv"
expect_import "$dir/mended.csv" updated 2
start_worker
run_block 3 'verify --provider --from 2026-11-01 --json' "$here"
expect_equal '["S-ended"]' "$(jq -c '[.[].subscription]' "$dir/out")" "what is left"
run_block 0 'sudo -u recycled recycled resume' "$here"
came_home() { [[ $(query "SELECT r.state FROM recovery AS r JOIN subscription AS s
  ON s.key = r.subscription_key WHERE s.id = 'S-new'") == recovered ]]; }
until_true 30 "what is due to go on" came_home
expect_equal 0 "$(query "SELECT count(*) FROM recovery AS r JOIN subscription AS s
  ON s.key = r.subscription_key WHERE s.id IN ('S-charged', 'S-open')")" "handed over again"
expect_equal 0 "$(simulator_says double_charges)" "double charges"
expect_equal 3 "$(simulator_says charges)" "charges"
stop_worker 0

# --- another machine: stopped here, packed, and unpacked there ---
before=$(query "SELECT group_concat(state) FROM (SELECT state FROM recovery ORDER BY key)")
run_block 0 'tar -C / -czf' "$here"
expect_text "$CALLS" 'systemctl disable --now recycled recycled-once.timer'
rm -rf "$etc" "$dir/var/lib"
run_block 0 'tar -C / -xzf' "$here"
expect_text "$dir/out" 'adopted: '
expect_text "$dir/out" 'last run'
expect_text "$CALLS" "chown -R recycled:recycled $dir/var/lib/recycled"
expect_equal "$before" "$(query "SELECT group_concat(state) FROM (SELECT state FROM recovery
  ORDER BY key)")" "recoveries on the other machine"
start_worker
stop_worker 0

# --- the whole machine was put back ---
run_block 0 'recycled adopt --restored' "$here"
recycled 0 status
expect_text "$dir/out" 'paused'
recycled 0 resume
expect_equal 0 "$(simulator_says double_charges)" "double charges"
