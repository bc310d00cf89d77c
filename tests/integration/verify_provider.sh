#!/usr/bin/env bash
# verify --provider finds what the ledger and FlexFactor say differently, whether or not FlexFactor's
# list shows our own order id, and says nothing when there is nothing.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

at_flexfactor() { # METHOD PATH [BODY]
  curl -sS -f -o "$dir/ignored" -X "$1" "$scheme://$api/v1/$2" -H "Authorization: Bearer $bearer" \
    -d "${3:-}"
}
their_id() { # SUBSCRIPTION
  query "SELECT provider_order FROM recovery AS r JOIN subscription AS s
    ON s.key = r.subscription_key WHERE s.id = '$1'"
}
pass_and_look() {
  "$bin/recycled" once --config "$config" >"$dir/once.out" 2>>"$dir/every.err" || true
  [[ $(query "SELECT count(*) FROM recovery WHERE state = 'recovered'") == 3 ]]
}
expect_difference() { # SUBSCRIPTION DIFFERENCE
  expect_equal "$2" "$(jq -r ".differences[] | select(.subscription == \"$1\") | .difference" \
    "$dir/out")" "the difference of $1"
}

for switch in --live --hide-external-id; do
  rm -f "$dir"/ledger.db* "$dir/simulator.ready"
  start_simulator --delay 0ms..5ms --largest-page 2 "$switch"
  write_config 3600
  sed -i '/^\[callbacks\]/,/^public_host/d; /^hmac_signing_key_files/d' "$config"
  write_rows "$dir/declined.csv" <<'ROWS'
S-fine recycle_billing 2 approve-1
S-refund recycle_billing 2 approve-2
S-amount recycle_billing 2 approve-3
S-decline recycle_billing 2 decline-1
S-pending recycle_billing 2 pending-1
S-ended recycle_billing 2 pending-2
S-capture recycle_billing 2 capture-1
ROWS
  expect_import "$dir/declined.csv" inserted 7
  sqlite3 "$dir/ledger.db" ".backup $dir/before.db"
  until_true 30 "three recoveries" pass_and_look

  recycled 0 verify --provider
  expect_text "$dir/out" '0 difference(s) in 7 order(s) of ours'
  recycled 0 verify --provider --json
  expect_equal 7 "$(jq .compared "$dir/out")" "orders compared"
  expect_equal 0 "$(jq '.differences | length' "$dir/out")" "differences"

  bearer=$(curl -sS "$scheme://$api/v1/oauth2/token" -d '{"AppKey":"k","AppSecret":"s"}' |
    jq -r .accessToken)
  at_flexfactor POST "orders/$(their_id S-refund)/refund" '{"amountToRefund":20.00}'
  at_flexfactor POST "orders/$(their_id S-ended)/cancel"
  at_flexfactor POST capture "{\"orderId\":\"$(their_id S-capture)\"}"
  query "UPDATE recovery SET amount = amount + 1 WHERE provider_order = '$(their_id S-amount)'"

  recycled 3 verify --provider --json
  expect_difference S-refund refunded_there
  expect_difference S-ended ended_there
  expect_difference S-capture charged_there
  expect_difference S-amount amount_differs
  expect_equal 4 "$(jq '.differences | length' "$dir/out")" "differences"
  recycled 3 verify --provider
  expect_text "$dir/out" 'refunded_there  S-refund  order '
  expect_text "$dir/out" 'To do: '
  expect_equal 5 "$(wc -l <"$dir/out")" "lines: one a difference, one that counts"

  # A period in which nothing was handed over has none; a wrong one is usage.
  recycled 0 verify --provider --to 2026-01-31 --from 2026-01-01
  expect_text "$dir/out" '0 difference(s) in 0 order(s)'
  recycled 2 verify --provider --from yesterday
  recycled 2 verify --provider --from 2026-02-01 --to 2026-01-01

  # After the restore of an old backup, the orders are there and the ledger knows nothing of them.
  rm -f "$dir"/ledger.db*
  cp "$dir/before.db" "$dir/ledger.db"
  recycled 0 adopt # restored: paused, which a comparison does not mind
  if [[ $switch == --hide-external-id ]]; then
    recycled 0 verify --provider --json # without our ids in the list nobody can tell
    expect_equal 7 "$(jq .not_ours "$dir/out")" "orders that are not ours"
  else
    recycled 3 verify --provider --json
    expect_equal 7 "$(jq '[.differences[] | select(.difference == "lost_here")] | length' \
      "$dir/out")" "orders lost here"
  fi

  stop_all
  recycled 1 verify --provider
  expect_text "$dir/last.err" 'not finished: gateway flexfactor'
done
