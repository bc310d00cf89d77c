#!/usr/bin/env bash
# C2, X1: with 50 shoppers waiting, callbacks are taken and recycle billing goes on; each shopper is
# answered by the deadline, a stop included, and nothing stays open at FlexFactor.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# "pending-…" is taken over without a word until it is cancelled; the rest goes on as ever.
start_simulator --approve 100 --decline 0 --delay 50ms..100ms
write_config 600 # so that results come by callbacks alone
sed -i 's/^scan_every = .*/&\ncascade_deadline = "12s"/
  s/^kind = "flexfactor"$/&\ncascade_all = true/' "$config"
add_api
count=50

answered() { find "$dir" -name "took.$1-*" -size +0 | wc -l; }
waiting_there() { query "SELECT count(*) FROM recovery AS r JOIN sale AS s ON s.key = r.sale_key
  WHERE s.id LIKE '$1-%' AND r.state = 'waiting'"; }
all_wait() { [[ $(waiting_there "$1") == "$2" ]]; }
is_back() { # SUBSCRIPTION: recovered, in its next cycle
  [[ $(query "SELECT status || ' ' || cycle || ' ' || gateway FROM subscription
    WHERE id = '$1'") == "active 3 bank" ]]
}
# Answered as declined for want of time, at the deadline and no later than slow machines are.
expect_all_answered() { # PREFIX COUNT
  expect_equal "declined timeout $2" "$(jq -r '"\(.result) \(.reason)"' "$dir"/answer."$1"-* |
    sort | uniq -c | awk '{print $2, $3, $1}')" "the answers of $1"
  awk '$1 != 200 || $2 > 20 {exit 1}' "$dir"/took."$1"-* ||
    fail "a shopper waited too long: $(sort -k 2 -n "$dir"/took."$1"-* | tail -n 1)"
}

start_service
cascade_many shopper "$count" pending
until_true 10 "$count cascades in flight" all_wait shopper "$count"
# A decline is pushed, handed over, and its result called back.
ask 200 /v1/declines --json '{"subscription_id": "S-1", "gateway_id": "bank",
  "status": "recycle_billing", "billing_cycle": 2, "price": "20.00", "currency": "USD",
  "interval": "1m", "declined_at": "2026-01-05", "reattempts_made": 3,
  "last_attempt_at": "2026-01-15", "decline_code": "51", "decline_message": "Insufficient funds",
  "decline_type": "soft", "card_token": "approve-1"}'
until_true 10 "S-1 to be recovered" is_back S-1
expect_equal 0 "$(answered shopper)" "shoppers who were answered before S-1 was recovered"
ask 200 /v1/subscriptions/S-1
expect_logged 'order.completed, key hmac_signing_key'
wait "${shoppers[@]}"
expect_all_answered shopper "$count"

# --- a stop answers those who wait, and takes no new ones ---
cascade_many last 10 pending
until_true 10 "10 cascades in flight" all_wait last 10
stop_worker 0
wait "${shoppers[@]}"
expect_all_answered last 10

# --- nothing is open here or there, and S-1 alone was charged ---
start_service
until_true 60 "everything to settle" all_settled
stop_worker 0
expect_equal "$((count + 10))" "$(simulator_says cancelled)" "orders cancelled"
expect_equal "$((count + 10 + 1))" "$(simulator_says orders)" "orders"
expect_equal "1 0" "$(simulator_says charges) $(simulator_says double_charges)" "charges"
expect_books_agree
