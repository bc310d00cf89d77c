#!/usr/bin/env bash
# The scan for the declines of a period, by hand: what a dry run says is then exactly what runs, or
# nothing is; killed or stopped, the same command goes on; what is due later stays the scheduler's.
# Proves: B2 B6 X2
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --delay 0ms..50ms
write_config 1
sed -i 's/^apply_to_gateways = .*/apply_to_gateways = ["bank", "bank-2"]/
  s/^gateway_4_6 = .*/&\ngateway_7_9 = "flexfactor"/
  s/^days = 1$/days = 5/' "$config"
for number in 5 6 7; do
  printf '[[recycle_profile.reattempt]]\nnumber = %d\ndays = 3\n' "$number" >>"$config"
done
printf '[[gateway]]\nid = "bank-2"\nkind = "card"\n' >>"$config"
recycled 0 check

header='subscription_id,gateway_id,status,billing_cycle,price,currency,interval,declined_at'
header+=',reattempts_made,last_attempt_at,decline_code,decline_message,decline_type,card_token'
# row ID GATEWAY STATUS PRICE CURRENCY DECLINED MADE LAST CLASS CARD
row() {
  printf '%s,%s,%s,2,%s,%s,1m,%s,%s,%s,51,Insufficient funds,%s,%s\n' "$@"
}
take_rows() { # of stdin
  cat <(echo "$header") - >"$dir/rows.csv"
  recycled 0 import subscriptions "$dir/rows.csv"
}
due() { row "$1" bank recycle_billing 20.00 USD "$2" 3 "$2" soft "$3"; }
today=$(date -u +%Y-%m-%dT%H:%M:%SZ)
{
  due A-1 2026-01-05 approve-1
  due A-2 2026-01-06 decline-2
  due A-3 2026-01-07 approve-3
  row A-4 bank recycle_billing 30.00 EUR 2026-01-08 3 2026-01-15 soft approve-4
  row B-1 bank-2 recycle_billing 20.00 USD 2026-01-09 3 2026-01-15 soft approve-5
  row C-1 bank recycle_billing 20.00 USD 2026-01-10 6 2026-01-20 soft approve-6
  row H-hard bank recycle_billing 20.00 USD 2026-01-11 3 2026-01-15 hard approve-7
  row H-held bank recycle_billing 20.00 USD 2026-01-11 3 2026-01-15 '' approve-8
  row H-mine bank recycle_billing 20.00 USD 2026-01-11 1 2026-01-15 soft approve-9
  row H-left bank cancelled 20.00 USD 2026-01-11 3 2026-01-15 soft approve-10
  row T-1 bank recycle_billing 20.00 USD 2026-01-12 3 "$today" soft approve-11
  due Z-other 2026-02-01 approve-12
} | take_rows
january=(--from 2026-01-01 --to 2026-01-31)
recoveries() { query 'SELECT count(*) FROM recovery'; }
recoveries_reach() { (($(recoveries) >= $1)); }
taken() { jq -r '[.items[] | select(.taken) | .subscription_id] | join(" ")' "$dir/out"; }

# What is typed wrongly is told before anything happens.
recycled 2 backfill --from 2026-01-01
recycled 2 backfill --from 2026-01-31 --to 2026-01-01
recycled 2 backfill --from 2026-01-01 --to tomorrow
recycled 2 backfill "${january[@]}" --rate 5
recycled 2 backfill "${january[@]}" --rate 0/s
recycled 2 backfill "${january[@]}" --limit 0
recycled 2 backfill "${january[@]}" --reattempts 1-3
recycled 2 backfill "${january[@]}" --dry-run --plan x
recycled 2 backfill "${january[@]}" --gateway nowhere
expect_text "$dir/last.err" '--gateway nowhere is no gateway of the config'
recycled 1 backfill "${january[@]}" --plan ''
expect_text "$dir/last.err" 'no dry run of the last 30 days said plan'
expect_exit 0 "$bin/recycled" backfill --help
expect_text "$dir/out" 'recycled backfill --from 2026-11-01 --to 2026-11-20 --dry-run'

# X2: every decline of the period is there, with what would become of it and why. H-held needs a
# person: 3.
recycled 3 backfill "${january[@]}" --dry-run --json
plan=$(jq -r .plan "$dir/out")
expect_equal 'A-1 A-2 A-3 A-4 B-1 C-1' "$(taken)" "would be handed over"
left='H-hard hard_decline, H-held unclassified_decline, H-mine merchants_turn, H-left cancelled'
expect_equal "$left, T-1 not_due" \
  "$(jq -r '[.items[] | select(.taken | not) | "\(.subscription_id) \(.reason)"] | join(", ")' \
    "$dir/out")" "left out"
expect_equal 'true flexfactor 18.00 USD 2 4 bank 21' "$(jq -r '.items[0] | "\(.taken) \(.gateway)
  \(.amount) \(.currency) \(.billing_cycle) \(.reattempt) \(.back_to) \(.expiry_days)"' "$dir/out" |
  xargs)" "the first item"
