#!/usr/bin/env bash
# Strangers at both listeners by the hundred: requests that can be read in two ways, connections
# that get nowhere, forged callbacks as fast as they are answered. Good callbacks are answered all
# the same and applied, nothing forged is stored, and memory, descriptors and log stay small.
# HOSTILE_CONNECTIONS, HOSTILE_SECONDS and HOSTILE_CALLBACKS make it larger: scripts/hostile.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

connections=${HOSTILE_CONNECTIONS:-400}
seconds=${HOSTILE_SECONDS:-4}
orders=${HOSTILE_CALLBACKS:-400}

start_simulator --fault callback_lost=1000
write_config 600
add_api
sed -i 's/^\[limits\]/&\ncallback_deadline = "2s"\napi_deadline = "2s"/' "$config"
for ((n = 1; n <= orders; n++)); do
  echo "S-$n recycle_billing 2 pending-$n"
done >"$dir/rows"
write_rows "$dir/declined.csv" <"$dir/rows"
expect_import "$dir/declined.csv" inserted "$orders"
# What a sanitizer keeps of what was freed is no leak of ours.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=4
start_service
all_wait() {
  [[ $(query "SELECT count(*) FROM recovery WHERE state = 'waiting'") == "$orders" ]]
}
until_true 120 "$orders open recoveries" all_wait

mkdir "$dir/hostile"
cp "$dir/secrets/hmac_signing_key" "$dir/hostile/signing_key"
cp "$dir/secrets/api_token" "$dir/hostile/api_token"
query 'SELECT order_id FROM recovery ORDER BY key' >"$dir/hostile/orders"

code=0
python3 "$root/tests/integration/hostile_load.py" "$dir/hostile" --callbacks "$callbacks" \
  --api "${url#http://}" --pid "$worker_pid" --connections "$connections" --seconds "$seconds" \
  >"$dir/said" || code=$?
cat "$dir/said"
((code == 0)) || fail "hostile_load.py says so above"

kill -0 "$worker_pid" || fail "the service is gone"
expect_equal 200 "$(call_api /readyz)" "the API afterwards"
stop_worker 0

# Every good callback that was answered is applied, and nothing else is stored.
query "SELECT order_id FROM recovery WHERE state = 'recovered' ORDER BY 1" >"$dir/recovered"
sort "$dir/hostile/answered" >"$dir/answered"
cmp "$dir/answered" "$dir/recovered" >&2 || fail "answered and applied callbacks differ"
expect_equal "$(wc -l <"$dir/answered")" \
  "$(query 'SELECT count(DISTINCT order_id) FROM callback')" "callbacks stored"
expect_equal 0 "$(query "SELECT count(*) FROM callback WHERE nonce LIKE 'forged%'")" "forged ones"
recycled 0 verify

# The flood is in the log as a number.
jq -c 'select(.event == "callback.refused")' "$dir/worker.log.now" >"$dir/refusals"
refused=$(jq -s 'map(.count // 1) | add' "$dir/refusals")
lines=$(wc -l <"$dir/refusals")
forged=$(<"$dir/hostile/forged")
((refused >= forged)) || fail "$refused refusals in the log, of $forged forged callbacks"
most=$(((seconds / 60 + 3) * 61)) # a line for each of a minute, one that counts the others
((lines <= most)) || fail "$lines lines of refusals, more than $most"
printf 'tally\thostile-log-lines\t%d\t%d\t0\n' "$forged" "$forged"
