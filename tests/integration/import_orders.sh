#!/usr/bin/env bash
# Declined new sales as merchants send them: the good rows go in, every kind of bad row comes back
# with its reason, a repeat changes nothing, and no card number is left anywhere.
# Proves: X4
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

api=127.0.0.1:9 # nobody is called
write_config 1
cat >>"$config" <<'TOML'
[[campaign]]
id = "summer"
[[routing_profile]]
id = "atri"
gateways = ["bank"]
TOML
card=4111111111111111
file=$dir/orders.csv
head='order_id,gateway_id,status,amount,currency,declined_at,decline_code,decline_message,card_token'
head+=,decline_type,order_type,subscription_id,routing_profile_id,campaign_id,ip_address,email
head+=,card_number
{
  printf '\xef\xbb\xbf%s\r\n' "$head"
  # ID GATEWAY STATUS AMOUNT AT CODE TOKEN and the optional ones, TYPE to CARD_NUMBER
  row() { printf '%s,%s,%s,%s,USD,%s,%s,Insufficient funds,%s,soft,%s\r\n' "$@"; }
  row G-1 bank declined 49.95 2026-01-05 51 tok-1 new,S-1,atri,summer,198.51.100.7,a@example.com,
  row G-trial bank declined 49.95 2026-01-05 51 tok-2 trial_completion,S-2,,,,,
  row G-plain bank declined 0.01 2026-01-05T10:00:00Z 51 tok-3 ,,,,,,
  row G-gone bank cancelled 49.95 '' '' '' ,,,,,,
  row G-paid bank complete 49.95 '' '' '' ,,,,,,
  row '' bank declined 49.95 2026-01-05 51 tok ,,,,,,
  row B-gateway nobody declined 49.95 2026-01-05 51 tok ,,,,,,
  row B-salvage flexfactor declined 49.95 2026-01-05 51 tok ,,,,,,
  row B-status bank recycle_billing 49.95 2026-01-05 51 tok ,,,,,,
  row B-money bank declined 49.955 2026-01-05 51 tok ,,,,,,
  row B-nothing bank declined 0.00 2026-01-05 51 tok ,,,,,,
  row B-day bank declined 49.95 2026-02-30 51 tok ,,,,,,
  row B-undated bank declined 49.95 '' 51 tok ,,,,,,
  row B-code bank declined 49.95 2026-01-05 '' tok ,,,,,,
  row B-card bank declined 49.95 2026-01-05 51 '' ,,,,,,
  row B-type bank declined 49.95 2026-01-05 51 tok recurring,,,,,,
  row B-routing bank declined 49.95 2026-01-05 51 tok ,,bank,,,,
  row B-campaign bank declined 49.95 2026-01-05 51 tok ,,,winter,,,
  row B-column bank declined 49.95 2026-01-05 51 tok ,,,,,"$card",
  row B-number bank declined 49.95 2026-01-05 51 '' ,,,,,,"$card"
  row "$card" bank declined 49.95 2026-01-05 51 tok ,,,,,,
  printf 'B-short,bank,declined\r\n'
} >"$file"
good='G-1 G-gone G-paid G-plain G-trial'
bad=17
expect_equal 23 "$(wc -l <"$file")" "lines of the test's own file"

# The dry run says the same and changes nothing.
recycled 3 import orders --dry-run "$file" --json
expect_equal "5 $bad" "$(jq -r '"\(.inserted) \(.rejected)"' "$dir/out")" "the dry run"
test ! -e "$file.rejected" || fail "a dry run wrote $file.rejected"
test ! -e "$dir/ledger.db" || fail "a dry run made a ledger"

recycled 3 import orders "$file" --json
expect_equal "5 $bad" "$(jq -r '"\(.inserted) \(.rejected)"' "$dir/out")" "the import"
expect_equal "$good" "$(query 'SELECT id FROM sale ORDER BY id' | xargs)" "taken"
expect_equal 'declined|trial_completion|4995|USD|S-2' \
  "$(query "SELECT status, type, amount, currency, subscription FROM sale WHERE id = 'G-trial'")" \
  "a trial's completion"
expect_equal 'bank|atri|summer|198.51.100.7|51|soft' "$(query "SELECT gateway, routing_profile,
  campaign, ip_address, decline_code, decline_class FROM sale WHERE id = 'G-1'")" "an order"
expect_equal "$file.rejected" "$(jq -r .rejected_file "$dir/out")" "the rejected file"
expect_equal 600 "$(stat -c %a "$file.rejected")" "mode of the rejected file"
expect_equal 0 "$(query 'SELECT count(*) FROM subscription')" "subscriptions made by orders"

expect_rejected 7 order_id missing
expect_rejected 8 gateway_id nobody
expect_rejected 9 gateway_id 'declined the order'
expect_rejected 10 status recycle_billing
expect_rejected 11 amount 49.955
expect_rejected 12 amount nothing
expect_rejected 13 declined_at 2026-02-30
expect_rejected 14 declined_at missing
expect_rejected 15 decline_code missing
expect_rejected 16 card_token missing
expect_rejected 17 order_type trial_completion
expect_rejected 18 routing_profile_id bank
expect_rejected 19 campaign_id winter
expect_rejected 20 email 'card number'
expect_rejected 21 card_number --tokenize
expect_rejected 22 order_id 'card number'
expect_rejected 23 fields
expect_no_text "$card" "$dir"/ledger.db* "$file.rejected" "$dir/out" "$dir/every.err"

