#!/usr/bin/env bash
# Four workers on one PostgreSQL ledger, with everything going wrong: two are killed again and again, one
# is frozen for longer than its lease and thawed, sessions are cut, and the server is started anew without
# a warning, twice. Callbacks come to whichever there is. Nothing is charged twice, and nothing lost.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
count=${COUNT:-400}
RANDOM=${SEED:-11}
begin_postgres
direct=$(url_of_ledger url)
url=$direct
if [[ -n "${POOLER:-}" ]]; then # what lies between is asked for the workers' words alone
  "$root/tests/support/postgres" pooler "$dir/server"
  url=$(url_of_ledger pooler)
fi
query() { psql -qAt "$direct" -c "$1"; }

start_simulator --seed 11 --approve 60 --decline 30 --delay 100ms..400ms --expire-after 5s
write_config 2
go_to "$url"
sed -i 's#^url = .*#&\nlease = "4s"#' "$config"
sed -i 's/^scan_every = .*/scan_every = "10s"/' "$config" # what has nothing to do is silent for longer than a lease
write_subscriptions "$count" "$dir/subscriptions.csv"

# A command makes the ledger, and reads it.
recycled 0 check
expect_text "$dir/out" "$url"
recycled 1 status # there is none yet
recycled 0 import subscriptions "$dir/subscriptions.csv"
expect_text "$dir/out" "$count inserted"
recycled 0 import subscriptions "$dir/subscriptions.csv"
expect_text "$dir/out" "$count unchanged"

reachable() { psql -qAt "$url" -c 'SELECT 1' >"$dir/ignored" 2>&1; }
start() { # NUMBER
  until_true 20 "the server" reachable
  : >"$dir/worker.$1.log"
  "$bin/recycled" run --config "$config" >"$dir/worker.$1.log" 2>>"$dir/worker.$1.err" &
  workers[$1]=$!
}
is_alive() { kill -0 "${workers[$1]}" 2>>"$dir/killed.txt"; }
listens() { is_alive "$1" && grep -q '"listener.started"' "$dir/worker.$1.log"; }
kill_one() { # NUMBER
  kill -KILL "${workers[$1]}"
  wait "${workers[$1]}" 2>>"$dir/killed.txt" || true
}
# Callbacks go to one of them, and then to another.
turn_callbacks() {
  local number=$((RANDOM % 4)) address
  listens "$number" || return 0
  address=$(jq -r 'select(.event == "listener.started") | .reason' "$dir/worker.$number.log")
  curl -sS -o "$dir/ignored" "$scheme://$api/sim/callback-url" \
    -d "{\"url\":\"$scheme://$address/flexfactor/callbacks\"}"
}
sent() { query "SELECT count(*) FROM attempt WHERE step = 'send'"; }
sent_reach() { turn_callbacks && (($(sent) >= $1)); }
expect_listening() {
  local number
  for number in "$@"; do until_true 60 "worker $number" listens "$number"; done
}
expect_alive() {
  local number
  for number in "$@"; do
    is_alive "$number" || fail "worker $number ended: $(tail -n 3 "$dir/worker.$number.log")"
  done
}

for number in 0 1 2 3; do start "$number"; done
expect_listening 0 1 2 3
expect_equal 4 "$(query "SELECT count(*) FROM worker WHERE role = 'worker'")" "workers"

# One is frozen for longer than its lease, with whatever it holds.
until_true 60 "hand-overs" sent_reach $((count / 20))
kill -STOP "${workers[2]}"

blows=(kill restart kill cut kill restart kill cut)
for ((more = 10; more <= count / 100; more += 1)); do blows+=(kill); done # larger ones take longer
for blow in "${!blows[@]}"; do
  until_true 60 "hand-overs" sent_reach $((count * (blow + 2) / (2 * ${#blows[@]})))
  case ${blows[$blow]} in
    kill)
      victim=$((RANDOM % 2))
      kill_one "$victim"
      start "$victim"
      ;;
    cut)
      expect_listening 0 1 3
      query "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = 'ledger' AND pid <> pg_backend_pid()" >"$dir/ignored"
      ;;
    restart) # whoever is just opening its ledger then would be started anew by a service manager
      expect_listening 0 1 3
      "$root/tests/support/postgres" restart "$dir/server"
      ;;
  esac
done
is_forgotten() { (($(query "SELECT count(*) FROM worker WHERE name LIKE 'process ${workers[2]} of %'") == 0)); }
until_true 60 "the end of the frozen one's lease" is_forgotten
expect_alive 0 1 3 # whoever is killed comes again, and nobody ends because the server was away
kill -CONT "${workers[2]}"
code=0
wait "${workers[2]}" || code=$?
((code != 0)) || fail "the frozen worker ended as if nothing had been"
grep -Eq 'taken for dead|silent for too long' "$dir/worker.2.log" || fail "it does not say why"
start 2

is_settled() {
  turn_callbacks
  (($(query "SELECT count(*) FROM subscription WHERE status = 'recycle_billing'") == 0)) &&
    (($(query "SELECT count(*) FROM recovery WHERE ended IS NULL") == 0)) &&
    [[ $(query "SELECT (SELECT count(*) FROM worker), (SELECT count(*) FROM call)") == "4|0" ]]
}
until_true $((120 + count / 50)) "every subscription's end" is_settled
expect_listening 0 1 2 3
for number in 0 1 2 3; do kill -TERM "${workers[$number]}"; done
for number in 0 1 2 3; do wait "${workers[$number]}" || true; done

recycled 0 verify
expect_text "$dir/out" "0 finding(s)"
expect_books_agree
expect_equal "$count" "$(query "SELECT count(*) FROM subscription
  WHERE status IN ('active', 'complete', 'recycle_failed') AND gateway = 'bank'")" "settled subscriptions"
expect_equal 0 "$(query "SELECT count(*) FROM worker")" "rows of those who have gone"
for number in 0 1 2 3; do
  grep -q '"recovery.claimed"' "$dir/worker.$number.log" ||
    echo "note: worker $number, as it was last started, claimed nothing"
done
tally=$(query "SELECT count(DISTINCT order_id), count(*) FROM recovery" | tr '|' ' ')
echo "$count subscriptions, 4 workers: orders and recoveries $tally, double charges 0"
