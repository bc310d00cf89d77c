#!/usr/bin/env bash
# Whatever is thrown at the callback listener, nothing is believed that was not signed, and the
# service goes on answering.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --fault callback_lost=1000
write_config 600
write_rows "$dir/declined.csv" <<<"S-1 recycle_billing 2 pending-1
S-2 recycle_billing 2 pending-2"
expect_import "$dir/declined.csv" inserted 2
start_worker
two_wait() { [[ $(query "SELECT count(*) FROM recovery WHERE state = 'waiting'") == 2 ]]; }
until_true 30 "two open recoveries" two_wait
url=http://$callbacks/flexfactor/callbacks
order=$(query 'SELECT order_id FROM recovery ORDER BY key LIMIT 1')
recoveries() { query 'SELECT * FROM recovery ORDER BY key; SELECT * FROM subscription'; }
before=$(recoveries)
stored() { query 'SELECT count(*) FROM callback'; }
expect_stored=0

other_hex=$(hex_of <<<'another signing key')

write_body() { # FILE EVENT ORDER
  jq -cn --arg event "$2" --arg order "$3" '{Event: $event, TimeStamp: (now | todate),
    EventData: null, ExternalOrderId: $order, OrderId: "", ConfirmationId: "C1",
    IsTestMode: true, IsResent: false}' >"$1"
}

request() { # CURL-ARGUMENT...: prints the status, 000 when there was no reply
  curl -sS -o "$dir/reply" -w '%{http_code}' --max-time 30 "$@" 2>>"$dir/curl.txt" || true
}

# after WHAT: it changed nothing, and the service answers the next one.
after() {
  kill -0 "$worker_pid" 2>/dev/null || fail "the service is gone after $1"
  expect_equal 405 "$(request "$url")" "an answer after $1"
  expect_equal "$before" "$(recoveries)" "recoveries after $1"
  expect_equal "$expect_stored" "$(stored)" "callbacks stored after $1"
}
attack() { # STATUS WHAT CURL-ARGUMENT...
  local status=$1 what=$2
  shift 2
  expect_equal "$status" "$(request "$@")" "the reply to $what"
  after "$what"
}

# Two requests that never come to their end; their connections stay open through all of this.
exec 3<>"/dev/tcp/${callbacks%:*}/${callbacks##*:}"
printf 'POST /flexfactor/callbacks HTTP/1.1\r\nHost: bill' >&3
exec 4<>"/dev/tcp/${callbacks%:*}/${callbacks##*:}"
printf 'POST /flexfactor/callbacks HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"Ev' >&4
after "two half requests"

paid=$dir/paid.json
write_body "$paid" order.completed "$order"
attack 401 "a callback without a signature" "$url" --data-binary "@$paid"
expect_refused missing_header
sign "$paid" "$other_hex"
attack 401 "another key's signature" "$url" "${headers[@]}" --data-binary "@$paid"
expect_refused wrong_signature
sign "$paid"
attack 401 "a signature that is no base64" "$url" "${headers[@]::6}" \
  -H 'x-fc-authorization: HMAC-SHA512 %%%' --data-binary "@$paid"
expect_refused wrong_signature
attack 401 "the body's own signature alone" "$url" \
  -H "x-fc-signature: $(mac "$signing_key" <"$paid")" --data-binary "@$paid"
for off in '-6 minutes' '+6 minutes' '-20 years' '+20 years'; do
  sign "$paid" "$signing_key" "$(date_at "$off")"
  attack 401 "a date off by $off" "$url" "${headers[@]}" --data-binary "@$paid"
  expect_refused stale_date
done
sign "$paid" "$signing_key" yesterday
attack 401 "a date that is none" "$url" "${headers[@]}" --data-binary "@$paid"
expect_refused stale_date
sign "$paid" "$signing_key" "$(date_at now)" evil.example.com
attack 401 "another host's signature" "$url" "${headers[@]}" --data-binary "@$paid"
expect_refused wrong_signature
sign "$paid" "$signing_key" "$(date_at now)" "$callbacks"
attack 401 "a signature for our own address" "$url" "${headers[@]}" --data-binary "@$paid"
expect_refused wrong_host
write_body "$dir/other.json" order.expired "$order"
sign "$dir/other.json"
attack 401 "a body that was changed on the way" "$url" "${headers[@]}" --data-binary "@$paid"
expect_refused wrong_content_hash
hash=$(openssl dgst -sha512 -binary "$paid" | base64 -w 0)
attack 401 "a changed body with its own hash" "$url" "${headers[@]::4}" \
  -H "x-fc-content-sha512: $hash" "${headers[@]:6}" --data-binary "@$paid"
