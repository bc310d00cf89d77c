#!/usr/bin/env bash
# The server dies for good, and its standby takes its place: workers that know of both go on, and nothing is
# charged twice, or lost, since a commit counted only once both had it. Before that the standby answers those
# who only read.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
count=${COUNT:-120}
begin_postgres
"$root/tests/support/postgres" standby "$dir/server"
query() { psql -qAt "$(url_of_ledger either)" -c "$1"; }

start_simulator --seed 3 --approve 60 --decline 30 --delay 100ms..400ms --expire-after 5s
write_config 2
go_to "$(url_of_ledger either)"
sed -i 's#^url = .*#&\nlease = "20s"#' "$config"
# So that there is something left to be sent when it dies.
sed -i 's/^requests_per_second = .*/requests_per_second = 10/' "$config"
write_subscriptions "$count" "$dir/subscriptions.csv"
recycled 0 import subscriptions "$dir/subscriptions.csv"
expect_text "$dir/out" "$count inserted"

# A replica is enough for those who only ask; what writes is refused there.
cp "$config" "$dir/writing.toml"
go_to "$(url_of_ledger standby)"
recycled 0 report
recycled 0 verify
expect_text "$dir/out" "0 finding(s)"
recycled 0 status
recycled 0 explain S-00001
recycled 0 events list
recycled 0 callbacks list
recycled 1 pause --reason "a trial"
expect_text "$dir/last.err" "during recovery"
cp "$dir/writing.toml" "$config"

for number in 0 1; do
  "$bin/recycled" run --config "$config" >"$dir/worker.$number.log" 2>"$dir/worker.$number.err" &
  workers+=($!)
done
listens() { grep -q '"listener.started"' "$dir/worker.$1.log"; }
for number in 0 1; do until_true 60 "worker $number" listens "$number"; done
address=$(jq -r 'select(.event == "listener.started") | .reason' "$dir/worker.1.log")
curl -sS -o "$dir/ignored" "$scheme://$api/sim/callback-url" \
  -d "{\"url\":\"$scheme://$address/flexfactor/callbacks\"}"
sent() { query "SELECT count(*) FROM attempt WHERE step = 'send'"; }
sent_reach() { (($(sent) >= $1)); }
until_true 60 "hand-overs" sent_reach $((count / 4))
before=$(sent)
((before < count * 3 / 4)) || fail "next to nothing is left for the standby"
"$root/tests/support/postgres" failover "$dir/server"

is_settled() {
  (($(query "SELECT count(*) FROM subscription WHERE status = 'recycle_billing'") == 0)) &&
    (($(query "SELECT count(*) FROM recovery WHERE ended IS NULL") == 0))
}
until_true 120 "every subscription's end" is_settled
for number in 0 1; do
  kill -TERM "${workers[$number]}"
  wait "${workers[$number]}" || fail "worker $number ended: $(tail -n 3 "$dir/worker.$number.log")"
done

recycled 0 verify
expect_text "$dir/out" "0 finding(s)"
expect_books_agree
expect_all_home
echo "$count subscriptions, $before sent to the first server, the others to its standby: double charges 0"
