#!/usr/bin/env bash
# The safety catches at the real programs: a day's and a run's ceiling for once, backfill, rerun and
# the service alike, and the breaker.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --delay 0ms..50ms
write_config 1
add_api
# A day that does not end while this runs.
case $(date -u +%H) in 03 | 04 | 05) sed -i 's#America/New_York#Asia/Tokyo#' "$config" ;; esac
limit() { # LINE...: instead of what stood between the marks before
  sed -i '/^# begin catches/,/^# end catches/d' "$config"
  local lines
  lines=$(printf '%s\\n' '# begin catches' "$@" '# end catches')
  sed -i "s/^\[limits\]\$/&\n$lines/" "$config"
}
claimed() { query "SELECT count(*) FROM recovery WHERE state <> 'released'"; }

# --- a run's ceiling, and then the day's: 18.00 each ---
for n in {1..12}; do echo "S-$n recycle_billing 2 approve-$n"; done | write_rows "$dir/declined.csv"
expect_import "$dir/declined.csv" inserted 12
limit 'hand_overs_per_run = 2' 'amount_per_day = { USD = "100.00" }'
recycled 0 check
expect_text "$dir/out" 'ceilings   a run: at most 2 hand-overs · a day: at most USD 100.00'
recycled 0 once
expect_equal 2 "$(claimed)" "claims of one run"
expect_text "$dir/out" '"event":"ceiling.reached"'
expect_text "$dir/out" 'hand_overs_per_run = 2'
recycled 0 once
expect_equal 4 "$(claimed)" "claims of two runs"

# A backfill is under both; its dry run says what of it, and the plan runs exactly that.
period=(--from 2026-01-01 --to 2026-01-31)
recycled 0 backfill "${period[@]}" --dry-run --json
cp "$dir/out" "$dir/plan.json"
expect_equal 1 "$(jq '[.items[] | select(.taken)] | length' "$dir/plan.json")" "planned"
expect_equal 7 "$(jq '.left_out.ceiling' "$dir/plan.json")" "left out"
expect_equal 'amount_per_day = { USD = "100.00" }' \
  "$(jq -r '[.items[] | select(.reason == "ceiling").detail][0]' "$dir/plan.json")" "the ceiling"
recycled 0 backfill "${period[@]}" --plan "$(jq -r .plan "$dir/plan.json")"
expect_equal 5 "$(claimed)" "claims after the backfill"
recycled 0 backfill "${period[@]}" --plan "$(jq -r .plan "$dir/plan.json")"
expect_equal 5 "$(claimed)" "claims after the plan once more"
recycled 0 backfill "${period[@]}"
expect_text "$dir/out" 'ceiling 7'

# So are reruns, by command and by API, and the service.
declined_order O-1 approve-o >"$dir/order.jsonl"
recycled 0 import orders "$dir/order.jsonl"
recycled 1 rerun O-1
expect_text "$dir/out" 'ceiling'
start_service
ask 422 /v1/reruns --json '{"order_id": "O-1"}'
expect_equal ceiling "$(answer '.items[0].reason')" "a rerun's answer"
reached() { grep -q '"event":"ceiling.reached"' "$dir/worker.log.now"; }
until_true 30 "the service to reach the ceiling" reached
expect_equal 5 "$(claimed)" "claims with the service"
stop_worker 0
expect_equal 1 "$(grep -c '"event":"ceiling.reached"' "$dir/worker.log.now")" "lines about it"
recycled 0 status
expect_text "$dir/out" 'USD 90.00 of 100.00'
recycled 0 explain S-12
expect_text "$dir/out" 'But not today: amount_per_day = { USD = "100.00" } leaves no room for it.'

# Two at once share the day. What a raised ceiling leaves room for goes.
limit 'hand_overs_per_day = 8'
recycled 0 status --json
expect_equal '5 of 8' "$(jq -r '.today | "\(.hand_overs) of \(.hand_overs_per_day)"' "$dir/out")" \
  "today"
"$bin/recycled" backfill "${period[@]}" --limit 2 --config "$config" >"$dir/one.out" 2>"$dir/one.err" &
other=$!
recycled 0 backfill "${period[@]}" --limit 4
wait "$other" || fail "the other backfill: $(<"$dir/one.err")"
expect_equal 8 "$(claimed)" "claims of two at once"
limit
recycled 0 once
recycled 0 rerun O-1
comes_home() { recycled 0 once && all_settled; }
until_true 60 "everything to be settled" comes_home
expect_equal 13 "$(claimed)" "claims without a ceiling"
expect_equal 13 "$(simulator_says charges)" "charges"
expect_books_agree

# --- the breaker: FlexFactor refuses what comes ---
limit 'breaker_results = 10' 'breaker_refused = 50'
sed -i 's/^in_flight = .*/in_flight = 1/' "$config"
for n in {1..30}; do echo "R-$n recycle_billing 2 refuse-$n"; done | write_rows "$dir/refused.csv"
expect_import "$dir/refused.csv" inserted 30
recycled 3 once
expect_text "$dir/out" '"event":"breaker.tripped"'
expect_text "$dir/out" '5 of the last 10 results were refused (breaker_refused = 50)'
parked() { query "SELECT count(*) FROM recovery WHERE state = 'parked'"; }
sent=$(parked)
((sent >= 5 && sent < 30)) || fail "$sent refused before the breaker tripped"
write_rows "$dir/more.csv" <<<"R-more recycle_billing 2 refuse-more"
expect_import "$dir/more.csv" inserted 1
recycled 3 once
recycled 3 backfill "${period[@]}" --json
expect_equal 1 "$(jq .left_out.paused "$dir/out")" "left out for the pause"
expect_equal "$sent" "$(parked)" "refused after it"
recycled 3 status
expect_text "$dir/out" 'gateway flexfactor, since '
expect_text "$dir/out" 'by the breaker: 5 of the last 10'
# Not ended by a restart, a kill -9 included.
start_service
kill_worker
recycled 3 once
expect_equal "$sent" "$(parked)" "refused after a kill"
recycled 3 resume
expect_text "$dir/out" 'nothing was paused'
expect_text "$dir/out" 'still paused: gateway flexfactor'
# What it has parked is not sent around it.
recycled 1 resolve R-1 --as retry
expect_text "$dir/last.err" 'recycled resume'
run_block 0 'resume --gateway'
expect_text "$dir/out" 'resumed what was paused: gateway flexfactor'
recycled 3 once
(($(parked) > sent)) || fail "nothing was sent after the resume"
expect_equal 2 "$(query "SELECT count(*) FROM pause WHERE word = 'paused'")" "times it has tripped"
expect_books_agree
