# shellcheck shell=bash
# The rows of the benchmark: what each runs, and what must hold afterwards. To be sourced after lib.sh.
# shellcheck disable=SC2154 # place, data, repetition and the sizes are the caller's

commit=$(git -C "$root" describe --always --dirty --exclude '*' 2>/dev/null || echo "no commit")
at="$(date -u '+%F %H:%M') UTC, $commit"
# keep ROW CASE WHO JSON: one line of results.
keep() {
  jq -cn --arg row "$1" --arg case "$2" --arg who "$3" --argjson rep "$repetition" --arg at "$at" \
    --argjson data "$4" '{row: $row, case: $case, who: $who, rep: $rep, at: $at, data: $data}' \
    >>"$data/$1.part"
  say "$1, $2, $3: $(jq -c 'del(.verify)' <<<"$4")"
}
holds() { # WHAT WANTED FOUND
  [[ "$2" == "$3" ]] || give_up "$1: '$3' instead of '$2'; the ledger is $place/ledger.db"
}
expect_verified() {
  recycled verify >"$place/verify" 2>&1 || give_up "verify: $(tail -n 20 "$place/verify")"
}

# expect_handed_over COUNT: all of them were taken, each was sent once, each answer is stored.
expect_handed_over() {
  holds "hand-overs that were answered" "$1" "$(stub_replies /v1/evaluate)"
  holds "hand-overs that are stored" "$1 $1 $1" "$(query "SELECT count(*) || ' ' ||
    count(DISTINCT provider_order) || ' ' || (SELECT count(*) FROM attempt WHERE outcome = 'pending')
    FROM recovery WHERE state = 'waiting'")"
  holds "hand-overs in any other state" 0 \
    "$(query "SELECT count(*) FROM recovery WHERE state <> 'waiting'")"
  expect_verified
}

# once: claims and hands over all that is due; sets made, what was measured.
once() {
  local due
  due=$(due_now)
  forget_replies
  measured 900 "$bin/recycled" once --config "$place/recycled.toml"
  holds "the end of once" 0 "$(jq .exit <<<"$made")"
  holds "what the log says was claimed and answered" "$due $due" \
    "$(jq -r '"\(.claimed) \(.results)"' <<<"$made")"
  expect_handed_over "$due"
}

# --- the same rows by SQLite's C interface alone ---

