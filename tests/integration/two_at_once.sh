#!/usr/bin/env bash
# One run at a time on one ledger: the second leaves with 75 and names the first.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --approve 100 --decline 0 --delay 0ms..1ms --fault stall=1000
write_config 1
sed -i 's/^request_timeout = .*/request_timeout = "2m"/; /^in_flight/a drain = "1s"' "$config"
write_subscriptions 5 "$dir/declined.csv"
expect_import "$dir/declined.csv" inserted 5

start_holder() {
  local before
  before=$(calls)
  "$bin/recycled" "$1" --config "$config" >"$dir/holder.log" 2>>"$dir/holder.err" &
  worker_pid=$!
  until_true 30 "a call that is never answered" calls_reach $((before + 1))
}
expect_second_leaves() {
  local command
  for command in once run; do
    recycled 75 "$command"
    expect_text "$dir/last.err" "process $worker_pid"
    expect_text "$dir/out" '"run.busy"'
  done
  kill -0 "$worker_pid" || fail "the first run did not live through the second"
}

for kind in once run; do
  start_holder "$kind"
  expect_second_leaves
  # Looking and importing need no turn.
  expect_import "$dir/declined.csv" superseded 5
  recycled 0 status --json
  stop_worker 0
done

# A run that was killed holds nothing back, though its lock file is still there.
start_holder once
kill -9 "$worker_pid"
wait "$worker_pid" 2>/dev/null || true
worker_pid=
test -e "$dir/ledger.db.lock" || fail "the lock file is gone: two runs could hold two of them"
simulator_faults '{"stall": 0}'
settle() {
  recycled 0 once
  all_settled
}
until_true 60 "what the killed run left" settle
expect_books_agree
expect_all_home
