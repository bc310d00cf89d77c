#!/usr/bin/env bash
# The log of real runs: its summaries say what the ledger says, journald gets priorities where it
# listens and nowhere else, and what the README asks jq comes out right.
# Proves: X2
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export TZ=UTC
start_simulator --delay 10ms..50ms
write_config 1
sed -i 's/^request_timeout = .*/&\nnever_send_codes = ["43"]/' "$config"
recycled 0 once # has seen the rules, which would be a reason of its own to look at every row
{
  echo 'S-1 recycle_billing 2 approve-1'
  for n in {2..7}; do echo "S-$n recycle_billing 2 approve-$n"; done
  for n in 1 2 3; do echo "N-$n recycle_billing 2 decline-$n"; done
  echo 'P-1 recycle_billing 2 refuse-1'
  echo 'H-1 recycle_billing 2 hold-1'
  echo 'H-2 recycle_billing 2 hold-2'
} | write_rows "$dir/declined.csv"
sed -i '/^S-[67],/s/20.00,USD/2000,JPY/' "$dir/declined.csv"
expect_import "$dir/declined.csv" inserted 13
# What changes after the import and without an import is held by the scan.
query "UPDATE subscription SET decline_code = '43' WHERE id IN ('H-1', 'H-2')"

# --- the journal: a stream that $JOURNAL_STREAM names, as systemd makes one ---
cat >"$dir/stream.py" <<'PYTHON'
"""Runs a command with its stdout in a stream socket, as systemd does, and keeps what it says."""
import os, socket, subprocess, sys
ours, its = socket.socketpair()
of_it = os.fstat(its.fileno())
named = f"{of_it.st_dev}:{of_it.st_ino}" if sys.argv[2] == "named" else "1:2"
child = subprocess.Popen(sys.argv[3:], stdout=its, env=dict(os.environ, JOURNAL_STREAM=named))
its.close()
with open(sys.argv[1], "wb") as kept:
    while read := ours.recv(65536):
        kept.write(read)
sys.exit(child.wait())
PYTHON
expect_exit 3 python3 "$dir/stream.py" "$dir/journal" named \
  "$bin/recycled" once --config "$config" --log-level debug
expect_equal "" "$(grep -avE '^<[3467]>\{' "$dir/journal" || true)" "lines without a priority"
sed 's/^<[0-7]>//' "$dir/journal" >"$dir/once.log"
paste -d ' ' <(grep -ao '^<.>' "$dir/journal") <(jq -r .level "$dir/once.log") | sort -u >"$dir/pairs"
expect_equal '<3> error,<4> warning,<6> info,<7> debug' "$(paste -sd , "$dir/pairs")" "priorities"
expect_exit 3 python3 "$dir/stream.py" "$dir/plain" other "$bin/recycled" once --config "$config"
expect_equal "" "$(grep -av '^{' "$dir/plain" || true)" "priorities for nobody"
: >"$dir/file"
named=$(stat -c '%d:%i' "$dir/file")
JOURNAL_STREAM=$named "$bin/recycled" once --config "$config" \
  >"$dir/file" 2>>"$dir/every.err" || true
expect_equal "" "$(grep -av '^<[3467]>{' "$dir/file" || true)" "what systemd has made a file of"
JOURNAL_STREAM=$named "$bin/recycled" once --config "$config" \
  >"$dir/other" 2>>"$dir/every.err" || true
expect_equal "" "$(grep -av '^{' "$dir/other" || true)" "what was redirected from the journal"

# --- a service does the rest ---
log_level=debug
start_worker
all_but_parked() { due_is_empty && [[ $(open_count) == 1 ]]; }
until_true 60 "all but the refused one" all_but_parked
stop_worker 0

# --- the summaries are the ledger's figures ---
summaries() { jq -c 'select(.event == "run.summary")' "$@"; }
cat "$dir/once.log" "$dir/plain" "$dir/other" "$dir/worker.log.now" >"$dir/all.log"
sed 's/^<[0-7]>//' "$dir/file" >>"$dir/all.log"
for log in once.log plain other file; do
  sed 's/^<[0-7]>//' "$dir/$log" | summaries >"$dir/found"
  expect_equal 'run' "$(jq -r .reason "$dir/found" | paste -sd ,)" "summaries in $log"
done
summaries "$dir/all.log" | jq -s 'map(select(.reason == "run"))
  | {scanned: map(.scanned) | add, taken: map(.taken) | add, sent: map(.sent) | add,
     recovered: map(.recovered) | add, failed: map(.failed) | add, parked: map(.parked) | add,
     excluded: map(.excluded | to_entries[]) | group_by(.key)
       | map({(.[0].key): map(.value) | add}) | add,
     amounts: [.[].amounts | to_entries[] | .key as $what | .value | to_entries[]
         | {key: "\($what) \(.key)", value: (.value | tonumber)}] | group_by(.key)
       | map({(.[0].key): map(.value) | add}) | add}' >"$dir/sums"
