# shellcheck shell=bash
# What every integration test begins with: a folder of its own that is gone afterwards, the loopback
# helpers, and ways to say what is expected. BIN is the folder of the built programs. Everything a
# program says on stderr is kept and searched for the sanitizers' reports at the end.

bin=${BIN:?the folder of the built programs}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dir=$(mktemp -d)
config=$dir/recycled.toml
# shellcheck source=scripts/lib/loopback.sh
source "$root/scripts/lib/loopback.sh"
# shellcheck source=scripts/lib/readme.sh
source "$root/scripts/lib/readme.sh"

finish() {
  local status=$1
  trap - EXIT
  stop_all
  if grep -raE 'ERROR: (Address|Leak)Sanitizer|runtime error:' \
    "$dir" --include='*.err' --include='*.out' >&2; then
    echo "FAILED: a sanitizer has something to say" >&2
    tail -n 60 "$dir"/*.err >&2
    status=1
  fi
  if ((status != 0)) && [[ -s "$dir/worker.log.now" ]]; then
    echo "--- the end of the worker's log:" >&2
    tail -n 15 "$dir/worker.log.now" >&2
  fi
  rm -rf "$dir"
  exit "$status"
}
trap 'finish $?' EXIT
trap 'exit 130' INT TERM

fail() {
  echo "FAILED (line ${BASH_LINENO[*]::${#BASH_LINENO[@]}-1}): $*" >&2
  exit 1
}

# expect_exit CODE COMMAND...: what it says is in $dir/out and $dir/last.err afterwards.
expect_exit() {
  local wanted=$1 code=0
  shift
  "$@" >"$dir/out" 2>"$dir/last.err" || code=$?
  cat "$dir/last.err" >>"$dir/every.err"
  if ((code != wanted)); then
    tail -n 20 "$dir/out" "$dir/last.err" >&2
    fail "exit $code instead of $wanted: $*"
  fi
}

# recycled CODE COMMAND ARGUMENT...: with the test's config.
recycled() {
  local code=$1
  shift
  expect_exit "$code" "$bin/recycled" "$@" --config "$config"
}

expect_equal() { # WANTED FOUND WHAT
  [[ "$1" == "$2" ]] || fail "$3: '$2' instead of '$1'"
}

expect_text() { # FILE TEXT: the text stands in the file, literally
  grep -aqF -- "$2" "$1" || fail "no '$2' in $(basename "$1"): $(tail -c 2000 "$1")"
}

# expect_logged TEXT: the running worker's log says so, now or soon; what a line tells of is committed
# before the line is written.
expect_logged() {
  until_true 20 "'$1' in the log" grep -aqF -- "$1" "$dir/worker.log.now"
}

# expect_refused REASON: it is what the callbacks' listener refused last
is_last_refusal() {
  local reason
  reason=$(jq -r 'select(.event == "callback.refused") | .reason' "$dir/worker.log.now" | tail -n 1)
  [[ "$reason" == "$1"* ]]
}
expect_refused() { until_true 20 "a callback refused for '$1'" is_last_refusal "$1"; }

expect_no_text() { # TEXT FILE...
  local text=$1 found
  shift
  found=$(grep -alF -- "$text" "$@" || true)
  [[ -z "$found" ]] || fail "'$text' is in $found"
}

# stand_in NAME...: commands that are not to do here what they do, by tests/integration/stand-in. What
# they were called with is in $dir/calls. With them on its path, run_block finds the program as well.
stand_in() {
  local name
  mkdir -p "$dir/path"
  ln -sf "$bin/recycled" "$dir/path/recycled"
  for name; do ln -sf "$root/tests/integration/stand-in" "$dir/path/$name"; done
}

# run_block CODE TEXT [SED]: the README's sh block that has the text in it, as it stands, but in
# $block_folder, with this test's folder in the place of the machine's, and after those changes.
# What it says is in $dir/out and $dir/last.err. tests/tidy wants every block in one of these calls.
run_block() {
  block sh "$2" | sed -E "s#(^|[ \"=:])/(etc|usr/local|var/lib|run)/#\1$dir/\2/#g" |
    sed "${3:-}" >"$dir/block.sh"
  [[ -s "$dir/block.sh" ]] || fail "the README has no sh block with '$2' in it"
  stand_in
  CALLS=$dir/calls expect_exit "$1" env -C "${block_folder:-$dir}" PATH="$dir/path:$PATH" \
    bash -euo pipefail "$dir/block.sh"
}

query() { sqlite3 -cmd '.timeout 5000' "$dir/ledger.db" "$1"; }

simulator_faults() { # JSON
  curl -sS -f -o "$dir/ignored" "$scheme://$api/sim/faults" -d "$1"
}

# The calls of all kinds that the simulator has seen.
calls() { simulator_says 'calls | [.[]] | add // 0'; }
calls_reach() { (($(calls) >= $1)); }

# write_rows FILE: a CSV whose rows come from stdin as ID STATUS CYCLE TOKEN.
write_rows() {
  local id status cycle token
  {
    printf 'subscription_id,gateway_id,status,billing_cycle,price,currency,interval,declined_at,'
    printf 'reattempts_made,last_attempt_at,decline_code,decline_message,decline_type,card_token\n'
    while read -r id status cycle token; do
      printf '%s,bank,%s,%s,20.00,USD,1m,2026-01-05,3,2026-01-15,51,Insufficient funds,soft,%s\n' \
        "$id" "$status" "$cycle" "$token"
    done
  } >"$1"
}

# expect_import FILE RESULT COUNT ...: `import --json` says so, and exits 0.
expect_import() {
  local file=$1
  recycled 0 import subscriptions "$file" --json
  shift
  while (($# > 0)); do
    expect_equal "$2" "$(jq -r ".$1 // 0" "$dir/out")" "$1 of $(basename "$file")"
    shift 2
  done
}

# expect_rejected LINE TEXT...: of the import of $file, on stderr and above the row in the rejected
# file.
expect_rejected() {
  local line=$1 text where message
  shift
  for where in "$dir/last.err" "$file.rejected"; do
    message=$(grep -aE "^(# )?line $line: " "$where") || fail "no line $line in $where"
    for text in "$@"; do
      [[ "$message" == *"$text"* ]] || fail "no '$text' in: $message"
    done
  done
}

stop_worker() { # CODE: SIGTERM, and the exit code that must follow
  local code=0
  kill -TERM "$worker_pid"
  wait "$worker_pid" || code=$?
  worker_pid=
  expect_equal "$1" "$code" "exit code of a stopped worker"
}

# The promise of mission X1, from both sides: who was charged is who is recovered, and nobody twice.
expect_books_agree() {
  expect_equal 0 "$(simulator_says double_charges)" "double charges"
  curl -sS "$scheme://$api/sim/charges" | jq -r '.[].order' | sort >"$dir/charged"
  query "SELECT order_id FROM recovery WHERE state = 'recovered'" | sort >"$dir/recovered"
  diff "$dir/charged" "$dir/recovered" >&2 || fail "charged and recovered differ"
}

expect_all_home() {
  expect_equal 0 "$(query "SELECT count(*) FROM subscription
    WHERE status NOT IN ('active', 'recycle_failed')")" "subscriptions that are not final"
  expect_equal 0 "$(query "SELECT count(*) FROM subscription WHERE gateway <> 'bank'")" \
    "subscriptions away from their gateway"
}

# --- a ledger on PostgreSQL ---

workers=() # of such a test, by their process ids; their logs are $dir/worker.NUMBER.log

# begin_postgres: a server of the test's own in $dir/server, with a database `ledger`. Both end with the test.
begin_postgres() {
  trap 'end_postgres $?' EXIT
  "$root/tests/support/postgres" start "$dir/server"
  psql -q "$(<"$dir/server/url")" -c 'CREATE DATABASE ledger'
}
end_postgres() { # STATUS
  local status=$1 pid
  if ((status != 0 && ${#workers[@]} > 0)); then tail -n 3 "$dir"/worker.?.log "$dir"/worker.?.err >&2 || true; fi
  for pid in "${workers[@]}"; do kill -KILL "$pid" 2>>"$dir/killed.txt" || true; done
  "$root/tests/support/postgres" stop "$dir/server" || true
  finish "$status"
}
# url_of_ledger url|pooler|standby|either: of that database, by the server's file of that name.
url_of_ledger() { sed 's#/postgres?#/ledger?#' "$dir/server/$1"; }

# go_to URL: from here on the config says that the ledger is there.
go_to() { sed -i "s#^url = .*#url = \"${1//&/\\&}\"#" "$config"; }

# --- the local API ---

# ask STATUS PATH [CURL-OPTION...]: with the token; the answer is in $dir/answer.
ask() {
  local wanted=$1 path=$2
  shift 2
  expect_equal "$wanted" "$(call_api "$path" "$@")" "the answer to $path: $(<"$dir/answer")"
}
answer() { jq -r "$1" "$dir/answer"; }

declined_order() { # ID TOKEN [JQ]: as JSON, changed by the filter
  jq -cn --arg id "$1" --arg token "$2" '{
    order_id: $id, gateway_id: "bank", status: "declined", amount: "49.95", currency: "USD",
    declined_at: "2026-01-05", decline_code: "51", decline_message: "Insufficient funds",
    decline_type: "soft", card_token: $token, ip_address: "192.0.2.17"} | '"${3:-.}"
}

# cascade_many PREFIX COUNT WORD: all at one time, with card tokens that begin with the word. Sets
# `shoppers`, to wait for; answer.PREFIX-N has each one's answer, took.PREFIX-N its status and how
# long it took.
cascade_many() {
  local order id
  shoppers=()
  declined_order "$1" "$3" >"$dir/order.$1"
  while read -r order; do
    id=${order#*\"order_id\":\"}
    id=${id%%\"*}
    curl -sS "${reach[@]}" -H "@$dir/header" -o "$dir/answer.$id" "$url/v1/cascades" \
      -w '%{http_code} %{time_total}\n' --json "$order" >"$dir/took.$id" 2>>"$dir/shoppers.txt" &
    shoppers+=($!)
  done < <(jq -c --argjson count "$2" 'range($count) as $n | .order_id += "-\($n + 1)"
    | .card_token += "-" + .order_id' "$dir/order.$1")
}

kill_worker() {
  kill -9 "$worker_pid"
  wait "$worker_pid" 2>>"$dir/killed.txt" || true
  worker_pid=
}

# --- callbacks as FlexFactor signs them (flexfactor.md "Callbacks"), without our own code ---

hex_of() { od -An -v -tx1 | tr -d ' \n'; }
mac() { # HEXKEY: of stdin
  openssl dgst -sha512 -mac HMAC -macopt "hexkey:$1" -binary | base64 -w 0
}
date_at() { LC_ALL=C date -u -d "$1" '+%a, %d %b %Y %H:%M:%S GMT'; }

# The simulator's demo key, as flexfactor-sim --help has it.
signing_key=$(printf 'flexfactor-sim demo signing key' | hex_of)

# sign FILE [HEXKEY [DATE [HOST [NONCE]]]]: sets `headers` for curl, and `nonce`.
signed_so_far=0
sign() {
  local file=$1 key=${2:-$signing_key} at=${3:-$(date_at now)} host=${4:-billing.example.com}
  local hash signature what='x-fc-nonce;x-fc-date;host;x-fc-content-sha512'
  signed_so_far=$((signed_so_far + 1))
  nonce=${5:-nonce-$signed_so_far}
  hash=$(openssl dgst -sha512 -binary "$file" | base64 -w 0)
  signature=$(printf 'POST\n%s;%s;%s;%s' "$nonce" "$at" "$host" "$hash" | mac "$key")
  # shellcheck disable=SC2034 # for the caller
  headers=(-H "x-fc-nonce: $nonce" -H "x-fc-date: $at" -H "x-fc-content-sha512: $hash"
    -H "x-fc-authorization: HMAC-SHA512 SignedHeaders=$what&Signature=$signature")
}