# A repeat changes nothing and finds the same; a changed row is an update.
cp "$file.rejected" "$dir/first.rejected"
recycled 3 import orders "$file" --json
expect_equal "0 5 $bad" "$(jq -r '"\(.inserted) \(.unchanged) \(.rejected)"' "$dir/out")" "a repeat"
diff "$dir/first.rejected" "$file.rejected" || fail "the repeat rejects something else"

# Mended in place, the rejected file is an import file. Its status may move on, too.
mended=$dir/mended.csv
sed -e 's/^B-money,bank,declined,49.955/B-money,bank,declined,49.95/' "$file.rejected" |
  grep -aE "^(.*order_id,|#|B-money)" >"$mended"
sed -ne 's/^G-plain,bank,declined/G-plain,bank,refunded/p' "$file" >>"$mended"
recycled 0 import orders "$mended" --json
expect_equal '1 1 0' "$(jq -r '"\(.inserted) \(.updated) \(.rejected)"' "$dir/out")" "the mended file"
expect_equal refunded "$(query "SELECT status FROM sale WHERE id = 'G-plain'")" "a refunded order"

# The same as JSONL, from standard input.
cd "$dir"
{
  rest='"gateway_id":"bank","status":"declined","currency":"USD","declined_at":"2026-01-05",'
  rest+='"decline_code":"51","decline_message":"Insufficient funds","card_token":"tok"'
  echo "{\"order_id\":\"J-1\",\"amount\":20.10,$rest}"
  echo "{\"order_id\":\"J-none\",$rest}"
  echo "{\"order_id\":\"J-card\",\"amount\":\"1\",$rest,\"phone\":$card}"
} >input.jsonl
from_stdin() { "$bin/recycled" import orders --config "$config" --json - <"$dir/input.jsonl"; }
expect_exit 3 from_stdin
expect_equal '1 2' "$(jq -r '"\(.inserted) \(.rejected)"' "$dir/out")" "the JSONL import"
expect_equal 2010 "$(query "SELECT amount FROM sale WHERE id = 'J-1'")" "a JSON number"
expect_no_text "$card" "$dir"/ledger.db* "$dir/stdin.rejected" "$dir/out" "$dir/every.err"

# A file of subscriptions is no file of orders.
write_rows "$dir/subscriptions.csv" <<<'S-1 recycle_billing 2 tok'
recycled 1 import orders "$dir/subscriptions.csv"
expect_text "$dir/last.err" 'the header lacks order_id, amount'

# With --tokenize a declined order's number becomes a token, made by the one FlexFactor account.
printf 'environment-key\n' >"$dir/secrets/environment_key"
chmod 600 "$dir/secrets/environment_key"
start_simulator --seed 5 --mid demo-mid --environment-key-file "$dir/secrets/environment_key"
sed -i "s|^base_url.*|base_url = \"$scheme://$api/v1/\"|
  s|^app_secret_file.*|&\nenvironment_key_file = \"secrets/environment_key\"|" "$config"
{
  echo "$head,card_exp_month,card_exp_year"
  row() { printf '%s,bank,%s,5.00,USD,2026-01-05,51,No funds,,soft,,,,,,,%s,%s,2035\n' "$@"; }
  row T-1 declined 4000002760003184 9
  row T-paid complete 4000002760003184 9
  row B-check declined 4000002760003185 9
  row B-month declined 4000002760003184 ''
} >"$dir/cards.csv"
recycled 3 import orders "$dir/cards.csv" --tokenize --dry-run --json
expect_equal '2 2' "$(jq -r '"\(.inserted) \(.rejected)"' "$dir/out")" "the dry run with cards"
expect_equal 0 "$(calls)" "calls of a dry run"
recycled 3 import orders "$dir/cards.csv" --tokenize --json
expect_equal '2 2' "$(jq -r '"\(.inserted) \(.rejected)"' "$dir/out")" "the import with cards"
expect_equal 1 "$(simulator_says cards)" "cards tokenized"
token=$(query "SELECT card_token FROM sale WHERE id = 'T-1'")
[[ "$token" == approve-* ]] || fail "the token of T-1 is '$token'"
expect_equal '|400000|3184' \
  "$(query "SELECT card_token, card_first6, card_last4 FROM sale WHERE id = 'T-paid'")" \
  "an order that is not due for a hand-over"
expect_no_text 4000002760003184 "$dir"/ledger.db* "$dir/cards.csv.rejected" "$dir/out" "$dir/every.err"

# Where there are two accounts, one has to be named.
sed -n '/^id = "flexfactor"/,/^requests_per_second/p' "$config" >"$dir/account"
{
  echo '[[gateway]]'
  sed 's/^id = .*/id = "flexfactor_2"/' "$dir/account"
} >>"$config"
recycled 78 import orders "$dir/cards.csv" --tokenize
expect_text "$dir/last.err" --gateway
recycled 3 import orders "$dir/cards.csv" --tokenize --gateway flexfactor_2 --dry-run
