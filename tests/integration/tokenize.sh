#!/usr/bin/env bash
# mission X4: card numbers go from the import straight to FlexFactor's tokenization, and only token,
# first six, last four and expiry stay. At the end no file but the merchant's own holds one of them.
# Proves: X4
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# with_check_digit DIGITS: sets number.
with_check_digit() {
  local digits=$1 sum=0 i digit
  for ((i = 0; i < ${#digits}; i++)); do
    digit=${digits:${#digits}-1-i:1}
    ((i % 2)) || digit=$((digit * 2 > 9 ? digit * 2 - 9 : digit * 2))
    sum=$((sum + digit))
  done
  number=$digits$(((10 - sum % 10) % 10))
}

# Every number used here is noted, to be looked for at the end. The first six digits say what the
# simulator makes of it: 400001 approves, 400002 declines.
numbers=()
draw() { # FIRST-SIX
  with_check_digit "$1$(printf '%09d' $((731 + ${#numbers[@]})))"
  numbers+=("$number")
}

header=subscription_id,gateway_id,status,billing_cycle,price,currency,interval,declined_at,
header+=reattempts_made,last_attempt_at,decline_code,decline_message,decline_type,card_token,
header+=card_number,card_exp_month,card_exp_year,card_holder,cvv
row() { # ID STATUS TOKEN NUMBER [YEAR]
  printf '%s,bank,%s,2,20.00,USD,1m,2026-01-05,3,2026-01-15,51,Insufficient funds,soft,%s,%s,' \
    "$1" "$2" "$3" "$4"
  printf '9,%s,Zoë O. Doe,8731\n' "${5-2035}"
}
sources=$dir/sources # the merchant's own files, the one place where card numbers may be
mkdir "$sources"
import() { # CODE FILE [OPTION...]
  local code=$1 file=$2
  shift 2
  recycled "$code" import subscriptions "$file" --tokenize --json "$@"
  cat "$dir/out" >>"$dir/every.out"
}
said() { jq -r "\"\(.inserted) \(.updated) \(.unchanged) \(.rejected)\"" "$dir/out"; }
cards() { simulator_says cards; }
column() { query "SELECT $1 FROM subscription WHERE id = '$2'"; }

printf 'canary+environment/key=\n' >"$dir/environment_key"
chmod 600 "$dir/environment_key"
start_simulator --seed 5 --delay 50ms..300ms --mid demo-mid \
  --environment-key-file "$dir/environment_key"
write_config 1
sed -i '/^\[callbacks\]/,/^public_host/d; /^hmac_signing_key_files/d' "$config"

# --- a file as merchants send them ---
file=$sources/cards.csv
{
  echo "$header"
  draw 400001 && row C-approve recycle_billing '' "$number"
  draw 400001 && row C-spaced recycle_billing '' "${number:0:4} ${number:4:4}-${number:8:4} ${number:12}"
  draw 400002 && row C-decline recycle_billing '' "$number"
  row C-sandbox recycle_billing '' 4000002760003184
  row C-token recycle_billing approve-merchants-own ''
  draw 400001 && row C-active active '' "$number"
  row C-gone cancelled '' 1234
  draw 400001 && row B-both recycle_billing some-token "$number"
  row B-check recycle_billing '' "${number:0:15}$(((${number:15} + 1) % 10))"
  row B-none recycle_billing '' ''
  row B-short recycle_billing '' 400001000
  draw 400001 && row B-expired recycle_billing '' "$number" 2020
  draw 400001 && row B-noyear recycle_billing '' "$number" ''
  draw 400001 && printf 'B-damaged,bank,%s\n' "$number"
  draw 400001 && row "C-$number" recycle_billing '' "$number"
} >"$file"
numbers+=(4000002760003184 "$(sed -n 's/^B-check,.*soft,,\([0-9]*\),.*/\1/p' "$file")")

# Without the option, or without the key, no card goes anywhere.
recycled 3 import subscriptions --dry-run "$file" --json
expect_equal 1 "$(jq .inserted "$dir/out")" "rows without a card number"
import 78 "$file"
expect_text "$dir/last.err" environment_key_file
expect_text "$dir/last.err" '"flexfactor"'
sed -i 's|^app_secret_file.*|&\nenvironment_key_file = "environment_key"|' "$config"
import 78 "$file" --gateway bank
expect_text "$dir/last.err" '--gateway bank'
recycled 2 import subscriptions "$file" --gateway flexfactor
cp "$config" "$dir/whole.toml"
sed -i '/^gateway_4_6/d' "$config"
import 78 "$file"
expect_text "$dir/last.err" 'name one with --gateway'
import 3 "$file" --gateway flexfactor --dry-run
expect_equal '8 0 0 7' "$(said)" "the dry run with an account that is named"
cp "$dir/whole.toml" "$config"
import 3 "$file" --dry-run
expect_equal '8 0 0 7' "$(said)" "the dry run"
expect_equal 0 "$(calls)" "calls of a dry run"

import 3 "$file"
expect_equal '7 0 0 8' "$(said)" "the import"
expect_equal 4 "$(cards)" "cards tokenized"
for id in C-approve C-spaced C-sandbox; do
  [[ "$(column card_token $id)" == approve-* ]] || fail "the token of $id: $(column card_token $id)"
done
[[ "$(column card_token C-decline)" == decline-* ]] || fail "$(column card_token C-decline)"
expect_equal approve-merchants-own "$(column card_token C-token)" "the token that came"
expect_equal '400000|3184|9|2035' \
  "$(column 'card_first6, card_last4, card_exp_month, card_exp_year' C-sandbox)" "what stays"
expect_equal "|${numbers[3]:12}" "$(column 'card_token, card_last4' C-active)" \
  "a card that is not due for a hand-over"
expect_text "$dir/last.err" "unknown column 'cvv' was not read"

expect_reason() { # ID TEXT
  grep -aB1 "^$1," "$file.rejected" | grep -aqF -- "$2" ||
    fail "no '$2' for $1: $(cat "$file.rejected")"
}
expect_reason B-both card_token
expect_reason B-check 'no card number'
expect_reason B-none 'card_token is missing'
expect_reason B-short 'no card number'
expect_reason B-expired 'HTTP 400: Year: The card is expired'
expect_reason B-noyear 'card_exp_year is missing'
expect_text "$file.rejected" '# line 16: subscription_id holds what looks like a card number'
expect_text "$file.rejected" 'fields where the header has'
expect_text "$file.rejected" '************'
expect_no_text 8731 "$file.rejected"
expect_no_text B-damaged "$file.rejected" # its verification value could not be told from the rest

recycled 3 import subscriptions "$file.rejected" --tokenize
expect_text "$dir/last.err" 'is masked: import the row from its source file'

# The same file again gives the same, and so does the same as JSON Lines from standard input.
import 3 "$file"
expect_equal '0 0 7 8' "$(said)" "the import again"
draw 400001
printf '{"subscription_id":"J-1","gateway_id":"bank","status":"recycle_billing","billing_cycle":2,
"price":"20.00","currency":"USD","interval":"1m","declined_at":"2026-01-05","reattempts_made":3,
"last_attempt_at":"2026-01-15","decline_code":"51","decline_message":"x","decline_type":"soft",
"card_number":%s,"card_exp_month":9,"card_exp_year":2035,"cvv":"8731"}' "$number" |
  tr -d '\n' >"$sources/cards.jsonl"
from_stdin() {
  "$bin/recycled" import subscriptions --tokenize --gateway flexfactor --config "$config" --json - \
    <"$sources/cards.jsonl"
}
expect_exit 0 from_stdin
expect_equal '1 0 0 0' "$(said)" "the JSONL import"
[[ "$(column card_token J-1)" == approve-* ]] || fail "the token of J-1"

# --- the tokens are worth something ---
settled() { recycled 0 once && all_settled; }
until_true 60 "every hand-over at its end" settled
expect_books_agree
expect_equal 'C-approve C-sandbox C-spaced C-token J-1' "$(curl -sS "$scheme://$api/sim/charges" |
  jq -r '.[].subscription' | sort | xargs)" "charged"
expect_equal recycle_failed "$(column status C-decline)" "the declined one"

# --- FlexFactor on a bad day ---
write_cards() { # NAME COUNT
  {
    echo "$header"
    for ((n = 1; n <= $2; n++)); do
      draw 400001
      row "$1-$n" recycle_billing '' "$number"
    done
  } >"$sources/$1.csv"
}
write_cards busy 5
simulator_faults '{"error_429": 400}'
import 0 "$sources/busy.csv"
(($(simulator_says faults.error_429) > 0)) || fail "nobody was told to slow down"
expect_equal '5 0 0 0' "$(said)" "an import that had to wait"

# Unanswered calls are made again; whatever is rejected in the end goes in with the source file.
write_cards flaky 40
simulator_faults '{"error_429": 0, "error_5xx": 60, "error_5xx_after": 60, "reset_after_read": 60}'
flaky() { "$bin/recycled" import subscriptions --tokenize --config "$config" "$sources/flaky.csv"; }
flaky >"$dir/flaky.out" 2>"$dir/flaky.err" || expect_equal 3 $? "exit code on a bad day"
(($(simulator_says faults.error_5xx_after) > 0)) || fail "no answer was lost"
simulator_faults '{"error_5xx": 0, "error_5xx_after": 0, "reset_after_read": 0}'
import 0 "$sources/flaky.csv"
expect_equal 40 "$(query "SELECT count(*) FROM subscription WHERE id LIKE 'flaky-%'
  AND card_token LIKE 'approve-%'")" "cards in the end"

# A key that FlexFactor does not know is noticed before every row is rejected for it.
write_cards wrong 60
printf 'other-key\n' >"$dir/environment_key"
import 1 "$sources/wrong.csv"
expect_text "$dir/last.err" 'refuses every card'
expect_text "$dir/last.err" environment_key_file
printf 'canary+environment/key=\n' >"$dir/environment_key"

# Nobody there: no row is rejected for that, and what needs no token goes in.
kill -TERM "$simulator_pid"
wait "$simulator_pid" || fail "the simulator's exit code"
simulator_pid=
write_cards down 100
row down-token recycle_billing token-of-old '' >>"$sources/down.csv"
import 1 "$sources/down.csv"
expect_text "$dir/last.err" 'FlexFactor does not answer'
expect_text "$dir/last.err" '1 rows had gone in before'
test ! -e "$sources/down.csv.rejected" || fail "rows were rejected: $(cat "$sources/down.csv.rejected")"
expect_equal 1 "$(query "SELECT count(*) FROM subscription WHERE id LIKE 'down-%'")" "went in"

# No core dump is made of a process that has seen one.
: >"$dir/worker.log.now"
"$bin/recycled" run --config "$config" >"$dir/worker.log.now" 2>"$dir/worker.err" &
worker_pid=$!
runs() { grep -q run.started "$dir/worker.log.now"; }
until_true 20 "the worker" runs
expect_text "/proc/$worker_pid/limits" 'Max core file size        0                    0'
stop_worker 0

# App keys that are refused are not told as silence.
printf 'another-app-key' >"$dir/app_key"
chmod 600 "$dir/app_key"
rm -f "$dir/simulator.ready"
start_simulator --app-key-file "$dir/app_key"
sed -i "s|^base_url = .*|base_url = \"$scheme://$api/v1/\"|" "$config"
import 1 "$sources/down.csv"
expect_text "$dir/last.err" 'does not take our cards (no token: HTTP 40'
expect_text "$dir/last.err" app_secret_file

# --- the canary scan ---
((${#numbers[@]} > 200)) || fail "only ${#numbers[@]} numbers to look for"
printf '%s\n' "${numbers[@]}" >"$sources/numbers"
printf '%s\n' "${numbers[@]}" | sed -E 's/(.{4})(.{4})(.{4})/\1 \2 \3 /' >>"$sources/numbers"
grep -aqF "${numbers[0]}" "$sources/cards.csv" || fail "the scan finds nothing where there is something"
for found in $(grep -rlaFf "$sources/numbers" "$dir" || true); do
  case "$found" in
    *.rejected) fail "a card number is in $found" ;;
    "$sources"/*) ;;
    *) fail "a card number is in $found" ;;
  esac
done
for secret in canary+environment canary%2Benvironment; do
  expect_no_text "$secret" "$dir"/ledger.db* "$dir"/*.out "$dir"/*.err "$dir/worker.log.now" \
    "$sources"/*.rejected
done