expect_refused wrong_signature

head -c 10000000 /dev/zero | tr '\0' x >"$dir/large.bin"
sign "$dir/large.bin"
attack 413 "10 MB" "$url" "${headers[@]}" --data-binary "@$dir/large.bin"
attack 413 "10 MB that do not wait for leave" "$url" "${headers[@]}" -H 'Expect:' \
  --data-binary "@$dir/large.bin"
attack 413 "10 MB in chunks" "$url" "${headers[@]}" -H 'Transfer-Encoding: chunked' -H 'Expect:' \
  --data-binary "@$dir/large.bin"
head -c 40000 /dev/zero | tr '\0' h >"$dir/long.txt"
attack 431 "a header of 40 KB" "$url" -H "x-long: $(<"$dir/long.txt")" --data-binary "@$paid"

# Signed, and still of no use: stored and answered, for whoever sent it would never stop.
printf 'this is not JSON' >"$dir/text.bin"
sign "$dir/text.bin"
expect_stored=1
attack 200 "signed text" "$url" "${headers[@]}" --data-binary "@$dir/text.bin"
expect_equal unreadable "$(query 'SELECT result FROM callback ORDER BY key DESC LIMIT 1')" result
expect_equal 1 "$(query "SELECT count(*) FROM callback WHERE
  CAST(body AS TEXT) = 'this is not JSON'")" \
  "bodies kept as they came"
expect_logged '"level":"error","event":"callback.given_up"'
: >"$dir/empty.bin"
sign "$dir/empty.bin"
expect_stored=2
attack 200 "a signed nothing" "$url" "${headers[@]}" --data-binary "@$dir/empty.bin"
write_body "$dir/unknown.json" order.completed 00000000-0000-0000-0000-000000000000
sign "$dir/unknown.json"
seen_nonce=$nonce
expect_stored=3
attack 200 "an order nobody knows" "$url" "${headers[@]}" --data-binary "@$dir/unknown.json"
expect_equal unmatched "$(query 'SELECT result FROM callback ORDER BY key DESC LIMIT 1')" result
expect_logged '"callback.unmatched"'
attack 409 "the same again" "$url" "${headers[@]}" --data-binary "@$dir/unknown.json"
expect_refused repeated_nonce
sign "$paid" "$signing_key" "$(date_at now)" billing.example.com "$seen_nonce"
attack 409 "a nonce for something else" "$url" "${headers[@]}" --data-binary "@$paid"
expect_refused repeated_nonce

sign "$paid"
attack 404 "another path" "http://$callbacks/" "${headers[@]}" --data-binary "@$paid"
attack 404 "a path that begins like ours" "$url/more" "${headers[@]}" --data-binary "@$paid"
attack 404 "a path that climbs" --path-as-is "http://$callbacks/x/../flexfactor/callbacks" \
  "${headers[@]}" --data-binary "@$paid"
attack 405 "a GET" "$url" "${headers[@]}"
attack 405 "a PUT" -X PUT "$url" "${headers[@]}" --data-binary "@$paid"

throw() { # WHAT: bytes from stdin, then the end; whatever comes back is in $dir/thrown
  # In a shell of its own: the listener may hang up while we still write.
  (
    exec 5<>"/dev/tcp/${callbacks%:*}/${callbacks##*:}"
    cat >&5 || true
    head -c 200 <&5 >"$dir/thrown" || true
  ) 2>>"$dir/thrown.txt" || true
  after "$1"
}
printf '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n' | throw "a TLS hello"
expect_text "$dir/thrown" 'HTTP/1.1 400'
head -c 4000 "$bin/recycled" | throw "a program"
printf 'POST /flexfactor/callbacks HTTP/1.1\r\nContent-Length: -1\r\n\r\n' | throw "length -1"
expect_text "$dir/thrown" 'HTTP/1.1 400'
printf 'POST /flexfactor/callbacks HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n' |
  throw "a length without end"

# The half requests are told so after their deadline, and cut.
for half in 3 4; do
  reply=
  read -r -t 30 reply <&"$half" || true
  [[ "$reply" == 'HTTP/1.1 408'* ]] || fail "half request $half: '$reply' instead of a 408"
done
exec 3>&- 4>&-
after "the end of the half requests"

# The proof that all this was about the signature: the right one is believed.
sign "$paid"
expect_equal 200 "$(request "$url" "${headers[@]}" --data-binary "@$paid")" "the real callback"
expect_equal recovered "$(query "SELECT state FROM recovery WHERE order_id = '$order'")" state
stop_worker 0
