#!/usr/bin/env bash
# What operators and their scripts look at: status, explain, exit codes and help.
# Proves: X2
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --delay 50ms..200ms
write_config 1
write_rows "$dir/declined.csv" <<<"S-paid recycle_billing 2 approve-1
S-no recycle_billing 2 decline-1
S-waits recycle_billing 2 pending-1
S-fine active 5 approve-2"
expect_import "$dir/declined.csv" inserted 4

recycled 0 status --json
expect_equal null "$(jq -r .last_run "$dir/out")" "the last run before any"
jq -e '.next_due != null' "$dir/out" >"$dir/ignored" || fail "something is due, and status knows not"
recycled 0 explain S-paid --json
jq -e '.status == "recycle_billing" and .due_at != null and .recoveries == [] and
  (.sentences | length > 0) and .card.last4 == null' "$dir/out" >"$dir/ignored" ||
  fail "before: $(<"$dir/out")"
recycled 0 explain S-fine --json
jq -e '.due_at == null and .not_taken.reason == "not_in_recycle_billing"' "$dir/out" \
  >"$dir/ignored" || fail "not ours: $(<"$dir/out")"

only_one_waits() {
  recycled 0 once
  [[ $(open_count) == 1 && $(simulator_says charges) == 1 ]] && due_is_empty
}
until_true 30 "two results" only_one_waits
recycled 0 status --json
jq -e '.recoveries.recovered == 1 and .recoveries.failed == 1 and .recoveries.waiting == 1 and
  .next_due == null and .last_run.kind == "once" and .last_run.ended_at != null and
  .parked == [] and .without_news.count >= 0 and
  ([.totals[] | select(.state == "recovered")] == [{"state": "recovered", "reason": "none",
    "currency": "USD", "count": 1, "amount": "18.00"}])' "$dir/out" >"$dir/ignored" ||
  fail "status: $(<"$dir/out")"
recycled 0 status
expect_text "$dir/out" "last run"
recycled 0 explain S-paid --json
jq -e '.status == "active" and .billing_cycle == 3 and .gateway == "bank" and
  .recoveries[0].state == "recovered" and .recoveries[0].amount == "18.00" and
  .recoveries[0].billing_cycle == 2 and (.recoveries[0].attempts | length >= 2) and
  (.history | length > 0) and .next_bill_date != null' "$dir/out" >"$dir/ignored" ||
  fail "recovered: $(<"$dir/out")"
order=$(jq -r '.recoveries[0].order_id' "$dir/out")
recycled 0 explain "$order" --json
expect_equal S-paid "$(jq -r .subscription_id "$dir/out")" "explained by our order id"
recycled 0 explain S-no --json
jq -e '.status == "recycle_failed" and .fail_reason == "declined" and .gateway == "bank" and
  .due_at == null and .not_taken.reason == "recycle_failed"' "$dir/out" >"$dir/ignored" ||
  fail "declined: $(<"$dir/out")"
recycled 0 explain S-waits
expect_text "$dir/out" waiting
expect_no_text pending-1 "$dir/out"

# A card that FlexFactor refuses is parked, and everybody says so, by exit code too.
write_rows "$dir/refused.csv" <<<"S-refused recycle_billing 2 refuse-1"
expect_import "$dir/refused.csv" inserted 1
recycled 3 once
recycled 3 status --json
jq -e '.recoveries.parked == 1 and (.parked | length) == 1 and
  .parked[0].subscription_id == "S-refused" and .parked[0].reason == "refused"' "$dir/out" \
  >"$dir/ignored" || fail "parked: $(<"$dir/out")"
recycled 3 status
expect_text "$dir/out" S-refused
recycled 0 explain S-refused --json
jq -e '.recoveries[0].state == "parked" and .status == "recycle_billing" and
  ([.recoveries[0].attempts[].detail] | any(contains("cannot be processed")))' "$dir/out" \
  >"$dir/ignored" || fail "refused: $(<"$dir/out")"
recycled 3 once
expect_equal 4 "$(simulator_says 'calls.evaluate')" "evaluates: a refusal is not repeated"

recycled 1 explain S-nobody
expect_text "$dir/last.err" S-nobody
recycled 1 explain S-nobody --json
expect_equal 0 "$(wc -c <"$dir/out")" "bytes on stdout about nobody"
cp "$config" "$dir/other.toml"
sed -i 's/ledger\.db/none.db/' "$dir/other.toml"
for command in status 'explain S-1'; do
  # shellcheck disable=SC2086 # words of a command line
  expect_exit 1 "$bin/recycled" $command --config "$dir/other.toml"
  test ! -e "$dir/none.db" || fail "$command made a ledger"
done

# Usage errors are 2 and go to stderr.
wrong_usages=("" bogus explain "explain A B" import "import refunds x" "import subscriptions"
  "run --log-level loud" "status --bogus" "once --no-scan" "check --config"
  callbacks "callbacks show" "callbacks replay" "callbacks replay 1 --failed" "callbacks verify"
  "report --csv" "report --csv - --html -" "report --json --csv -")
for usage in "${wrong_usages[@]}"; do
  # shellcheck disable=SC2086 # words of a command line
  expect_exit 2 "$bin/recycled" $usage
  test -s "$dir/last.err" || fail "not a word about '$usage'"
done

expect_exit 0 "$bin/recycled" --version
expect_exit 0 "$bin/recycled" --help
mapfile -t commands < <(sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$dir/out")
((${#commands[@]} >= 7)) || fail "only ${#commands[@]} commands in --help"
for command in "${commands[@]}" "import subscriptions" "callbacks list" "callbacks show" \
  "callbacks replay" "callbacks verify" "events list" "events show" "events replay"; do
  # shellcheck disable=SC2086 # words of a command line
  expect_exit 0 "$bin/recycled" $command --help
  grep -A 3 '^Examples\?:' "$dir/out" | grep -qF "recycled $command" ||
    fail "no example in '$command --help'"
done
