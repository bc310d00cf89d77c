# shellcheck shell=bash
# What the benchmark's rows have in common: ledgers, the provider's stub, and the programs under test. To be
# sourced. Needs bin (where the programs are), tools (the benchmark's own) and data (a folder on a disk).
# Every process started here is ended by its id.
# shellcheck disable=SC2154 # bin, tools and data are the caller's

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
stub_pid=
worker_pid=
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
  end_process "$worker_pid"
  worker_pid=
  end_process "$stub_pid"
  stub_pid=
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
  "$nginx" -p "$data/stub/" -e error.log -c nginx.conf >"$data/stub/out" 2>&1 &
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

# configure [RATE [plain|tls]]: the place's config, for the stub as it runs.
configure() {
  local ca= callback_tls=
  if [[ ${api:-} == https:* ]]; then ca="ca_file = \"$data/tls/server.pem\""; fi
  if [[ ${2:-plain} == tls ]]; then
    callback_tls="tls = { certificate = \"$data/tls/server.pem\", private_key = \"$data/tls/server.key\" }"
  fi
  sed -e "s#@API@#${api:-http://127.0.0.1:9}#" -e "s#@RATE@#${1:-100000}#" -e "s#@CA@#$ca#" \
    -e "s#@CALLBACK_TLS@#$callback_tls#" "$here/recycled.toml.in" >"$place/recycled.toml"
}

recycled() { "$bin/recycled" "$@" --config "$place/recycled.toml"; }
query() { sqlite3 -cmd '.timeout 20000' "$place/ledger.db" "$1"; }

rows() { # COUNT KIND [PERCENT]
  awk -v count="$1" -v kind="$2" -v percent="${3:-1}" \
    -v declined="$(date -u -d '-12 days' +%F)" -v last="$(date -u -d '-2 days' +%F)" \
    -f "$here/rows.awk"
}
import() { # COUNT KIND RESULT [PERCENT]: all of them must end as that result
  local result=$3
  rows "$1" "$2" "${4:-1}" | recycled import subscriptions - --json >"$place/import.json" \
    2>"$place/import.err" || give_up "import: $(tail -n 3 "$place/import.err")"
  jq -e ".$result > 0 and .read == .$result" "$place/import.json" >"$place/ignored" ||
    give_up "import: $(<"$place/import.json")"
}

schema_number() {
  find "$root/lib/store/migrations" -name '[0-9]*.sql' -printf '%f\n' | sort | tail -n 1 | cut -c 1-4
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
# for each schema, and put back from then on. Sets place.
ledger() {
  local kept=none
  place "$1-$(schema_number)"
  if [[ ! -s "$place/none.db" ]]; then
    say "making a ledger of $1 subscriptions"
    rm -f "$place"/*.db "$place"/ledger.db*
    import "$1" later inserted
    recycled once >"$place/log"  # its first run notes the rules that the rows are planned by
    keep_as none
  fi
  if [[ ${2:-0} != 0 ]]; then
    kept=due-$2
    if [[ ! -s "$place/$kept.db" ]]; then
      put_back none
      import "$1" due updated "$2"
      keep_as "$kept"
    fi
  fi
  put_back "$kept"
}
due_now() { query "SELECT count(*) FROM subscription WHERE due_at <= unixepoch() * 1000"; }

# --- measuring ---

# measured LIMIT COMMAND…: what measure.py says of the program, which logs to $place/log.
measured() {
  sync
  python3 "$here/measure.py" "$place/log" "${stub_pid:-0}" "$@" 2>"$place/err" ||
    give_up "measure: $(tail -n 5 "$place/err")"
}