expect_equal 'EUR 1 27.00, USD 5 90.00' "$(jq -r '[.totals[] |
  "\(.currency) \(.count) \(.amount)"] | join(", ")' "$dir/out")" "totals by currency"
expect_equal 7 "$(jq '.items[] | select(.subscription_id == "C-1") | .reattempt' "$dir/out")" \
  "C-1's turn"
due_of_tomorrow=$(query "SELECT due_at FROM subscription WHERE id = 'T-1'")
expect_text "$dir/out" "until $(date -u -d "@$((due_of_tomorrow / 1000))" +%Y-%m-%dT%H:%M:%SZ)"
recycled 3 backfill "${january[@]}" --dry-run
expect_text "$dir/out" "plan $plan: \`--plan $plan\` runs this"
expect_text "$dir/out" \
  'A-1  would be handed over to flexfactor: 18.00 USD, re-attempt 4 of billing cycle 2, until '
expect_text "$dir/out" 'T-1  not taken: not_due, its next re-attempt is not due yet'
expect_text "$dir/out" 'left out: cancelled 1, hard_decline 1, merchants_turn 1, not_due 1, uncl'

# Each choice leaves out the others by name.
recycled 3 backfill "${january[@]}" --dry-run --json --reattempts 7-9
expect_equal C-1 "$(taken)" "of re-attempts 7-9"
expect_equal 6 "$(jq .left_out.not_asked_for "$dir/out")" "others than re-attempts 7-9"
recycled 0 backfill "${january[@]}" --dry-run --json --gateway bank-2
expect_equal B-1 "$(taken)" "declined at bank-2"
recycled 3 backfill "${january[@]}" --dry-run --json --gateway flexfactor --reattempts 4-6
expect_equal 'A-1 A-2 A-3 A-4 B-1' "$(taken)" "of re-attempts 4-6 to flexfactor"
recycled 3 backfill "${january[@]}" --dry-run --json --limit 2
expect_equal 'A-1 A-2' "$(taken)" "of a limit of two"
expect_equal 4 "$(jq .left_out.over_limit "$dir/out")" "over the limit"

# A changed world refuses the plan and is named; so do other options, and another command's plan.
{
  row A-1 bank cancelled 20.00 USD 2026-01-05 3 2026-01-15 soft approve-1
  row A-2 bank recycle_billing 40.00 USD 2026-01-06 3 2026-01-15 soft decline-2
  due A-5 2026-01-09 approve-13
} | take_rows
recycled 1 backfill "${january[@]}" --plan "$plan"
expect_equal 3 "$(wc -l <"$dir/out")" "lines about changes"
expect_text "$dir/out" 'A-1  planned: handed over to flexfactor, 18.00 USD, for 21 days, billing cyc'
expect_text "$dir/out" 'le 2, re-attempt 4; now: not taken: cancelled'
expect_text "$dir/out" 'now: handed over to flexfactor, 36.00 USD, for 21 days'
expect_text "$dir/out" 'A-5  planned: nothing; now: handed over to flexfactor, 18.00 USD'
expect_text "$dir/last.err" 'nothing was handed over'
recycled 1 rerun O-1 --gateway flexfactor --plan "$plan"
expect_text "$dir/last.err" 'is one of a backfill'
recycled 3 backfill "${january[@]}" --dry-run --json
plan=$(jq -r .plan "$dir/out")
recycled 1 backfill "${january[@]}" --limit 2 --plan "$plan"
expect_text "$dir/out" 'now: not taken: over_limit'
expect_equal 0 "$(recoveries)" "recoveries so far"

# The plan runs, at its pace, and what is due later stays as it is planned.
recycled 3 backfill "${january[@]}" --plan "$plan" --rate 4/s --json
expect_equal 'A-2 A-3 A-4 A-5 B-1 C-1' "$(taken)" "handed over"
expect_equal "$plan" "$(jq -r .plan "$dir/out")" "the plan that was carried out"
expect_equal 6 "$(recoveries)" "recoveries of the plan"
took=$(query 'SELECT max(claimed_at) - min(claimed_at) FROM recovery')
((took >= 1250)) || fail "six at four a second took $took ms"
expect_equal "$due_of_tomorrow" "$(query "SELECT due_at FROM subscription WHERE id = 'T-1'")" \
  "when T-1 is due"
expect_equal 0 "$(query "SELECT count(*) FROM recovery AS r JOIN subscription AS s
  ON s.key = r.subscription_key WHERE s.id IN ('T-1', 'Z-other')")" "recoveries of others"
recycled 0 explain A-3
expect_text "$dir/out" "recovery.claimed, intended: plan $plan"
# Once more changes nothing, and a run without a plan finds nothing left.
recycled 3 backfill "${january[@]}" --plan "$plan"
expect_text "$dir/out" 'A-3  was already handed over to flexfactor'
expect_text "$dir/out" "plan $plan: carried out"
recycled 3 backfill "${january[@]}" --json
expect_equal '' "$(taken)" "handed over by another run"
expect_equal 6 "$(jq .left_out.open_recovery "$dir/out")" "open recoveries"
expect_equal 6 "$(recoveries)" "recoveries in the end"