# begin_same_rows KEPT: what the run has left is kept aside, and a ledger as it was before made beside.
begin_same_rows() {
  mv "$place/ledger.db" "$place/after.db"
  cp "$place/$1.db" "$place/same.db"
  rm -f "$place"/*.db-*
}
# same_rows --group N|--rate N WHAT: sets same, what it measured.
same_rows() {
  sync
  in_front "$place/same" "$tools/bench_same_rows" --after "$place/after.db" --into "$place/same.db" "$@"
  same=$(<"$place/same")
}
# The trail's end stands for every row that is chained. Then the next one finds its file again.
end_same_rows() {
  local end="SELECT rows || ' ' || hash FROM audit_head"
  holds "the end of the audit trail of the same rows" "$(sqlite3 "$place/after.db" "$end")" \
    "$(sqlite3 "$place/same.db" "$end")"
  mv "$place/after.db" "$place/ledger.db"
  rm -f "$place"/same.db*
}
# claims_and_answers ROW CASE KEPT: the rows of `once`, in transactions as large as its own.
claims_and_answers() {
  local claims=500 answers of_claims
  answers=$(jq --argjson claims "$claims" '.claimed as $n | (.commits - ($n / $claims | ceil))
    | [., 1] | max | ($n / .) | round | [., 1] | max' <<<"$made")
  begin_same_rows "$3"
  same_rows --group "$claims" claims
  of_claims=$same
  same_rows --group "$answers" answers
  keep "$1" "$2" same-rows "$(jq -n --argjson group "$answers" --argjson claims "$of_claims" \
    --argjson answers "$same" '{group: $group, claims: $claims, answers: $answers}')"
  end_same_rows
}

row_scan() {
  local count
  start_stub http
  for count in $scan_sizes; do
    beside_build "$count"
    for repetition in $(seq "$repetitions"); do
      if [[ -n "$beside" ]]; then
        beside_scan
        keep scan "$count" better-sqlite3 "$theirs"
        beside_scan CKPT=0
        keep scan "$count" better-sqlite3-tuned "$theirs"
      fi
      ledger "$count" 1
      once
      keep scan "$count" recycled "$made"
      claims_and_answers scan "$count" due-1
    done
    rm -f "$data"/beside-work/scan.db*
  done
}

row_dispatch() {
  local how
  for repetition in $(seq "$repetitions"); do
    if [[ -n "$beside" ]]; then
      beside_job dispatch sqlite-thread
      keep dispatch http sqlite-thread "$theirs"
    fi
    for how in http https; do
      start_stub "$how"
      ledger "$dispatch_size" "$dispatch_percent"
      once
      keep dispatch "$how" recycled "$made"
      if [[ $how == http ]]; then claims_and_answers dispatch http "due-$dispatch_percent"; fi
    done
  done
}

# --- callbacks ---

# load OPTION…: sets seen, what the generator saw, and what it cost the service. `others` are the cores that
# the rest of the machine has used, the stub among it.
load() {
  local ticks busy written bytes
  ticks=$(cpu_ticks "$worker_pid")
  busy=$(busy_ticks)
  written=$(commits)
  bytes=$(written_kib "$worker_pid")
  in_front "$place/seen" "$tools/bench_load" "$@" || give_up "the generator: $(<"$place/seen")"
  seen=$(jq -c --argjson cpu "$(cpu_since "$worker_pid" "$ticks")" \
    --argjson peak "$(peak_mib "$worker_pid")" --argjson commits "$(($(commits) - written))" \
    --argjson kib "$(($(written_kib "$worker_pid") - bytes))" \
    --argjson busy "$(($(busy_ticks) - busy))" '. + {cpu_s: $cpu, peak_mib: $peak, commits: $commits, written_kib: $kib,
      others: (([0, $busy / 100 - $cpu - .generator_cpu_s] | max) / .s * 100 | round / 100)}' "$place/seen")
}
expect_callbacks_stored() {
  local fresh repeated
  fresh=$(jq .fresh <<<"$seen")
  repeated=$(jq .repeated <<<"$seen")
  holds "callbacks that were answered in another way than they must be" 0 "$(jq .wrong <<<"$seen")"
  holds "callbacks that are stored, and nonces" "$((fresh + repeated)) $((fresh + repeated))" \
    "$(query "SELECT count(*) || ' ' || (SELECT count(*) FROM nonce) FROM callback
      WHERE result = 'applied'")"
  holds "orders that ended, and what was said of that" "$fresh $fresh" \
    "$(query "SELECT count(*) || ' ' || (SELECT count(*) FROM audit
      WHERE event IN ('recovery.recovered', 'recovery.failed')) FROM recovery
      WHERE state IN ('recovered', 'failed')")"
  holds "subscriptions that were told of twice" 0 \
    "$(query 'SELECT count(*) FROM (SELECT 1 FROM outbox GROUP BY recovery_key, type HAVING count(*) > 1)')"
  expect_verified
}
# take_callbacks http|https COUNT [OPTION…]: one load on a service of its own.
take_callbacks() {
  callbacks_under=$1 open_ledger "$callback_size" 100
  query "SELECT order_id || ' ' || provider_order FROM recovery WHERE state = 'waiting'
    ORDER BY sending + key * 7919 % 1000003" >"$place/orders"
  local trust=()
  if [[ $1 == https ]]; then trust=(--ca "$data/tls/server.pem"); fi
  start_worker
  load --address "$callbacks" --count "$2" "${trust[@]}" "${@:3}" callbacks --orders "$place/orders" \
    --key-file "$place/secrets/hmac_signing_key" --forged 20
  stop_worker
  expect_callbacks_stored
}
# same_callbacks CASE --group N|--rate N: the rows of the load that has just ended.
same_callbacks() {
  begin_same_rows open-100-100
  same_rows "${@:2}" callbacks
  keep callbacks "$1" same-rows "$same"
  end_same_rows
}
row_callbacks() {
  local how half count
  start_stub http
  for repetition in $(seq "$repetitions"); do
    if [[ -n "$beside" ]]; then
      beside_job callback sqlite-thread-ckpt4000
      keep callbacks http fastify-sqlite-thread "$theirs"
    fi
    for how in http https; do
      take_callbacks "$how" "$callback_count"
      keep callbacks "$how" recycled "$seen"
      half=$(jq '.rate / 2 | floor' <<<"$seen")
      if [[ $how == http ]]; then
        same_callbacks http --group "$(jq '[(.fresh + .repeated) / .commits, 1] | max | round' <<<"$seen")"
      fi
      count=$((half * half_seconds > 200 ? half * half_seconds : 200))
      take_callbacks "$how" "$((count < callback_count ? count : callback_count))" --rate "$half"
      keep callbacks "$how-half" recycled "$seen"
      if [[ $how == http ]]; then same_callbacks http-half --rate "$half"; fi
    done
  done
}

# --- cascades beside 5,000 hand-overs a second ---

row_cascade() {
  local count=$((200 * cascade_seconds)) replies before
  start_stub http
  for repetition in $(seq "$repetitions"); do
    rate=5000 ledger "$dispatch_size" "$dispatch_percent"
    forget_replies
    start_worker
    until_true 120 "hand-overs" grep -q '"recovery.pending"' "$place/log"
    before=$(grep -c '"recovery.pending"' "$place/log")
    load --address "$api_address" --count "$count" --rate 200 cascades \
      --token-file "$place/secrets/api_token" --name "shopper-$repetition"
    before=$(($(grep -c '"recovery.pending"' "$place/log") - before))
    seen=$(jq -c --argjson beside "$before" '. + {beside_per_s: ($beside / .s | round)}' <<<"$seen")
    stop_worker
    holds "shoppers that were told yes" "$count" "$(jq .fresh <<<"$seen")"
    replies=$(stub_replies /shop/v1/evaluate)
    holds "shoppers that FlexFactor was asked about, once each" "$count" "$replies"
    holds "shoppers that were told yes, by the ledger" "$count" \
      "$(query "SELECT count(*) FROM recovery WHERE kind = 'cascade' AND state = 'recovered'")"
    expect_verified
    keep cascade "200/s" recycled "$seen"
  done
}

# --- many that wait ---

inquired() { [[ $(grep -c '^/v1/orders/' "$data/stub/access.log") -ge $1 ]]; }
# ask_about COUNT: of a service whose ledger has so many inquiries due; sets seen: how long it took from the
# start of the run, whose first pass scans and then asks, to the last inquiry.
ask_about() {
  local began
  forget_replies
  start_worker
  until_true 300 "$1 inquiries" inquired "$1"
  began=$(jq -r 'select(.event == "audit.head") | .ts' "$place/log" | head -n 1)
  seen=$(awk -v cpu="$(cpu_since "$worker_pid" 0)" -v peak="$(peak_mib "$worker_pid")" \
    -v began="$(date -d "$began" +%s.%3N)" '
    /^\/v1\/orders\// {n++; if (!first) first = $3; last = $3}
    END {printf "{\"inquiries\":%d,\"s\":%.3f,\"asking_s\":%.3f,\"cpu_s\":%.2f,\"peak_mib\":%s}", n,
      last - began, last - first, cpu, peak}' "$data/stub/access.log")
  stop_worker
  holds "inquiries that are stored" "$1" \
    "$(query "SELECT count(*) FROM attempt WHERE step = 'inquire'")"
  holds "inquiries that were made" "$1" "$(jq .inquiries <<<"$seen")"
}
row_open() {
  local due=$((open_size / 100))
  start_stub http
  for repetition in $(seq "$repetitions"); do
    open_ledger "$((due * 10))" 0 10
    ask_about "$(inquiries_due)"
    keep open "all that wait are due" recycled "$seen"
    open_ledger "$open_size" 99 100
    ask_about "$(inquiries_due)"
    expect_verified
    keep open "$open_size wait" recycled "$seen"
  done
}
inquiries_due() { query "SELECT count(*) FROM recovery WHERE next_at <= unixepoch() * 1000"; }

# --- simulated time, and a start ---

row_simulate() {
  place simulate
  # One life, and once: it takes a quarter of an hour.
  local repetition=1
  measured 3600 "$bin/recycled" simulate --days 180 --seed 2 --subscriptions "$simulate_size"
  holds "the end of simulate" 0 "$(jq .exit <<<"$made")"
  keep simulate "180 days of $simulate_size" recycled \
    "$(jq -c --argjson days "$((180 * simulate_size))" '. + {days: $days}' <<<"$made")"
}

row_start() {
  start_stub http
  ledger "$start_size"
  for repetition in $(seq "$repetitions"); do
    measured 60 "$bin/recycled" once --config "$place/recycled.toml"
    holds "the end of once" "0 0" "$(jq -r '"\(.exit) \(.claimed)"' <<<"$made")"
    keep start "$start_size" recycled "$made"
  done
}

row_inner() {
  local line
  for repetition in $(seq "$repetitions"); do
    in_front "$data/inner.json" "$tools/bench_inner" --benchmark_format=json \
      --benchmark_min_time=0.5 2>"$data/inner.err" || give_up "inner: $(<"$data/inner.err")"
    while read -r line; do
      keep inner "$(jq -r .name <<<"$line")" recycled "$line"
    done < <(jq -c '.benchmarks[] | {name, rate: .items_per_second}' "$data/inner.json")
  done
}
