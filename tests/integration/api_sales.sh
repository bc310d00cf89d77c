#!/usr/bin/env bash
# N1-N3 by the local API: orders are pushed, re-run by name and recovered through to their end. What
# was answered "claimed" survives kill -9 and is charged once, however often it is asked for, and one
# bad item costs no other.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

card=4000010000000019 # like a Visa, with the right check digit
spaced="${card:0:4} ${card:4:4} ${card:8:4} ${card:12}"

start_simulator --approve 100 --decline 0 --delay 50ms..100ms
write_config 600
# A scan a day, and results by callbacks: what is sent sooner was woken up by a call.
sed -i 's/"bank"/"main"/; s/^scan_every = .*/scan_every = "1d"/' "$config"
sed -i '/^id = "main"/a cascade = "salvage"' "$config"
cat >>"$config" <<'TOML'
[[cascade_profile]]
id = "salvage"
gateways = ["flexfactor"]
[[routing_profile]]
id = "atri"
gateways = ["main"]
TOML
add_api

order() { # ID TOKEN [STATUS]
  jq -cn --arg id "$1" --arg token "$2" --arg status "${3:-declined}" '{
    order_id: $id, gateway_id: "main", status: $status, amount: "49.95", currency: "USD",
    declined_at: "2026-01-05", decline_code: "51", decline_message: "Insufficient funds",
    decline_type: "soft", card_token: $token, subscription_id: "S-\($id)"}'
}
push() { ask "$1" /v1/orders --json "$2"; } # STATUS JSON
rerun() { ask "$1" /v1/reruns --json "$2"; }
by_id() { jq -cn --arg id "$1" '{order_id: $id}'; } # ORDER
status_is() { # ORDER STATUS
  [[ $(query "SELECT status FROM sale WHERE id = '$1'") == "$2" ]]
}
state_is() { # ORDER STATE: of its newest recovery
  [[ $(query "SELECT state FROM recovery WHERE sale_key = (SELECT key FROM sale WHERE id = '$1')
    ORDER BY key DESC LIMIT 1") == "$2" ]]
}

# --- claimed is durable at the answer, and sent by whoever lives next: charged once ---
start_service
simulator_faults '{"stall": 1000}' # nobody is to be charged before the kill
push 200 "[$(order O-killed approve-1), $(order O-won approve-2), $(order O-lost decline-1),
  $(order O-open pending-1), $(order O-gone pending-2)]"
expect_equal 5 "$(answer .counts.inserted)" "orders inserted"
expect_equal 0 "$(query 'SELECT count(*) FROM recovery')" "hand-overs that nobody asked for"
rerun 200 "$(by_id O-killed)"
kill_worker
expect_equal 1 "$(query 'SELECT count(*) FROM recovery')" "a claim after kill -9"
claimed_as=$(answer '.items[0].handed_over_as')
expect_equal "$claimed_as" "$(query 'SELECT order_id FROM recovery')" "the order that was named"
simulator_faults '{"stall": 0}'
start_service
until_true 30 "O-killed to be complete" status_is O-killed complete
rerun 422 "$(by_id O-killed)"
expect_equal already_handed_over "$(answer .error.code)" "a rerun of what was charged"
expect_text "$dir/answer" "$claimed_as"

# --- one by one and in a batch, through to complete and to declined ---
rerun 200 '{"order_id": "O-won", "gateway_id": "flexfactor"}'
expect_equal "claimed flexfactor 49.95 USD" \
  "$(answer '.items[0] | "\(.result) \(.gateway) \(.amount) \(.currency)"')" "the answer"
expires_at=$(answer '.items[0].expires_at')
until_true 30 "O-won to be complete" status_is O-won complete
recycled 0 explain O-won
expect_text "$dir/out" 'Order O-won (new) is complete'
expect_text "$dir/out" 'handed to flexfactor by a rerun'
recycled 0 explain O-won --json
expect_equal "$expires_at" "$(jq -r '.recoveries[0].expires_at' "$dir/out")" "the expiry"
expect_equal 'order.completed fulfillment.requested' "$(query "SELECT group_concat(type, ' ') FROM
  outbox WHERE sale_key = (SELECT key FROM sale WHERE id = 'O-won')")" "events of the order"
expect_logged '"event":"recovery.claimed"'
rerun 200 '{"reruns": [{"order_id": "O-lost"}, {"order_id": "O-open"}, {"order_id": "O-gone"}]}'
until_true 30 "O-lost to be failed" state_is O-lost failed
expect_equal declined "$(query "SELECT status FROM sale WHERE id = 'O-lost'")" "a lost order"

# --- X1: asked for by many at one time, an order is claimed once ---
push 200 "$(order O-race approve-3)"
racers=()
for n in {1..12}; do
  curl -sS -H "@$dir/header" -o "$dir/race.$n" "$url/v1/reruns" --json "$(by_id O-race)" &
  racers+=($!)
done
wait "${racers[@]}"
expect_equal "claimed 1" "$(jq -r '.items[0].result' "$dir"/race.* | sort | uniq -c |
  awk '$2 == "claimed" {print $2, $1}')" "claims of twelve"
expect_equal 11 "$(jq -r '.items[0].reason // empty' "$dir"/race.* |
  grep -cE '^(open_recovery|already_handed_over)$')" "refusals of twelve"
