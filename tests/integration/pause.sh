#!/usr/bin/env bash
# The kill switch on a running service: nothing new leaves, also after kill -9, results are taken,
# and after a resume all of it goes on.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --delay 0ms..50ms
write_config 1
# Six hand-overs a second, so that a pause finds a queue.
sed -i 's/^requests_per_second = .*/requests_per_second = 6/' "$config"
cat >>"$config" <<'TOML'
[[cascade_profile]]
id = "salvage"
gateways = ["flexfactor"]
TOML
sed -i 's/^kind = "card"/kind = "card"\ncascade = "salvage"/' "$config"
add_api

for n in {1..40}; do echo "S-$n recycle_billing 2 approve-$n"; done | write_rows "$dir/declined.csv"
expect_import "$dir/declined.csv" inserted 40
start_service
some_sent() { (($(simulator_says orders) >= 3)); }
until_true 20 "the first hand-overs" some_sent

recycled 0 pause --reason 'half of this morning is refused'
expect_text "$dir/out" 'paused: everything, since '
expect_text "$dir/out" 'half of this morning is refused'
recycled 0 pause --reason 'another'
expect_text "$dir/out" 'paused before: everything, since '
expect_text "$dir/out" 'half of this morning is refused'
heard() { grep -q '"event":"run.paused"' "$dir/worker.log.now"; }
until_true 20 "the service to hear of the pause" heard

# What has left comes home; nothing else leaves.
sent() { query "SELECT count(*) FROM recovery WHERE has_left"; }
none_under_way() { [[ $(query "SELECT count(*) FROM recovery
  WHERE state NOT IN ('intended', 'recovered')") == 0 ]]; }
until_true 60 "what has left to come home" none_under_way
before=$(simulator_says orders)
queued=$(query "SELECT count(*) FROM recovery WHERE state = 'intended'")
((queued > 0)) || fail "nothing was queued when the pause came"
expect_equal "$before" "$(sent)" "requests that have left"

# Status says so above all, and explain where it matters.
recycled 0 status
expect_text "$dir/out" 'PAUSED: nothing new is claimed or handed over; results are taken'
recycled 0 status --json
expect_equal 'half of this morning is refused' "$(jq -r '.paused[0].reason' "$dir/out")" "reason"
expect_equal "$(id -un)" "$(jq -r '.paused[0].by' "$dir/out" | sed 's/.* as //')" "by whom"
waiting=$(query "SELECT s.id FROM recovery AS r JOIN subscription AS s ON s.key = r.subscription_key
  WHERE r.state = 'intended' LIMIT 1")
recycled 0 explain "$waiting"
expect_text "$dir/out" ': hand-overs are paused since'

# New declines are taken in and not claimed, cascades and reruns are refused by name.
write_rows "$dir/more.csv" <<<"S-new recycle_billing 2 approve-new"
expect_import "$dir/more.csv" inserted 1
order() {
  jq -n --arg id "$1" --arg card "$2" '{order_id: $id, gateway_id: "bank", status: "declined",
    amount: "49.95", currency: "USD", declined_at: "2026-01-05", decline_code: "51",
    decline_message: "Insufficient funds", decline_type: "soft", card_token: $card,
    ip_address: "192.0.2.7"}'
}
ask 200 /v1/cascades --json "$(order O-waits approve-o1)"
expect_equal 'refused paused' "$(answer '.result + " " + .reason')" "a cascade's answer"
order O-rerun approve-o2 >"$dir/order.json"
recycled 1 cascade "$dir/order.json"
expect_text "$dir/out" paused
expect_exit 3 "$bin/recycled" backfill --from 2026-01-01 --to 2026-12-31 --config "$config"
expect_text "$dir/out" 'not taken: paused'
recycled 1 rerun O-rerun --gateway flexfactor
expect_text "$dir/out" paused
ask 422 /v1/reruns --json '{"order_id": "O-rerun"}'
expect_equal paused "$(answer '.items[0].reason')" "a rerun's answer"

# kill -9: still paused, through passes of the service and of `once`.
kill_worker
start_service
until_true 20 "the restarted service to hear of the pause" heard
passes() { (($(grep -c '"event":"scan.done"' "$dir/worker.log.now") >= 3)); }
kill_worker
log_level=debug start_service
until_true 30 "three passes" passes
stop_worker 0
recycled 0 once
expect_equal "$before" "$(simulator_says orders)" "orders at the simulator during the pause"
expect_equal 0 "$(query "SELECT count(*) FROM recovery AS r JOIN subscription AS s
  ON s.key = r.subscription_key WHERE s.id = 'S-new'")" "claims during the pause"

# And on: a running service hears of it by itself.
start_service
recycled 0 resume
expect_text "$dir/out" 'resumed what was paused: everything, since'
recycled 0 resume
expect_text "$dir/out" 'nothing was paused'
recycled 0 rerun O-rerun --gateway flexfactor
until_true 120 "everything to be settled" all_settled
expect_logged '"event":"run.resumed"'
expect_equal 42 "$(simulator_says charges)" "charges"
expect_books_agree
expect_all_home
expect_equal 'paused resumed' "$(query "SELECT group_concat(word, ' ') FROM pause")" "the record"
stop_worker 0
