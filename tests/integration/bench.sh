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
bench 0 dispatch callbacks cascade start postgres
for row in 'dispatch: claimed, sent and stored/s' \
  'callbacks: stored and applied/s' 'callbacks, https: p99 at half load' 'cascade: p99 at 200/s' \
  'start: ' 'PostgreSQL: 4 workers'; do
  expect_text "$dir/out" "| $row"
done
results=$BENCH_DATA/results-quick
expect_equal "600 600" "$(jq -rs 'map(select(.who == "recycled") | .data.claimed) | join(" ")' \
  "$results/dispatch.jsonl")" "hand-overs, without TLS and with it"
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

# --- a stop leaves nothing running ---
running() { grep -alsE "$dir/dat[a]/" /proc/[0-9]*/cmdline; } # not itself
hands_over() { grep -qs '"recovery.pending"' "$BENCH_DATA"/2000-*/log; }
rm -f "$BENCH_DATA"/2000-*/log
(cd "$root" && exec ./scripts/bench --quick --beside "" dispatch) >"$dir/out" 2>"$dir/last.err" &
stopped=$!
until_true 60 "hand-overs" hands_over
[[ -n "$(running)" ]] || fail "nothing runs while hand-overs are measured"
kill -TERM "$stopped"
code=0
wait "$stopped" || code=$?
expect_equal 130 "$code" "the end of what was stopped"
expect_equal "" "$(running)" "what still runs after a stop"

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
cp "$place/none.db" "$dir/into.db"
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
"$TOOLS/bench_loops" >"$dir/loops"
cat >"$dir/path/valgrind" <<'SH'
#!/usr/bin/env bash
awk -v loop="${*: -1}" -v more="$MORE" 'FNR == NR {items[$1] = $2; next} $1 == loop {
  printf "==1== Collected : %d\n", $2 * items[loop] * (loop == "decide" ? more : 1)}' "$LOOPS" "$INSTRUCTIONS"
SH
chmod +x "$dir/path/valgrind"
count() { # CODE MORE
  MORE=$2 LOOPS=$dir/loops INSTRUCTIONS=$root/tests/bench/instructions PATH=$dir/path:$PATH \
    expect_exit "$1" "$root/tests/bench/count"
}
count 0 1.04
count 1 1.06
expect_text "$dir/out" 'over 5 % more: decide.'
expect_text "$dir/out" 'tests/bench/count --record'
mapfile -t loops < <(cut -d ' ' -f 1 "$dir/loops")
expect_exit 0 "$TOOLS/bench_loops" "${loops[@]}"
expect_exit 2 "$TOOLS/bench_loops" no-such-loop
