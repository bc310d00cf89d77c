#!/usr/bin/env bash
# S4: FlexFactor is for decline salvage only. A placement that says otherwise is refused by check
# and by an import with both places named; what came in while the config said something else is not
# handed over, and says why. And what is held for want of a class (H1) is listed.
# Proves: S4 H1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --delay 0ms..50ms
write_config 1
sed -i '/^\[callbacks\]/,/^public_host/d; /^hmac_signing_key_files/d' "$config"
cp "$config" "$dir/base.toml"
cat >>"$config" <<'TOML'
[[gateway]]
id = "acme"
kind = "card"
[[recycle_profile]]
id = "acme's"
apply_to_gateways = ["acme"]
gateway_4_6 = "flexfactor"
[[recycle_profile.reattempt]]
number = 4
[[routing_profile]]
id = "atri"
gateways = ["acme"]
[[campaign]]
id = "summer"
product_gateways = ["acme"]
TOML
recycled 0 check

# The import: what the row says against what the config says.
subscriptions='subscription_id,gateway_id,status,billing_cycle,price,currency,interval,declined_at'
subscriptions+=',reattempts_made,last_attempt_at,decline_code,decline_message,decline_type,card_token'
subscriptions+=',campaign_id'
file=$dir/declined.csv
cat >"$file" <<CSV
$subscriptions
S-1,acme,recycle_billing,2,20.00,USD,1m,2026-01-05,3,2026-01-15,51,Insufficient funds,soft,a-1,summer
S-held,bank,recycle_billing,2,20.00,USD,1m,2026-01-05,3,2026-01-15,19,Re-enter,,approve-2,
S-ff,flexfactor,recycle_billing,2,20.00,USD,1m,2026-01-05,3,2026-01-15,51,Insufficient funds,soft,a-3,summer
CSV
recycled 3 import subscriptions "$file"
expect_rejected 4 "'flexfactor', a FlexFactor [[gateway]] of the config" "campaign_id 'summer'"
orders='order_id,gateway_id,status,amount,currency,declined_at,decline_code,decline_message'
orders+=',decline_type,card_token,routing_profile_id'
file=$dir/orders.csv
cat >"$file" <<CSV
$orders
O-1,acme,declined,49.95,USD,2026-11-02,51,Insufficient funds,soft,approve-4,atri
O-held,bank,declined,49.95,USD,2026-11-02,19,Re-enter,,approve-5,
O-ff,flexfactor,declined,49.95,USD,2026-11-02,51,Insufficient funds,soft,approve-6,atri
O-through,bank,declined,49.95,USD,2026-11-02,51,Insufficient funds,soft,approve-7,flexfactor
CSV
recycled 3 import orders "$file"
expect_rejected 4 "'flexfactor', a FlexFactor [[gateway]] of the config" "routing_profile_id 'atri'"
expect_rejected 5 "routing_profile_id is 'flexfactor', a FlexFactor [[gateway]] of the config"
expect_equal 2 "$(query 'SELECT count(*) FROM sale')" "orders taken in"
recycled 0 explain S-1 --json
jq -e '.due_at != null' "$dir/out" >"$dir/ignored" || fail "S-1 is due: $(<"$dir/out")"

# The same gateway becomes FlexFactor's. check names each place that it stands in …
flexfactor='kind = "flexfactor"\nenvironment = "sandbox"\nmid = "m"\nsite_id = "s"'
flexfactor+='\napp_key_file = "secrets/app_key"\napp_secret_file = "secrets/app_secret"'
sed -i "/^id = \"acme\"/{n;s|.*|$flexfactor|}" "$config"
recycled 78 check
for place in '[[recycle_profile]] "acme'"'"'s"' '[[routing_profile]] "atri"' '[[campaign]] "summer"'; do
  grep -F -- "$place" "$dir/last.err" | grep -qF '"acme"' || fail "$place: $(<"$dir/last.err")"
done
# … and once it stands in none, what is in the ledger is not handed over.
{
  cat "$dir/base.toml"
  printf '[[gateway]]\nid = "acme"\n%b\nbase_url = "%s"\n' "$flexfactor" "$scheme://$api/v1/"
  printf '[[campaign]]\nid = "summer"\n[[routing_profile]]\nid = "atri"\ngateways = ["bank"]\n'
} >"$config"
recycled 0 check
recycled 0 once
recycled 0 explain S-1 --json
expect_equal declined_at_flexfactor "$(jq -r .not_taken.reason "$dir/out")" "why S-1 is not taken"
recycled 0 explain S-1
expect_text "$dir/out" 'FlexFactor, which salvages the declines of other gateways (gateway_id acme is a'
recycled 1 rerun O-1 --gateway flexfactor
expect_text "$dir/out" 'not taken: declined_at_flexfactor'
recycled 0 explain O-1
expect_text "$dir/out" 'It is not taken: it was declined at FlexFactor'
expect_equal 0 "$(query 'SELECT count(*) FROM recovery')" "recoveries"
expect_equal 0 "$(simulator_says orders)" "orders at the simulator"
# Below the program: the ledger itself refuses it.
query "INSERT INTO recovery (key, kind, subscription_key, order_id, cycle, round, reattempt,
  provider_gateway, return_gateway, return_card, amount, currency, state, reason, step, sending, tries,
  inquiries, has_left, claimed_at, expires_at, unsent_until, refund_due, late, refunded, charged_back,
  ended) SELECT 1, 'recycle', key, 'o', 2, 1, 4, 'acme', gateway, 'a', 1, 'USD', 'failed', '', 'none', 1, 0, 0,
  0, 1, 2, 1, 0, 0, 0, 0, 'failed' FROM subscription WHERE id = 'S-1'" 2>"$dir/refused.txt" && fail "the ledger took it"
expect_text "$dir/refused.txt" 'what FlexFactor declined is not handed to it'

# H1: neither soft nor hard, so it waits, and status says which do.
recycled 0 status
expect_text "$dir/out" 'subscription S-held  bank  19 Re-enter'
expect_text "$dir/out" 'order O-held  bank  19 Re-enter'
recycled 0 status --json
expect_equal '1 1 2' "$(jq -r '.held | "\(.subscriptions) \(.orders) \(.items | length)"' \
  "$dir/out")" "what is held"
recycled 0 explain O-held --json
expect_equal unclassified_decline "$(jq -r .not_taken.reason "$dir/out")" "why O-held is not taken"
printf '[[decline_mapping]]\nmessage = "re-enter"\nmaps_to = "soft"\n' >>"$config"
recycled 0 once
recycled 0 rerun O-held --gateway flexfactor
recycled 0 status --json
expect_equal 0 "$(jq '.held.items | length' "$dir/out")" "held once a mapping knows them"
