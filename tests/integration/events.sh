#!/usr/bin/env bash
# Events out, to a receiver that verifies as the standard says and to a file: at least once whatever
# it answers and whoever is killed, in order for one subscription, and not for ever.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

receiver_pid=
end_receiver() {
  if [[ -n "$receiver_pid" ]]; then kill "$receiver_pid" 2>/dev/null || true; fi
}
trap 'status=$?; end_receiver; finish $status' EXIT

first_secret=whsec_$(printf 'the first secret of the receiver' | base64 -w 0)
next_secret=whsec_$(printf 'the next secret of this receiver' | base64 -w 0)
printf '%s' "$first_secret" >"$dir/webhook_key"
answers() { printf '%s' "$1" >"$dir/mode.new" && mv "$dir/mode.new" "$dir/mode"; }
answers 500
python3 "$root/tests/integration/receiver.py" "$dir" >"$dir/receiver.out" 2>&1 &
receiver_pid=$!
until_true 20 "the receiver" test -s "$dir/receiver.ready"

start_simulator --seed 4 --approve 60 --decline 40 --delay 50ms..200ms
write_config 1
printf '%s\n' "$first_secret" >"$dir/secrets/webhook_secret"
chmod 600 "$dir/secrets/webhook_secret"
cat >>"$config" <<TOML
[events]
url = "http://$(<"$dir/receiver.ready")/hooks/billing?from=recycled"
secret_files = ["secrets/webhook_secret"]
jsonl_file = "events.jsonl"
timeout = "2s"
give_up_after = "1h"
first_backoff = "100ms"
longest_backoff = "400ms"
TOML
setting() { sed -i "/^\[events\]/,\$s|^$1 = .*|$1 = $2|" "$config"; }

# What the receiver got under a mode: ids in their order.
got() { jq -r "select(.mode == \"$1\") | .id" "$dir/got.jsonl"; }
got_reaches() { (($(got "$1" | wc -l) >= $2)); }
waiting() { query "SELECT count(*) FROM outbox AS o LEFT JOIN delivery AS d
  ON d.outbox_key = o.key AND d.sink = '$1' WHERE coalesce(d.state, 'waiting') = 'waiting'"; }
in_file() { [[ $(waiting jsonl) == 0 ]]; }
all_told() { [[ $(waiting webhook) == 0 && $(waiting jsonl) == 0 ]]; }
settled_and_told() { all_settled && all_told; }
events() { # CODE ARGUMENT...
  local code=$1
  shift
  recycled "$code" events "$@"
}

# --- answered 500, then 200: nothing is lost, all of it is signed, and keeps its order ---
recycled 0 check
expect_text "$dir/out" "/hooks/billing?from=recycled · appended to $dir/events.jsonl"
write_subscriptions 30 "$dir/declined.csv"
expect_import "$dir/declined.csv" inserted 30
start_worker
until_true 60 "every recovery at its end" all_settled
until_true 30 "tries in vain" got_reaches 500 40
expect_equal 0 "$(query "SELECT count(*) FROM delivery WHERE sink = 'webhook'
  AND state <> 'waiting'")" "deliveries that were answered 500"
until_true 30 "the file, which waits for nobody" in_file
recycled 0 status --json
expect_equal true "$(jq '.events.waiting > 0 and .oldest_event != null' "$dir/out")" "in status"
answers 200
until_true 60 "every event delivered" all_told
expect_equal "" "$(jq -r '.objection' "$dir/got.jsonl" | sort -u)" "the receiver's objections"
expect_equal "/hooks/billing?from=recycled" "$(jq -r '.path' "$dir/got.jsonl" | sort -u)" "the path"
events 0 list --json --limit 1000
expect_equal "$(query 'SELECT count(*) FROM outbox')" "$(jq length "$dir/out")" "events listed"
expect_equal "$(query 'SELECT count(*) FROM outbox')" "$(got 200 | sort -u | wc -l)" "events taken"
expect_equal "" "$(got 200 | sort | uniq -d)" "events taken twice without a crash"
# The same id, and the same bytes, at every try; and the file has exactly those bytes.
expect_equal "" "$(got 500 | sort -u | comm -23 - <(got 200 | sort -u))" "ids of tries in vain"
expect_equal "$(got 200 | sort -u | wc -l)" \
  "$(jq -r '.body' "$dir/got.jsonl" | sort -u | wc -l)" "bodies"
diff <(jq -r 'select(.mode == "200") | .body' "$dir/got.jsonl" | sort) \
  <(sort "$dir/events.jsonl") >&2 || fail "the file differs from what was sent"
expect_equal 600 "$(stat -c %a "$dir/events.jsonl")" "mode of the file"
in_order() { # of stdin: bodies; each subscription's come as they happened
  jq -s 'group_by(.data.subscription_id) | all(map(.type) == (sort_by(
    .timestamp, .type != "subscription.recovered") | map(.type)))'
}
expect_equal true "$(jq -r 'select(.mode == "200") | .body' "$dir/got.jsonl" | in_order)" "order"
# Enough to act: against the ledger, for each recovered subscription.
jq -r 'select(.type == "subscription.recovered") | [.data.subscription_id, .data.cycle + 1,
  .data.gateway_id, .data.next_bill_on, .data.provider_order_id] | join(" ")' \
  "$dir/events.jsonl" | sort >"$dir/told"