said() { jq -c "$1" "$dir/sums"; }
expect_equal 13 "$(said .scanned)" "scanned"
expect_equal "$(query 'SELECT count(*) FROM recovery')" "$(said .taken)" "taken"
expect_equal "$(query "SELECT count(*) FROM attempt WHERE step = 'send' AND outcome <> 'not_sent'")" \
  "$(said .sent)" "sent"
for state in recovered failed parked; do
  expect_equal "$(query "SELECT count(*) FROM recovery WHERE state = '$state'")" \
    "$(said ".$state")" "$state"
done
expect_equal "$(query "SELECT json_group_object(not_taken, n) FROM (SELECT not_taken, count(*) AS n
  FROM subscription WHERE id LIKE 'H-%' GROUP BY not_taken)")" "$(said .excluded)" "excluded"
money() { query "SELECT sum(amount) FROM recovery WHERE currency = '$1' AND $2"; }
expect_equal "$(money JPY 1)" "$(said '.amounts["taken JPY"]')" "yen taken"
expect_equal "$(money USD 1)" "$(said '.amounts["taken USD"] * 100 | round')" "dollars taken"
recovered="state = 'recovered'"
expect_equal "$(money JPY "$recovered")" "$(said '.amounts["recovered JPY"]')" "yen recovered"
expect_equal "$(money USD "$recovered")" "$(said '.amounts["recovered USD"] * 100 | round')" \
  "dollars recovered"
# Of a service, the passes add up to the run.
summaries "$dir/worker.log.now" >"$dir/found"
for figure in scanned taken sent pending recovered failed parked calls answered callbacks; do
  expect_equal "$(jq -s "map(select(.reason == \"run\") | .$figure) | add" "$dir/found")" \
    "$(jq -s "map(select(.reason == \"pass\") | .$figure) | add // 0" "$dir/found")" \
    "$figure of the passes"
done

# --- what the README asks ---
JOURNAL=$dir/all.log
export JOURNAL
stand_in sudo journalctl dmesg
run_block 0 'journalctl -u recycled -f'
expect_text "$dir/out" 'info recovery.recovered S-1 '
expect_equal "$(wc -l <"$JOURNAL")" "$(wc -l <"$dir/out")" "lines that were followed"

run_block 0 'recycled_log()' 's/^# .*/echo "&"/'
answer() { # QUESTION: what follows it, up to the next
  awk -v asked="# $1" 'index($0, "# ") == 1 {on = index($0, asked) == 1; next} on' "$dir/out"
}
expect_equal "recovery.claimed recovery.sent recovery.pending recovery.recovered" \
  "$(answer 'What has happened to S-1' | awk '{print $2}' | grep -vE 'inquired|callback' | paste -sd ' ')" "S-1"
expect_equal "2 never_send_code" "$(answer 'Why was something' | awk '{print $1, $2}')" "held"
expect_equal "recovery.parked recovery.alarm" \
  "$(answer 'What must a person' | jq -r .event | paste -sd ' ')" "for a person"
expect_equal run "$(answer 'What did the last' | jq -r .reason)" "the last summary"
# A day each, or two if it is midnight just now.
of_days() { # QUESTION AWK: over its lines, by tabs, all of which begin with a day
  answer "$1" >"$dir/days"
  expect_equal "" "$(grep -vE '^20[0-9]{2}-[0-9]{2}-[0-9]{2}'$'\t' "$dir/days" || true)" "not of a day"
  awk -F '\t' "$2" "$dir/days" | sort | paste -sd ,
}
cents=$(money USD "$recovered")
# shellcheck disable=SC2016 # the dollars are awk's
expect_equal "JPY 2 $(money JPY "$recovered"),USD 5 $cents" "$(of_days 'How much' '
  {count[$2] += $3; sum[$2] += $4 * ($2 == "USD" ? 100 : 1)}
  END {for (currency in sum) print currency, count[currency], sum[currency]}')" "money"
# shellcheck disable=SC2016
expect_equal "3 of 10" "$(of_days 'Of what came' '
  {failed += $2; all += $3; if ($4 != sprintf("%.0f %%", 100 * $2 / $3)) print "wrong:", $0}
  END {print failed, "of", all}')" "failed"
answer 'Which calls' >"$dir/slow"
expect_equal 10 "$(wc -l <"$dir/slow")" "slow calls"
cut -f 1 "$dir/slow" | sort -c -n -r || fail "not the slowest first: $(<"$dir/slow")"
expect_equal "$(jq -s 'map(.ms? // 0) | max' <(jq -c 'select(.event | IN("recovery.sent",
  "recovery.inquired"))' "$JOURNAL"))" "$(head -n 1 "$dir/slow" | cut -f 1)" "the slowest"

# --- what to look at after the watchdog has ended a run ---
run_block 0 'Watchdog timeout'
expect_text "$dir/out" 'Watchdog timeout'
expect_text "$dir/calls" 'journalctl -u recycled -o cat --since -1h'

# --- a terminal gets text, and the summary as a line to read ---
# One that JOURNAL_STREAM names is a terminal all the same.
run_block 0 'once --log-level debug' \
  's#^recycled .*#script -qec "& || [ \\$? = 3 ]" /dev/null </dev/null#'
expect_text "$dir/out" 'info run.summary reason=run: scanned 0, taken 0, excluded 0, sent 0'
