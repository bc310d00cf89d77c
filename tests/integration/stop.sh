#!/usr/bin/env bash
# A stop during load drains and exits 0; what is left is resolved by the next start, charged once.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --seed 5 --approve 70 --decline 20 --delay 50ms..500ms --expire-after 1s
write_config 1
sed -i 's/^in_flight = .*/in_flight = 8\ndrain = "1s"/
  s/^request_timeout = .*/request_timeout = "1m"/' "$config"
write_subscriptions 300 "$dir/declined.csv"
expect_import "$dir/declined.csv" inserted 300

# Everybody answers: the stop waits for what is under way and leaves the rest where it is.
start_worker
until_true 30 "load" calls_reach 40
stop_worker 0
for event in stop.requested listener.stopped run.summary run.ended; do
  expect_logged "\"$event\""
done
sent=$(query "SELECT count(DISTINCT recovery_key) FROM attempt WHERE step = 'send'")
expect_equal "$(simulator_says orders)" "$sent" "answers written down for orders at the simulator"
((sent < 300)) || fail "the stop came too late to prove anything"
expect_equal 0 "$(simulator_says double_charges)" "double charges"

# FlexFactor takes some and answers nothing: the stop gives up after its grace, also with exit 0.
calls_before=$(calls)
start_worker
expect_no_text '"recovery.interrupted"' "$dir/worker.log.now" # an orderly end leaves no doubt
until_true 30 "load again" calls_reach $((calls_before + 20))
simulator_faults '{"stall": 700}'
stalled() { (($(simulator_says 'faults.stall // 0') >= 6)); }
until_true 30 "calls that are never answered" stalled
started=$SECONDS
stop_worker 0
jq -se 'map(select(.event == "run.summary")) | last | .reason == "run" and .sent > 0' \
  "$dir/worker.log.now" >"$dir/ignored" || fail "no summary of a run that gave up waiting"
((SECONDS - started <= 15)) || fail "the stop took $((SECONDS - started)) s; its grace is 1 s"
left=$(query "SELECT count(*) FROM recovery WHERE state IN ('intended', 'unknown')")
((left > 0)) || fail "nothing was left under way: this proved nothing"

# The next start finds it, and it comes out right.
simulator_faults '{"stall": 0}'
start_worker
expect_logged '"recovery.interrupted"'
until_true 120 "every subscription at its end" all_settled
stop_worker 0
expect_books_agree
expect_all_home
expect_equal 300 "$(query "SELECT count(*) FROM recovery WHERE state IN ('recovered', 'failed')")" \
  "recoveries at their end"

# Somebody who asks twice does not want to wait.
write_rows "$dir/more.csv" <<<"S-more recycle_billing 2 approve"
sed -i 's/^drain = .*/drain = "2m"/' "$config"
expect_import "$dir/more.csv" inserted 1
simulator_faults '{"stall": 1000}'
calls_before=$(calls)
start_worker
until_true 30 "a call that is never answered" calls_reach $((calls_before + 1))
kill -TERM "$worker_pid"
asked() { grep -q '"stop.requested"' "$dir/worker.log.now"; }
until_true 20 "the first stop" asked
stop_worker 130