query "SELECT s.id || ' ' || s.cycle || ' ' || s.gateway || ' ' || s.next_bill_on || ' '
  || r.provider_order FROM subscription AS s JOIN recovery AS r ON r.subscription_key = s.key
  WHERE r.state = 'recovered'" | sort >"$dir/known"
(($(wc -l <"$dir/told") > 5)) || fail "hardly anybody was recovered"
diff "$dir/told" "$dir/known" >&2 || fail "what was told differs from the ledger"

# --- killed between delivery and mark: told again under the same id, and nothing is lost ---
answers hold
write_rows "$dir/more.csv" < <(for n in {1..6}; do echo "K-$n recycle_billing 2 tok-k$n"; done)
expect_import "$dir/more.csv" inserted 6
until_true 30 "an event that was taken and is not marked" got_reaches hold 1
kill -KILL "$worker_pid"
wait "$worker_pid" 2>>"$dir/killed.txt" || true
answers 200
start_worker
until_true 60 "everything told after the kill" settled_and_told
expect_equal "" "$(got hold | sort -u | comm -23 - <(got 200 | sort -u))" "lost by the kill"
expect_equal "$(query 'SELECT count(*) FROM outbox')" "$(got 200 | sort -u | wc -l)" "told in the end"
expect_equal "" "$(jq -r '.id' "$dir/events.jsonl" | sort -u | comm -3 - <(got 200 | sort -u))" \
  "differences between file and receiver"
stop_worker 0

# --- a receiver that never answers: given up, told to a person, and replayed ---
setting give_up_after '"1s"'
setting timeout '"300ms"'
answers hold
write_rows "$dir/last.csv" <<<"D-1 recycle_billing 2 tok-d1"
expect_import "$dir/last.csv" inserted 1
start_worker
given_up() { grep -q '"event.given_up"' "$dir/worker.log.now"; }
until_true 60 "an event that is given up" given_up
until_true 60 "all of that subscription's given up" all_told
stop_worker 0
expect_equal error "$(jq -r 'select(.event == "event.given_up") | .level' "$dir/worker.log.now" |
  sort -u)" "level of the alarm"
recycled 3 status
expect_text "$dir/out" 'dead'
recycled 3 once
events 0 list --state dead --json
dead=$(jq -r '[.[].key] | sort | join(" ")' "$dir/out")
[[ -n "$dead" ]] || fail "no dead event is listed"
expect_equal D-1 "$(jq -r '[.[].subscription_id] | unique | join(" ")' "$dir/out")" "whose are dead"
key=${dead%% *}
events 0 show "$key"
expect_text "$dir/out" 'waits for a person: '
events 0 show "$key" --json
expect_equal "$(jq -r .body "$dir/out")" \
  "$(grep -F "$(jq -r '.body | fromjson | .id' "$dir/out")" "$dir/events.jsonl")" "the body shown"
wanted=$(jq -r '.body | fromjson | .id' "$dir/out")
events 1 show 9999
events 1 replay 9999
events 2 replay
events 2 replay --dead 1
events 2 list --state strange
answers 200
events 0 replay --dead
expect_text "$dir/out" 'will be delivered again'
recycled 0 once
expect_equal "$wanted" "$(got 200 | grep -F "$wanted" || true)" "the id of a replayed event"
recycled 0 explain D-1
expect_text "$dir/out" 'event.given_up'
expect_text "$dir/out" 'event.replayed'

# --- a secret is rotated: both sign, and a receiver that knows the next one alone believes it ---
printf '%s' "$next_secret" >"$dir/secrets/next_secret"
chmod 644 "$dir/secrets/next_secret"
setting secret_files '["secrets/webhook_secret", "secrets/next_secret"]'
recycled 78 check
expect_text "$dir/last.err" '[events] secret_files'
chmod 600 "$dir/secrets/next_secret"
cp "$dir/secrets/next_secret" "$dir/webhook_key"
events 0 replay "$key"
recycled 0 once
expect_equal "2 " "$(tail -n 1 "$dir/got.jsonl" | jq -r '"\(.signatures) \(.objection)"')" \
  "signatures in a rotation"
printf 'whsec_short' >"$dir/secrets/next_secret"
recycled 78 check
expect_text "$dir/last.err" 'next_secret: the webhook secret'
for secret in "$first_secret" "$next_secret"; do
  expect_no_text "${secret#whsec_}" "$dir"/*.log.now "$dir/every.err" "$dir"/ledger.db* "$dir/out"
done