# A service that scans nothing sends them, and what is handed over beside it.
run_options=(--no-scan)
start_worker
recycled 0 backfill --from 2026-02-01 --to 2026-02-01
expect_text "$dir/out" '1 of 1 handed over, 18.00 USD'
recycled 0 explain Z-other
expect_text "$dir/out" 'recovery.claimed, intended: backfill'
nothing_is_open() { [[ $(open_count) == 0 ]]; }
until_true 60 "the service to settle all of them" nothing_is_open
stop_worker 0
expect_equal '7 6 0' "$(simulator_says '| "\(.orders) \(.charges) \(.double_charges)"')" \
  "the simulator's books"
expect_books_agree
expect_equal recycle_failed "$(query "SELECT status FROM subscription WHERE id = 'A-2'")" "A-2"
# What has come of it since is no change of the plan.
recycled 3 backfill "${january[@]}" --plan "$plan"
expect_text "$dir/out" "plan $plan: carried out"
expect_equal 7 "$(recoveries)" "recoveries after the plan once more"

# Killed in the middle of a plan, again and again; with a limit, which stays the plan's.
{
  for ((n = 1001; n <= 3000; ++n)); do due "K-$n" 2026-03-05 "decline-k$n"; done
} | take_rows
march=(--from 2026-03-01 --to 2026-03-31 --limit 1800)
recycled 0 backfill "${march[@]}" --dry-run --json
plan=$(jq -r .plan "$dir/out")
expect_equal 1800 "$(jq '.totals[0].count' "$dir/out")" "of March"
for reached in 300 700 1100; do
  "$bin/recycled" backfill "${march[@]}" --plan "$plan" --rate 2000/s --config "$config" \
    >"$dir/killed.out" 2>&1 &
  victim=$!
  until_true 60 "more than $reached recoveries" recoveries_reach $((reached + 7))
  kill -KILL "$victim" 2>>"$dir/killed.txt" || true
  wait "$victim" 2>>"$dir/killed.txt" || true
done
recycled 0 backfill "${march[@]}" --plan "$plan" --json
expect_equal 1800 "$(jq '[.items[] | select(.taken)] | length' "$dir/out")" "of the plan"
(($(jq '[.items[] | select(.before)] | length' "$dir/out") >= 1100)) || fail "nothing was kept"
expect_equal '1807 1807' "$(query 'SELECT count(*), count(DISTINCT subscription_key) FROM recovery' |
  tr '|' ' ')" "recoveries, and subscriptions that have one"

# Ctrl-C stops between two pages, says how far it came, and the same command does the rest.
march=(--from 2026-03-01 --to 2026-03-31 --rate 20/s)
"$bin/recycled" backfill "${march[@]}" --json --config "$config" >"$dir/stopped.out" \
  2>"$dir/stopped.err" &
stopped=$!
until_true 60 "some more recoveries" recoveries_reach 1822
kill -INT "$stopped"
code=0
wait "$stopped" || code=$?
expect_equal 1 "$code" "exit code of a stopped backfill"
expect_text "$dir/stopped.err" 'were not reached; the same command does the rest'
here=$(recoveries)
expect_equal "$((here - 1807)) $((2007 - here))" "$(jq -r '"\([.items[] | select(.taken)] | length)" +
  " \(.not_reached)"' "$dir/stopped.out")" "handed over, and not reached"
((here < 2007)) || fail "it had done all of it"
# On a terminal it shows a bar with rate and time left.
all_of_march="--from 2026-03-01 --to 2026-03-31 --rate 200/s"
script -qec "$bin/recycled backfill $all_of_march --config $config" "$dir/terminal" >"$dir/typed.txt" \
  </dev/null
grep -aqE '\[#+\.*\] [0-9]+ handed over, [0-9]+/s, [0-9]+ %, [0-9]+ s left' "$dir/terminal" ||
  fail "no bar: $(tail -c 500 "$dir/terminal")"
expect_equal '2007 2007' "$(query 'SELECT count(*), count(DISTINCT subscription_key) FROM recovery' |
  tr '|' ' ')" "recoveries, and subscriptions that have one, in the end"

# Elsewhere it says so in a plain line every few seconds; the next `once` sends what is handed over.
for ((n = 1; n <= 7; ++n)); do due "P-$n" 2026-04-05 "approve-p$n"; done | take_rows
recycled 0 backfill --from 2026-04-05 --to 2026-04-05 --rate 1/s
grep -qE '^[0-9]+ handed over, [0-9]+/s, [0-9]+ %, [0-9]+ s left$' "$dir/last.err" ||
  fail "no plain line: $(<"$dir/last.err")"
once_and_look() {
  "$bin/recycled" once --config "$config" >"$dir/once.out" 2>>"$dir/every.err" || true
  [[ $(open_count) == 0 ]]
}
until_true 120 "everything to be settled" once_and_look
expect_equal '2014 13 0' "$(simulator_says '| "\(.orders) \(.charges) \(.double_charges)"')" \
  "the simulator's books in the end"
expect_books_agree
