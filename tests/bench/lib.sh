# shellcheck shell=bash
# What the benchmark's rows have in common: ledgers, the provider's stub, and the programs under test. To be
# sourced. Needs bin (where the programs are), tools (the benchmark's own) and data (a folder on a disk).
# Every process started here is ended by its id.
# shellcheck disable=SC2034,SC2154 # bin, tools and data are the caller's, what is set here the rows'

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
stub_pid=
worker_pid=
child=
stub_number=0

say() { printf '[%4ds] %s\n' "$SECONDS" "$*" >&2; }
give_up() {
  echo "bench: $*" >&2
  exit 1
}

end_process() { # PID
  [[ -n "$1" ]] || return 0
  kill -TERM "$1" 2>/dev/null || return 0
  wait "$1" 2>/dev/null || true
}
stop_everything() {
  end_process "$child"
  child=
  end_process "$worker_pid"
  worker_pid=
  end_process "$stub_pid"
  stub_pid=
}

# in_front FILE COMMAND…: waits for it; its output goes there. A stop ends it at once, by its id. No function,
# which would run in a shell of its own.
in_front() {
  local code=0
  "${@:2}" >"$1" 9>&- &
  child=$!
  wait "$child" || code=$?
  child=
  return "$code"
}

until_true() { # SECONDS WHAT COMMAND…: asks twenty times a second
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    if ((SECONDS >= deadline)); then give_up "gave up waiting: $what"; fi
    read -r -t 0.05 <> <(:) || true
  done
}

# --- the provider's stub ---

make_certificate() {
  [[ -s "$data/tls/server.pem" ]] && return
  mkdir -p "$data/tls"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj /CN=bench -addext 'subjectAltName=IP:127.0.0.1' -keyout "$data/tls/server.key" \
    -out "$data/tls/server.pem" 2>"$data/tls/openssl.txt"
  chmod 600 "$data/tls/server.key"
}

# start_stub http|https: sets api, its address.
start_stub() {
  local nginx port listens=
  nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || give_up "no nginx: scripts/install-packages bench"
  end_process "$stub_pid"
  make_certificate
  stub_number=$((stub_number + 1))
  # Below the ports that the kernel gives away by itself.
  port=$((20000 + RANDOM % 12000))
  if [[ $1 == https ]]; then listens=ssl; fi
  api=$1://127.0.0.1:$port
  mkdir -p "$data/stub"
  sed -e "s#@PORT@#$port#" -e "s#@TLS@#$listens#" -e "s#@CERTIFICATE@#$data/tls/server#" \
    -e "s#@RUN@#$$-$stub_number#g" "$here/nginx.conf.in" >"$data/stub/nginx.conf"
  : >"$data/stub/access.log"
  "$nginx" -p "$data/stub/" -e error.log -c nginx.conf >"$data/stub/out" 2>&1 9>&- &
  stub_pid=$!
  until_true 10 "nginx" stub_answers
}
stub_answers() {
  kill -0 "$stub_pid" 2>/dev/null || give_up "nginx: $(tail -n 3 "$data/stub/out" "$data/stub/error.log")"
  curl -sS -f -o "$data/stub/ignored" --cacert "$data/tls/server.pem" "$api/alive" 2>"$data/stub/curl.txt"
}
# stub_replies PATH: how many requests to it were answered 200. The log is written at most 200 ms late.
stub_replies() {
  local before=-1 now
  now=$(wc -l <"$data/stub/access.log")
  while ((now != before)); do
    read -r -t 0.3 <> <(:) || true
    before=$now
    now=$(wc -l <"$data/stub/access.log")
  done
  awk -v path="$1" '$1 == path && $2 == 200 {n++} END {print n + 0}' "$data/stub/access.log"
}
forget_replies() {
  stub_replies / >"$data/stub/ignored"
  : >"$data/stub/access.log"
}

# --- ledgers ---

