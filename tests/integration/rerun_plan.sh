#!/usr/bin/env bash
# X2: a dry run's plan is then exactly what runs, or nothing is; what has changed is named, and a run
# that was killed goes on where it was.
# Proves: S2 X2
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --delay 0ms..5ms
write_config 1
sed -i '/^\[callbacks\]/,/^public_host/d; /^hmac_signing_key_files/d' "$config"

header='order_id,gateway_id,status,amount,currency,declined_at,decline_code,decline_message'
header+=',decline_type,card_token'
row() { # ID STATUS AMOUNT CURRENCY CLASS CARD
  printf '%s,bank,%s,%s,%s,2026-11-02,51,Insufficient funds,%s,%s\n' "$@"
}
{
  echo "$header"
  for ((n = 1001; n <= 2200; ++n)); do
    row "O-$n" declined 10.00 "$( ((n % 2)) && echo USD || echo EUR)" soft "decline-$n"
  done
  row O-hard declined 10.00 USD hard decline-hard
  row O-won declined 10.00 USD soft approve-1
} >"$dir/orders.csv"
recycled 0 import orders "$dir/orders.csv"
which=(--from 2026-11-01 --to 2026-11-30 --gateway flexfactor)
recoveries() { query 'SELECT count(*) FROM recovery'; }

# The same world gives the same plan, whatever the second.
began=$(date +%s)
another_second() { (($(date +%s) > began)); }
recycled 3 rerun "${which[@]}" --dry-run --json
plan=$(jq -r .plan "$dir/out")
expect_equal 'EUR 600 6000.00, USD 601 6010.00' "$(jq -r '[.totals[] |
  "\(.currency) \(.count) \(.amount)"] | join(", ")' "$dir/out")" "totals by currency"
expect_equal 21 "$(jq '.items[0].expiry_days' "$dir/out")" "days to expiry"
until_true 5 "another second" another_second
recycled 3 rerun "${which[@]}" --dry-run
expect_text "$dir/out" "plan $plan: \`--plan $plan\` runs this"
expect_text "$dir/out" 'O-hard  not taken: hard_decline'

# What has changed is named, and nothing is handed over.
{
  echo "$header"
  row O-1001 cancelled 10.00 USD soft decline-1001
  row O-1002 declined 12.50 EUR soft decline-1002
  row O-new declined 10.00 USD soft decline-new
} >"$dir/later.csv"
recycled 0 import orders "$dir/later.csv"
recycled 1 rerun "${which[@]}" --plan "$plan"
expect_equal 3 "$(wc -l <"$dir/out")" "lines about changes"
expect_text "$dir/out" \
  'O-1001  planned: handed over to flexfactor, 10.00 USD, for 21 days; now: not taken: cancelled'
expect_text "$dir/out" 'O-1002  planned: handed over to flexfactor, 10.00 EUR, for 21 days; now: '
expect_text "$dir/out" 'now: handed over to flexfactor, 12.50 EUR, for 21 days'
expect_text "$dir/out" 'O-new  planned: nothing; now: handed over to flexfactor, 10.00 USD'
expect_text "$dir/last.err" 'nothing was handed over'
recycled 1 rerun "${which[@]}" --plan "$plan" --json
expect_equal 'cancelled 12.50 null' "$(jq -r '.changed | "\(.[0].now.reason) \(.[1].now.amount)" +
  " \(.[2].planned)"' "$dir/out")" "changes as JSON"
sed -i 's/^expiry_days = 21/expiry_days = 20/' "$config"
recycled 1 rerun "${which[@]}" --plan "$plan"
expect_equal 1202 "$(wc -l <"$dir/out")" "changes once expiry_days is another"
sed -i 's/^expiry_days = 20/expiry_days = 21/' "$config"
# Fewer orders than planned are another plan too, and so is a digest that nobody was given.
printf '%s\n' O-1003 O-1004 >"$dir/ids"
recycled 1 rerun --file "$dir/ids" --gateway flexfactor --plan "$plan"
expect_text "$dir/out" 'O-1005  planned: handed over to flexfactor, 10.00 USD, for 21 days; now: not'
recycled 1 rerun "${which[@]}" --plan 00000000-0000-8000-8000-000000000000
expect_text "$dir/last.err" 'no dry run of the last 30 days said plan'
recycled 1 rerun "${which[@]}" --plan ''
expect_text "$dir/last.err" 'no dry run of the last 30 days said plan'
recycled 2 rerun "${which[@]}" --plan "$plan" --dry-run
expect_equal 0 "$(recoveries)" "recoveries so far"

