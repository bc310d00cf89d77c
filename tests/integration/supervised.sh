#!/usr/bin/env bash
# The service under a supervisor: ready when it is, alive because it gets on and for as long as it
# does, and honest about a reload and a stop. What a watchdog must bite (a ledger that hangs, a
# process that does not run) silences it, and what it must not (nothing to do, no FlexFactor) does
# not.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

supervisor_pid=
holder_pid=
end_helpers() {
  local pid
  for pid in $supervisor_pid $holder_pid; do kill "$pid" 2>/dev/null || true; done
  if [[ -n "$worker_pid" ]]; then kill -CONT "$worker_pid" 2>/dev/null || true; fi
}
trap 'status=$?; end_helpers; finish $status' EXIT

python3 "$root/tests/integration/notify.py" "$dir/notify" "$dir/heard" 2>"$dir/notify.txt" &
supervisor_pid=$!
until_true 20 "the supervisor" test -S "$dir/notify"
export NOTIFY_SOCKET=$dir/notify
export WATCHDOG_USEC=2000000

count() { grep -cxF -- "$1" "$dir/heard" || true; }
beats() { count WATCHDOG=1; }
beats_reach() { (($(beats) >= $1)); }
more_beats() { # HOW-MANY WHAT: from now on
  until_true 60 "signs of life: $2" beats_reach $(($(beats) + $1))
}
is_ready() { (($(count READY=1) >= $1)); }
says() { # TEXT: in the last status
  grep '^STATUS=' "$dir/heard" | tail -n 1 >"$dir/status"
  grep -qF -- "$1" "$dir/status"
}
line_of() { # TEXT: where it stands for the last time
  grep -nxF -- "$1" "$dir/heard" | tail -n 1 | cut -d: -f1
}
past() { ((SECONDS >= $1)); }

# As another process that writes to the ledger and does not come to its end.
mkfifo "$dir/holder.fifo"
hold_ledger() {
  : >"$dir/holding"
  sqlite3 -cmd '.timeout 5000' "$dir/ledger.db" <"$dir/holder.fifo" >"$dir/holding" 2>&1 &
  holder_pid=$!
  exec 6>"$dir/holder.fifo"
  printf "BEGIN IMMEDIATE;\nSELECT 'held';\n" >&6
  until_true 20 "the ledger is held: $(<"$dir/holding")" grep -qx held "$dir/holding"
}
let_go() {
  printf 'ROLLBACK;\n.quit\n' >&6
  exec 6>&-
  wait "$holder_pid" || true
  holder_pid=
}
# No sign of life for three times as long as the supervisor waits. One more may have been on its
# way.
expect_silence() {
  local before
  before=$(beats)
  until_true 30 "seven seconds" past $((SECONDS + 7))
  (($(beats) <= before + 1)) || fail "$(($(beats) - before)) signs of life although $1"
}

start_simulator --approve 70 --decline 20 --delay 50ms..200ms
write_config 1
sed -i 's/^scan_every = .*/scan_every = "1h"/' "$config"
sed -i 's/^\[limits\]/&\ndrain = "2s"/' "$config"

# --- ready only with a ledger of its own, listeners bound ---
recycled 0 check
expect_exit 0 env -u WATCHDOG_USEC "$bin/recycled" once --config "$config"
expect_equal 0 "$(wc -l <"$dir/heard")" "messages of once, which no supervisor waits for"
hold_ledger
: >"$dir/worker.log.now"
"$bin/recycled" run --config "$config" >"$dir/worker.log.now" 2>>"$dir/worker.err" &
worker_pid=$!
until_true 20 "two seconds" past $((SECONDS + 2))
kill -0 "$worker_pid" || fail "the worker did not wait for the ledger"
expect_equal 0 "$(count READY=1)" "ready before the ledger is"
let_go
until_true 30 "ready" is_ready 1
expect_logged '"listener.started"'
grep -n . "$dir/heard" | head -n "$(line_of READY=1)" >"$dir/before"
expect_text "$dir/before" STATUS=starting
expect_text "$dir/before" EXTEND_TIMEOUT_USEC=60000000
expect_no_text WATCHDOG=1 "$dir/before"

# --- nothing to do for an hour: alive all the same ---
more_beats 5 "a quiet service"
says "0 under way; since the start scanned 0" || fail "it says $(<"$dir/status")"

# --- a ledger that is held by somebody else, and one that is free again ---
hold_ledger
expect_silence "the ledger hangs"
let_go
more_beats 3 "the ledger is free again"

# --- a process that does not run ---
kill -STOP "$worker_pid"
expect_silence "the process is stopped"
kill -CONT "$worker_pid"
more_beats 3 "the process goes on"

# --- a reload ---
kill -HUP "$worker_pid"
until_true 20 "ready again" is_ready 2
(($(line_of RELOADING=1) < $(line_of READY=1))) || fail "ready before the reload"
expect_logged '"secrets.reloaded"'
stop_worker 0
expect_equal 1 "$(count STOPPING=1)" "stops"

# --- FlexFactor answers nobody: slow calls under way, then a queue that rests ---
sed -i 's/^scan_every = .*/scan_every = "1s"/' "$config"
write_subscriptions 200 "$dir/declined.csv"
expect_import "$dir/declined.csv" inserted 200
simulator_faults '{"stall": 1000}'
start_worker
until_true 30 "ready" is_ready 3
more_beats 3 "calls that are not answered"
until_true 60 "the queue rests" says "flexfactor rests; "
more_beats 3 "the queue rests"
kill -0 "$worker_pid" || fail "the worker is gone"

# --- a pause ---
recycled 0 pause --reason test
until_true 30 "the pause is seen" says "STATUS=paused; "
more_beats 3 "a pause"
recycled 0 resume

# --- a stop under load: told at once, over within its grace, and the last that is heard ---
simulator_faults '{"stall": 0}'
until_true 60 "hand-overs again" calls_reach $(($(calls) + 20))
simulator_faults '{"stall": 700}'
calls_are_open() { ! says " 0 under way"; }
until_true 60 "calls under way" calls_are_open
started=$SECONDS
stop_worker 0
((SECONDS - started <= 15)) || fail "the stop took $((SECONDS - started)) s; its grace is 2 s"
sed -n "$(line_of STOPPING=1),\$p" "$dir/heard" >"$dir/after"
printf '%s\n' STOPPING=1 EXTEND_TIMEOUT_USEC=7000000 \
  'STATUS=stopping: waits for what is under way' >"$dir/wanted"
diff "$dir/wanted" "$dir/after" >&2 || fail "what is heard from the stop on"
