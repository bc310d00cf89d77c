#!/usr/bin/env bash
# An import never undoes what was decided; the customer's wish in it counts at once.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --delay 100ms..200ms
write_config 1
write_rows "$dir/declined.csv" <<<"S-leaves recycle_billing 2 pending-1
S-pauses recycle_billing 2 pending-2
S-stays recycle_billing 2 pending-3
S-paid recycle_billing 2 approve-1
S-regrets recycle_billing 2 approve-2"
expect_import "$dir/declined.csv" inserted 5
expect_import "$dir/declined.csv" unchanged 5
recycled 0 once
expect_equal 5 "$(open_count)" "open recoveries"

# While FlexFactor has it, the same row changes nothing, and neither does one that says otherwise.
expect_import "$dir/declined.csv" superseded 5
write_rows "$dir/otherwise.csv" <<<"S-stays active 3 pending-3"
state_of() { query "SELECT state FROM recovery WHERE order_id IS NOT NULL AND subscription_key =
  (SELECT key FROM subscription WHERE id = '$1')"; }
status_of() { query "SELECT status || ' ' || cycle || ' ' || gateway FROM subscription
  WHERE id = '$1'"; }
expect_import "$dir/otherwise.csv" superseded 1
expect_equal "recycle_billing 2 bank" "$(status_of S-stays)" "S-stays"
expect_equal waiting "$(state_of S-stays)" "recovery of S-stays"

# The customer leaves: one while it is open, one after it was paid and before anybody knew.
two_charged() { [[ $(simulator_says charges) == 2 ]]; }
until_true 20 "two charges" two_charged
write_rows "$dir/left.csv" <<<"S-leaves cancelled 2 pending-1
S-pauses paused 2 pending-2
S-regrets cancelled 2 approve-2"
expect_import "$dir/left.csv" withdrawing 3
expect_import "$dir/left.csv" superseded 3
expect_equal "cancelled 2 bank" "$(status_of S-leaves)" "S-leaves at once"
one_open() {
  recycled 0 once
  [[ $(open_count) == 1 ]]
}
until_true 30 "only S-stays to be open" one_open
for gone in S-leaves S-pauses; do
  expect_equal withdrawn "$(state_of "$gone")" "recovery of $gone"
done
expect_equal "cancelled 2 bank" "$(status_of S-leaves)" "S-leaves at the end"
expect_equal "paused 2 bank" "$(status_of S-pauses)" "S-pauses at the end"
expect_equal 2 "$(simulator_says cancelled)" "orders cancelled at the simulator"
expect_equal 2 "$(simulator_says charges)" "charges"
expect_equal recovered "$(state_of S-regrets)" "recovery of S-regrets"
expect_equal cancelled "$(query "SELECT status FROM subscription WHERE id = 'S-regrets'")" S-regrets
expect_equal 1 "$(query "SELECT refund_due FROM recovery AS r JOIN subscription AS s
  ON s.key = r.subscription_key WHERE s.id = 'S-regrets'")" "refund due to S-regrets"

# After the recovery the merchant's old export comes again.
expect_equal recovered "$(state_of S-paid)" "recovery of S-paid"
expect_equal "active 3 bank" "$(status_of S-paid)" "S-paid"
write_rows "$dir/old.csv" <<<"S-paid recycle_billing 2 approve-1"
expect_import "$dir/old.csv" superseded 1
recycled 0 once
expect_equal "active 3 bank" "$(status_of S-paid)" "S-paid after an old row"
expect_equal 1 "$(query "SELECT count(*) FROM recovery AS r JOIN subscription AS s
  ON s.key = r.subscription_key WHERE s.id = 'S-paid'")" "recoveries of S-paid"
expect_import "$dir/declined.csv" superseded 5
recycled 0 once
expect_books_agree
expect_equal 2 "$(simulator_says charges)" "charges"

# Its next cycle declines as well: that is news, and is taken.
write_rows "$dir/next.csv" <<<"S-paid recycle_billing 3 approve-1"
expect_import "$dir/next.csv" updated 1
three_charged() {
  recycled 0 once
  [[ $(status_of S-paid) == "active 4 bank" ]]
}
until_true 30 "the next cycle's charge" three_charged
expect_equal 3 "$(simulator_says charges)" "charges"
expect_equal 0 "$(simulator_says double_charges)" "double charges"