# One that the world overtakes while it runs: at the end of the first page somebody cancels O-2200.
recycled 3 rerun "${which[@]}" --dry-run --json
plan=$(jq -r .plan "$dir/out")
query "CREATE TRIGGER overtaken AFTER INSERT ON recovery WHEN (SELECT count(*) FROM recovery) = 500
  BEGIN UPDATE sale SET status = 'cancelled' WHERE id = 'O-2200'; END"
recycled 1 rerun "${which[@]}" --plan "$plan"
expect_text "$dir/out" 'now: not taken: cancelled'
expect_text "$dir/last.err" '1000 had been handed over before'
expect_equal 1000 "$(recoveries)" "recoveries of two whole pages"
query "DROP TRIGGER overtaken; UPDATE sale SET status = 'declined' WHERE id = 'O-2200'"
# What is left out for another reason by now is no change of what runs.
row O-hard cancelled 10.00 USD hard decline-hard | cat <(echo "$header") - >"$dir/hard.csv"
recycled 0 import orders "$dir/hard.csv"
recycled 0 rerun "${which[@]}" --plan "$plan" --json
expect_equal '1201 1000' "$(jq -r '[.items[] | select(.taken)] | "\(length)" +
  " \([.[] | select(.before)] | length)"' "$dir/out")" "orders of the plan, and those of before"
expect_equal 1201 "$(recoveries)" "recoveries in the end"
# Whatever came of it since: one that is complete is not in the period any more, and is done.
once_and_look() {
  "$bin/recycled" once --config "$config" >"$dir/once.out" 2>>"$dir/every.err" || true
  [[ $(query "SELECT status FROM sale WHERE id = 'O-won'") == complete ]]
}
until_true 90 "an order to be complete" once_and_look
expect_equal '1201 1 0' "$(simulator_says '| "\(.orders) \(.charges) \(.double_charges)"')" "the simulator's books"
recycled 0 rerun "${which[@]}" --plan "$plan"
expect_text "$dir/out" 'O-1003  was already handed over to flexfactor'
expect_text "$dir/out" "plan $plan: carried out"
recycled 0 explain O-1003
expect_text "$dir/out" "recovery.claimed, intended: plan $plan"

# Killed in the middle of it, again and again.
{
  echo "$header"
  for ((n = 1; n <= 2000; ++n)); do row "K-$n" declined 5.00 USD soft "decline-k$n"; done
} >"$dir/more.csv"
recycled 0 import orders "$dir/more.csv"
seq -f 'K-%.0f' 2000 >"$dir/ids"
recycled 0 rerun --file "$dir/ids" --gateway flexfactor --dry-run --json
plan=$(jq -r .plan "$dir/out")
for reached in 1202 1702 2202; do
  "$bin/recycled" rerun --file "$dir/ids" --gateway flexfactor --plan "$plan" --config "$config" \
    >"$dir/killed.out" 2>&1 &
  victim=$!
  some_more() { (($(recoveries) >= reached)); }
  until_true 60 "more than $reached recoveries" some_more
  kill -KILL "$victim" 2>/dev/null || true
  wait "$victim" 2>/dev/null || true
done
recycled 0 rerun --file "$dir/ids" --gateway flexfactor --plan "$plan" --json
expect_equal 2000 "$(jq '[.items[] | select(.taken)] | length' "$dir/out")" "orders of the plan"
(($(jq '[.items[] | select(.before)] | length' "$dir/out") >= 500)) || fail "nothing was kept"
expect_equal '3201 3201' "$(query 'SELECT count(*), count(DISTINCT sale_key) FROM recovery' |
  tr '|' ' ')" "recoveries, and orders that have one"

# Two orders of one card under a cap of one: the dry run says which of them, and that is what runs.
sed -i 's|^\[limits\]|&\ncard_cap = 1|' "$config"
recycled 0 check
{
  echo "$header"
  row C-1 declined 5.00 USD soft decline-card
  row C-2 declined 5.00 USD soft decline-card
} >"$dir/card.csv"
recycled 0 import orders "$dir/card.csv"
recycled 3 rerun C-2 C-1 C-2 --gateway flexfactor --dry-run --json
expect_equal 'C-1 true, C-2 card_cap' "$(jq -r '[.items[] | "\(.order_id) \(.reason // .taken)"] |
  join(", ")' "$dir/out")" "the dry run under a cap"
recycled 0 rerun C-1 C-2 --gateway flexfactor --plan "$(jq -r .plan "$dir/out")"
expect_text "$dir/out" 'C-1  handed over to flexfactor'
expect_text "$dir/out" 'C-2  not taken: card_cap'
# A card number that was typed for an id is neither shown nor kept.
recycled 1 rerun 4111111111111111 --gateway flexfactor --dry-run
expect_no_text 4111111111111111 "$dir/out" "$dir/last.err" "$dir"/ledger.db*
