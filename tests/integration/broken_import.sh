#!/usr/bin/env bash
# A file as merchants really send them: the good rows go in, the bad ones come back with a reason,
# and no card number is left anywhere.
# Proves: X4
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

api=127.0.0.1:9 # nobody is called
write_config 1
card=4111111111111111
file=$dir/declined.csv
{
  printf '\xef\xbb\xbf' # a BOM
  printf 'subscription_id,gateway_id,status,billing_cycle,price,currency,interval,declined_at,'
  printf 'reattempts_made,last_attempt_at,decline_code,decline_message,decline_type,card_token,'
  printf 'email,first_name,card_number\r\n'
  row() { # ID GATEWAY PRICE EMAIL NAME [CARD]
    printf '%s,%s,recycle_billing,2,%s,USD,1m,2026-01-05,3,2026-01-15,51,' "$1" "$2" "$3"
    printf 'Insufficient funds,soft,tok-%s,%s,%s,%s\r\n' "$1" "$4" "$5" "${6:-}"
  }
  row G-1 bank 20.00 a@example.com Ann
  row B-money bank 20.005 a@example.com Ann
  row B-comma bank '"20,00"' a@example.com Ann
  row B-gateway nobody 20.00 a@example.com Ann
  row '' bank 20.00 a@example.com Ann
  row B-utf8 bank 20.00 a@example.com $'J\xff\xfe'
  row B-card bank 20.00 "$card" Ann
  row B-spaced bank 20.00 a@example.com '4111 1111 1111 1111'
  row B-number bank 20.00 a@example.com Ann "$card"
  printf 'B-short,bank,recycle_billing\r\n'
  row B-long bank 20.00 a@example.com "$(head -c 1000000 /dev/zero | tr '\0' x)"
  row B-nul bank 20.00 a@example.com 'An~n' | tr '~' '\0'
  row B-field bank 20.00 a@example.com "$(head -c 1025 /dev/zero | tr '\0' x)"
  printf '%s\r\n' "$(row G-quoted bank 20.00 a@example.com '"Ann, ""the"" first"' | tr -d '\r')"
  row B-card2 bank "$card" a@example.com Ann
  row "$card" bank 20.00 a@example.com Ann
  row G-2 bank 20.00 z@example.com 'Zoë'
} >"$file"
expect_equal 18 "$(wc -l <"$file")" "lines of the test's own file"

# The dry run says the same and changes nothing.
recycled 3 import subscriptions --dry-run "$file" --json
expect_equal '3 14' "$(jq -r '"\(.inserted) \(.rejected)"' "$dir/out")" "the dry run"
test ! -e "$file.rejected" || fail "a dry run wrote $file.rejected"
test ! -e "$dir/ledger.db" || fail "a dry run made a ledger"

recycled 3 import subscriptions "$file" --json
expect_equal '3 14' "$(jq -r '"\(.inserted) \(.rejected)"' "$dir/out")" "the import"
expect_equal 'G-1 G-2 G-quoted' "$(query 'SELECT id FROM subscription ORDER BY id' | xargs)" "taken"
expect_equal 'Ann, "the" first' \
  "$(query "SELECT first_name FROM subscription WHERE id = 'G-quoted'")" "a quoted name"
expect_equal 'Zoë' "$(query "SELECT first_name FROM subscription WHERE id = 'G-2'")" "a name"
expect_equal "$file.rejected" "$(jq -r .rejected_file "$dir/out")" "the rejected file"
expect_equal 600 "$(stat -c %a "$file.rejected")" "mode of the rejected file"

expect_rejected 3 price 20.005
expect_rejected 4 price
expect_rejected 5 gateway_id nobody
expect_rejected 6 subscription_id missing
expect_rejected 7 first_name UTF-8
expect_rejected 8 email 'card number'
expect_rejected 9 first_name 'card number'
expect_rejected 10 card_number card_token
expect_rejected 11 fields
expect_rejected 12 '64 KiB'
expect_rejected 13 first_name 'control character'
expect_rejected 14 first_name 1024
expect_rejected 16 price 'card number'
expect_rejected 17 subscription_id 'card number'

