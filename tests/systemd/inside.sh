#!/usr/bin/env bash
# Inside the container that boot.sh started: the units of schedules/ as an operator installs them,
# under the systemd that runs here. Each part says what it saw.
set -euo pipefail

bin=/usr/local/bin
dir=/etc/recycled
api=127.0.0.1:9000
callbacks=127.0.0.1:8443
ledger=/var/lib/recycled/recycled.db
# shellcheck source=scripts/lib/loopback.sh
source /src/loopback.sh
# shellcheck disable=SC2034 # of loopback.sh
scheme=http

fail() {
  echo "FAILED (line ${BASH_LINENO[0]}): $*" >&2
  systemctl status --no-pager --lines=0 recycled >&2 || true
  journalctl --no-pager -u recycled -n 8 >&2
  exit 1
}
saw() { echo "systemd: $*"; }
show() { systemctl show --value -p "$1" recycled; }
expect() { # WANTED FOUND WHAT
  [[ "$1" == "$2" ]] || fail "$3: '$2' instead of '$1'"
}
is_state() { [[ "$(show ActiveState)/$(show SubState)" == "$1" ]]; }
restarts_reach() { (($(show NRestarts) >= $1)) && is_state active/running; }
journal_has() { # TEXT, since the mark
  journalctl --no-pager -o cat -u recycled --after-cursor="$mark" >/run/journal.txt
  grep -qF -- "$1" /run/journal.txt
}
mark_journal() {
  mark=$(journalctl --no-pager -n 0 --show-cursor | sed -n 's/^-- cursor: //p')
}
says() { [[ "$(show StatusText)" == *"$1"* ]]; }
past() { ((SECONDS >= $1)); }
status_json() { runuser -u recycled -- "$bin/recycled" status --config "$dir/recycled.toml" --json; }
settings() { # LINE...: of the unit, until the next ones
  mkdir -p /run/systemd/system/recycled.service.d
  printf '%s\n' '[Service]' "$@" >/run/systemd/system/recycled.service.d/test.conf
  systemctl daemon-reload
}
faults() { curl -sS -f -o /dev/null "http://$api/sim/faults" -d "$1"; }

# Another process that writes to the ledger and does not come to its end.
holder_pid=
mkfifo /run/holder.fifo
hold_ledger() {
  : >/run/holding
  runuser -u recycled -- sqlite3 -cmd '.timeout 5000' "$ledger" </run/holder.fifo >/run/holding 2>&1 &
  holder_pid=$!
  exec 6>/run/holder.fifo
  printf "BEGIN IMMEDIATE;\nSELECT 'held';\n" >&6
  until_true 20 "the ledger is held" grep -qx held /run/holding || fail "$(</run/holding)"
}
let_go() {
  printf 'ROLLBACK;\n.quit\n' >&6
  exec 6>&-
  wait "$holder_pid"
  holder_pid=
}

# --- as the README says: a user, a config, secrets of root alone that the unit hands over ---
useradd --system --home-dir /var/lib/recycled --shell /usr/sbin/nologin recycled
systemd-run --quiet --unit=flexfactor-sim "$bin/flexfactor-sim" --listen "$api" --approve 70 \
  --decline 20 --delay 50ms..500ms --expire-after 1s
until_true 20 "the simulated FlexFactor" curl -s -o /dev/null "http://$api/sim/statistics"
mkdir -p "$dir"
write_config 1
sed -i "s#^url = .*#url = \"sqlite:$ledger\"#; s#\"secrets/\([a-z_]*\)\"#\"credential:secrets_\1\"#
  s#^listen = .*#listen = \"$callbacks\"#; s#^\[limits\]#&\ndrain = \"6s\"#" "$dir/recycled.toml"
printf '[api]\nlisten = "unix:/run/recycled/api.sock"\ntoken_file = "credential:secrets_api_token"\n' \
  >>"$dir/recycled.toml"
head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$dir/secrets/api_token"
chmod 600 "$dir/secrets/api_token"
chown -R root: "$dir"
settings RestartSec=1s
curl -sS -o /dev/null "http://$api/sim/callback-url" \
  -d "{\"url\":\"http://$callbacks/flexfactor/callbacks\"}"

# --- active only once it is ready ---
systemctl start recycled || fail "it does not start"
is_state active/running || fail "it is $(show ActiveState)"
journalctl --no-pager -o cat -u recycled >/run/journal.txt
grep -q '"listener.started"' /run/journal.txt || fail "active before its listeners are bound"
systemctl stop recycled
hold_ledger
systemctl start --no-block recycled
until_true 10 "three seconds" past $((SECONDS + 3))
is_state activating/start || fail "it is $(show ActiveState)/$(show SubState) without its ledger"
let_go
until_true 20 "active" is_state active/running || fail "it does not become active"
saw "activating while the ledger is held by another process, active once it is ready"

# --- it works: an import beside it, hand-overs, callbacks, credentials, the API's socket file ---
write_subscriptions 100 /run/declined.csv
runuser -u recycled -- "$bin/recycled" import subscriptions /run/declined.csv \
  --config "$dir/recycled.toml" >/run/import.txt || fail "$(</run/import.txt)"
until_true 120 "every subscription at its end" all_settled || fail "$(open_count) are open"
expect 0 "$(simulator_says double_charges)" "double charges"
expect "$(simulator_says charges)" "$(status_json | jq '.recoveries.recovered // 0')" \
  "recovered against charged"
