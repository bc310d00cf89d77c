#!/usr/bin/env bash
# L1, X1: what was answered as done survives a power cut, in which what was not synced is lost or torn.
# That the cut bites is shown by a disk that heeds no sync, as SQLite's synchronous=OFF would have it:
# there the same driver finds losses.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

expect_exit 0 ./scripts/crash power --only commit,claim,import,callback,line,event,file,random \
  --passings 2 --jobs 4 --seed "${SEED:-1}"
cat "$dir/out"
expect_text "$dir/out" $'power cut at random\t4\t4\t0'

expect_exit 1 ./scripts/crash power --lies --only commit,claim,callback --passings 3 --jobs 2 \
  --seed "${SEED:-1}"
awk -F '\t' '$1 == "tally" && /power cut/ {lost += $5} END {exit lost == 0}' "$dir/out" ||
  fail "a disk that heeds no sync lost nothing: $(<"$dir/out")"
