#!/usr/bin/env bash
# README "What nobody documents": each of the simulator's switches beside the setting that answers
# it, as the programs are run; and what an operator sees who guessed wrong.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# story SWITCH... -- TOKEN...: a FlexFactor that does it so, a fresh ledger, one subscription a token.
# The config is for runs by cron.
story() {
  local switches=() token
  while [[ "$1" != -- ]]; do
    switches+=("$1")
    shift
  done
  shift
  stop_all
  rm -f "$dir"/ledger.db* "$dir/simulator.ready"
  start_simulator --delay 0ms..5ms "${switches[@]}"
  write_config 1
  sed -i '/^\[callbacks\]/,/^public_host/d; /^hmac_signing_key_files/d' "$config"
  for token in "$@"; do
    echo "S-$token recycle_billing 2 $token"
  done >"$dir/rows"
  write_rows "$dir/declined.csv" <"$dir/rows"
}
# The account's settings stand behind its mid, the schedule's behind the first of them.
at_gateway() { sed -i "s/^mid = .*/&\n$1/" "$config"; }
in_schedule() { sed -i "s/^scan_every = .*/&\n$1/" "$config"; }
import_all() { expect_import "$dir/declined.csv" inserted "$(wc -l <"$dir/rows")"; }

once() { "$bin/recycled" once --config "$config" >"$dir/once.out" 2>>"$dir/every.err" || true; }
state_of() { # TOKEN: state, and why
  query "SELECT r.state || CASE r.reason WHEN 'none' THEN '' ELSE ' ' || r.reason END
    FROM recovery AS r JOIN subscription AS s ON s.key = r.subscription_key WHERE s.id = 'S-$1'"
}
becomes() { # TOKEN STATE: after as many runs as it takes
  comes_to() {
    once
    [[ $(state_of "$1") == "$2" ]]
  }
  until_true 60 "$1 to become '$2', not '$(state_of "$1")'" comes_to "$1" "$2"
}
sends() { query "SELECT count(*) FROM attempt WHERE step = 'send'"; }

# --- bodies of errors, an order it does not know, the deprecated poll ---
for body in none json problem html; do
  story --error-body "$body" --unknown-order-code 422 --polls outcome --fault error_5xx=200 \
    -- approve-1 decline-1 cancel-1 refuse-1
  at_gateway 'inquiry = "outcome"\nunknown_order_code = 422'
  import_all
  becomes approve-1 recovered
  becomes decline-1 'failed declined'
  becomes cancel-1 'failed cancelled_by_provider'
  becomes refuse-1 'parked refused'
  expect_books_agree
done

# --- how an expired order shows; a wrong guess is one line away from right ---
story --expire-after 1s --expired-word LAPSED -- expire-1
import_all
becomes expire-1 'parked strange_reply'
recycled 0 explain S-expire-1
expect_text "$dir/out" LAPSED
at_gateway 'expired_word = "Lapsed"'
becomes expire-1 'failed expired'
story --expire-after 1s --expired-shows cancelled -- expire-1
import_all
becomes expire-1 'failed cancelled_by_provider'

# --- a hand-over whose answer is lost, under each answer to a repeated key and each policy ---
# The service has its token before answers begin to be lost. No callback tells what became of one.
lost_once() {
  write_config 1
  "$@"
  start_worker
  echo 'S-token recycle_billing 2 decline-0' >"$dir/first"
  write_rows "$dir/first.csv" <"$dir/first"
  expect_import "$dir/first.csv" inserted 1
  becomes token 'failed declined'
  simulator_faults '{"reset_after_read": 1000}'
  import_all
  lost() { (($(simulator_says 'faults.reset_after_read // 0') > 0)); }
  until_true 30 "an answer to be lost" lost
  simulator_faults '{"reset_after_read": 0}'
}
look_up() { in_schedule 'when_unknown = "look_up"'; }
refused() { at_gateway 'repeat_conflict = "refused"'; }
short_window() { in_schedule 'repeat_window = "1s"'; }
for repeats in answer conflict anew; do
  story --fault callback_lost=1000 --repeats "$repeats" -- approve-1
  lost_once look_up
  becomes approve-1 recovered
  stop_worker 0
  expect_equal 2 "$(simulator_says orders)" "orders of a look-up, repeats: $repeats"
  expect_books_agree
done
story --repeats conflict -- pending-1
lost_once refused
becomes pending-1 'parked refused'
stop_worker 0
expect_equal 2 "$(simulator_says orders)" "orders"
# The key is forgotten at both ends before the answer is had: taken back, and never a second order.
story --repeats conflict --repeat-window 1s -- pending-1
lost_once short_window
becomes pending-1 'failed unresolved'
stop_worker 0
expect_equal 2 "$(simulator_says orders)" "orders of a key that grew old"
expect_equal 1 "$(simulator_says cancelled)" "orders taken back"

# --- an account that answers at once, and wants to be asked again ---
story --mode sync -- approve-1 decline-1
at_gateway 'mit = "sync"'
sed -i '/^mit = "managed"/d' "$config"
in_schedule 'sync_repeat = "1s"'
import_all
becomes approve-1 recovered
asked_again() {
  once
  (($(sends) >= 4))
}
until_true 60 "a declined order to be asked for again" asked_again
expect_equal 2 "$(simulator_says orders)" "orders of a sync account"
expect_books_agree

# --- the list: its first page, its page size, its amounts, no ids of ours ---
story --first-page 0 --largest-page 1 --order-amounts major --hide-external-id \
  -- approve-1 approve-2 decline-1
at_gateway 'first_page = 0\norder_amounts = "major"'
import_all
becomes approve-1 recovered
becomes approve-2 recovered
recycled 0 verify --provider
expect_text "$dir/out" '0 difference(s) in 3 order(s) of ours'
story --order-amounts minor -- approve-1
import_all
becomes approve-1 recovered
recycled 0 verify --provider
at_gateway 'order_amounts = "major"'
recycled 3 verify --provider
expect_text "$dir/out" amount_differs

# --- callbacks: which code says taken, how they are signed, how often they come ---
for switches in "--signature body" "--signature authorization" "--signature both"; do
  # shellcheck disable=SC2086 # words of a command line
  story --callback-success 204 --callback-tries 5 --callback-gap 20ms $switches \
    -- approve-1 expire-1 cancel-1
  write_config 600
  sed -i 's/^public_host = .*/&\nsuccess_code = 204\naccept_body_signature = true/' "$config"
  start_worker
  import_all
  recovered() { [[ $(state_of approve-1) == recovered && $(state_of cancel-1) == failed* ]]; }
  until_true 30 "callbacks to be taken" recovered
  stop_worker 0
  expect_equal 2 "$(query 'SELECT count(*) FROM callback')" "callbacks stored"
  expect_equal 2 "$(simulator_says callbacks_sent)" "callbacks sent"
done
