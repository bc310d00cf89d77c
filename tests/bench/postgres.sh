# shellcheck shell=bash
# The row `postgres`: one, two and four workers on one server, which keeps what it commits. To be sourced
# after rows.sh.
# shellcheck disable=SC2154 # place, data, repetition and the sizes are the caller's

server=
at_work=() # workers and generators, by their process ids

start_server() {
  server=$data/postgres
  DURABLE=yes "$root/tests/support/postgres" start "$server"
}
stop_server() {
  local pid
  for pid in "${at_work[@]}"; do end_process "$pid"; done
  at_work=()
  if [[ -n "$server" ]]; then "$root/tests/support/postgres" stop "$server" || true; fi
  server=
}
# url_of DATABASE: one of the server's.
url_of() {
  local url
  url=$(<"$server/url")
  echo "${url/\/postgres?/\/$1?}"
}
ask() { psql -qAt "$(url_of "$1")" -c "$2"; }

# database COUNT: the ledger of that many, of which as many are due whatever its size, as the database `kept`;
# it moves there from its file. Sets moved, how fast. Beyond a million the server itself makes the others, like
# those that are not due.
database() {
  local began first=$(($1 < 1000000 ? $1 : 1000000))
  ledger "$first" "$(jq -n "[$postgres_due * 100 / $first, 50] | min")"
  ask postgres 'DROP DATABASE IF EXISTS kept' && ask postgres 'CREATE DATABASE kept'
  began=$(date +%s%N)
  recycled migrate --to "$(url_of kept)" >"$place/moved" || give_up "migrate: $(tail -n 3 "$place/moved")"
  moved=$(jq -n --argjson count "$first" --argjson ns "$(($(date +%s%N) - began))" \
    '{subscriptions: $count, s: ($ns / 1e9), rate: ($count / $ns * 1e9 | round)}')
  if (($1 > first)); then add_like_the_later "$(($1 - first))"; fi
  ask kept 'VACUUM ANALYZE'
}
add_like_the_later() { # COUNT
  local columns
  columns=$(ask kept "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
    WHERE table_name = 'subscription' AND column_name NOT IN ('key', 'id')")
  ask kept "BEGIN; ALTER TABLE subscription DISABLE TRIGGER USER;
    INSERT INTO subscription (id, $columns) SELECT id || '-' || copy, $columns
      FROM generate_series(1, $1) AS copy CROSS JOIN subscription WHERE gateway = 'later' LIMIT $1;
    DELETE FROM due; INSERT INTO due SELECT * FROM is_due;
    ALTER TABLE subscription ENABLE TRIGGER USER; COMMIT"
}

# start_each COMMAND COUNT: so many workers on the database `ledger`. Sets pids.
start_each() {
  local number
  rm -f "$place"/{log,err}.?
  pids=()
  for ((number = 0; number < $2; number++)); do
    "$bin/recycled" "$1" --config "$place/postgres.toml" >"$place/log.$number" 2>"$place/err.$number" 9>&- &
    pids+=($!)
    at_work+=($!)
  done
}
# expect_ended: each of them does, with 0.
expect_ended() {
  local number
  for number in "${!pids[@]}"; do
    wait "${pids[$number]}" || give_up "worker $number: $(tail -n 3 "$place/err.$number" "$place/log.$number")"
  done
  at_work=()
}
expect_verified_there() {
  "$bin/recycled" verify --config "$place/postgres.toml" >"$place/verify" 2>&1 ||
    give_up "verify: $(tail -n 20 "$place/verify")"
}

# together COUNT: that many workers hand over all that is due, in a copy of the database. Sets made.
together() {
  local due began pids first last commits
  ask postgres 'DROP DATABASE IF EXISTS ledger' && ask postgres 'CREATE DATABASE ledger TEMPLATE kept STRATEGY file_copy'
  sed "s#^url = .*#url = \"$(url_of ledger | sed 's/&/\\&/g')\"#" "$place/recycled.toml" >"$place/postgres.toml"
  due=$(ask ledger 'SELECT count(*) FROM due WHERE at <= extract(epoch FROM now()) * 1000')
  ask ledger CHECKPOINT
  forget_replies
  commits=$(ask ledger "SELECT xact_commit FROM pg_stat_database WHERE datname = 'ledger'")
  began=$(date +%s%N)
  start_each once "$1"
  expect_ended
  last=$(date +%s%N)
  # When the last one was claimed.
  first=$(date -u -d "$(cat "$place"/log.* | jq -r 'select(.event == "recovery.claimed") | .ts' | sort | tail -n 1)" +%s%N)
  holds "hand-overs that were answered" "$due" "$(stub_replies /v1/evaluate)"
  holds "hand-overs that are stored, each once" "$due $due $due" "$(ask ledger "SELECT count(*) || ' ' ||
    count(DISTINCT provider_order) || ' ' || (SELECT count(*) FROM attempt WHERE outcome = 'pending')
    FROM recovery WHERE state = 'waiting'")"
  holds "calls that are still held" 0 "$(ask ledger 'SELECT count(*) FROM call')"
  expect_verified_there
  made=$(jq -n --argjson due "$due" --argjson scan "$((first - began))" --argjson whole "$((last - began))" \
    --argjson commits "$(($(ask ledger "SELECT xact_commit FROM pg_stat_database WHERE datname = 'ledger'") - commits))" \
    '{claimed: $due, scan_s: ($scan / 1e9), s: ($whole / 1e9), commits: $commits,
      claims: ($due / $scan * 1e9 | round), rate: ($due / $whole * 1e9 | round)}')
}

# answer_together COUNT: that many workers are told by FlexFactor of all that `together` has handed over, each
# of its part. Sets made.
answer_together() {
  local number pids generators=() part callbacks all
  rm -f "$place"/{orders,seen}.?
  ask ledger "SELECT order_id || ' ' || provider_order FROM recovery WHERE state = 'waiting' ORDER BY key" \
    >"$place/orders"
  all=$(wc -l <"$place/orders")
  split --number "l/$1" --numeric-suffixes=0 --suffix-length=1 "$place/orders" "$place/orders."
  start_each run "$1"
  for number in "${!pids[@]}"; do
    until_true 60 "worker $number" listens "$number"
  done
  for number in "${!pids[@]}"; do
    part=$(wc -l <"$place/orders.$number")
    callbacks=$(jq -r 'select(.event == "listener.started") | .reason' "$place/log.$number" | sed '/^api /d')
    "$tools/bench_load" --address "$callbacks" --count "$part" --connections "$((64 / $1))" callbacks \
      --orders "$place/orders.$number" --key-file "$place/secrets/hmac_signing_key" --repeats 0 --forged 0 \
      >"$place/seen.$number" 2>&1 9>&- &
    generators+=($!)
    at_work+=($!)
  done
  for number in "${!generators[@]}"; do
    wait "${generators[$number]}" || give_up "generator $number: $(<"$place/seen.$number")"
  done
  kill -TERM "${pids[@]}"
  expect_ended
  holds "callbacks that were answered in another way than they must be" 0 "$(jq -s 'map(.wrong) | add' "$place"/seen.?)"
  holds "callbacks that are stored, and orders that ended" "$all $all" "$(ask ledger "SELECT count(*) || ' ' ||
    (SELECT count(*) FROM recovery WHERE state IN ('recovered', 'failed')) FROM callback WHERE result = 'applied'")"
  expect_verified_there
  made=$(jq -s --argjson all "$all" \
    '{callbacks: $all, s: (map(.s) | max), rate: ($all / (map(.s) | max) | round), p50_us: (map(.p50_us) | max),
      p99_us: (map(.p99_us) | max)}' "$place"/seen.?)
}
listens() { # NUMBER
  kill -0 "${pids[$1]}" 2>/dev/null || give_up "worker $1: $(tail -n 3 "$place/err.$1" "$place/log.$1")"
  (($(grep -c '"listener.started"' "$place/log.$1") == 2))
}

row_postgres() {
  local count workers
  trap 'stop_server; stop_everything' EXIT
  start_stub http
  start_server
  for count in $postgres_sizes; do
    database "$count"
    if ((count <= 1000000)); then repetition=1 keep postgres "$count" migrate "$moved"; fi
    # shellcheck disable=SC2034 # for keep
    for repetition in $(seq "$repetitions"); do
      for workers in 1 2 4; do
        together "$workers"
        keep postgres "$count" "$workers" "$made"
        answer_together "$workers"
        keep postgres "$count" "callbacks-$workers" "$made"
      done
    done
  done
}
