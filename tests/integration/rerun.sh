#!/usr/bin/env bash
# N1-N3: declined new sales are handed to FlexFactor by name, through the same machinery as a
# re-attempt, and each order ends where it belongs.
# Proves: N1 N2 N3
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --delay 0ms..50ms
write_config 1
sed -i '/^\[callbacks\]/,/^public_host/d; /^hmac_signing_key_files/d' "$config"
cat >>"$config" <<'TOML'
[[routing_profile]]
id = "atri"
gateways = ["bank"]
TOML
cat >"$dir/orders.csv" <<'CSV'
order_id,gateway_id,status,order_type,amount,currency,declined_at,decline_code,decline_message,decline_type,card_token,subscription_id
O-won,bank,declined,new,49.95,USD,2026-11-02,51,Insufficient funds,soft,approve-1,S-1
O-lost,bank,declined,new,49.95,USD,2026-11-03,51,Insufficient funds,soft,decline-1,
O-trial,bank,declined,trial_completion,19.95,USD,2026-11-04,51,Insufficient funds,soft,decline-2,
O-hard,bank,declined,new,49.95,USD,2026-11-05,04,Pick up card,hard,approve-2,
O-open,bank,declined,new,49.95,USD,2026-11-06,51,Insufficient funds,soft,pending-1,
CSV
recycled 0 import orders "$dir/orders.csv" --json
expect_equal 5 "$(jq .inserted "$dir/out")" "orders inserted"

# N1: by a FlexFactor gateway's own name, and by nothing else.
recycled 1 rerun O-won --gateway atri
expect_text "$dir/out" routing_profile
recycled 1 rerun O-won --gateway bank
expect_text "$dir/out" not_flexfactor
recycled 1 rerun O-won --gateway nowhere
expect_text "$dir/out" no_such_gateway
recycled 1 rerun O-nobody --gateway flexfactor
expect_text "$dir/out" not_found
recycled 2 rerun --gateway flexfactor
recycled 2 rerun O-won --from 2026-11-01 --gateway flexfactor
recycled 2 rerun --from yesterday --gateway flexfactor
# One of several has to be named.
cat "$config" - >"$dir/two.toml" <<'TOML'
[[gateway]]
id = "other"
kind = "flexfactor"
mid = "other-mid"
site_id = "other-site"
app_key_file = "secrets/app_key"
app_secret_file = "secrets/app_secret"
TOML
expect_exit 2 "$bin/recycled" rerun O-won --config "$dir/two.toml"
expect_text "$dir/last.err" 'name the gateway with --gateway'
expect_equal 0 "$(query 'SELECT count(*) FROM recovery')" "recoveries so far"

# X2: a dry run says what a run then does, item by item.
recycled 3 rerun --from 2026-11-01 --to 2026-11-05 --gateway flexfactor --dry-run --json
jq -S 'del(.dry_run, .plan) | del(.items[].expires_at)' "$dir/out" >"$dir/planned"
expect_equal 0 "$(query 'SELECT count(*) FROM recovery')" "recoveries of a dry run"
recycled 3 rerun --from 2026-11-01 --to 2026-11-05 --gateway flexfactor --json
jq -S 'del(.dry_run, .plan) | del(.items[].expires_at)' "$dir/out" >"$dir/done"
diff "$dir/planned" "$dir/done" >&2 || fail "the dry run said something else"
expect_equal 3 "$(jq '[.items[] | select(.taken)] | length' "$dir/out")" "orders handed over"
expect_equal hard_decline "$(jq -r '.items[] | select(.taken | not) | .reason' "$dir/out")" "H1"
printf '# the ones of Friday\nO-open\n\n' >"$dir/ids"
recycled 0 rerun --file "$dir/ids" # at the only FlexFactor gateway there is
recycled 1 rerun O-open --gateway flexfactor
expect_text "$dir/out" open_recovery

status_of() { query "SELECT status FROM sale WHERE id = '$1'"; }
once_and_look() {
  "$bin/recycled" once --config "$config" >"$dir/once.out" 2>>"$dir/every.err" || true
  [[ $(status_of O-won) == complete ]]
}
until_true 30 "the order to be complete" once_and_look
expect_equal declined "$(status_of O-lost)" "status of a lost order"
expect_equal declined "$(status_of O-trial)" "status of a lost trial completion"
expect_equal 1 "$(simulator_says charges)" "charges"
expect_equal 0 "$(simulator_says double_charges)" "double charges"
expect_equal 4 "$(simulator_says orders)" "orders at the simulator"
expect_equal 'order.completed fulfillment.requested' "$(query "SELECT group_concat(type, ' ') FROM
  outbox WHERE sale_key = (SELECT key FROM sale WHERE id = 'O-won')")" "events of the order"
recycled 1 rerun O-won --gateway flexfactor
expect_text "$dir/out" already_handed_over
# An older export that still says declined undoes nothing.
recycled 0 import orders "$dir/orders.csv" --json
expect_equal complete "$(status_of O-won)" "status after an older export"

# N3: the subscription of the order comes later, and is marked.
write_rows "$dir/active.csv" <<<'S-1 active 1 approve-1'
expect_import "$dir/active.csv" inserted 1
recycled 0 explain S-1
expect_text "$dir/out" 'with card number and without CVV'
recycled 0 explain O-won
expect_text "$dir/out" 'Order O-won (new) is complete'
expect_text "$dir/out" 'handed to flexfactor by a rerun'
recycled 0 explain O-won --json
expect_equal rerun "$(jq -r '.recoveries[0].kind' "$dir/out")" "kind of recovery"
recycled 0 status --json
expect_equal 1 "$(jq .orders.complete "$dir/out")" "complete orders in the status"