# place NAME: the folder of a ledger with its config, which stays where it is: a ledger is sealed to its
# file. Sets place.
place() {
  place=$data/$1
  if [[ ! -d "$place/secrets" ]]; then
    mkdir -p "$place/secrets"
    chmod 700 "$place/secrets"
    printf 'bench-app-key\n' >"$place/secrets/app_key"
    printf 'bench-app-secret\n' >"$place/secrets/app_secret"
    printf 'cmVjeWNsZWQgYmVuY2htYXJrIHNpZ25pbmcga2V5\n' >"$place/secrets/hmac_signing_key"
    openssl rand -hex 32 >"$place/secrets/api_token"
    chmod 600 "$place"/secrets/*
  fi
  configure
}

# What configure writes where a row wants something else.
rate=100000
callbacks_under=http
first_inquiry=7d

configure() { # the place's config, for the stub as it runs
  local ca="" callback_tls="" tls=$data/tls/server
  if [[ ${api:-} == https:* ]]; then ca="ca_file = \"$tls.pem\""; fi
  if [[ $callbacks_under == https ]]; then
    callback_tls="tls = { certificate = \"$tls.pem\", private_key = \"$tls.key\" }"
  fi
  sed -e "s#@API@#${api:-http://127.0.0.1:9}#" -e "s#@RATE@#$rate#" -e "s#@CA@#$ca#" \
    -e "s#@CALLBACK_TLS@#$callback_tls#" -e "s#@FIRST_INQUIRY@#$first_inquiry#" \
    "$here/recycled.toml.in" >"$place/recycled.toml"
}

recycled() { "$bin/recycled" "$@" --config "$place/recycled.toml"; }
query() { sqlite3 -cmd '.timeout 20000' "$place/ledger.db" "$1"; }

# rows COUNT KIND [FROM TO]: of `due`, those between these percents.
rows() {
  awk -v count="$1" -v kind="$2" -v from="${3:-0}" -v to="${4:-1}" \
    -v declined="$(date -u -d '-12 days' +%F)" -v last="$(date -u -d '-2 days' +%F)" \
    -f "$here/rows.awk"
}
import() { # COUNT KIND RESULT [FROM TO]: all of them must end as that result
  local result=$3
  rows "$1" "$2" "${@:4}" | recycled import subscriptions - --json >"$place/import.json" \
    2>"$place/import.err" || give_up "import: $(tail -n 3 "$place/import.err")"
  jq -e ".$result > 0 and .read == .$result" "$place/import.json" >"$place/ignored" ||
    give_up "import: $(<"$place/import.json")"
}

# What a kept ledger depends on: the schema, the rows, the rules that they are planned by.
version() {
  local schema
  schema=$(find "$root/lib/store/migrations" -name '[0-9]*.sql' -printf '%f\n' | sort | tail -n 1)
  echo "${schema%%_*}-$(cat "$here/rows.awk" "$here/recycled.toml.in" | cksum | cut -d ' ' -f 1)"
}

# keep_as NAME: the ledger as it stands, for put_back. All of it is in its file when nobody has it open.
keep_as() {
  [[ ! -s "$place/ledger.db-wal" ]] || give_up "the ledger is still open"
  cp "$place/ledger.db" "$place/$1.part"
  mv "$place/$1.part" "$place/$1.db"
}
# put_back NAME: the ledger as it was then, in the same file, and as if it had not been seen since.
put_back() {
  rm -f "$place"/ledger.db-* "$place/ledger.db.mark"
  cat "$place/$1.db" >"$place/ledger.db"
}

# ledger COUNT [PERCENT]: so many subscriptions, of which none is due, or so many percent are. Made once
# for each version, and put back from then on. Sets place.
ledger() {
  local kept=none
  place "$1-$(version)"
  if [[ ! -s "$place/none.db" ]]; then
    say "making a ledger of $1 subscriptions"
    rm -f "$place"/*.db "$place"/ledger.db*
    import "$1" later inserted
    # Its first run notes the rules that the rows are planned by.
    in_front "$place/log" "$bin/recycled" once --config "$place/recycled.toml"
    keep_as none
  fi
  if [[ ${2:-0} != 0 ]]; then
    kept=due-$2
    if [[ ! -s "$place/$kept.db" ]]; then
      put_back none
      import "$1" due updated 0 "$2"
      keep_as "$kept"
    fi
  fi
  put_back "$kept"
}
# open_ledger COUNT PERCENT [NEXT]: of so many, so many percent wait at FlexFactor, handed over by the program,
# and are asked about after a week; of those from there up to NEXT percent the first inquiry is due.
open_ledger() {
  local kept=open-$2-${3:-$2} all
  place "$1-$(version)"
  if [[ -z $(find "$place/$kept.db" -mtime -6 2>"$place/ignored") ]]; then
    ledger "$1" "$2"
    say "handing over ${3:-$2} percent of $1"
    if (($2 > 0)); then in_front "$place/log" "$bin/recycled" once --config "$place/recycled.toml"; fi
    if ((${3:-$2} > $2)); then
      import "$1" due updated "$2" "$3"
      all=$(query "SELECT count(*) FROM subscription WHERE gateway = 'bank'")
      first_inquiry=30s configure
      start_worker
      until_true 300 "the rest handed over" waits "$all"
      stop_worker
      # By the usual rules again: what they plan anew is not to be measured.
      configure
      start_worker
      until_true 60 "the plans by the usual rules" grep -q '"rules.changed"' "$place/log"
      stop_worker
      until_true 40 "the first inquiries due" inquiries_are_due
    fi
    keep_as "$kept"
  fi
  put_back "$kept"
}
waits() { [[ $(query "SELECT count(*) FROM recovery WHERE state = 'waiting'") == "$1" ]]; }
inquiries_are_due() {
  [[ $(query "SELECT count(*) FROM recovery WHERE next_at > unixepoch() * 1000
    AND next_at < unixepoch('now', '+1 day') * 1000") == 0 ]]
}
due_now() { query "SELECT count(*) FROM subscription WHERE due_at <= unixepoch() * 1000"; }

# --- the service ---

# start_worker: sets callbacks and api_address, where it listens.
start_worker() {
  : >"$place/log"
  "$bin/recycled" run --config "$place/recycled.toml" >"$place/log" 2>"$place/err" 9>&- &
  worker_pid=$!
  until_true 60 "the service" worker_listens
  callbacks=$(listening | sed '/^api /d')
  api_address=$(listening | sed -n 's/^api //p')
}
listening() { jq -r 'select(.event == "listener.started") | .reason' "$place/log"; }
worker_listens() {
  kill -0 "$worker_pid" 2>/dev/null || give_up "the service: $(tail -n 3 "$place/err" "$place/log")"
  (($(grep -c '"listener.started"' "$place/log") == 2))
}
stop_worker() {
  local code=0
  kill -TERM "$worker_pid"
  wait "$worker_pid" || code=$?
  worker_pid=
  ((code == 0)) || give_up "the service ended with $code: $(tail -n 3 "$place/err" "$place/log")"
}
cpu_ticks() { awk '{sub(/^.*\) /, ""); print $12 + $13}' "/proc/$1/stat"; }
cpu_since() { # PID TICKS: in seconds
  awk -v now="$(cpu_ticks "$1")" -v before="$2" 'BEGIN {printf "%.2f", (now - before) / 100}'
}
# Hundredths of a second that all processors of the machine have worked.
busy_ticks() { awk '/^cpu / {print $2 + $3 + $4 + $7 + $8}' /proc/stat; }
peak_mib() { awk '/^VmHWM:/ {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }
written_kib() { awk '/^wchar:/ {print int($2 / 1024)}' "/proc/$1/io"; }
# commits: how many transactions have written something since the ledger was opened, by the head of
# SQLite's index of its log.
commits() { od -An -t u4 -j 8 -N 4 "$place/ledger.db-shm" | tr -d ' '; }

# --- measuring ---

# measured LIMIT COMMAND…: sets made, what measure.py says of the program, which logs to $place/log.
measured() {
  sync
  in_front "$place/made" python3 "$here/measure.py" "$place/log" "$place/ledger.db" "${stub_pid:-0}" "$@" \
    2>"$place/err" || give_up "measure: $(tail -n 5 "$place/err")"
  made=$(<"$place/made")
}
