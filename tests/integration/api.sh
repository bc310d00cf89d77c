#!/usr/bin/env bash
# The local API: what it describes is what it does, what it was answered 200 for survives kill -9 and
# is handed over, and a card number that comes by it goes nowhere.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

described=$root/worker/api/openapi.json
openapi() { "$root/tests/integration/openapi.py" "$@" || fail "openapi.py $1"; }
card=4000010000000019 # like a Visa, with the right check digit

start_simulator --approve 100 --decline 0 --delay 50ms..100ms
write_config 1
# The gateway of the examples. A scan a day: what is handed over sooner was woken up by a push.
sed -i 's/"bank"/"main"/; s/^scan_every = .*/scan_every = "1d"/
  s/^request_timeout = .*/request_timeout = "8s"/' "$config"
cat >>"$config" <<'TOML'
[[gateway]]
id = "till"
kind = "stripe"
cascade = "salvage"
[[cascade_profile]]
id = "salvage"
gateways = ["flexfactor"]
TOML
add_api

push() { # STATUS JSON
  ask "$1" /v1/declines --json "$2"
}
decline() { # ID TOKEN [STATUS]: due long ago
  jq -cn --arg id "$1" --arg token "$2" --arg status "${3:-recycle_billing}" '{
    subscription_id: $id, gateway_id: "main", status: $status, billing_cycle: 2, price: "20.00",
    currency: "USD", interval: "1m", declined_at: "2026-01-05", reattempts_made: 3,
    last_attempt_at: "2026-01-15", decline_code: "51", decline_message: "Insufficient funds",
    decline_type: "soft", card_token: $token}'
}
wait_for_state() { # ID STATE
  until_true 30 "$1 to be $2" has_state "$1" "$2"
}
has_state() {
  [[ $(query "SELECT r.state FROM recovery r JOIN subscription s ON s.key = r.subscription_key
    WHERE s.id = '$1'") == "$2" ]]
}

# --- every documented operation and answer, at a service that hands nothing over ---
run_options=(--no-scan)
start_service
openapi exercise "$described" "$root/worker/api/routes.cpp" "$url" "$dir/secrets/api_token" \
  "$dir/ledger.db"
expect_equal 0 "$(query 'SELECT count(*) FROM recovery WHERE subscription_key IS NOT NULL')" \
  "hand-overs without a scan"
expect_equal 2 "$(query 'SELECT count(*) FROM subscription')" "what of all that was right"
expect_equal 6 "$(query 'SELECT count(*) FROM sale')" "orders of all that that were right"
expect_equal "cascade 2 rerun 2" "$(query "SELECT group_concat(kind || ' ' || n, ' ') FROM (
  SELECT kind, count(*) AS n FROM recovery WHERE sale_key IS NOT NULL GROUP BY kind ORDER BY kind)")" \
  "recoveries of orders"
nothing_is_open() { [[ $(open_count) == 0 ]]; }
until_true 30 "the orders to be withdrawn" nothing_is_open
refusals() { jq -r 'select(.event == "api.refused") | .reason' "$dir/worker.log.now"; }
expect_equal "POST /v1/declines" "$(refusals | head -n 1)" "a refusal in the log"
for event in api.declines api.orders api.reruns cascade.answered; do
  expect_logged "\"$event\""
done
# What no operation has for its own: other paths and methods, and what is hardly HTTP.
ask 404 /v1
ask 405 /v1/declines
ask 405 /healthz -X DELETE -D "$dir/headers"
expect_text "$dir/headers" 'Allow: GET, HEAD'
ask 200 /healthz -I
ask 431 /healthz -H "X: $(printf '%020000d' 0)"
expect_equal header_too_large "$(answer .error.code)" "a refusal of the server's own"
openapi fits "$described" Error "$dir/answer"
stop_worker 0

# --- pushed, durable at the 200, and handed over at once ---
run_options=()
start_service
simulator_faults '{"stall": 1000}' # nobody is to be charged before the kill
push 200 "$(decline S-killed approve-1)"
kill_worker
expect_equal recycle_billing "$(query "SELECT status FROM subscription WHERE id = 'S-killed'")" \
  "a decline after kill -9"
simulator_faults '{"stall": 0}'
start_service
wait_for_state S-killed recovered
push 200 "$(decline S-pushed approve-2)"
expect_equal inserted "$(answer '.items[0].result')" "a push"
wait_for_state S-pushed recovered
recycled 0 explain S-pushed --json
ask 200 /v1/subscriptions/S-pushed
openapi fits "$described" Subscription "$dir/answer"
diff <(jq -S 'del(.at)' "$dir/out") <(jq -S 'del(.at)' "$dir/answer") >&2 ||
  fail "the API and explain tell different stories"
expect_equal "active 3" "$(answer '"\(.status) \(.billing_cycle)"')" "after the recovery"
ask 200 "/v1/subscriptions/$(answer '.recoveries[0].order_id')"
push 200 "$(decline S-pushed approve-2)"
expect_equal superseded "$(answer '.items[0].result')" "a push of what is over"
# The customer leaves while FlexFactor has it.
push 200 "$(decline S-leaving pending-1)"
wait_for_state S-leaving waiting
push 200 "$(decline S-leaving pending-1 cancelled)"
expect_equal "withdrawing 1" "$(answer '"\(.items[0].result) \(.counts.withdrawing)"')" "a departure"
openapi fits "$described" Batch "$dir/answer"
wait_for_state S-leaving withdrawn

# --- X4: a card number in whatever field ---
spaced="${card:0:4} ${card:4:4} ${card:8:4} ${card:12}"
for field in first_name card_token card_number decline_code subscription_id note "$card"; do
  push 422 "$(decline S-card token | jq -c --arg f "$field" --arg v "$spaced" '.[$f] = $v')"
  expect_no_text "$spaced" "$dir/answer"
  expect_no_text "$card" "$dir/answer"
done
push 207 "[$(decline S-fine decline-1 | sed 's/"soft"/"hard"/'), {\"a\": [\"$card\"]}, \"$spaced\"]"
expect_equal "inserted rejected rejected" "$(answer '[.items[].result] | join(" ")')" "a mixed batch"
push 415 "{\"subscription_id\": $card!}"
ask 404 "/v1/subscriptions/$card"
expect_equal 401 "$(curl -sS -o "$dir/answer" -w '%{http_code}' "$url/v1/subscriptions/$card" \
  -H "X-Note: $spaced")" "a look without a token"
ask 404 "/$card"
expect_equal 0 "$(query "SELECT count(*) FROM subscription WHERE id LIKE 'S-card%'")" "cards"
for found in "$card" "$spaced"; do
  expect_no_text "$found" "$dir/answer" "$dir"/ledger.db* "$dir"/worker.log.now "$dir"/worker.err
done

# --- SIGHUP: another token counts from then on, and one that is of no use does not ---
hup() { # EVENT
  kill -HUP "$worker_pid"
  until_true 20 "$1" grep -q "\"$1\"" "$dir/worker.log.now"
}
old_token=$(<"$dir/secrets/api_token")
openssl rand -hex 32 >"$dir/secrets/api_token"
ask 200 /v1/subscriptions/S-fine
hup secrets.reloaded
expect_logged 'api token'
ask 401 /v1/subscriptions/S-fine
show_token
ask 200 /v1/subscriptions/S-fine
echo short >"$dir/secrets/api_token"
hup secrets.refused
expect_logged 'openssl rand -hex 32'
ask 200 /v1/subscriptions/S-fine
printf '%s\n' "$old_token" >"$dir/secrets/api_token"
for token in "$old_token" "$(sed 's/.*Bearer //' "$dir/header")"; do
  expect_no_text "$token" "$dir/worker.log.now" "$dir/worker.err"
done

# --- a stop: not ready from the first signal on, and what was begun is answered ---
simulator_faults '{"stall": 1000}'
calls_before=$(calls)
push 200 "$(decline S-stalled approve-3)"
until_true 30 "a call that is not answered" calls_reach $((calls_before + 1))
kill -TERM "$worker_pid"
until_true 20 "the stop" grep -q '"stop.requested"' "$dir/worker.log.now"
ask 503 /readyz
expect_equal not_ready "$(answer .error.code)" "a service that is stopping"
push 200 "$(decline S-last approve-4)"
code=0
wait "$worker_pid" || code=$?
worker_pid=
expect_equal 0 "$code" "exit code of a stop"
expect_equal 1 "$(query "SELECT count(*) FROM subscription WHERE id = 'S-last'")" "pushed at a stop"
simulator_faults '{"stall": 0}'

# --- the socket file, and the examples of the README through it ---
sed -i '/^\[api\]/,$ s#^listen = .*#listen = "unix:api.sock"#' "$config"
check_online() { # CODE TEXT
  sed 's/^public_host = .*/public_host = "localhost"/' "$config" >"$dir/online.toml"
  expect_exit "$1" "$bin/recycled" check --online --config "$dir/online.toml"
  expect_text "$dir/out" "$2"
}
check_online 0 "ok          api: unix:$dir/api.sock"
start_service
wait_for_state S-stalled recovered
wait_for_state S-last recovered
expect_equal 660 "$(stat -c %a "$dir/api.sock")" "mode of the socket file"
ask 200 /readyz
kill_worker
[[ -S $dir/api.sock ]] || fail "nothing was left to take over"
start_service
check_online 0 "warning     api: unix:$dir/api.sock is in use"
ask 200 /v1/subscriptions/S-last
jq -cn "[$(decline S-1004 decline-2), $(decline S-1005 pending-2)]" >"$dir/declines.json"
stand_in sudo
run_block 0 'v1/declines --json' "s#$dir/etc/recycled/##; s#$dir/run/recycled/#$dir/#"
expect_equal 5 "$(grep -c curl "$dir/block.sh")" "curl examples of the README"
cp "$dir/out" "$dir/examples.txt"
expect_equal "1 2" "$(jq -rs '[.[] | .counts.inserted? // empty] | map(select(. > 0)) | join(" ")' \
  "$dir/examples.txt")" "what the examples inserted"
expect_equal S-1003 "$(jq -rs '.[] | select(.sentences?) | .subscription_id' "$dir/examples.txt")" \
  "the example of a look"
expect_equal 600 "$(stat -c %a "$dir/api_header")" "mode of the header file"
wait_for_state S-1003 recovered
wait_for_state S-1004 failed
wait_for_state S-1005 waiting
stop_worker 0
[[ ! -e $dir/api.sock ]] || fail "the socket file is still there"
expect_books_agree

# --- what cannot be used is refused with what to do ---
wrong() { # LINE TEXT: of the [api] section
  sed "/^\[api\]/,\$ s#^${1%% =*} = .*#$1#" "$config" >"$dir/wrong.toml"
  expect_exit 78 "$bin/recycled" check --config "$dir/wrong.toml"
  expect_text "$dir/last.err" "$2"
}
wrong 'listen = "0.0.0.0:8080"' 'The API is for this machine alone'
wrong 'listen = "127.1:x"' 'The API is for this machine alone'
wrong 'listen = "127.0.0.1000:80"' 'is not address:port'
wrong 'token_file = "absent"' 'there is no such file'
echo 'with a blank in between' >"$dir/secrets/blank"
chmod 600 "$dir/secrets/blank"
wrong 'token_file = "secrets/blank"' 'openssl rand -hex 32'
chmod 640 "$dir/secrets/api_token"
wrong 'token_file = "secrets/api_token"' 'chmod 600'
chmod 600 "$dir/secrets/api_token"
sed -i 's#^listen = "unix:.*#listen = "unix:/nowhere/api.sock"#' "$config"
check_online 3 'problem     api: listen on unix:/nowhere/api.sock'
recycled 1 run
expect_text "$dir/out" 'unix:/nowhere/api.sock'
