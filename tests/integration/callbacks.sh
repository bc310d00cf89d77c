#!/usr/bin/env bash
# The inbox by hand, beside the running service: list, show, replay and verify, and keys with dates.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --fault callback_lost=1000
write_config 600
start_worker
url=http://$callbacks/flexfactor/callbacks

write_body() { # EVENT ORDER
  jq -cn --arg event "$1" --arg order "$2" '{Event: $event, TimeStamp: (now | todate),
    ExternalOrderId: $order, OrderId: "", IsTestMode: true, Note: "4111 1111 1111 1111"}' \
    >"$dir/body.json"
}
post() { # STATUS EVENT ORDER [HEXKEY [HOST]]
  write_body "$2" "$3"
  sign "$dir/body.json" "${4:-$signing_key}" "$(date_at now)" "${5:-billing.example.com}"
  expect_equal "$1" "$(curl -sS -o "$dir/reply" -w '%{http_code}' "$url" "${headers[@]}" \
    --data-binary "@$dir/body.json")" "the reply to $2"
}
callback() { # CODE ARGUMENT...
  local code=$1
  shift
  recycled "$code" callbacks "$@"
}
row() { jq -r "map(select(.key == $1)) | .[0].$2" "$dir/out"; }

# --- an order that nobody knows, one that cannot be read, one that is none of ours ---
unknown=00000000-0000-0000-0000-000000000001
post 200 order.completed "$unknown"
printf 'this is not JSON' >"$dir/body.json"
sign "$dir/body.json"
expect_equal 200 "$(curl -sS -o "$dir/reply" -w '%{http_code}' "$url" "${headers[@]}" \
  --data-binary "@$dir/body.json")" "the reply to no JSON"
post 200 payout.sent ""
callback 0 list --json
expect_equal "3 2 1" "$(jq -r '[.[].key | tostring] | join(" ")' "$dir/out")" "newest first"
expect_equal unmatched "$(row 1 result)" "result of an unknown order"
expect_equal unreadable "$(row 2 result)" "result of no JSON"
expect_equal ignored "$(row 3 result)" "result of a payout"
callback 0 list --result unmatched --limit 1
expect_text "$dir/out" "$unknown"
expect_equal 2 "$(wc -l <"$dir/out")" "lines of a list of one"
callback 0 show 1
expect_text "$dir/out" 'x-fc-authorization: HMAC-SHA512'
expect_text "$dir/out" 'none has this order'
expect_text "$dir/out" '"Event":"order.completed"'
expect_no_text '4111 1111 1111 1111' "$dir/out"
callback 0 show 1 --json
expect_equal order.completed "$(jq -r '.body | fromjson | .Event' "$dir/out")" "the body shown"
expect_equal '**** **** **** ****' "$(jq -r '.body | fromjson | .Note' "$dir/out")" "a card number"
jq -e '.headers["x-fc-authorization"] | length > 100' "$dir/out" >"$dir/ignored" ||
  fail "no signature is shown"
callback 1 show 99
expect_text "$dir/last.err" 'no callback 99'
callback 2 list --result strange
callback 2 replay
callback 2 replay 1 --failed

# --- replay: in vain, then with effect, then without a second one ---
callback 3 replay 1 --json
expect_equal unmatched "$(row 1 result)" "a replay in vain"
callback 1 replay 99
callback 3 replay --unmatched
write_rows "$dir/declined.csv" <<<"S-1 recycle_billing 2 pending-1"
expect_import "$dir/declined.csv" inserted 1
waits() { [[ $(query "SELECT count(*) FROM recovery WHERE state = 'waiting'") == 1 ]]; }
until_true 30 "an open recovery" waits
order=$(query 'SELECT order_id FROM recovery')
# As if it had come before its recovery, and its looks were used up.
query "INSERT INTO callback (received_at, nonce, event, order_id, provider_order, headers, body,
    result) SELECT received_at, 'by hand', event, '$order', '', headers,
    CAST(replace(CAST(body AS TEXT), '$unknown', '$order') AS BLOB), 'unmatched'
    FROM callback WHERE key = 1;
  INSERT INTO inbox VALUES (4, 'unmatched', 21, NULL, 'no recovery has this order')"
