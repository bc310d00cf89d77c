#!/usr/bin/env bash
# What an operator sees of pruning: the service prunes while it runs and `once` at its end, and every
# command that would show a payload says when it went.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --approve 100 --decline 0 --delay 100ms..200ms
write_config 600
retention() { sed -i "/^retention/d; s/^\[store\]/&\nretention = \"$1\"/" "$config"; }
retention 0s
write_rows "$dir/declined.csv" <<<"S-1 recycle_billing 2 tok-1
S-2 recycle_billing 2 tok-2
S-3 recycle_billing 2 pending-3"
start_worker
expect_import "$dir/declined.csv" inserted 3
two_recovered() { [[ $(query "SELECT count(*) FROM recovery WHERE state = 'recovered'") == 2 ]]; }
until_true 60 "two recovered" two_recovered
stop_worker 0
bodies() { query "SELECT count(*) FROM request WHERE body <> ''"; }
expect_equal 3 "$(bodies)" "requests that are kept for good"
order=$(query "SELECT order_id FROM recovery ORDER BY key LIMIT 1")
hash=$(query 'SELECT sha256 FROM request ORDER BY recovery_key LIMIT 1')

# `once` prunes what there is, and leaves what is open.
retention 1s
over_a_second_ago() {
  (($(date +%s%3N) > $(query 'SELECT max(max(r.settled_at), max(c.received_at)) FROM recovery AS r,
    callback AS c') + 1000))
}
until_true 20 "the retention's end" over_a_second_ago
recycled 0 once
cp "$dir/out" "$dir/once.log"
expect_equal 1 "$(bodies)" "requests after a pass"
expect_equal 4 "$(jq -s 'map(select(.event == "run.summary")) | last.pruned' "$dir/once.log")" pruned
expect_equal "$hash" "$(query 'SELECT sha256 FROM request ORDER BY recovery_key LIMIT 1')" \
  "the hash of a request that was pruned"
expect_equal 0 "$(query "SELECT count(*) FROM callback WHERE body <> x'' OR headers <> ''")" bodies

recycled 0 explain S-1
expect_text "$dir/out" "pruned: the request of order $order"
recycled 0 explain S-1 --json
jq -e '.recoveries[0] | .pruned_at and (.attempts | length > 0) and .callbacks[0].pruned_at' \
  "$dir/out" >"$dir/ignored" || fail "explain --json tells of no pruning: $(<"$dir/out")"
key=$(query 'SELECT min(key) FROM callback')
expect_exit 0 "$bin/recycled" callbacks show "$key" --config "$config"
expect_text "$dir/out" "pruned on 20"
expect_exit 0 "$bin/recycled" callbacks show "$key" --json --config "$config"
expect_equal null "$(jq -r .body "$dir/out")" "the body of one that was pruned"
expect_exit 1 "$bin/recycled" callbacks replay "$key" --config "$config"
expect_text "$dir/last.err" "nothing left to process"
recycled 0 status --json
expect_equal '{"recoveries":2,"callbacks":2}' "$(jq -c .pruned "$dir/out")" "status"
recycled 0 status
expect_text "$dir/out" "pruned, long ended"
recycled 0 verify

# The service prunes by itself, and nobody is charged for what it has forgotten.
write_rows "$dir/more.csv" <<<"S-4 recycle_billing 2 tok-4"
start_worker
expect_import "$dir/more.csv" inserted 1
expect_import "$dir/declined.csv" superseded 3
three_pruned() { [[ $(query 'SELECT count(pruned_at) FROM recovery') == 3 ]]; }
until_true 60 "the service prunes" three_pruned
stop_worker 0
recycled 0 verify
expect_books_agree
expect_equal 3 "$(simulator_says charges)" "charges"
