#!/usr/bin/env bash
# The ledger on PostgreSQL, with everything going wrong: the worker killed and frozen, its sessions cut,
# the server started anew without a warning. Nothing is charged twice, and nothing lost.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
count=${COUNT:-200}

trap 'status=$?; "$root/tests/support/postgres" stop "$dir/server"; finish "$status"' EXIT
"$root/tests/support/postgres" start "$dir/server"
server=$(<"$dir/server/url")
psql -q "$server" -c 'CREATE DATABASE ledger'
direct=${server/\/postgres?/\/ledger?}
url=$direct
if [[ -n "${POOLER:-}" ]]; then # what lies between is asked for the worker's word alone
  "$root/tests/support/postgres" pooler "$dir/server"
  url=$(<"$dir/server/pooler")
  url=${url/\/postgres?/\/ledger?}
fi
ask() { psql -qAt "$direct" -c "$1"; }

start_simulator --seed 11 --approve 60 --decline 30 --delay 100ms..400ms --expire-after 5s
write_config 2
sed -i "s#^url = .*#url = \"${url//&/\\&}\"\\nlease = \"4s\"#" "$config"
write_subscriptions "$count" "$dir/subscriptions.csv"

# A command makes the ledger, and reads it.
recycled 0 check
expect_text "$dir/out" "$url"
recycled 1 status # there is none yet
recycled 0 import subscriptions "$dir/subscriptions.csv"
expect_text "$dir/out" "$count inserted"
recycled 0 import subscriptions "$dir/subscriptions.csv"
expect_text "$dir/out" "$count unchanged"

# One works on it, and another hears of who.
start_worker
recycled 75 once
expect_text "$dir/last.err" "process $worker_pid of "
recycled 0 status

is_over() { ! kill -0 "$worker_pid" 2>/dev/null; }
reachable() { psql -qAt "$url" -c 'SELECT 1' >"$dir/ignored" 2>&1; }
start_again() { # whatever became of it, as a service manager does
  if is_over; then
    wait "$worker_pid" || true
    until_true 10 "the server" reachable
    start_worker
  fi
}
has_handed_over() { (($(ask "SELECT count(*) FROM attempt") >= $1)); }

# Killed in the midst of it, twice.
for share in 10 4; do
  until_true 30 "hand-overs" has_handed_over $((count / share))
  kill -KILL "$worker_pid"
  wait "$worker_pid" || true
  start_worker
done

# Frozen for longer than its lease: another takes over, and it cannot come back.
frozen=$worker_pid
kill -STOP "$frozen"
start_worker
kill -CONT "$frozen"
code=0
wait "$frozen" || code=$?
((code != 0)) || fail "the frozen worker ended as if nothing had been"
expect_equal 1 "$(ask "SELECT count(*) FROM worker WHERE role = 'worker'")" "workers"

# Its sessions are cut, and then the server itself is gone in the midst of whatever it does.
data=$(<"$dir/server/data")
for blow in cut restart cut restart; do
  if [[ $blow == cut ]]; then
    ask "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = 'ledger' AND pid <> pg_backend_pid()" >"$dir/ignored"
  else
    "$root/tests/support/postgres" restart "$dir/server"
  fi
  until_true 3 "the worker's end, or nothing" is_over 2>"$dir/ignored" || true
  start_again
done
expect_equal "$data" "$(<"$dir/server/data")" "the server's folder"

is_settled() {
  if is_over; then start_again; fi
  (($(ask "SELECT count(*) FROM subscription WHERE status = 'recycle_billing'") == 0))
}
until_true 90 "every subscription's end" is_settled
kill -TERM "$worker_pid"
wait "$worker_pid" || true

recycled 0 verify
expect_text "$dir/out" "0 finding(s)"
expect_equal 0 "$(simulator_says double_charges)" "double charges"
expect_equal "$(simulator_says charges)" \
  "$(ask "SELECT count(*) FROM recovery WHERE state = 'recovered'")" "charged and recovered"
expect_equal "$count" "$(ask "SELECT count(*) FROM subscription
  WHERE status IN ('active', 'complete', 'recycle_failed')")" "settled subscriptions"
expect_equal 0 "$(ask "SELECT count(*) FROM worker")" "rows of those who have gone"
