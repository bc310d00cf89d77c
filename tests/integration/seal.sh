#!/usr/bin/env bash
# A ledger belongs to one machine, one file and one FlexFactor account: a copy, a restored backup and
# a new ledger in an old one's place are read and not written until a person adopts them, and then
# ask before they hand over.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --delay 0ms..20ms
write_config 1
states() { query "SELECT group_concat(state) FROM (SELECT state FROM recovery ORDER BY state)"; }
states_are() { [[ $(states) == "$1" ]]; }
tried=0
sealed() { # WORD: every command that would write refuses with it, whoever reads is told
  tried=$((tried + 1))
  recycled 78 once
  expect_text "$dir/last.err" "$1"
  recycled 78 check
  expect_text "$dir/last.err" "$1"
  recycled 78 import subscriptions "$dir/more.csv"
  expect_text "$dir/last.err" 'the ledger is sealed: '
  expect_text "$dir/last.err" 'recycled adopt'
  recycled 78 resume
  recycled 78 backfill --from 2026-01-01 --to 2026-02-01
  recycled 3 status
  expect_text "$dir/out" 'sealed'
  expect_text "$dir/out" "$1"
  recycled 3 status --json
  expect_equal 1 "$(jq '.sealed | length' "$dir/out")" "reasons that status gives"
  recycled 0 explain S-home
  expect_text "$dir/last.err" "note: the ledger is sealed: "
  recycled 0 verify
  expect_text "$dir/last.err" "$1"
  recycled 0 report
}

# --- at home, nobody hears of a seal ---
write_rows "$dir/first.csv" <<'ROWS'
S-home recycle_billing 2 approve-1
ROWS
write_rows "$dir/more.csv" <<'ROWS'
S-more recycle_billing 2 approve-2
ROWS
expect_import "$dir/first.csv" inserted 1
start_worker
until_true 30 "the first charge" states_are recovered
recycled 75 adopt
stop_worker 0
recycled 0 status
expect_no_text sealed "$dir/out"
recycled 0 adopt
expect_text "$dir/out" 'nothing to adopt'
recycled 0 adopt
recycled 0 check

# --- one is queued while FlexFactor is away, and the backup is made then ---
simulator_faults '{"error_5xx":1000}'
write_rows "$dir/queued.csv" <<'ROWS'
S-queued recycle_billing 2 approve-3
ROWS
expect_import "$dir/queued.csv" inserted 1
recycled 1 once
queued=$(states)
sqlite3 "$dir/ledger.db" ".backup '$dir/backup.db'"
simulator_faults '{"error_5xx":0}'
start_worker
until_true 30 "the second charge" states_are recovered,recovered
stop_worker 0
expect_equal 2 "$(simulator_says charges)" "charges before the loss"

# --- restored into the same file: older than the mark beside it ---
cp "$dir/ledger.db" "$dir/lost.db"
rm -f "$dir"/ledger.db-*
cat "$dir/backup.db" >"$dir/ledger.db"
before=$(calls)
sealed 'had come further'
expect_equal "$before" "$(calls)" "calls by a sealed ledger"
expect_equal "$queued" "$(states)" "recoveries of a sealed ledger"
recycled 0 adopt
expect_text "$dir/out" 'paused: '
recycled 0 import subscriptions "$dir/more.csv"
start_worker
until_true 30 "an answer about what was queued" states_are recovered,recovered
stop_worker 0
expect_equal 2 "$(simulator_says charges)" "charges after the restore, in the pause"
recycled 0 resume
start_worker
until_true 30 "the third charge" states_are recovered,recovered,recovered
stop_worker 0

# --- another machine, which the config may name ---
cp "$config" "$dir/home.toml"
sed -i 's/^url = "sqlite:ledger.db"/&\nmachine = "elsewhere"/' "$config"
sealed 'another machine'
recycled 0 adopt
recycled 0 resume
recycled 0 once
cp "$dir/home.toml" "$config"
sealed 'another machine'
recycled 0 adopt
recycled 0 resume

# --- a copy of all that there is ---
# One is queued there that never left. Adopted all the same, it is looked for and not handed over.
write_rows "$dir/never.csv" <<'ROWS'
S-never recycle_billing 2 approve-4
ROWS
expect_import "$dir/never.csv" inserted 1
simulator_faults '{"error_5xx":1000}'
recycled 1 once
simulator_faults '{"error_5xx":0}'
mkdir "$dir/staging"
cp -r "$config" "$dir/secrets" "$dir"/ledger.db* "$dir/staging"
home=$config
config=$dir/staging/recycled.toml
sealed 'it was copied or restored'
sent=$(simulator_says calls.evaluate)
recycled 0 adopt
recycled 0 once
recycled 0 once
expect_equal "$sent" "$(simulator_says calls.evaluate)" "hand-overs by an adopted copy in its pause"
expect_equal 1 "$(sqlite3 "$dir/staging/ledger.db" "SELECT count(*) FROM recovery
  WHERE state = 'unknown'")" "what the copy holds in doubt"
config=$home
start_worker
until_true 30 "the fourth charge, at home" states_are recovered,recovered,recovered,recovered
stop_worker 0

# --- the ledger is lost, and somebody begins anew in its place ---
cp "$dir/ledger.db" "$dir/kept.db"
rm -f "$dir/ledger.db" "$dir"/ledger.db-*
recycled 78 import subscriptions "$dir/first.csv"
expect_text "$dir/last.err" 'there is no ledger at '
[[ ! -e $dir/ledger.db ]] || fail "a new ledger was made in the place of the lost one"
recycled 1 adopt
cp "$dir/kept.db" "$dir/ledger.db"
recycled 78 once
recycled 0 adopt
recycled 0 resume

# --- another account: adopted only once nothing is open in the old one ---
write_rows "$dir/open.csv" <<'ROWS'
S-open recycle_billing 2 pending-1
ROWS
expect_import "$dir/open.csv" inserted 1
recycled 0 once
cp "$config" "$dir/home.toml"
sed -i 's/^mid = "demo-mid"/mid = "other-mid"/' "$config"
sealed 'was FlexFactor'
recycled 78 adopt
expect_text "$dir/last.err" 'has open hand-overs in the account "sandbox demo-mid"'
cp "$dir/home.toml" "$config"
recycled 0 once

# --- a machine that was put back as a whole looks like itself: a person says it ---
recycled 0 adopt --restored
expect_text "$dir/out" 'as was said'
recycled 0 status
recycled 0 resume
expect_equal 0 "$(simulator_says double_charges)" "double charges"
expect_equal 4 "$(simulator_says charges)" "charges"
printf 'tally\tledgers that are not at home\t%d\t%d\t0\n' "$tried" "$tried"
