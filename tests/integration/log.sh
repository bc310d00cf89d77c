#!/usr/bin/env bash
# The log is one JSON object a line, of allowed fields only, and no secret is in it nor anywhere
# else that people look (mission X4, S1; lessons.md 25).
# Proves: S1 S2 X4
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

printf 'canary-app-key-5871' >"$dir/app_key"
printf 'canary-app-secret-9923' >"$dir/app_secret"
chmod 600 "$dir/app_key" "$dir/app_secret"
start_simulator --seed 3 --delay 50ms..500ms --expire-after 1s --app-key-file "$dir/app_key" \
  --app-secret-file "$dir/app_secret" --fault callback_twice=200 --fault callback_lost=300 \
  --fault error_5xx=100 --fault error_429=30 --fault reset_after_read=50 --fault token_expired=100
write_config 1
cp "$dir/app_key" "$dir/app_secret" "$dir/secrets"
log_level=debug
card=4111111111111111
canary_token=canary-card-token
{
  cat <<<"S-one recycle_billing 2 approve-$canary_token
S-two recycle_billing 2 refuse-$canary_token
S-$card recycle_billing 2 approve-$canary_token"
  seq -f "S-%g" 40 | sed "s/\$/ recycle_billing 2 $canary_token/"
} | write_rows "$dir/declined.csv"
recycled 3 import subscriptions "$dir/declined.csv"
cp "$dir/out" "$dir/import.out"
cp "$dir/last.err" "$dir/import.err"

start_worker
# What others can write into the log: a correctly signed callback goes as far as one can.
url=http://$callbacks/flexfactor/callbacks
post() { # STATUS BODY CURL-ARGUMENT...
  local status=$1
  printf '%s' "$2" >"$dir/body.json"
  shift 2
  if ((status == 200)); then sign "$dir/body.json"; else headers=(); fi
  expect_equal "$status" "$(curl -sS -o "$dir/ignored" -w '%{http_code}' "$url" "${headers[@]}" \
    "$@" --data-binary "@$dir/body.json")" "the reply to a callback"
}
post 200 "{\"Event\": \"order.$card\", \"ExternalOrderId\": \"$card\", \"OrderId\": \"$card\"}"
post 200 "{\"Event\": \"two\\nlines\\u0000 \\\"quoted\\\" \\u001b[31m\", \"ExternalOrderId\": \"x\"}"
post 200 $'{"Event": "J\xff\xfe\xe2\x80\xae"}'
post 200 "$card is no JSON"
post 401 '{}' -H "x-fc-nonce: $card" -H "x-fc-date: $card" -H "x-fc-content-sha512: x" \
  -H 'x-fc-authorization: x'
post 401 '{}' -H $'x-fc-nonce: J\xff' -H "Host: $card"

only_parked() { due_is_empty && [[ $(open_count) == 1 ]]; }
until_true 60 "all but the refused one" only_parked
simulator_faults '{"error_5xx": 0, "error_429": 0, "reset_after_read": 0, "token_expired": 0}'
stop_worker 0
cp "$dir/worker.log.now" "$dir/run.out"
expect_exit 3 "$bin/recycled" once --config "$config" --log-level debug
cp "$dir/out" "$dir/once.out"

for log in "$dir/run.out" "$dir/once.out"; do
  jq -r '.reason // empty' "$log" >"$dir/reasons.txt"
  expect_text "$dir/reasons.txt" 'gateway flexfactor expiry_days 21 managed'
  iconv -f UTF-8 -t UTF-8 "$log" >"$dir/ignored" || fail "the log is not UTF-8"
  if LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' "$log"; then
    fail "a control character in the log: $(LC_ALL=C grep -anP '[\x00-\x08\x0b-\x1f\x7f]' "$log")"
  fi
  lines=$(wc -l <"$log")
  # Line by line: what is no JSON object of its own counts as none.
  read=$(jq -cR 'fromjson? | select(type == "object")' "$log" | wc -l)
  expect_equal "$lines" "$read" "lines that are JSON objects"
  # A summary has its figures, and nothing else has.
  strange=$(jq -r 'if .event != "run.summary" then . else del(.scanned, .taken, .excluded, .sent,
      .pending, .recovered, .failed, .withdrawn, .refund_due, .parked, .calls, .answered, .callbacks,
      .delivered, .pruned, .amounts) end | keys[]' "$log" | sort -u | grep -vxE \
    'ts|level|event|run|recovery|subscription|order|gateway|reattempt|amount|currency|provider_order|reason|ms|count' || true)
  expect_equal "" "$strange" "fields that operations.md does not allow"
  jq -e -s 'all(.[]; (.ts | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z$"))
    and (.level | IN("debug", "info", "warning", "error"))
    and (.event | test("^[a-z]+\\.[a-z_]+$")) and (.run | length > 0)
    and ([.ms, .count, .reattempt] | all(. == null or type == "number"))
    and (.amount == null) == (.currency == null)
    and ([.[] | . == ""] | any | not))' "$log" >"$dir/ignored" ||
    fail "a line that is not as promised in $(basename "$log")"
  expect_equal 1 "$(jq -r .run "$log" | sort -u | wc -l)" "run ids in one log"
  if [[ "$(jq -r .ts "$log")" != "$(jq -r .ts "$log" | sort)" ]]; then fail "time runs backwards"; fi
done
for event in run.started listener.started recovery.claimed recovery.sent recovery.pending \
  recovery.recovered recovery.failed recovery.parked recovery.inquired provider.token \
  provider.unavailable callback.received callback.refused callback.unmatched callback.given_up \
  scan.done run.summary run.ended; do
  expect_text "$dir/run.out" "\"$event\""
done

# Everything that anybody might look at or send along with a question.
for id in S-one S-two S-3; do
  recycled 0 explain "$id"
  cat "$dir/out" >>"$dir/looked.out"
  recycled 0 explain "$id" --json
  cat "$dir/out" >>"$dir/looked.out"
done
for command in check "check --json"; do
  # shellcheck disable=SC2086 # words of a command line
  recycled 0 $command
  cat "$dir/out" >>"$dir/looked.out"
done
for output in "" --json; do
  # shellcheck disable=SC2086 # a word or none
  recycled 3 status $output
  cat "$dir/out" >>"$dir/looked.out"
done
places=("$dir/run.out" "$dir/once.out" "$dir/looked.out" "$dir/import.out" "$dir/import.err"
  "$dir/worker.err" "$dir/every.err" "$dir/declined.csv.rejected")
signing_text=$(base64 -d "$dir/secrets/hmac_signing_key")
for secret in "$card" canary-app-key-5871 canary-app-secret-9923 "$signing_text" \
  "$(<"$dir/secrets/hmac_signing_key")" Bearer; do
  expect_no_text "$secret" "${places[@]}"
done
if grep -laE 'sim\.[0-9a-f]{8}-' "${places[@]}"; then fail "a bearer token is shown"; fi
expect_no_text "$canary_token" "${places[@]::7}" # a rejected row is the merchant's own
# The ledger keeps the token, which the request needs; the rest not even there, the card number of
# the signed callbacks included.
expect_equal 2 "$(query "SELECT count(*) FROM callback WHERE headers LIKE '%recycled-masked%'")" \
  "callbacks that were masked"
for secret in "$card" canary-app-key-5871 canary-app-secret-9923 "$signing_text" \
  "$(<"$dir/secrets/hmac_signing_key")" Bearer; do
  expect_no_text "$secret" "$dir"/ledger.db*
done