journalctl --no-pager -o cat -u recycled >/run/journal.txt
grep -q '"callback.received"' /run/journal.txt || fail "no callback came through"
expect 200 "$(curl -sS --unix-socket /run/recycled/api.sock -o /run/ready.txt -w '%{http_code}' \
  http://recycled/readyz)" "readyz"
saw "100 subscriptions handed over and settled, $(simulator_says charges) charged, none twice;" \
  "callbacks, credentials and the API's socket file work in the sandbox"
until_true 20 "the status line" says "0 under way; since the start scanned " ||
  fail "it says $(show StatusText)"
saw "status: $(show StatusText)"

# --- reload ---
mark_journal
main=$(show MainPID)
systemctl reload recycled
until_true 20 "reloaded" journal_has '"secrets.reloaded"' || fail "nothing was reloaded"
until_true 20 "active" is_state active/running || fail "it is $(show SubState) after the reload"
expect "$main" "$(show MainPID)" "the process after a reload"
saw "reload: the same process, active again"

# --- the watchdog: what must not wake it ---
settings RestartSec=1s WatchdogSec=4s
systemctl restart recycled
before=$(show NRestarts)
until_true 30 "ten seconds of nothing to do" past $((SECONDS + 10))
write_subscriptions 200 /run/more.csv
sed -i 's/^S-/T-/' /run/more.csv
faults '{"stall": 1000}'
runuser -u recycled -- "$bin/recycled" import subscriptions /run/more.csv \
  --config "$dir/recycled.toml" >/run/import.txt || fail "$(</run/import.txt)"
until_true 60 "a queue that rests" says "flexfactor rests; " ||
  fail "it says $(show StatusText)"
until_true 30 "ten seconds of outage" past $((SECONDS + 10))
expect "$before" "$(show NRestarts)" "restarts for want of work or of FlexFactor"
is_state active/running || fail "it is $(show SubState)"
saw "watchdog of 4 s: ten seconds with nothing to do and an outage let it live"

# --- the watchdog: what must ---
bitten() { # WHAT: it was, and runs again
  until_true 60 "the watchdog" journal_has "Watchdog timeout" || fail "no watchdog: $1"
}
mark_journal
kill -STOP "$(show MainPID)"
bitten "a stopped process"
until_true 60 "the restart" restarts_reach $((before + 1)) || fail "no restart"
saw "watchdog: a stopped process was ended and started again"
before=$(show NRestarts)
mark_journal
hold_ledger
bitten "a ledger that hangs"
let_go
until_true 90 "the restart" restarts_reach $((before + 1)) || fail "no restart"
journal_has '"recovery.interrupted"' || fail "what was under way is not in doubt"
saw "watchdog: a ledger that hung ended it; started again once that was free"

# --- the unit's own patience is longer than the ledger's: then it fails by itself, and says why ---
settings RestartSec=1s
systemctl restart recycled
before=$(show NRestarts)
mark_journal
hold_ledger
until_true 90 "a failure" journal_has '"store.failed"' || fail "no failure of the store"
let_go
until_true 90 "the restart" restarts_reach $((before + 1)) || fail "no restart"
if journal_has "Watchdog timeout"; then fail "the watchdog was faster than the ledger's own wait"; fi
saw "a ledger held for 30 s: store.failed, and a restart"

# --- a stop under load: as long as its drain, though the unit allows less ---
settings RestartSec=1s TimeoutStopSec=2s
faults '{"stall": 0}'
systemctl restart recycled
handed_over() { (($(simulator_says orders) >= $1)); }
until_true 60 "load" handed_over $(($(simulator_says orders) + 5)) || fail "no load"
faults '{"stall": 1000}'
calls_are_open() { ! says "0 under way"; }
until_true 60 "calls under way" calls_are_open || fail "it says $(show StatusText)"
systemctl stop recycled
expect success "$(show Result)" "the stop under load"
expect 0 "$(show ExecMainStatus)" "exit code of the stop under load"
saw "stop under load: within its drain, exit code 0"

# --- what was cut off so often comes out right ---
faults '{"stall": 0}'
settings
systemctl start recycled
until_true 120 "every subscription at its end" all_settled || fail "$(open_count) are open"
expect 0 "$(simulator_says double_charges)" "double charges"
expect "$(simulator_says charges)" "$(status_json | jq '.recoveries.recovered // 0')" \
  "recovered against charged"
saw "all 300 at their end, $(simulator_says charges) charged, none twice"

# --- once: beside the service it stands back; alone it works; its timer calls it ---
once_said() { # TEXT: in its log; of a unit that has ended systemd keeps nothing else
  journalctl --no-pager -o cat -u recycled-once >/run/journal.txt
  grep -qF -- "$1" /run/journal.txt
}
systemctl start recycled-once.service || fail "once beside the service is a failure"
until_true 20 "its log" once_said '"run.busy"' || fail "once did not stand back"
if once_said '"run.started"'; then fail "once worked beside the service"; fi
systemctl stop recycled
systemctl start recycled-once.service || fail "once fails: $(journalctl -n 20 -u recycled-once)"
until_true 20 "its log" once_said '"run.ended"' || fail "once did not work"
systemctl start recycled-once.timer
expect active "$(systemctl is-active recycled-once.timer)" "the timer"
[[ -n "$(systemctl show --value -p NextElapseUSecRealtime recycled-once.timer)" ]] ||
  fail "the timer calls nobody"
saw "once: stands back beside the service, works alone, and its timer waits"

systemctl start recycled
systemd-analyze security --no-pager --threshold=15 recycled.service >/run/security.txt ||
  fail "$(tail -n 1 /run/security.txt)"
saw "$(tail -n 1 /run/security.txt | sed 's/^[^A-Za-z]*//')"
