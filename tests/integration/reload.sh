#!/usr/bin/env bash
# SIGHUP: new signing key, new app keys and new certificate count from then on, and what cannot be
# used leaves the old one in use. A stop does not wait for half a request.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

make_certificate() { # NAME: a self-signed one, which a client may trust by itself
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj "/CN=$1" -addext 'subjectAltName=IP:127.0.0.1' -keyout "$dir/$1.key" -out "$dir/$1.pem" \
    2>>"$dir/openssl.txt"
}
make_certificate before
make_certificate after
cp "$dir/before.pem" "$dir/server.pem"
cp "$dir/before.key" "$dir/server.key"

# FlexFactor knows one pair of keys alone, and tokens of a few seconds.
printf 'right-app-key' >"$dir/app_key"
printf 'right-app-secret' >"$dir/app_secret"
chmod 600 "$dir/app_key" "$dir/app_secret"
start_simulator --app-key-file "$dir/app_key" --app-secret-file "$dir/app_secret" \
  --fault callback_lost=1000
write_config 600
sed -i 's/^public_host = .*/&\ntls = { certificate = "server.pem", private_key = "server.key" }/
  s/^drain = .*//; s/^\[limits\]/&\ndrain = "60s"\ncallback_deadline = "2m"/' "$config"
start_worker
url=https://$callbacks/flexfactor/callbacks

hup() { # LINES: SIGHUP, and wait until the log says what became of it
  kill -HUP "$worker_pid"
  until_true 20 "the reload" said_so "$1"
}
said_so() { (($(grep -cE '"secrets\.(reloaded|refused)"' "$dir/worker.log.now") >= $1)); }
reasons_of() { jq -r "select(.event == \"$1\") | .reason" "$dir/worker.log.now"; }
trusts() { curl -sS -o "$dir/ignored" --cacert "$dir/$1.pem" "$url" 2>>"$dir/curl.txt"; }
post() { # prints the status
  curl -sS -o "$dir/reply" -w '%{http_code}' --insecure "$url" "${headers[@]}" --data-binary \
    "@$dir/body.json"
}
printf '{"Event":"payout.sent"}' >"$dir/body.json"

# Half a request, from now to the end, over a connection that keeps its certificate.
mkfifo "$dir/half.fifo"
openssl s_client -connect "$callbacks" -quiet <"$dir/half.fifo" >"$dir/half.txt" 2>&1 &
half_pid=$!
exec 5>"$dir/half.fifo"
printf 'POST /flexfactor/callbacks HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"Ev' >&5

# --- app keys: the wrong ones get no token, the right ones do ---
write_rows "$dir/declined.csv" <<<"S-1 recycle_billing 2 pending-1"
expect_import "$dir/declined.csv" inserted 1
unavailable() { grep -q '"provider.unavailable"' "$dir/worker.log.now"; }
until_true 30 "a token refused" unavailable
expect_equal 0 "$(simulator_says orders)" "orders under the wrong keys"
cp "$dir/app_key" "$dir/secrets/app_key"
cp "$dir/app_secret" "$dir/secrets/app_secret"
hup 1
taken_over() { [[ $(query "SELECT count(*) FROM recovery WHERE state = 'waiting'") == 1 ]]; }
until_true 30 "a hand-over under the right keys" taken_over

# --- signing keys and certificate ---
trusts before || fail "the first certificate"
if trusts after; then fail "the second certificate before its time"; fi
new_hex=$(hex_of <<<'the next signing key')
sign "$dir/body.json" "$new_hex"
expect_equal 401 "$(post)" "the next key before its time"
base64 -w 0 <<<'the next signing key' >"$dir/secrets/hmac_signing_key"
cp "$dir/after.pem" "$dir/server.pem"
cp "$dir/after.key" "$dir/server.key"
hup 2
expect_equal "app keys, signing keys, certificate" "$(reasons_of secrets.reloaded | tail -n 1)" reason
trusts after || fail "the second certificate"
if trusts before; then fail "the first certificate after its time"; fi
sign "$dir/body.json" "$new_hex"
expect_equal 200 "$(post)" "the next key"
[[ "$(reasons_of callback.received | tail -n 1)" == "payout.sent, key hmac_signing_key" ]] ||
  fail "the log does not say which key signed"
sign "$dir/body.json"
expect_equal 401 "$(post)" "the old key"

# --- what cannot be used leaves the old one in use ---
chmod 644 "$dir/secrets/app_key"
printf 'no base64!' >"$dir/secrets/hmac_signing_key"
cp "$dir/before.key" "$dir/server.key"
hup 5
expect_equal 3 "$(reasons_of secrets.refused | wc -l)" "refused files"
for file in secrets/app_key secrets/hmac_signing_key server.key; do
  reasons_of secrets.refused | grep -q "$file" || fail "nothing is said about $file"
done
trusts after || fail "the certificate is gone"
sign "$dir/body.json" "$new_hex"
expect_equal 200 "$(post)" "the key is gone"
for secret in right-app-key right-app-secret 'the next signing key' "$(base64 -w 0 \
  <<<'the next signing key')"; do
  expect_no_text "$secret" "$dir/worker.log.now" "$dir/worker.err"
done

# --- a stop with half a request open: the drain is a minute, and nobody waits for it ---
started=$SECONDS
stop_worker 0
((SECONDS - started <= 15)) || fail "the stop took $((SECONDS - started)) s"
expect_logged '"run.ended"'
exec 5>&-
wait "$half_pid" 2>/dev/null || true
expect_text "$dir/half.txt" 'HTTP/1.1 408'
