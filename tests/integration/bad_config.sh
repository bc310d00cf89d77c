#!/usr/bin/env bash
# Every mistake of a config is named at once, and nothing starts with one.
# Proves: S2 S4 B1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

api=127.0.0.1:9 # nobody is called
write_config 1
recycled 0 check
recycled 0 check --json
jq -e . "$dir/out" >"$dir/ignored" || fail "check --json is no JSON"

sed -i -e 's/^expiry_days = 21/expiry_days = 22/' \
  -e 's/^minimum_price = .*/&\nbill_on_saterday = true/' \
  -e 's/^number = 2/&\ngateway = "flexfactor"/' \
  -e 's/^gateway_4_6 = .*/&\ngateway_1_3 = "flexfactor"/' "$config"
cat >>"$config" <<'TOML'
[[gateway]]
id = "flexfactor-two"
kind = "flexfactor"
environment = "sandbox"
mid = "mid"
site_id = "site"
app_key_file = "secrets/app_key"
app_secret_file = "secrets/app_secret"
hmac_signing_key_files = ["secrets/hmac_signing_key"]
expiry_days = 0
[[recycle_profile]]
id = "second"
apply_to_gateways = ["bank"]
[[routing_profile]]
id = "atri"
gateways = ["bank", "flexfactor"]
[[campaign]]
id = "summer"
product_gateways = ["flexfactor"]
TOML
line_of() { grep -nF -- "$1" "$config" | head -n 1 | cut -d: -f1; }
expect_problem() { # LINE TEXT...: one message, of that line, with all of the texts in it
  local message text
  message=$(grep -F -- "$config:$1:" "$dir/last.err") || fail "nothing about line $1: $2"
  shift
  for text in "$@"; do
    [[ "$message" == *"$text"* ]] || fail "no '$text' in: $message"
  done
}
recycled 78 check
expect_problem "$(line_of 'expiry_days = 22')" 'expiry_days is 22' '1 to 21' '"flexfactor"'
expect_problem "$(line_of 'expiry_days = 0')" 'expiry_days is 0' '1 to 21' '"flexfactor-two"'
expect_problem "$(line_of 'gateway_1_3')" 'gateway_1_3' '"flexfactor"' 'gateway_4_6'
expect_problem "$(line_of 'gateway = "flexfactor"')" 'reattempt' '"flexfactor"'
expect_problem "$(line_of 'bill_on_saterday')" 'Did you mean "bill_on_saturday"?'
second=$(line_of 'id = "second"')
expect_problem $((second + 1)) '"bank"' '"standard"' '"second"'
expect_problem $(($(line_of 'id = "atri"') + 1)) '"flexfactor"' '"atri"'
expect_problem $(($(line_of 'id = "summer"') + 1)) '"flexfactor"' '"summer"'
expect_equal 8 "$(wc -l <"$dir/last.err")" "problems"
cp "$dir/last.err" "$dir/problems.txt"
recycled 78 check --json
expect_equal 8 "$(jq '.problems | length' "$dir/out")" "problems as JSON"

echo 'irrelevant' >"$dir/declined.csv"
for command in run once "import subscriptions $dir/declined.csv" status "explain S-1"; do
  # shellcheck disable=SC2086 # words of a command line
  recycled 78 $command
  diff "$dir/problems.txt" "$dir/last.err" >&2 || fail "$command names other problems than check"
done
test ! -e "$dir/ledger.db" || fail "a ledger was made for a config that is refused"

# What the file says and what stands beside it are named in one go.
write_config 1
sed -i -e 's/^expiry_days = 21/expiry_days = 22/' -e 's/^listen = .*/listen = "localhost"/' \
  -e 's#^url = .*#url = "sqlite:nowhere/ledger.db"#' -e 's/^mid = .*/&\nexpired_word = "Completed"/' "$config"
printf '[callbacks.tls]\ncertificate = "no.pem"\nprivate_key = "no.key"\n' >>"$config"
chmod 644 "$dir/secrets/app_key"
printf '%s' 'not base64!' >"$dir/secrets/hmac_signing_key"
recycled 78 check
for text in 'expiry_days is 22' secrets/app_key 'hmac_signing_key: the signing key is not base64' \
  'listen "localhost"' 'no.pem' 'there is no folder' 'expired_word "Completed"'; do
  expect_text "$dir/last.err" "$text"
done
expect_equal 7 "$(wc -l <"$dir/last.err")" "problems of every kind"

# A secret that is missing, open to others, or in the config itself.
write_config 1
rm "$dir/secrets/app_secret"
chmod 644 "$dir/secrets/app_key"
for command in check run once; do
  recycled 78 "$command"
  expect_text "$dir/last.err" secrets/app_secret
  expect_text "$dir/last.err" secrets/app_key
done
write_config 1
sed -i 's/^app_key_file.*/app_key = "inline-canary"/' "$config"
recycled 78 check
expect_text "$dir/last.err" app_key_file
expect_no_text inline-canary "$dir/last.err" "$dir/out"
config=$dir/nowhere.toml
recycled 78 check
expect_text "$dir/last.err" 'recycled init'
