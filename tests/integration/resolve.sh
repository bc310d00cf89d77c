#!/usr/bin/env bash
# A person's word on parked items, beside a running service: each ends where the word says, with who
# said it, and nobody is charged a second time.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --delay 0ms..50ms
write_config 1
write_rows "$dir/declined.csv" <<<"S-over recycle_billing 2 refuse-1
S-paid recycle_billing 2 refuse-2
S-back recycle_billing 2 refuse-3
S-again recycle_billing 2 refuse-4
S-fine recycle_billing 2 approve-1"
expect_import "$dir/declined.csv" inserted 5
start_worker
parked() { query "SELECT count(*) FROM recovery WHERE state = 'parked'"; }
four_parked() { [[ $(parked) == 4 ]]; }
until_true 30 "four parked ones" four_parked
recycled 3 status --json
expect_equal 4 "$(jq '.parked | length' "$dir/out")" "parked in the status"

state_of() { query "SELECT r.state || ' ' || s.status || ' ' || s.cycle || ' ' || s.gateway
  FROM recovery AS r JOIN subscription AS s ON s.key = r.subscription_key WHERE s.id = '$1'"; }

# Refused by name, and nothing is changed.
recycled 2 resolve S-over --as gone
recycled 1 resolve S-nobody --as failed
expect_text "$dir/last.err" 'the ledger knows nothing of that id'
recycled 1 resolve S-over --as withdrawn
expect_text "$dir/last.err" 'the customer has not left; say failed; nothing was changed'
recycled 1 resolve S-back --as refund
expect_text "$dir/last.err" 'refund it in the portal and say refunded'
is_home() { [[ $(state_of S-fine) == 'recovered active 3 bank' ]]; }
until_true 30 "the one that is not parked" is_home
recycled 1 resolve S-fine --as failed
expect_text "$dir/last.err" 'it is not parked: order '
expect_equal 4 "$(parked)" "parked after words that do not fit"

# Each word, by the subscription's id and by our order id.
recycled 0 resolve S-over --as failed --note 'ended in the portal, ticket 4711'
expect_text "$dir/out" 'was parked (refused) and is failed'
expect_equal 'failed recycle_failed 2 bank' "$(state_of S-over)" S-over
recycled 0 explain S-over
expect_text "$dir/out" 'recovery.resolved, parked -> failed: as failed, by '
expect_text "$dir/out" 'ended in the portal, ticket 4711'
order=$(query "SELECT order_id FROM recovery AS r JOIN subscription AS s
  ON s.key = r.subscription_key WHERE s.id = 'S-paid'")
recycled 0 resolve "$order" --as recovered --json
expect_equal 'parked recovered' "$(jq -r '.before.state + " " + .after.state' "$dir/out")" "S-paid"
expect_equal 'recovered active 3 bank' "$(state_of S-paid)" S-paid
recycled 0 resolve S-back --as refunded
expect_equal 'recovered recycle_failed 2 bank' "$(state_of S-back)" S-back
recycled 3 status --json # S-again
expect_equal 1 "$(jq '[.returned[] | select(.how == "refunded") | .count] | add' "$dir/out")" \
  "money that went back"
expect_equal 'subscription.recovered fulfillment.requested' "$(query "SELECT group_concat(type, ' ')
  FROM outbox WHERE type <> 'recovery.parked' AND subscription_key =
    (SELECT key FROM subscription WHERE id = 'S-paid')")" "events of S-paid"

# A retry is the same order, under the same key: refused again, it is parked again.
sends() { query "SELECT count(*) FROM attempt AS a JOIN recovery AS r ON r.key = a.recovery_key
  JOIN subscription AS s ON s.key = r.subscription_key
  WHERE a.step = 'send' AND s.id = 'S-again'"; }
expect_equal 1 "$(sends)" "requests of S-again"
recycled 0 resolve S-again --as retry
parked_again() { [[ $(sends) == 2 && $(parked) == 1 ]]; }
until_true 30 "the repeat to be refused" parked_again
expect_equal 1 "$(query "SELECT count(*) FROM recovery AS r JOIN subscription AS s
  ON s.key = r.subscription_key WHERE s.id = 'S-again' AND r.sending = 1")" "orders of S-again"
recycled 0 resolve S-again --as failed
recycled 1 resolve S-again --as failed
expect_text "$dir/last.err" 'it is not parked: order '
expect_equal 0 "$(parked)" "parked at the end"
expect_equal 5 "$(query "SELECT count(*) FROM audit WHERE event = 'recovery.resolved'")" "words kept"
expect_equal 1 "$(simulator_says charges)" "charges"
expect_equal 0 "$(simulator_says double_charges)" "double charges"
stop_worker 0
