#!/usr/bin/env bash
# check --online says what only the world can say, each with what to do, and tells by its exit code
# whether a person is needed (3) or FlexFactor cannot be reached (1).
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

verdict_of() { jq -r ".findings[] | select(.what == \"$1\") | .verdict" "$dir/out"; }
expect_verdict() { expect_equal "$2" "$(verdict_of "$1")" "verdict of $1"; }
check_online() { recycled "$1" check --online --json; }
restart_simulator() {
  stop_all
  rm -f "$dir/simulator.ready"
  start_simulator "$@"
  sed -i "s|^base_url = .*|base_url = \"$scheme://$api/v1/\"|" "$config"
}

start_simulator
write_config 1
sed -i 's/^public_host = .*/public_host = "localhost"/' "$config"
recycled 0 check
check_online 0
expect_verdict token ok
expect_verdict clock ok
expect_verdict callbacks ok
expect_verdict listen warning # port 0
expect_verdict ledger warning # none yet
recycled 0 check --online
expect_text "$dir/out" 'ok          token of flexfactor: granted after '
expect_text "$dir/out" 'https://localhost/flexfactor/callbacks'
expect_equal 1 "$(simulator_says 'calls | keys | length')" "kinds of calls: it asks for a token alone"

# A ledger, whole and then not.
write_rows "$dir/declined.csv" <<<'S-1 recycle_billing 2 approve-1'
expect_import "$dir/declined.csv" inserted 1
check_online 0
expect_verdict ledger ok
query "PRAGMA foreign_keys = OFF; INSERT INTO audit (at, subscription_key, event, before, after,
  reason, hash) VALUES (1, 4711, 'e', '', '', '', '')"
check_online 3
expect_verdict ledger problem
expect_text "$dir/out" 'subscription that is not there'
rm -f "$dir"/ledger.db*

# A clock that is off: a little, and by more than a callback may be.
restart_simulator --clock-ahead 90s
check_online 0
expect_verdict clock warning
restart_simulator --clock-ahead=-10m
check_online 3
expect_verdict clock problem
expect_text "$dir/out" 'ahead of FlexFactor'
expect_text "$dir/out" 'timedatectl'

# What a run would listen on: not of this machine, somebody else's, an IPv6 address as the host.
restart_simulator
listen_on() { sed -i "s/^listen = .*/listen = \"$1\"/" "$config"; }
listen_on 192.0.2.1:18443
check_online 3
expect_verdict listen problem
expect_text "$dir/out" '192.0.2.1:18443'
listen_on "$api"
check_online 0
expect_verdict listen warning
expect_text "$dir/out" 'is in use'
listen_on 127.0.0.1:0
sed -i 's/^public_host = .*/public_host = "[::1]:8443"/' "$config"
check_online 0
expect_verdict callbacks ok

# No callbacks are wanted, and a host that has no address.
restart_simulator
sed -i 's/^public_host = .*/public_host = "nowhere.invalid"/' "$config"
check_online 3
expect_verdict callbacks problem
sed -i '/^public_host/d' "$config"
check_online 0
expect_verdict callbacks warning

# The wrong key, and nobody there.
printf 'another-app-key\n' >"$dir/app_key"
chmod 600 "$dir/app_key"
restart_simulator --app-key-file "$dir/app_key"
check_online 3
expect_verdict token problem
expect_text "$dir/out" 'AppKey'
expect_no_text demo-app-key "$dir/out" "$dir/last.err"
restart_simulator --fault error_5xx=1000
check_online 1
expect_verdict token unreachable
stop_all
check_online 1
expect_verdict token unreachable
expect_equal '' "$(verdict_of clock)" "a clock nobody showed"

# A config that is wrong is told of before anybody is asked.
sed -i 's/^expiry_days = .*/expiry_days = 22/' "$config"
check_online 78