until_true 30 "O-race to be complete" status_is O-race complete

# --- N1: a routing profile, a gateway of the merchant's and an order nobody knows ---
rerun 422 '{"order_id": "O-lost", "gateway_id": "atri"}'
expect_equal routing_profile "$(answer .error.code)" "a routing profile"
expect_text "$dir/answer" 'never through a routing profile'
expect_text "$dir/answer" 'atri is a routing profile'

# --- L20: whatever else is in a batch, what is right of it counts ---
until_true 30 "O-open to be waiting" state_is O-open waiting
push 200 "$(order O-hard approve-4 | sed 's/"soft"/"hard"/')"
push 207 "[{}, 7, $(order O-poison tok | sed 's/49.95/12.345/'), {\"a\": [\"$card\"]}, \"$spaced\",
  $(order O-fine approve-5), $(order O-card "$spaced"), [[]]]"
expect_equal "inserted 1 7" \
  "$(answer '"\(.items[5].result) \(.counts.inserted) \(.counts.rejected)"')" "a batch of orders"
expect_no_text "$spaced" "$dir/answer"
rerun 207 "[{}, 7, {\"order_id\": \"$spaced\"}, {\"order_id\": \"O-open\"}, {\"order_id\": \"O-hard\"},
  {\"order_id\": \"O-nobody\"}, {\"order_id\": \"O-fine\"}, {\"order_id\": \"O-fine\"},
  {\"order_id\": \"O-lost\", \"gateway_id\": \"main\"}, [\"$card\"]]"
expect_equal "rejected rejected rejected open_recovery hard_decline not_found claimed open_recovery \
not_flexfactor rejected" "$(answer '[.items[] | .reason // .result] | join(" ")')" "a batch of reruns"
expect_equal '{"read":10,"claimed":1,"refused":5,"rejected":4}' "$(jq -c .counts "$dir/answer")" \
  "its counts"
until_true 30 "O-fine to be complete" status_is O-fine complete
for field in order_id gateway_id card_number note; do
  rerun 422 "$(by_id O-lost | jq -c --arg f "$field" --arg v "$spaced" '.[$f] = $v')"
  expect_no_text "$spaced" "$dir/answer"
done
expect_equal 0 "$(query "SELECT count(*) FROM sale WHERE id IN ('O-card', 'O-poison')")" "poison"
for found in "$card" "$spaced"; do
  expect_no_text "$found" "$dir/answer" "$dir"/ledger.db* "$dir"/worker.log.now "$dir"/worker.err
done

# --- L10: an order that is cancelled while FlexFactor has it is withdrawn there, at once ---
until_true 30 "O-gone to be waiting" state_is O-gone waiting
push 207 "[$(order O-gone pending-2 cancelled), {}]"
expect_equal withdrawing "$(answer '.items[0].result')" "a cancellation"
until_true 30 "O-gone to be withdrawn" state_is O-gone withdrawn
expect_equal cancelled "$(query "SELECT status FROM sale WHERE id = 'O-gone'")" "its status"
rerun 422 "$(by_id O-gone)"
expect_equal cancelled "$(answer .error.code)" "a rerun of what was cancelled"

# --- N3: the subscription of a recovered order, pushed afterwards ---
ask 200 /v1/declines --json '{"subscription_id": "S-O-won", "gateway_id": "main", "status": "active",
  "billing_cycle": 1, "price": "49.95", "currency": "USD", "interval": "1m"}'
ask 200 /v1/subscriptions/S-O-won
expect_equal card_number_without_cvv "$(answer .rebill_with)" "how its next rebill is made"

# --- the examples of the README ---
cp "$dir/header" "$dir/api_header"
api=$url run_block 0 'v1/reruns --json'
expect_equal 2 "$(grep -c curl "$dir/block.sh")" "curl examples of the README"
expect_equal "inserted claimed" "$(jq -rs '[.[].items[0].result] | join(" ")' "$dir/out")" \
  "what the examples did"
api=$url run_block 0 'v1/cascades --json'
expect_equal "O-2001 approved" "$(jq -r '"\(.order_id) \(.result)"' "$dir/out")" \
  "what the cascade's example did"

# --- never twice: as many charges as orders that are complete ---
until_true 30 "the example's order to be complete" status_is O-1003 complete
stop_worker 0
expect_equal 0 "$(simulator_says double_charges)" "double charges"
expect_equal "$(query "SELECT count(*) FROM sale WHERE status = 'complete'")" \
  "$(simulator_says charges)" "charges"
expect_equal 6 "$(simulator_says charges)" "charges of all those"
