#!/usr/bin/env bash
# A life from one seed by the program itself: it holds, says what it lived through, and tells the same
# again byte for byte; its ledger goes with it unless it is kept.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

expect_exit 0 "$bin/recycled" init "$dir/own"
cp "$dir/own/recycled.toml" "$dir/recycled.toml"
run_block 0 'recycled simulate'
expect_text "$dir/out" 'held: every invariant, to the end'
expect_text "$dir/out" 'true'
[[ -s "$dir/simulated.log" ]] || fail "no log"

few=(--days 10 --seed 3 --subscriptions 25)
for run in 1 2; do
  expect_exit 0 "$bin/recycled" simulate "${few[@]}" --json --log "$dir/log.$run" --keep "$dir/kept.$run"
  cp "$dir/out" "$dir/figures.$run"
done
cmp "$dir/log.1" "$dir/log.2" || fail "the logs of one seed differ"
cmp "$dir/figures.1" "$dir/figures.2" || fail "the figures of one seed differ"
expect_exit 0 "$bin/recycled" simulate "${few[@]}" --log -
cmp "$dir/log.1" "$dir/out" || fail "the log on standard output is another one"
expect_equal true "$(jq '.held and .faults.crash_after_commit > 0 and (.checked | length) > 8' \
  "$dir/figures.1")" "held after crashes"

hand_overs=$(jq '.lived["hand-overs"]' "$dir/figures.1")
expect_equal "$hand_overs" "$(sqlite3 "$dir/kept.1/ledger.db" \
  "SELECT count(*) FROM recovery WHERE provider_order IS NOT NULL")" "hand-overs in the kept ledger"

# By a config of one's own: of it the text alone is read. Its ledger and secrets are not even there.
rm -r "$dir/own/secrets" "$dir/own/recycled.db"
before=$(ls -A "$dir/own")
expect_exit 0 "$bin/recycled" simulate "${few[@]}" --config "$dir/own/recycled.toml"
expect_text "$dir/out" "--config $dir/own/recycled.toml"
expect_text "$dir/out" 'held: every invariant, to the end'
expect_equal "$before" "$(ls -A "$dir/own")" "what lies beside the config"
sed 's/^expiry_days = .*/expiry_days = 22/' "$dir/own/recycled.toml" >"$dir/bad.toml"
expect_exit 78 "$bin/recycled" simulate "${few[@]}" --config "$dir/bad.toml"
expect_text "$dir/last.err" 'expiry_days'
expect_exit 78 "$bin/recycled" simulate "${few[@]}" --config "$dir/none.toml"

# For scripts: a line each kind of fault.
expect_exit 0 "$bin/recycled" simulate "${few[@]}" --tally
expect_equal 0 "$(awk -F '\t' '$1 != "tally" || NF != 5 || $3 != $4 || $5 != 0' "$dir/out" | wc -l)" \
  "tally lines of another form, or with a loss"
expect_equal "$(jq '.faults | length + 1' "$dir/figures.1")" "$(wc -l <"$dir/out")" "tally lines"

expect_exit 1 "$bin/recycled" simulate "${few[@]}" --keep "$dir/kept.1" # a ledger is never overwritten
expect_exit 2 "$bin/recycled" simulate --days 0
