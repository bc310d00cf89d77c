# shellcheck shell=bash
# A FlexFactor and a merchant on this machine's loopback, for demo, crash, story and the tests. To
# be sourced. Needs bin (where the programs are) and dir (a folder of our own), which begin() sets.
# Every process started here is ended by its id.
# shellcheck disable=SC2154 # bin and dir may be the caller's

simulator_pid=
worker_pid=
run_options=() # of the worker, for a test that wants some
scheme=http # of both listeners; a test of TLS sets https

# begin: the programs in BIN, or else those it builds after installing what is missing; and a folder
# that is gone at the end, as is whatever was started.
begin() {
  if [[ -n "${BIN:-}" ]]; then
    bin=$BIN
  else
    ./scripts/install-packages demo
    cmake --preset release >/dev/null
    cmake --build --preset release --parallel "$(nproc)"
    bin=build/release/worker
  fi
  dir=$(mktemp -d)
  trap 'stop_all; rm -rf "$dir"' EXIT
  trap 'exit 130' INT TERM
}

stop_all() {
  local pid
  for pid in $worker_pid $simulator_pid; do
    kill -TERM "$pid" 2>/dev/null || continue
    wait "$pid" 2>/dev/null || true
  done
  worker_pid=
  simulator_pid=
}

# until_true SECONDS WHAT COMMAND...: asks ten times a second until the command says yes.
until_true() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    if ((SECONDS >= deadline)); then
      echo "gave up waiting: $what" >&2
      return 1
    fi
    read -r -t 0.1 <> <(:) || true
  done
}

# start_simulator OPTION...: sets api (its address) once it listens.
start_simulator() {
  "$bin/flexfactor-sim" --listen 127.0.0.1:0 --ready-file "$dir/simulator.ready" "$@" \
    >"$dir/simulator.out" 2>&1 &
  simulator_pid=$!
  until_true 20 "the simulated FlexFactor" test -s "$dir/simulator.ready" || {
    cat "$dir/simulator.out" >&2
    return 1
  }
  api=$(<"$dir/simulator.ready")
}

