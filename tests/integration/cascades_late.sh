#!/usr/bin/env bash
# C2, X1: a shopper is answered by the deadline though FlexFactor says nothing, and whoever is
# killed meanwhile. What was charged after all is given back, or held for a person; in the end
# nothing is open, and no charge stays without a "yes".
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Of stalled requests half are never read; of the others FlexFactor charges, and tells nobody here.
start_simulator --seed 11 --approve 100 --decline 0 --delay 50ms..100ms --callback-tries 1
write_config 1
sed -i 's/^scan_every = .*/&\ncascade_deadline = "1s"\nlate_cascade = "refund"/
  s/^request_timeout = .*/request_timeout = "4s"/
  s/^kind = "flexfactor"$/&\ncascade_all = true/' "$config"
add_api

external_cancels() { simulator_says 'calls["orders/{id}/external-cancel"] // 0'; }
told_of() { query "SELECT coalesce(told, 'nothing') || ' ' || refunded FROM recovery
  WHERE order_id = '$1'"; }
is_settled() { [[ $(query "SELECT count(*) FROM recovery WHERE told IS NULL
  OR state NOT IN ('recovered', 'failed', 'withdrawn', 'released')
  OR refund_due = 1 AND refunded = 0") == 0 ]]; }

# Each charge was answered "approved" in time, or has been given back.
expect_no_charge_without_yes() {
  local charged kept=0
  while read -r charged; do
    case "$(told_of "$charged")" in
      'none 0') kept=$((kept + 1)) ;;
      'none 1') fail "$charged was approved, and given back" ;;
      *' 1') ;;
      *) fail "$charged was charged, was not approved, and is not given back" ;;
    esac
  done < <(curl -sS "http://$api/sim/charges" | jq -r '.[].order')
  expect_equal "$(($(simulator_says charges) - kept))" "$(simulator_says refunded)" "refunds"
  expect_equal "$kept" "$(query "SELECT count(*) FROM sale WHERE status = 'complete'")" "completed"
  expect_equal 0 "$(simulator_says double_charges)" "double charges"
}

start_service
# With this the service has a bearer token, which would be stalled too.
ask 200 /v1/cascades --json "$(declined_order O-first approve-first)"
expect_equal approved "$(answer .result)" "a cascade without trouble"

# --- the deadline: told "declined" while FlexFactor is silent, and taken back by our own id ---
simulator_faults '{"stall": 1000, "callback_lost": 1000}'
cascade_many slow 12 approve
wait "${shoppers[@]}"
for n in {1..12}; do
  expect_equal "declined timeout" "$(jq -r '"\(.result) \(.reason)"' "$dir/answer.slow-$n")" \
    "the answer on slow-$n"
done
awk '$2 < 0.9 || $2 > 10 {exit 1}' "$dir"/took.slow-* ||
  fail "the shoppers did not wait for a second: $(sort "$dir"/took.slow-*)"
charges=$(simulator_says charges)
((charges > 1)) || fail "nobody was charged while nothing was said"
taken_back() { (($(external_cancels) >= 12)); }
until_true 30 "an external-cancel of each" taken_back
simulator_faults '{"stall": 0, "callback_lost": 0}'

# --- killed with 20 in flight: whoever lives next finds out what became of each ---
sed -i 's/^cascade_deadline = .*/cascade_deadline = "5s"/' "$config"
stop_worker 0
start_service
ask 200 /v1/cascades --json "$(declined_order O-second approve-second)"
expect_equal approved "$(answer .result)" "a cascade after the trouble"
simulator_faults '{"stall": 1000, "callback_lost": 500}'
arrived=$(($(simulator_says calls.evaluate) + 20))
have_arrived() { (($(simulator_says calls.evaluate) >= arrived)); }
cascade_many killed 20 approve
until_true 30 "20 cascades in flight" have_arrived
kill_worker
for shopper in "${shoppers[@]}"; do wait "$shopper" || true; done
expect_equal 20 "$(query "SELECT count(*) FROM recovery AS r JOIN sale AS s ON s.key = r.sale_key
  WHERE s.id LIKE 'killed-%'")" "cascades on disk"
simulator_faults '{"stall": 0, "callback_lost": 0}'
start_service

# --- in the end each is certain, and whoever asks again is told so ---
until_true 150 "everything to settle" is_settled
expect_equal 0 "$(query 'SELECT count(*) FROM recovery WHERE told IS NULL')" "without an answer"
expect_no_charge_without_yes
given_back() { query "SELECT count(*) FROM recovery AS r JOIN sale AS s ON s.key = r.sale_key
  WHERE s.id LIKE '$1-%' AND r.late = 1 AND r.refunded = 1 AND s.status = 'declined'"; }
expect_equal "$((charges - 1))" "$(given_back slow)" "late charges of the slow ones, given back"
(($(given_back killed) > 0)) || fail "no charge came to light after the kill"
before=$(calls)
for n in {1..20}; do
  ask 200 /v1/cascades --json "$(declined_order "killed-$n" "approve-killed-$n")"
  status=$(query "SELECT status FROM sale WHERE id = 'killed-$n'")
  expect_equal "${status/complete/approved}" "$(answer .result)" "a repeat of killed-$n"
done
expect_equal "$before" "$(calls)" "calls of repeats"

# --- the other policy: held for a person, and status says so ---
stop_worker 0
recycled 0 status --json
expect_equal "refunded $(simulator_says refunded)" \
  "$(jq -r '.returned[] | "\(.how) \(.count)"' "$dir/out")" "money that went back, in the status"
sed -i 's/^late_cascade = .*/late_cascade = "hold"/
  s/^cascade_deadline = .*/cascade_deadline = "1s"/' "$config"
start_service
ask 200 /v1/cascades --json "$(declined_order O-third approve-third)"
charges=$(simulator_says charges)
refunds=$(simulator_says refunded)
simulator_faults '{"stall": 1000, "callback_lost": 1000}'
cascade_many held 8 approve
wait "${shoppers[@]}"
expect_equal "declined timeout" \
  "$(jq -r '"\(.result) \(.reason)"' "$dir"/answer.held-* | sort -u)" "the answers"
held=$(($(simulator_says charges) - charges))
((held > 0)) || fail "nobody was charged while nothing was said"
simulator_faults '{"stall": 0, "callback_lost": 0}'
is_held() { [[ $(query "SELECT count(*) FROM recovery WHERE state = 'parked'
  AND reason = 'late_success' AND refund_due = 1 AND refunded = 0") == "$held" ]]; }
until_true 60 "what was charged to be held" is_held
stop_worker 0
recycled 3 status
expect_text "$dir/out" 'late_success'
recycled 3 status --json
expect_equal "$held" "$(jq '[.parked[] | select(.reason == "late_success")] | length' "$dir/out")" \
  "parked in the status"
expect_equal "$refunds" "$(simulator_says refunded)" "refunds under hold"
expect_equal "$held" "$(query "SELECT count(*) FROM outbox WHERE type = 'recovery.parked'")" \
  "parked ones told"

# A person's word: one is kept, the others are given back by the next pass.
mapfile -t orders < <(query "SELECT order_id FROM recovery WHERE state = 'parked'")
recycled 0 resolve "${orders[0]}" --as recovered
expect_equal "recovered complete" "$(query "SELECT r.state || ' ' || s.status FROM recovery AS r
  JOIN sale AS s ON s.key = r.sale_key WHERE r.order_id = '${orders[0]}'")" "a charge that is kept"
for order in "${orders[@]:1}"; do recycled 0 resolve "$order" --as refund; done
recycled 0 once
expect_equal $((refunds + held - 1)) "$(simulator_says refunded)" "refunds by a person's word"
expect_equal $((held - 1)) "$(query "SELECT count(*) FROM recovery WHERE reason = 'late_success'
  AND state = 'recovered' AND refunded = 1")" "charges given back by a person's word"
