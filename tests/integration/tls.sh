#!/usr/bin/env bash
# TLS both ways with certificates of our own: the right CA gets through, and nobody else does.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

make_ca() { # NAME
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj "/CN=$1" -addext 'basicConstraints=critical,CA:TRUE' \
    -keyout "$dir/$1.key" -out "$dir/$1.pem" 2>>"$dir/openssl.txt"
}
make_certificate() { # NAME CA SUBJECT-ALTERNATIVE-NAME
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
    -keyout "$dir/$1.key" -out "$dir/$1.csr" 2>>"$dir/openssl.txt"
  openssl x509 -req -in "$dir/$1.csr" -CA "$dir/$2.pem" -CAkey "$dir/$2.key" -CAcreateserial \
    -days 2 -extfile <(echo "subjectAltName=$3") -out "$dir/$1.pem" 2>>"$dir/openssl.txt"
}
make_ca authority
make_ca stranger
make_certificate server authority IP:127.0.0.1
make_certificate elsewhere authority DNS:api.example.com
export CURL_CA_BUNDLE=$dir/authority.pem
scheme=https

begin() { # CERTIFICATE CA: a simulator with that certificate, a config that trusts that CA
  rm -f "$dir/simulator.ready"
  start_simulator --approve 100 --decline 0 --delay 500ms..1s --tls-cert "$dir/$1.pem" \
    --tls-key "$dir/$1.key" --callback-ca "$dir/authority.pem"
  write_config 2
  sed -i -e "s/^mit = .*/&\nca_file = \"$2.pem\"/" -e \
    's/^public_host = .*/&\ntls = { certificate = "server.pem", private_key = "server.key" }/' \
    "$config"
}
write_subscriptions 10 "$dir/declined.csv"

# Trust misplaced, in every way there is: nothing is sent, nothing is used up.
expect_nothing_sent() { # WHAT
  recycled 1 once # a pass that reached nobody has not done its work
  expect_text "$dir/out" '"provider.unavailable"'
  expect_equal 10 "$(query "SELECT count(*) FROM recovery
    WHERE state IN ('intended', 'unknown') AND provider_order IS NULL")" "waiting recoveries: $1"
  expect_equal 0 "$(query "SELECT count(*) FROM attempt WHERE outcome <> 'not_sent'")" \
    "requests that may have left: $1"
}
begin server stranger
expect_import "$dir/declined.csv" inserted 10
expect_nothing_sent "a stranger's CA"
expect_equal 0 "$(simulator_says 'calls | length')" "calls under a stranger's CA"
sed -i '/^ca_file/d' "$config"
expect_nothing_sent "the system's CAs"
expect_equal 0 "$(simulator_says 'calls | length')" "calls under the system's CAs"
sed -i 's#https://\(127[^/]*\)#http://\1#' "$config"
expect_nothing_sent "plain HTTP to a TLS port"
stop_all
begin elsewhere authority
expect_nothing_sent "a certificate for another host"
stop_all

# The right one.
begin server authority
expect_equal 0 "$(simulator_says charges)" "charges before"
start_worker
until_true 60 "every subscription at its end" all_settled
expect_books_agree
expect_all_home
expect_equal 10 "$(simulator_says charges)" "charges"
(($(query 'SELECT count(*) FROM callback') > 0)) || fail "no callback came over TLS"

url=$callbacks/flexfactor/callbacks
expect_equal 405 "$(curl -sS -o "$dir/ignored" -w '%{http_code}' "https://$url")" "GET over TLS"
if curl -sS -o "$dir/ignored" --cacert "$dir/stranger.pem" "https://$url" 2>>"$dir/curl.txt"; then
  fail "the listener's certificate is nobody's in particular"
fi
if curl -sS -f -o "$dir/ignored" --max-time 20 "http://$url" 2>>"$dir/curl.txt"; then
  fail "the listener speaks without TLS"
fi
expect_equal 405 "$(curl -sS -o "$dir/ignored" -w '%{http_code}' "https://$url")" "GET after that"
for old in 1.0 1.1; do
  if curl -sS -o "$dir/ignored" --tls-max "$old" "https://$url" 2>>"$dir/curl.txt"; then
    fail "the listener speaks TLS $old"
  fi
done
stop_worker 0

# A listener without its certificate does not start, and says which file it is.
recycled 0 check
rm "$dir/server.key"
recycled 78 check
expect_text "$dir/last.err" server.key
recycled 78 run
expect_text "$dir/last.err" server.key
