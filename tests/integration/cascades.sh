#!/usr/bin/env bash
# C1-C5, H1-H2: where a declined sale cascades to and whether, by the API and by the command beside
# it. A refusal comes before any call, and a repeat gives the stored answer.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --approve 100 --decline 0 --delay 50ms..100ms
write_config 600
sed -i 's/^kind = "card"$/&\ncascade = "direct"/' "$config"
cat >>"$config" <<'TOML'
[[gateway]]
id = "plain"
kind = "card"
[[gateway]]
id = "proud"
kind = "card"
cascade = "own"
[[cascade_profile]]
id = "direct"
gateways = ["plain", "flexfactor"]
[[cascade_profile]]
id = "routed"
gateways = ["flexfactor"]
[[cascade_profile]]
id = "own"
gateways = ["plain"]
[[routing_profile]]
id = "atri"
gateways = ["plain"]
cascade = "routed"
[[routing_profile]]
id = "bare"
gateways = ["bank"]
[[campaign]]
id = "one-by-one"
single_transaction = true
[[campaign]]
id = "usual"
[[decline_mapping]]
gateway = "bank"
order_type = "new"
message = "do not honor"
maps_to = "soft"
TOML
add_api

answered='[.result, .reason, .decided_by] | map(. // "-") | join(" ")'
cascade() { # WANTED ID TOKEN [JQ]: result, reason and the rule that decided
  ask 200 /v1/cascades --json "$(declined_order "${@:2}")"
  expect_equal "$1" "$(answer "$answered")" "the answer on $2"
  cp "$dir/answer" "$dir/answer.$2"
}
# The same, and FlexFactor is not asked.
refuse() { # REASON ID TOKEN [JQ]
  local before
  before=$(calls)
  cascade "refused $1 -" "${@:2}"
  expect_equal "$before" "$(calls)" "calls for the refused $2"
  expect_equal 0 "$(query "SELECT count(*) FROM recovery WHERE sale_key =
    (SELECT key FROM sale WHERE id = '$2')")" "recoveries of the refused $2"
}
status_of() { query "SELECT status FROM sale WHERE id = '$1'"; }
is_complete() { [[ $(status_of "$1") == complete ]]; }

start_service

# --- C1: by the profile of the gateway that declined, or of the routing profile it came through ---
by_gateway='cascade profile direct of gateway bank'
by_routing='cascade profile routed of routing profile atri'
cascade "approved - $by_gateway" O-direct approve-1 '.subscription_id = "S-1"'
expect_equal "flexfactor 49.95 USD" "$(answer '"\(.gateway) \(.amount) \(.currency)"')" "the answer"
expect_equal "$(answer .handed_over_as)" "$(query 'SELECT order_id FROM recovery')" "the order"
expect_equal complete "$(status_of O-direct)" "an approved sale"
cascade "declined declined $by_routing" O-routed decline-1 \
  '.gateway_id = "plain" | .routing_profile_id = "atri"'
expect_equal declined "$(status_of O-routed)" "a declined sale"
recycled 0 explain O-routed
expect_text "$dir/out" 'is failed: it was not charged; the reason: FlexFactor said no, finally'
cascade "approved - $by_routing" O-both approve-2 '.routing_profile_id = "atri"'
cascade "approved - $by_gateway" O-bare approve-3 '.routing_profile_id = "bare"'
refuse no_cascade O-plain approve-4 '.gateway_id = "plain"'
refuse no_flexfactor O-proud approve-5 '.gateway_id = "proud"'
# An approval completes the sale as a rerun does, N3 included.
expect_equal 'order.completed fulfillment.requested' "$(query "SELECT group_concat(type, ' ')
  FROM outbox WHERE rebill_with = 'card_number_without_cvv'
  AND sale_key = (SELECT key FROM sale WHERE id = 'O-direct')")" "events of the order"
ask 200 /v1/declines --json '{"subscription_id": "S-1", "gateway_id": "bank", "status": "active",
  "billing_cycle": 1, "price": "49.95", "currency": "USD", "interval": "1m"}'
ask 200 /v1/subscriptions/S-1
expect_equal card_number_without_cvv "$(answer .rebill_with)" "how its next rebill is made"

# --- C3: without an ip_address it cannot be cascaded, and is kept for a rerun ---
refuse no_ip_address O-phone approve-6 'del(.ip_address)'
ask 200 /v1/reruns --json '{"order_id": "O-phone"}'
expect_equal claimed "$(answer '.items[0].result')" "a rerun of what could not be cascaded"
until_true 30 "O-phone to be complete" is_complete O-phone

# --- C5, H1, H2, and what else is refused ---
refuse single_transaction O-single approve-7 '.campaign_id = "one-by-one"'
cascade "approved - $by_gateway" O-usual approve-8 '.campaign_id = "usual"'
refuse hard_decline O-hard approve-9 '.decline_type = "hard" | .decline_message = "Stolen card"'
cascade "approved - $by_gateway" O-mapped approve-10 \
  '.decline_type = "hard" | .decline_message = "05: DO NOT HONOR"'
