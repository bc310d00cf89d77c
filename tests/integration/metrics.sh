#!/usr/bin/env bash
# The figures for a monitoring system: what GET /metrics and the file of `once` say is what the ledger
# says, Prometheus' own tools take both, and the alert rules fire when they are to, and not before.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v promtool >/dev/null || fail "no promtool: ./scripts/install-packages"
figure() { # FILE NAME[{LABELS}]
  awk -v name="$2" '$1 == name {print $2}' "$1"
}
expect_metrics() { # FILE: Prometheus' linter finds nothing in it
  expect_exit 0 promtool check metrics <"$1"
  expect_equal '' "$(cat "$dir/last.err" "$dir/out")" "what promtool says"
  expect_equal recycled_oldest_due_seconds "$(awk '!/^#/ {print $1; exit}' "$1")" "the first figure"
}

# --- a service ---
start_simulator --approve 100 --decline 0 --delay 50ms..100ms
write_config 1
add_api
for n in {1..6}; do echo "S-$n recycle_billing 2 approve-$n"; done | write_rows "$dir/rows.csv"
start_service # first: a callback has somewhere to go
expect_import "$dir/rows.csv" inserted 6
recovered() { [[ $(query "SELECT count(*) FROM recovery WHERE state = 'recovered'") == 6 ]]; }
until_true 60 "six recoveries" recovered
ask 200 /metrics
cp "$dir/answer" "$dir/service.prom"
expect_metrics "$dir/service.prom"
expect_equal 0 "$(figure "$dir/service.prom" recycled_oldest_due_seconds)" "nothing is overdue"
expect_equal 6 "$(figure "$dir/service.prom" 'recycled_recoveries_total{state="recovered"}')" "recovered"
expect_equal 6 "$(figure "$dir/service.prom" recycled_claimed_total)" "claimed"
expect_equal 0 "$(figure "$dir/service.prom" 'recycled_open_recoveries{state="waiting"}')" "waiting"
expect_equal "$(query 'SELECT sum(amount) FROM recovery')" \
  "$(figure "$dir/service.prom" 'recycled_recovered_minor_units_total{currency="USD"}')" "money"
called_at=$(query 'SELECT max(received_at) / 1000 FROM callback')
shown=$(figure "$dir/service.prom" recycled_last_callback_timestamp_seconds)
expect_equal "$called_at" "$(printf '%.0f' "$shown")" "the last callback"
stop_worker 0

# --- cron, with FlexFactor away: what is due has waited, and the file says so ---
printf '[metrics]\nfile = "%s/recycled.prom"\n' "$dir" >>"$config"
recycled 0 check
simulator_faults '{"error_5xx": 1000}'
for n in {1..3}; do echo "T-$n recycle_billing 2 approve-$n"; done | write_rows "$dir/more.csv"
expect_import "$dir/more.csv" inserted 3
expect_exit 1 "$bin/recycled" once --config "$config"
expect_metrics "$dir/recycled.prom"
expect_equal 3 "$(figure "$dir/recycled.prom" recycled_claimed_total)" "claimed by the pass"
answered=$(figure "$dir/recycled.prom" recycled_provider_calls_answered_total)
expect_equal 0 "$answered" "calls that were answered"
waited=$(figure "$dir/recycled.prom" 'recycled_open_recoveries{state="unknown"}')
open=$(query "SELECT count(*) FROM recovery WHERE state = 'unknown'")
expect_equal "$open" "$waited" "of unknown fate"
[[ $(figure "$dir/recycled.prom" recycled_run_end_timestamp_seconds) != 0 ]] || fail "no end"
expect_equal 644 "$(stat -c %a "$dir/recycled.prom")" "the collector may read it"

# --- the rules ---
cp "$root/schedules/recycled.rules.yml" "$root/tests/integration/alerts.yml" "$dir"
expect_exit 0 promtool check rules "$dir/recycled.rules.yml"
(cd "$dir" && expect_exit 0 promtool test rules alerts.yml)