expect_no_card() {
  expect_no_text 4111111111111111 "$@"
  expect_no_text '4111 1111 1111 1111' "$@"
  expect_no_text 4111-1111-1111-1111 "$@"
}
expect_no_card "$dir"/ledger.db* "$file.rejected" "$dir/out" "$dir/last.err" "$dir/every.err"

# A repeat changes nothing, and finds the same.
cp "$file.rejected" "$dir/first.rejected"
recycled 3 import subscriptions "$file" --json
expect_equal '0 3 14' "$(jq -r '"\(.inserted) \(.unchanged) \(.rejected)"' "$dir/out")" "a repeat"
diff "$dir/first.rejected" "$file.rejected" || fail "the repeat rejects something else"

# Mended in place, the rejected file is an import file: its comments need not be removed.
mended=$dir/mended.csv
LC_ALL=C sed -e 's/,20\.005,/,20.00,/; s/,"20,00",/,20.00,/; s/,nobody,/,bank,/' \
  -e 's/^,bank/B-missing,bank/; s/J\xff\xfe/Jo/; s/An\x00n/Ann/; /^B-short/d' \
  -e 's/,xxxx*,/,Ann,/' -e 's/,4\{0,1\}[0-9 ]*\*[*0-9 ]*/,/g; s/^4[0-9]*\*[*0-9]*/B-id/' \
  -e 's/,tok-[0-9]*\*[*0-9]*,/,tok-B-id,/' \
  -e 's/^\(B-card2,bank,recycle_billing,2,\),/\120.00,/' "$file.rejected" >"$mended"
expect_import "$mended" inserted 12 rejected 0
test ! -e "$mended.rejected" || fail "nothing was rejected, and yet there is $mended.rejected"
expect_import "$mended" unchanged 12
expect_equal 15 "$(query 'SELECT count(*) FROM subscription')" "subscriptions"

# The same troubles as JSONL, from standard input.
cd "$dir"
{
  good='"gateway_id":"bank","status":"active","billing_cycle":2,"currency":"USD","interval":"1m"'
  echo "{\"subscription_id\":\"J-1\",\"price\":\"20.00\",$good}"
  echo "{\"subscription_id\":\"J-number\",\"price\":20.10,$good}"
  echo "{\"subscription_id\":\"J-card\",\"price\":\"20.00\",$good,\"email\":\"$card\"}"
  echo "{\"subscription_id\":\"J-escaped\",\"price\":\"1\",$good,\"email\":\"\\u0034${card:1}\"}"
  echo "{\"subscription_id\":\"J-bare\",\"price\":\"1\",$good,\"phone\":$card}"
  echo "{\"subscription_id\":\"J-nul\",\"price\":\"1\",$good,\"city\":\"a\\u0000b\"}"
  echo "{\"subscription_id\":\"J-cut\",\"email\":\"$card"
  echo "{\"subscription_id\":\"J-deep\",\"price\":\"1\",$good,\"x\":{\"y\":1}}"
} >"$dir/input.jsonl"
from_stdin() { "$bin/recycled" import subscriptions --config "$config" --json - <"$dir/input.jsonl"; }
expect_exit 3 from_stdin
expect_equal '2 6' "$(jq -r '"\(.inserted) \(.rejected)"' "$dir/out")" "the JSONL import"
expect_no_card "$dir"/ledger.db* "$dir/stdin.rejected" "$dir/out" "$dir/last.err"

# Files that are no import at all.
: >"$dir/empty.csv"
recycled 1 import subscriptions "$dir/empty.csv"
printf '\xff\xfes\x00u\x00b\x00' >"$dir/utf16.csv"
recycled 1 import subscriptions "$dir/utf16.csv"
expect_text "$dir/last.err" UTF-16
echo "subscription_id,price" >"$dir/columns.csv"
recycled 1 import subscriptions "$dir/columns.csv"
expect_text "$dir/last.err" gateway_id
recycled 1 import subscriptions "$dir/nowhere.csv"
recycled 1 import subscriptions "$dir"