refuse unclassified_decline O-unclear approve-11 'del(.decline_type)'
refuse not_declined O-pending approve-12 '.status = "pending"'

# --- what is no order at all, and who may not ask ---
before=$(calls)
ask 422 /v1/cascades --json "$(declined_order O-bad approve-1 '.amount = "1.234"')"
expect_text "$dir/answer" '"amount"'
ask 422 /v1/cascades --json "$(declined_order O-bad approve-1 '.routing_profile_id = "nowhere"')"
ask 422 /v1/cascades --json '[]'
expect_equal 401 "$(curl -sS -o "$dir/ignored" -w '%{http_code}' "$url/v1/cascades" \
  --json "$(declined_order O-bad approve-1)")" "without the token"
expect_equal 0 "$(query "SELECT count(*) FROM sale WHERE id = 'O-bad'")" "orders of bad requests"

# --- X1: a repeat gives the stored answer and no call, whatever else it says by now ---
charges=$(simulator_says charges)
for id in O-direct O-routed; do
  ask 200 /v1/cascades --json "$(declined_order "$id" approve-other '.amount = "99.00"')"
  diff "$dir/answer.$id" "$dir/answer" >&2 || fail "another answer on $id"
done
expect_equal "$before" "$(calls)" "calls of repeats and bad requests"

# --- the same by the command, beside the service ---
declined_order O-file approve-13 >"$dir/order.json"
recycled 0 cascade "$dir/order.json"
expect_text "$dir/out" "O-file  approved; 49.95 USD at flexfactor, by $by_gateway, order "
recycled 1 cascade - --json < <(declined_order O-piped decline-2)
expect_equal "declined declined $by_gateway" "$(jq -r "$answered" "$dir/out")" "by standard input"
recycled 1 cascade - --json < <(declined_order O-nophone approve-14 'del(.ip_address)')
expect_equal "refused no_ip_address -" "$(jq -r "$answered" "$dir/out")" "a refusal by the command"
recycled 1 cascade - < <(declined_order O-nophone approve-14 'del(.ip_address)')
expect_text "$dir/out" 'O-nophone  refused: no_ip_address, '
before=$(calls)
a_lot=$(declined_order O-bad approve-1 '.amount = "a lot"')
for bad in '' '[]' 'no order' '{"order_id": "O-bad"}' "$a_lot"; do
  recycled 2 cascade - <<<"$bad"
done
recycled 2 cascade "$dir/absent.json"
recycled 2 cascade
# One story: asked here and answered there, the other way round too.
recycled 0 cascade - --json < <(declined_order O-direct approve-1)
diff <(jq -S . "$dir/answer.O-direct") <(jq -S . "$dir/out") >&2 || fail "it says otherwise"
ask 200 /v1/cascades --json "$(declined_order O-file approve-13)"
expect_equal "approved - $by_gateway" "$(answer "$answered")" "what the command was told"
expect_equal "$before" "$(calls)" "calls of what is no order, and of repeats"
expect_equal "$((charges + 1))" "$(simulator_says charges)" "charges since"
recycled 0 explain O-file
expect_text "$dir/out" 'handed to flexfactor by a cascade'
stop_worker 0

# --- C4: cascade_all takes every soft decline, and overrides each cascade profile ---
sed -i 's/^kind = "flexfactor"$/&\ncascade_all = true/' "$config"
start_service
cascade "approved - cascade_all" O-all-1 approve-21 '.gateway_id = "plain"'
cascade "approved - cascade_all" O-all-2 approve-22 '.gateway_id = "proud"'
cascade "approved - cascade_all" O-all-3 approve-23 '.routing_profile_id = "atri"'
cascade "declined declined cascade_all" O-all-4 decline-24
refuse no_ip_address O-all-5 approve-25 'del(.ip_address)'
refuse single_transaction O-all-6 approve-26 '.campaign_id = "one-by-one"'
refuse hard_decline O-all-7 approve-27 '.decline_type = "hard"'
# What was decided by another rule then, was.
ask 200 /v1/cascades --json "$(declined_order O-direct approve-1)"
diff "$dir/answer.O-direct" "$dir/answer" >&2 || fail "another answer after a change of the config"
until_true 30 "everything to settle" all_settled
stop_worker 0

# --- X1: as many charges as complete orders, nobody twice, and each event of them once ---
complete=$(query "SELECT count(*) FROM sale WHERE status = 'complete'")
expect_equal "$complete" "$(simulator_says charges)" "charges"
expect_equal 10 "$complete" "complete orders"
expect_equal 0 "$(simulator_says double_charges)" "double charges"
expect_equal "$complete" "$(query "SELECT count(*) FROM outbox WHERE type = 'order.completed'")" \
  "completions told"
expect_equal "$(simulator_says calls.evaluate)" \
  "$(query 'SELECT count(*) FROM recovery')" "requests to FlexFactor"
