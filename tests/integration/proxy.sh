#!/usr/bin/env bash
# A real nginx in front, with the lines that README shows: it ends TLS and rewrites Host, and
# callbacks are believed all the same, since their host is the config's. A wrong one is named.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || fail "no nginx: ./scripts/install-packages"
nginx_pid=
stop_nginx() {
  [[ -n "$nginx_pid" ]] || return 0
  kill -TERM "$nginx_pid" 2>/dev/null || true
  wait "$nginx_pid" 2>/dev/null || true
  nginx_pid=
}
trap 'status=$?; stop_nginx; finish "$status"' EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=proxy \
  -addext 'subjectAltName=IP:127.0.0.1' -keyout "$dir/proxy.key" -out "$dir/proxy.pem" \
  2>>"$dir/openssl.txt"

# Below the ports that the kernel gives away by itself, so that nobody else here takes it meanwhile.
public=127.0.0.1:$((20000 + RANDOM % 12000))
location=$(awk '/^```nginx$/ {shown = 1; next} /^```$/ {shown = 0} shown' "$root/README.md")
[[ "$location" == *"proxy_pass http://127.0.0.1:8443;"* ]] || fail "README shows no proxy_pass"

start_nginx() { # one process in the foreground, with everything it writes in our own folder
  mkdir -p "$dir/nginx"
  cat >"$dir/nginx/nginx.conf" <<CONF
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {}
http {
  access_log access.log;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen $public ssl;
    ssl_certificate $dir/proxy.pem;
    ssl_certificate_key $dir/proxy.key;
${location/127.0.0.1:8443/$callbacks}
  }
}
CONF
  "$nginx" -p "$dir/nginx/" -e error.log -c nginx.conf >"$dir/nginx.out" 2>"$dir/nginx.err" &
  nginx_pid=$!
  until_true 20 "nginx" curl -sS -o "$dir/ignored" --cacert "$dir/proxy.pem" "https://$public/" \
    2>>"$dir/curl.txt" || fail "nginx: $(tail -n 5 "$dir/nginx.err" "$dir/nginx/error.log")"
}
through_nginx() { # STATUS: how many answers of that status went through it
  grep -c "POST /flexfactor/callbacks HTTP/1.1\" $1 " "$dir/nginx/access.log" || true
}
begin() { # PUBLIC-HOST: a worker that believes callbacks signed for it, behind nginx
  sed -i "s/^public_host = .*/public_host = \"$1\"/" "$config"
  start_worker
  start_nginx
  curl -sS -o "$dir/ignored" "http://$api/sim/callback-url" \
    -d "{\"url\":\"https://$public/flexfactor/callbacks\"}"
}

start_simulator --approve 100 --decline 0 --delay 100ms..300ms --callback-host "$public" \
  --callback-ca "$dir/proxy.pem" --callback-gap 200ms
write_config 600 # no inquiry comes first: what arrives, arrives as a callback
write_subscriptions 5 "$dir/declined.csv"

begin "$public"
expect_import "$dir/declined.csv" inserted 5
until_true 60 "every subscription at its end" all_settled
expect_books_agree
expect_all_home
expect_equal 5 "$(query "SELECT count(*) FROM callback WHERE result = 'applied'")" callbacks
expect_equal 5 "$(through_nginx 200)" "callbacks that nginx passed on"
expect_equal 5 "$(query "SELECT count(*) FROM callback
  WHERE headers LIKE '%host: $callbacks' || char(10) || '%'")" "callbacks whose Host was rewritten"
expect_equal 0 "$(query "SELECT count(*) FROM attempt WHERE step <> 'send'")" inquiries
expect_no_text callback.refused "$dir/worker.log.now"
stop_worker 0
stop_nginx

# The mistake that is made: the host that the proxy calls is configured instead of the public one.
begin internal.example.com
write_rows "$dir/more.csv" <<<"S-more recycle_billing 2 approve"
expect_import "$dir/more.csv" inserted 1
refused() { grep -q '"callback.refused"' "$dir/worker.log.now"; }
until_true 30 "a refused callback" refused
reason=$(jq -r 'select(.event == "callback.refused") | .reason' "$dir/worker.log.now" | head -n 1)
[[ "$reason" == wrong_host:*"'$public'"*"'internal.example.com'"* ]] ||
  fail "refused for '$reason'"
passed_on() { (($(through_nginx 401) > 0)); }
until_true 10 "the refusal in nginx's log" passed_on
expect_equal 5 "$(query 'SELECT count(*) FROM callback')" "callbacks stored after all"
stop_worker 0
stop_nginx

# What the reason says mends it; FlexFactor repeats what was refused.
begin "$public"
until_true 60 "the last one at its end" all_settled
expect_books_agree
stop_worker 0
