#!/usr/bin/env bash
# The benchmark's tools at a small size: their rows end with every invariant asked for, and what they are there
# to notice, they notice.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TOOLS=$(cd "$bin/../tests/bench" && pwd)
BIN=$(cd "$bin" && pwd)
export TOOLS BIN BENCH_DATA=$dir/data
bench() { # CODE ARGUMENT…
  expect_exit "$1" env -C "$root" ./scripts/bench --quick --beside "" "${@:2}"
}

results_before=$(cksum "$root/tests/bench/RESULTS.md")

# --- what is handed over, called back and asked for, and the same rows by SQLite alone ---
bench 0 scan dispatch callbacks cascade start
for row in 'scan: claims/s, 1 % of 2,000 due' 'dispatch: claimed, sent and stored/s' \
  'callbacks: stored and applied/s' 'callbacks, https: p99 at half load' 'cascade: p99 at 200/s' \
  'start: '; do
  expect_text "$dir/out" "| $row"
done
results=$BENCH_DATA/results-quick
expect_equal "20 600 600" "$(jq -rs 'map(select(.who == "recycled") | .data.claimed) | join(" ")' \
  "$results/scan.jsonl" "$results/dispatch.jsonl")" "hand-overs by row"
# Repeats and forged ones are part of the load, and each has had its answer.
answers() { # FILTER: of each load
  jq -rs "map(select(.who == \"recycled\")) | $1" "$results/callbacks.jsonl"
}
expect_equal true "$(answers 'map(.data) | all(.wrong == 0 and .forged == 20
  and .fresh + .repeated + .forged == .answered)')" "the answers, of every kind"
expect_equal true "$(answers 'map(select(.case == "http" or .case == "https") | .data.repeated > 0) | all')" \
  "repeats at full load"
expect_equal "$results_before" "$(cksum "$root/tests/bench/RESULTS.md")" "the results after a small run"
bench 2 --repetitions 0
bench 2 nothing-of-this-name

# --- answers that are none ---
echo "order-1 ff-1" >"$dir/orders"
# Nobody takes callbacks at FlexFactor's own address.
start_simulator --approve 100 --decline 0
printf 'bm8ga2V5IG9mIGFueWJvZHkncw==\n' >"$dir/key"
chmod 600 "$dir/key"
expect_exit 1 "$TOOLS/bench_load" --address "$api" --count 1 callbacks --orders "$dir/orders" \
  --key-file "$dir/key" --forged 0
expect_equal "0 1" "$(jq -r '"\(.fresh) \(.wrong)"' "$dir/out")" "answers of a stranger"
expect_text "$dir/last.err" 'the first wrong answer: 4'

# --- rows that are there already cannot be written once more ---
place=$(find "$BENCH_DATA" -maxdepth 1 -name '2000-*')
cp "$place/due-1.db" "$dir/into.db"
same_rows() { # CODE
  expect_exit "$1" "$TOOLS/bench_same_rows" --after "$BENCH_DATA/kept.db" --into "$dir/into.db" \
    --group 7 claims
}
cp "$place/open-100-100.db" "$BENCH_DATA/kept.db"
same_rows 0
expect_equal "2000 286" "$(jq -r '"\(.items) \(.commits)"' "$dir/out")" "rows and transactions"
same_rows 1
expect_text "$dir/last.err" 'there is nothing to write'

# --- instructions: with a callgrind that counts what the test wants ---
mkdir -p "$dir/path"
cat >"$dir/path/valgrind" <<'SH'
#!/usr/bin/env bash
loop=${*: -1}
items=$("$TOOLS/bench_loops" | awk -v loop="$loop" '$1 == loop {print $2}')
awk -v loop="$loop" -v items="$items" -v more="$MORE" '$1 == loop {
  printf "==1== Collected : %d\n", $2 * items * (loop == "decide" ? more : 1)}' "$INSTRUCTIONS"
SH
chmod +x "$dir/path/valgrind"
count() { # CODE MORE
  MORE=$2 INSTRUCTIONS=$root/tests/bench/instructions PATH=$dir/path:$PATH \
    expect_exit "$1" "$root/tests/bench/count"
}
count 0 1.04
count 1 1.06
expect_text "$dir/out" 'over 5 % more: decide.'
expect_text "$dir/out" 'tests/bench/count --record'
for loop in $("$TOOLS/bench_loops" | cut -d ' ' -f 1); do
  expect_exit 0 "$TOOLS/bench_loops" "$loop"
done
expect_exit 2 "$TOOLS/bench_loops" no-such-loop
