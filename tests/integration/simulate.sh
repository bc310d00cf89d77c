#!/usr/bin/env bash
# A life from one seed by the program itself: it holds, says what it lived through, and tells the same
# again byte for byte; its ledger goes with it unless it is kept.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

run_block 0 'recycled simulate'
expect_text "$dir/out" 'held: every invariant, to the end'
expect_text "$dir/out" 'true'
[[ -s "$dir/simulated.log" ]] || fail "no log"

few=(--days 12 --seed 3 --subscriptions 40)
for run in 1 2; do
  expect_exit 0 "$bin/recycled" simulate "${few[@]}" --json --log "$dir/log.$run" --keep "$dir/kept.$run"
  cp "$dir/out" "$dir/figures.$run"
done
cmp "$dir/log.1" "$dir/log.2" || fail "the logs of one seed differ"
cmp "$dir/figures.1" "$dir/figures.2" || fail "the figures of one seed differ"
expect_exit 0 "$bin/recycled" simulate "${few[@]}" --log -
cmp "$dir/log.1" "$dir/out" || fail "the log on standard output is another one"
expect_equal true "$(jq '.held and .faults.crash > 0 and (.checked | length) > 8' \
  "$dir/figures.1")" "held after crashes"

hand_overs=$(jq '.lived["hand-overs"]' "$dir/figures.1")
expect_equal "$hand_overs" "$(sqlite3 "$dir/kept.1/ledger.db" \
  "SELECT count(*) FROM recovery WHERE provider_order IS NOT NULL")" "hand-overs in the kept ledger"

expect_exit 1 "$bin/recycled" simulate "${few[@]}" --keep "$dir/kept.1" # a ledger is never overwritten
expect_exit 2 "$bin/recycled" simulate --days 0
