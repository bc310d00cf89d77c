#!/usr/bin/env bash
# A ledger moves to PostgreSQL beside the service that works on it, and back; the command is killed at
# its two worst moments on the way. Nothing is charged twice, and nothing lost.
# Proves: X1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
count=${COUNT:-400}

begin_postgres
database=$(url_of_ledger url)
ask() { psql -qAt "$database" -c "$1"; }
dies_at() { # POINT COMMAND ARGUMENT…: by SIGKILL, there
  local code=0 point=$1
  shift
  RECYCLED_FAILPOINT=$point "$bin/recycled" "$@" --config "$config" >"$dir/out" 2>"$dir/last.err" ||
    code=$?
  expect_equal 137 "$code" "the end of $1 at $point"
}

start_simulator --seed 11 --approve 60 --decline 30 --delay 100ms..400ms --expire-after 5s
write_config 2
write_subscriptions "$count" "$dir/subscriptions.csv"
recycled 0 import subscriptions "$dir/subscriptions.csv"
recycled 2 migrate --to mysql://db/ledger
expect_text "$dir/last.err" '"postgresql://USER@HOST/DATABASE"'
start_worker
has_handed_over() { (($(query "SELECT count(*) FROM attempt") >= $1)); }
until_true 60 "hand-overs" has_handed_over $((count / 4))

# Killed before the old ledger has said its last word: it goes on as if nothing had been.
dies_at move.copied migrate --to "$database"
until_true 60 "hand-overs" has_handed_over $((count / 3))
go_to "$database"
recycled 78 once # a copy is no ledger
expect_text "$dir/last.err" "has not arrived"
go_to "sqlite:ledger.db"

# Killed after it: it is nowhere, until the same is said once more.
dies_at move.left migrate --to "$database"
code=0
wait "$worker_pid" || code=$?
worker_pid=
expect_equal 1 "$code" "the end of the service whose ledger has moved"
expect_text "$dir/worker.log.now" "it has moved to $database"
recycled 78 import subscriptions "$dir/subscriptions.csv"
stand_in sudo
run_block 0 'recycled migrate --to' "s#\"postgresql:.*#\"$database\"#"
expect_text "$dir/out" "url = \"$database\""
recycled 1 migrate --to "sqlite:elsewhere.db" # a file is copied by other means
recycled 78 migrate --to "${database/\/ledger?/\/another?}"
recycled 78 once
expect_text "$dir/last.err" "has moved to $database"

go_to "$database"
start_worker
is_half_settled() { (($(ask "SELECT count(*) FROM recovery WHERE ended IS NOT NULL") >= count / 2)); }
until_true 120 "half of the ends" is_half_settled

# And back, to another file.
recycled 0 migrate --to "sqlite:back.db"
tail -n 3 "$dir/out"
code=0
wait "$worker_pid" || code=$?
worker_pid=
((code != 0)) || fail "the service whose ledger has moved ended as if nothing had been"
go_to "sqlite:back.db"
mv "$dir/ledger.db" "$dir/older.db"
ln -s back.db "$dir/ledger.db" # where the tests' questions go
start_worker
until_true 120 "every subscription's end" all_settled
stop_worker 0
recycled 0 verify
expect_text "$dir/out" "0 finding(s)"
expect_books_agree
expect_all_home