# write_config SECONDS: a config with a bank gateway, FlexFactor at re-attempts 4-6, and inquiries
# that begin after so many seconds.
write_config() {
  mkdir -p "$dir/secrets"
  chmod 700 "$dir/secrets"
  printf 'demo-app-key\n' >"$dir/secrets/app_key"
  printf 'demo-app-secret\n' >"$dir/secrets/app_secret"
  printf 'ZmxleGZhY3Rvci1zaW0gZGVtbyBzaWduaW5nIGtleQ==\n' >"$dir/secrets/hmac_signing_key"
  chmod 600 "$dir"/secrets/*
  cat >"$dir/recycled.toml" <<TOML
[store]
url = "sqlite:ledger.db"
[account]
time_zone = "America/New_York"
[schedule]
scan_every = "1s"
first_inquiry = "${1}s"
longest_inquiry = "${1}s"
grace = "2s"
first_backoff = "100ms"
longest_backoff = "1s"
[limits]
in_flight = 64
request_timeout = "3s"
connect_timeout = "1s"
[callbacks]
listen = "127.0.0.1:0"
public_host = "billing.example.com"
[[gateway]]
id = "bank"
kind = "card"
[[gateway]]
id = "flexfactor"
kind = "flexfactor"
environment = "sandbox"
base_url = "$scheme://$api/v1/"
mid = "demo-mid"
site_id = "demo-site"
app_key_file = "secrets/app_key"
app_secret_file = "secrets/app_secret"
hmac_signing_key_files = ["secrets/hmac_signing_key"]
expiry_days = 21
mit = "managed"
requests_per_second = 5000
[[recycle_profile]]
id = "standard"
apply_to_gateways = ["bank"]
reduction = "percentage"
minimum_price = "1.00"
gateway_4_6 = "flexfactor"
[[recycle_profile.reattempt]]
number = 1
days = 3
[[recycle_profile.reattempt]]
number = 2
days = 3
reduction = "5"
[[recycle_profile.reattempt]]
number = 3
days = 3
reduction = "5"
[[recycle_profile.reattempt]]
number = 4
days = 1
TOML
}

# write_subscriptions COUNT FILE: declined subscriptions whose re-attempt 4 is due.
write_subscriptions() {
  awk -v count="$1" 'BEGIN {
    print "subscription_id,gateway_id,status,billing_cycle,price,currency,interval,declined_at," \
      "reattempts_made,last_attempt_at,decline_code,decline_message,decline_type,card_token," \
      "card_first6,card_last4,email"
    split("USD USD USD EUR EUR GBP JPY", currencies, " ")
    for (n = 1; n <= count; n++) {
      currency = currencies[n % 7 + 1]
      price = currency == "JPY" ? 1200 + n % 50 * 100 : sprintf("%d.95", 19 + n % 90)
      printf "S-%05d,bank,recycle_billing,%d,%s,%s,%s,2026-01-05,3,2026-01-15,51,", n, 2 + n % 30, \
        price, currency, n % 3 ? "1m" : "30d"
      printf "Insufficient funds,soft,tok-%05d,411111,%04d,customer%d@example.com\n", n, \
        n % 10000, n
    }
  }' >"$2"
}

# start_worker: sets callbacks (its address) once it listens, and tells the simulator.
start_worker() {
  : >"$dir/worker.log.now"
  "$bin/recycled" run --config "$dir/recycled.toml" --log-level "${log_level:-info}" \
    "${run_options[@]}" >"$dir/worker.log.now" 2>>"$dir/worker.err" &
  worker_pid=$!
  until_true 30 "the worker" worker_listens
  callbacks=$(jq -r 'select(.event == "listener.started") | .reason
    | select(startswith("api ") | not)' "$dir/worker.log.now")
  curl -sS -o "$dir/ignored" "$scheme://$api/sim/callback-url" \
    -d "{\"url\":\"$scheme://$callbacks/flexfactor/callbacks\"}"
}

worker_listens() {
  if ! kill -0 "$worker_pid" 2>/dev/null; then
    echo "the worker ended:" >&2
    tail -n 5 "$dir/worker.log.now" "$dir/worker.err" >&2
    exit 1
  fi
  grep -q '"listener.started"' "$dir/worker.log.now"
}

simulator_says() { curl -sS "$scheme://$api/sim/statistics" | jq -r ".$1"; }

# Asks the ledger, as an operator would.
status_json() { "$bin/recycled" status --config "$dir/recycled.toml" --json || true; }

# How many recoveries are not at their end.
open_count() {
  status_json | jq '[.recoveries | to_entries[]
    | select(.key | IN("intended","unknown","waiting","grace","withdrawing","parked")) | .value]
    | add // 0'
}
due_is_empty() { [[ $(status_json | jq -r '.next_due') == null ]]; }
all_settled() { due_is_empty && [[ $(open_count) == 0 ]]; }

# --- the local API, and a program that uses it ---

add_api() { # to the config: a free port, and a token
  openssl rand -hex 32 >"$dir/secrets/api_token"
  chmod 600 "$dir/secrets/api_token"
  printf '[api]\nlisten = "127.0.0.1:0"\ntoken_file = "secrets/api_token"\n' >>"$dir/recycled.toml"
}

# start_service: a worker with an API. Sets url, and curl's way to reach it.
start_service() {
  start_worker
  until_true 20 "the API" api_is_up
  local address
  address=$(jq -r 'select(.event == "listener.started") | .reason' "$dir/worker.log.now" |
    sed -n 's/^api //p')
  url=http://$address
  reach=()
  if [[ $address == unix:* ]]; then
    url=http://recycled
    reach=(--unix-socket "${address#unix:}")
  fi
  show_token
}
api_is_up() { grep -q '"reason":"api ' "$dir/worker.log.now"; }
show_token() { printf 'Authorization: Bearer %s\n' "$(<"$dir/secrets/api_token")" >"$dir/header"; }

# call_api PATH [CURL-OPTION...]: with the token. Prints the status; the answer is in $dir/answer.
call_api() {
  local path=$1
  shift
  curl -sS "${reach[@]}" -o "$dir/answer" -w '%{http_code}' -H "@$dir/header" "$url$path" "$@"
}