recycled 3 status
callback 3 replay --unmatched # number 1 still is
expect_equal recovered "$(query 'SELECT state FROM recovery')" "state after the replay"
expect_equal "active 3 bank" "$(query "SELECT status || ' ' || cycle || ' ' || gateway
  FROM subscription")" "the subscription after the replay"
before=$(query 'SELECT * FROM recovery; SELECT * FROM subscription; SELECT * FROM outbox')
callback 0 replay 4 3 --json
expect_equal applied "$(row 4 result)" "a second replay"
expect_equal ignored "$(row 3 result)" "a replay of what is ignored"
expect_equal "$before" "$(query 'SELECT * FROM recovery; SELECT * FROM subscription;
  SELECT * FROM outbox')" "everything after a second replay"
callback 0 show 4
expect_text "$dir/out" 'of subscription S-1, now recovered'
recycled 0 explain S-1
expect_text "$dir/out" 'callback.replayed, waiting -> recovered: callback 4, order.completed'

# --- money that went back is flagged, told and out of the totals ---
post 200 order.refunded "$order"
recycled 3 status
expect_text "$dir/out" 'money that went back'
recycled 3 status --json
expect_equal "[] refunded 18.00" "$(jq -r '"\(.totals | tostring) \(.returned[0].how) " +
  .returned[0].amount' "$dir/out")" "the money"
recycled 0 explain S-1
expect_text "$dir/out" 'it has been refunded since'
post 200 order.completed "$order"
recycled 3 status --json
expect_equal "[]" "$(jq -c .totals "$dir/out")" "the money after another success"

# --- verify: the config's keys, a key of its own, and what differs ---
write_body order.expired "$order"
sign "$dir/body.json"
for ((i = 1; i < ${#headers[@]}; i += 2)); do echo "${headers[i]}"; done >"$dir/headers.txt"
verify() { # CODE ARGUMENT...
  local code=$1
  shift
  callback "$code" verify --headers "$dir/headers.txt" --body "$dir/body.json" "$@"
}
verify 0 --host billing.example.com
verify 1 --host other.example.com
expect_text "$dir/out" "it holds for the host 'billing.example.com'"
expect_text "$dir/out" 'wrong_host'
verify 2 --host https://billing.example.com/flexfactor/callbacks
expect_text "$dir/last.err" 'more than a host'
verify 1 --host billing.example.com --at 2026-01-01T00:00:00Z
expect_text "$dir/out" '; to judge it as of its own time, say --at 20'
printf 'bm90IHRoZSBrZXk=' >"$dir/other_key"
chmod 600 "$dir/other_key"
verify 1 --host billing.example.com --key-file "$dir/other_key"
verify 0 --host billing.example.com --key-file "$dir/secrets/hmac_signing_key"
verify 2 --host billing.example.com --key-file "$dir/absent"
verify 2
echo >>"$dir/body.json"
verify 1 --host billing.example.com --json
expect_equal "false differs" "$(jq -r '"\(.holds) " +
  (.parts[] | select(.part == "content") | .state)' "$dir/out")" "a body with a line end too many"
stop_worker 0

# --- keys with dates: one that has ended and one that counts ---
base64 -w 0 <<<'the next signing key' >"$dir/secrets/next_key"
chmod 600 "$dir/secrets/next_key"
sed -i 's#^hmac_signing_key_files = .*#hmac_signing_key_files = [\
  { file = "secrets/hmac_signing_key", until = "2026-01-01" },\
  { file = "secrets/next_key", from = "2026-01-01" }]#' "$config"
recycled 0 check
expect_text "$dir/out" 'secrets/hmac_signing_key · until 2026-01-01 · does not count today'
expect_text "$dir/out" 'secrets/next_key · from 2026-01-01 · counts today'
start_worker
url=http://$callbacks/flexfactor/callbacks
post 200 payout.sent "" "$(hex_of <<<'the next signing key')"
expect_logged 'payout.sent, key next_key'
post 401 payout.sent ""
expect_logged "key_out_of_date: signing key 'hmac_signing_key' counts until 2026"
stop_worker 0
sed -i 's/from = "2026-01-01"/from = "2999-01-01"/' "$config"
recycled 78 check
expect_text "$dir/last.err" 'none of its signing keys counts on'
