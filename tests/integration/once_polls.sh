#!/usr/bin/env bash
# mission X3: from cron, with no open port, every result is found by asking for it.
# Proves: X3
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --seed 11 --approve 60 --decline 30 --delay 100ms..600ms --expire-after 1s
write_config 1
sed -i '/^\[callbacks\]/,/^public_host/d; /^hmac_signing_key_files/d' "$config"
write_subscriptions 60 "$dir/declined.csv"
expect_import "$dir/declined.csv" inserted 60

runs=0
pass_and_look() {
  recycled 0 once
  expect_no_text '"listener.started"' "$dir/out"
  runs=$((runs + 1))
  all_settled
}
until_true 90 "every subscription at its end" pass_and_look
((runs > 1)) || fail "one run cannot have been enough: results come later"

expect_books_agree
expect_all_home
expect_equal 60 "$(query "SELECT count(*) FROM recovery WHERE state IN ('recovered', 'failed')")" \
  "recoveries at their end"
expect_equal 0 "$(query 'SELECT count(*) FROM callback')" "callbacks in the ledger"
expect_equal 0 "$(status_json | jq '[.callbacks[]] | add // 0')" "callbacks in the status"
expect_equal 60 "$(simulator_says orders)" "orders at the simulator"
# Refusals came with the reply to the hand-over; everything else had to be asked for.
asked=$(query "SELECT count(DISTINCT recovery_key) FROM attempt WHERE step = 'inquire'")
expect_equal "$(($(simulator_says charges) + $(simulator_says expired)))" "$asked" "orders asked for"
for state in recovered failed; do
  (($(query "SELECT count(*) FROM recovery WHERE state = '$state'") > 0)) || fail "none $state"
done
# A cron job that finds nothing to do asks nobody.
before=$(calls)
recycled 0 once
expect_equal "$before" "$(calls)" "calls after a run with nothing to do"
