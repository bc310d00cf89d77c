#!/usr/bin/env bash
# Secrets as systemd hands them over: by name, in a folder of the service's own, where an access
# list looks like the group's right to read. Elsewhere that is a secret open to others.
# Proves: S1
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

start_simulator --approve 100 --decline 0
write_config 600
sed -i 's#secrets/\(app_key\|app_secret\|hmac_signing_key\)#credential:\1#' "$config"
mv "$dir/secrets" "$dir/given"
chmod 440 "$dir"/given/*
chmod 550 "$dir/given"
trap 'status=$?; chmod 700 "$dir/given"; finish "$status"' EXIT

# Outside the unit the name leads nowhere: who needs no secret works, and who does says why not.
recycled 78 check
for name in app_key app_secret hmac_signing_key; do
  expect_text "$dir/last.err" "credential:$name"
done
expect_text "$dir/last.err" 'LoadCredential='
recycled 78 once
write_rows "$dir/declined.csv" <<<"S-1 recycle_billing 2 approve"
expect_import "$dir/declined.csv" inserted 1
recycled 0 status

export CREDENTIALS_DIRECTORY=$dir/given
recycled 0 check
expect_text "$dir/out" "$dir/given/hmac_signing_key · counts today"
start_worker
until_true 30 "a hand-over, its callback and its end" all_settled
expect_books_agree
stop_worker 0

# The folder is what protects a credential.
chmod 755 "$dir/given"
recycled 78 check
expect_text "$dir/last.err" 'is open to others than the service'
chmod 550 "$dir/given"
chmod 444 "$dir/given/app_key"
recycled 78 check
expect_text "$dir/last.err" "$dir/given/app_key: is open to others"
chmod 440 "$dir/given/app_key"

# By its path it is a file like any other.
sed -i "s#credential:app_key#$dir/given/app_key#" "$config"
recycled 78 check
expect_text "$dir/last.err" 'chmod 600'
