#!/usr/bin/env bash
# verify finds a ledger that has lived clean, also beside a running service, and names what somebody
# has changed behind recycled's back: an audit row edited, taken out, cut off the end or swapped, an
# amount, a state, a trigger. The heads that the log shows tell an old one from a trail made anew.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

heads() { jq -r 'select(.event == "audit.head") | .reason' "$dir/once.log"; }
pass_and_look() {
  "$bin/recycled" once --config "$config" >>"$dir/once.log" 2>>"$dir/every.err" || true
  [[ $(query "SELECT count(*) FROM recovery WHERE state IN ('recovered', 'failed')") == 6 ]]
}
# A copy of the ledger, changed by this SQL, without the triggers that would forbid it.
spoilt=0
spoil() { # SQL
  spoilt=$((spoilt + 1))
  rm -f "$dir/spoilt.db"
  query ".backup $dir/spoilt.db"
  sqlite3 "$dir/spoilt.db" "PRAGMA ignore_check_constraints = ON; DROP TRIGGER audit_append_only; DROP TRIGGER audit_stays;
    DROP TRIGGER recovered_is_final; $1"
  recycled 3 verify --ledger "$dir/spoilt.db" --json
}
expect_finding() { # INVARIANT WHOSE
  jq -r '.findings[] | .invariant + " " + .whose' "$dir/out" >"$dir/findings"
  grep -qxE -- "$1 $2" "$dir/findings" || fail "no '$1 $2' in: $(<"$dir/findings")"
}

start_simulator --delay 0ms..5ms
write_config 3600
sed -i '/^\[callbacks\]/,/^public_host/d; /^hmac_signing_key_files/d' "$config"
write_rows "$dir/declined.csv" <<'ROWS'
S-1 recycle_billing 2 approve-1
S-2 recycle_billing 2 approve-2
S-3 recycle_billing 2 decline-1
S-4 recycle_billing 2 decline-2
S-5 recycle_billing 2 approve-3
S-6 recycle_billing 2 approve-4
S-7 recycle_billing 2 expire-1
ROWS
expect_import "$dir/declined.csv" inserted 7
recycled 0 verify # before anything was handed over
expect_text "$dir/out" '0 finding(s) in 0 recoveries, 0 audit rows'
until_true 60 "six ends" pass_and_look

recycled 0 verify
expect_text "$dir/out" '0 finding(s) in 7 recoveries'
recycled 0 verify --json
rows=$(query "SELECT count(*) FROM audit")
expect_equal "$rows" "$(jq .audit_rows "$dir/out")" "audit rows"
expect_equal "$rows" "$(jq .head.rows "$dir/out")" "rows of the head"
last=$(jq -r .head.hash "$dir/out")
expect_equal "$last" "$(heads | tail -n 1)" "the head that the log shows last"

# Every head that was ever logged is still part of the trail; another is not.
for head in $(heads | sort -u); do
  recycled 0 verify --head "$head"
  expect_text "$dir/out" 'the head that was asked for is that of row '
done
recycled 3 verify --head "${last/[0-9a-f]/x}" --json
expect_finding head_unknown 'head .*'
expect_equal 1 "$(jq '.findings | length' "$dir/out")" "findings"
run_block 0 'recycled verify --head' "s/HASH/$last/"
expect_text "$dir/out" '; 0 row(s) came after it'

# An edited row, one in the middle taken out, the last one cut off, two swapped.
spoil "UPDATE audit SET reason = 'nobody knows' WHERE key = 3"
expect_finding audit_row_changed 'audit row 3 of S-[1-7]'
expect_finding schema_changed "the ledger's file"
expect_equal 1 "$(grep -c '^audit_row_changed' "$dir/findings")" "rows that were changed"
spoil "DELETE FROM audit WHERE key = 5"
expect_finding audit_row_missing 'audit row 5'
expect_equal 0 "$(grep -c '^audit_row_changed' "$dir/findings" || true)" "rows that were changed"
spoil "DELETE FROM audit WHERE key = $rows"
expect_finding audit_end_missing "audit row $rows"
spoil "DELETE FROM audit WHERE key >= $rows - 1; UPDATE audit_head SET rows = $rows - 2,
  hash = (SELECT hash FROM audit WHERE key = $rows - 2)" # nothing but an earlier head can tell that
recycled 3 verify --ledger "$dir/spoilt.db" --head "$last" --json
expect_finding head_unknown "head $last"
spoil "UPDATE audit SET key = -1 WHERE key = 2; UPDATE audit SET key = 2 WHERE key = 6;
  UPDATE audit SET key = 6 WHERE key = -1"
expect_finding audit_row_changed 'audit row 2 of S-[1-7]'
expect_finding audit_row_changed 'audit row 6 of S-[1-7]'

# Money and states are bound to the trail.
spoil "UPDATE recovery SET amount = 1 WHERE key = 1"
expect_finding claim_changed 'audit row [0-9]+ of S-[1-7]'
expect_finding request_differs 'S-[1-7]'
spoil "UPDATE recovery SET state = 'failed' WHERE state = 'recovered'"
expect_finding state_not_audited 'S-1'
spoil "UPDATE subscription SET gateway = 'flexfactor' WHERE id = 'S-3'"
expect_finding at_flexfactor S-3
recycled 3 verify --ledger "$dir/spoilt.db"
expect_text "$dir/out" 'at_flexfactor  S-3: its gateway is flexfactor'
expect_text "$dir/out" 'To do: '

# Beside a service, and a ledger that is none.
write_config 3600
start_worker
recycled 0 verify
stop_worker 0
head -c 4096 /dev/zero >"$dir/none.db"
recycled 1 verify --ledger "$dir/none.db"
recycled 1 verify --ledger "$dir/missing.db"
expect_text "$dir/last.err" 'there is no ledger at'
recycled 2 verify --from 2026-01-01
recycled 2 verify --provider --head "$last"
printf 'tally\tedited ledgers\t%d\t%d\t0\n' "$spoilt" "$spoilt"
