# shellcheck shell=bash
# The rows of the benchmark: what each runs, and what must hold afterwards. To be sourced after lib.sh.
# shellcheck disable=SC2154 # place, data, results, repetition and the sizes are the caller's

# keep ROW CASE WHO JSON: one line of results.
keep() {
  jq -cn --arg row "$1" --arg case "$2" --arg who "$3" --argjson rep "$repetition" --argjson data "$4" \
    '{row: $row, case: $case, who: $who, rep: $rep, data: $data}' >>"$results"
  say "$1, $2, $3: $(jq -c 'del(.verify)' <<<"$4")"
}
holds() { # WHAT WANTED FOUND
  [[ "$2" == "$3" ]] || give_up "$1: '$3' instead of '$2'; the ledger is $place/ledger.db"
}
expect_verified() {
  recycled verify >"$place/verify" 2>&1 || give_up "verify: $(tail -n 20 "$place/verify")"
}

# expect_handed_over COUNT: all of them were taken, each was sent once, each answer is stored.
expect_handed_over() {
  holds "hand-overs that were answered" "$1" "$(stub_replies /v1/evaluate)"
  holds "hand-overs that are stored" "$1 $1 $1" "$(query "SELECT count(*) || ' ' ||
    count(DISTINCT provider_order) || ' ' || (SELECT count(*) FROM attempt WHERE outcome = 'pending')
    FROM recovery WHERE state = 'waiting'")"
  holds "hand-overs in any other state" 0 \
    "$(query "SELECT count(*) FROM recovery WHERE state <> 'waiting'")"
  expect_verified
}

# once: claims and hands over all that is due; sets made, what was measured.
once() {
  local due
  due=$(due_now)
  forget_replies
  made=$(measured 600 "$bin/recycled" once --config "$place/recycled.toml")
  holds "the end of once" 0 "$(jq .exit <<<"$made")"
  holds "what the log says was claimed and answered" "$due $due" \
    "$(jq -r '"\(.claimed) \(.results)"' <<<"$made")"
  expect_handed_over "$due"
}

row_scan() {
  local count
  start_stub http
  for count in $scan_sizes; do
    beside_build "$count"
    for repetition in $(seq "$repetitions"); do
      if [[ -n "$beside" ]]; then
        keep scan "$count" better-sqlite3 "$(beside_scan)"
        keep scan "$count" better-sqlite3-tuned "$(beside_scan CKPT=0)"
      fi
      ledger "$count" 1
      once
      keep scan "$count" recycled "$made"
    done
    rm -f "$data"/beside-work/scan.db*
  done
}

row_dispatch() {
  local how
  for repetition in $(seq "$repetitions"); do
    if [[ -n "$beside" ]]; then
      keep dispatch plain sqlite-thread "$(beside_job dispatch sqlite-thread)"
    fi
    for how in plain:http tls:https; do
      start_stub "${how#*:}"
      ledger "$dispatch_size" "$dispatch_percent"
      once
      keep dispatch "${how%:*}" recycled "$made"
    done
  done
}
