#!/usr/bin/env bash
# What the README says to type day by day, typed: every block as it stands, with the file names, dates
# and ids that it shows, on a ledger that has what they name.
# Proves: X2
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --approve 100 --decline 0 --delay 0ms..20ms
write_config 1
printf 'env-key' >"$dir/secrets/environment_key"
chmod 600 "$dir/secrets/environment_key"
sed -i 's#^expiry_days = .*#&\nenvironment_key_file = "secrets/environment_key"#
  s/^kind = "card"$/&\ncascade = "salvage"/' "$config"
cat >>"$config" <<TOML
[[cascade_profile]]
id = "salvage"
gateways = ["flexfactor"]
[events]
jsonl_file = "$dir/events.jsonl"
TOML
state_of() { query "SELECT r.state FROM recovery AS r JOIN subscription AS s
  ON s.key = r.subscription_key WHERE s.id = '$1'"; }

# --- import ---
{
  echo "S-1001 recycle_billing 2 refuse-1001"
  for n in {1..5}; do echo "S-$n recycle_billing 2 approve-$n"; done
} | write_rows "$dir/declined.csv"
gzip -k "$dir/declined.csv"
run_block 0 'import subscriptions declined.csv'
expect_equal 6 "$(query 'SELECT count(*) FROM subscription')" "subscriptions imported"

{
  echo 'order_id,gateway_id,status,amount,currency,declined_at,decline_code,decline_message,decline_type,card_token'
  echo 'O-1001,bank,declined,49.95,USD,2026-02-05,51,Insufficient funds,soft,approve-1001'
  echo 'O-1002,bank,declined,49.95,USD,2026-01-05,51,Insufficient funds,soft,approve-1002'
} >"$dir/declined-sales.csv"
run_block 0 'import orders declined-sales.csv'
expect_equal 2 "$(query 'SELECT count(*) FROM sale')" "orders imported"

{
  head -n 1 "$dir/declined.csv" | sed 's/card_token/card_number,card_exp_month,card_exp_year/'
  sed -n 's/^S-1,\(.*\),approve-1$/S-card,\1,4000010000000001,9,2035/p' "$dir/declined.csv"
} >"$dir/cards.csv"
run_block 0 'cards.csv --tokenize'
expect_equal 1 "$(query "SELECT count(*) FROM subscription WHERE id = 'S-card'
  AND card_token NOT IN ('', '4000010000000001')")" "tokens"

# --- the kill switch ---
run_block 0 'recycled pause'
expect_text "$dir/out" 'paused'
recycled 0 status
expect_no_text 'PAUSED' "$dir/out"

# --- by hand: the digest is the one of the dry run above it ---
january='s/2026-11-/2026-01-/g; s/2026-01-20/2026-01-31/g'
own_plan() { # COMMAND: takes the place of the digest that the README shows
  echo "$january; s/--plan [-0-9a-f]*/--plan \$($1 --json --dry-run | jq -r .plan)/"
}
run_block 0 'backfill --from 2026-11-01' "$(own_plan 'recycled backfill --from 2026-01-01 --to 2026-01-31')"
expect_equal 7 "$(query "SELECT count(*) FROM recovery WHERE kind = 'recycle'")" "handed over"
run_block 0 'recycled rerun' \
  "$(own_plan 'recycled rerun --from 2026-01-01 --to 2026-01-30 --gateway flexfactor')"
expect_equal 2 "$(query "SELECT count(*) FROM recovery WHERE kind = 'rerun'")" "reruns"

# --- cascades ---
declined_order O-2001 approve-2001 >"$dir/order.json"
declined_order O-2002 approve-2002 >"$dir/order.shop"
stand_in shop-export
ORDER=$dir/order.shop run_block 0 'recycled cascade'
expect_equal 2 "$(grep -c approved "$dir/out")" "cascades approved"

# --- results, and a person's word ---
over() { [[ $(state_of S-1001) == parked && $(state_of S-1) == recovered ]]; }
settle() { "$bin/recycled" once --config "$config" >"$dir/once.out" 2>>"$dir/every.err" || true; over; }
until_true 60 "results" settle
run_block 0 'recycled resolve'
expect_equal failed "$(state_of S-1001)" "after the person's word"

# --- the callbacks' inbox ---
start_worker
body() { printf '{"Event": "order.completed", "ExternalOrderId": "%s"}' "$1" >"$dir/body.json"; }
post() {
  sign "$dir/body.json"
  expect_equal 200 "$(curl -sS -o "$dir/ignored" -w '%{http_code}' "${headers[@]}" \
    --data-binary "@$dir/body.json" "http://$callbacks/flexfactor/callbacks")" "the reply"
}
body "$(query "SELECT order_id FROM recovery WHERE state = 'recovered' LIMIT 1")"
post
key=$(query 'SELECT max(key) FROM callback')
body nobody
post
stop_worker 0
run_block 3 'callbacks show' "s/ 17 / $key /" # nobody's order stays one
expect_text "$dir/out" unmatched
sign "$dir/body.json" "$signing_key" 'Fri, 20 Nov 2026 08:30:15 GMT' callbacks.example.com
for ((i = 1; i < ${#headers[@]}; i += 2)); do echo "${headers[i]}"; done >"$dir/headers.txt"
run_block 0 'callbacks verify'

# --- events, and the report ---
key=$(query 'SELECT max(key) FROM outbox')
run_block 0 'events list' "s/ 17 / $key /"
run_block 0 'report --from' "s/2026-11-01/$(date -d '2 days ago' +%F)/
  s/2026-11-30/$(date -d '2 days' +%F)/"
expect_text "$dir/november.html" '<table'
expect_equal "$(query "SELECT count(*) + 1 FROM recovery")" "$(wc -l <"$dir/november.csv")" \
  "lines of the table"
expect_books_agree
