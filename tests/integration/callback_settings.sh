#!/usr/bin/env bash
# What the config says about callbacks is what the listener does: a live account takes no test
# events, the body's own signature counts where it may, and the limits are the limits.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --fault callback_lost=1000
write_config 600
sed -i 's/^environment = .*/environment = "live"/
  s/^public_host = .*/&\naccept_body_signature = true/
  s/^\[limits\]/&\ncallback_bytes = 1024\ncallback_header_bytes = 1024\
callback_deadline = "2s"\ncallback_connections = 2/' "$config"
start_worker
url=http://$callbacks/flexfactor/callbacks

post() { # CURL-ARGUMENT...: prints the status
  curl -sS -o "$dir/reply" -w '%{http_code}' --max-time 30 "$url" "$@" 2>>"$dir/curl.txt" || true
}
stored() { query 'SELECT count(*) FROM callback'; }

# --- a live account ---
write_body() { # FILE IS-TEST-MODE
  printf '{"Event":"order.completed","ExternalOrderId":"o-1","IsTestMode":%s}' "$2" >"$dir/$1"
}
write_body test.json true
write_body live.json false
sign "$dir/test.json"
expect_equal 403 "$(post "${headers[@]}" --data-binary "@$dir/test.json")" "a test event"
expect_refused test_mode
expect_equal 0 "$(stored)" "test events stored"
sign "$dir/live.json"
expect_equal 200 "$(post "${headers[@]}" --data-binary "@$dir/live.json")" "a live event"
expect_equal 1 "$(stored)" "live events stored"

# --- x-fc-signature alone: of the body it is for, and of that once ---
alone() { # FILE: signs the body and nothing else
  headers=(-H "x-fc-signature: $(mac "$signing_key" <"$dir/$1")")
}
alone live.json
expect_equal 200 "$(post "${headers[@]}" --data-binary "@$dir/live.json")" "a body's signature"
expect_equal 409 "$(post "${headers[@]}" --data-binary "@$dir/live.json")" "the same again"
expect_refused repeated_nonce
expect_equal 401 "$(post "${headers[@]}" --data-binary "@$dir/test.json")" "another body's signature"
expect_refused wrong_signature
alone test.json
expect_equal 403 "$(post "${headers[@]}" --data-binary "@$dir/test.json")" "a test event that way"

# --- limits ---
head -c 1500 /dev/zero | tr '\0' x >"$dir/long.bin"
sign "$dir/long.bin"
expect_equal 413 "$(post "${headers[@]}" --data-binary "@$dir/long.bin")" "a long body"
expect_equal 431 "$(post -H "x-long: $(<"$dir/long.bin")")" "a long header"
exec 3<>"/dev/tcp/${callbacks%:*}/${callbacks##*:}"
printf 'POST /flexfactor/callbacks HTTP/1.1\r\nHost: bill' >&3
exec 4<>"/dev/tcp/${callbacks%:*}/${callbacks##*:}"
printf 'POST /flexfactor/callbacks HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"Ev' >&4
# Both places are taken by who never ends; the older gives way to the next within a second or so.
printf '{"Event":"payout.sent"}' >"$dir/payout.json"
sign "$dir/payout.json"
started=$SECONDS
expect_equal 200 "$(post "${headers[@]}" --data-binary "@$dir/payout.json")" "the third connection"
((SECONDS - started <= 15)) || fail "it waited $((SECONDS - started)) s"
reply=
read -r -t 30 reply <&3 || true
expect_equal '' "$reply" "what the one that gave way is told"
read -r -t 30 reply <&4 || true
[[ "$reply" == 'HTTP/1.1 408'* ]] || fail "half request: '$reply' instead of a 408"
exec 3>&- 4>&-
stop_worker 0
