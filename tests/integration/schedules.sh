#!/usr/bin/env bash
# The files of schedules/ and the blocks of the README that are to be copied: each is run or judged
# as it stands, with this folder in the place of the machine's own.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

etc=$dir/etc/recycled
mkdir -p "$etc/secrets" "$dir/var" "$dir/units"
here() { # stdin, with this folder's paths
  sed -e "s#/usr/local/bin/recycled#$bin/recycled#g" -e "s#/etc/recycled#$etc#g" \
    -e "s#/var/lib/recycled#$dir/var#g"
}

# --- the README's whole config, and its way to make secret files ---
block toml '[callbacks]' | here >"$etc/recycled.toml"
grep -q '^expiry_days' "$etc/recycled.toml" || fail "the README shows no whole config"
block sh 'install -m 600' | here | sed 's/sudo //; s/-o recycled //' >"$dir/secrets.sh"
expect_exit 0 bash -euo pipefail "$dir/secrets.sh"
config=$etc/recycled.toml
recycled 78 check # they are empty yet
expect_text "$dir/last.err" secrets/app_key
for name in app_key app_secret hmac_signing_key environment_key api_token; do
  expect_equal 600 "$(stat -c %a "$etc/secrets/$name")" "mode of $name"
  printf 'c2VjcmV0' >"$etc/secrets/$name"
done
recycled 0 check

# --- systemd ---
units=("$root"/schedules/*.service "$root"/schedules/*.timer)
((${#units[@]} == 3)) || fail "${#units[@]} units"
for unit in "${units[@]}"; do
  here <"$unit" >"$dir/units/${unit##*/}"
done
expect_exit 0 systemd-analyze verify "$dir"/units/*
expect_equal '' "$(cat "$dir/out" "$dir/last.err")" "what systemd says of the units"
for unit in recycled recycled-once; do
  expect_exit 0 systemd-analyze security --offline=true --threshold=15 "$dir/units/$unit.service"
  # A unit stops nothing sooner than the program's own drain.
  grep -q '^TimeoutStopSec=60s' "$dir/units/$unit.service" || fail "TimeoutStopSec of $unit"
done
for line in Type=notify NotifyAccess=main WatchdogSec=3min Restart=on-failure; do
  grep -qx "$line" "$dir/units/recycled.service" || fail "no $line"
done
grep -o '^OnCalendar=.*' "$dir/units/recycled-once.timer" | cut -d= -f2 >"$dir/when"
expect_exit 0 systemd-analyze calendar "$(<"$dir/when")"

# The credentials that the units hand over are those their comment says to name in the config.
sed 's#"secrets/\([a-z_]*\)"#"credential:secrets_\1"#' "$etc/recycled.toml" >"$etc/credentials.toml"
given() { # FILE: a folder of what its LoadCredential line names, which is each file of a folder
  local name folder file
  rm -rf "$dir/given"
  mkdir -m 700 "$dir/given"
  IFS=: read -r name folder < <(grep -o 'LoadCredential=[a-z_]*:[^ ]*' "$1" | cut -d= -f2)
  for file in "$folder"/*; do cp "$file" "$dir/given/${name}_${file##*/}"; done
}
config=$etc/credentials.toml
given "$dir/units/recycled.service"
CREDENTIALS_DIRECTORY=$dir/given recycled 0 check
given "$dir/units/recycled-once.service"
CREDENTIALS_DIRECTORY=$dir/given recycled 0 check
block sh 'systemd-run --pipe' | here >"$dir/by-hand"
given "$dir/by-hand"
CREDENTIALS_DIRECTORY=$dir/given recycled 0 check
expect_text "$dir/by-hand" "recycled check --config $etc/recycled.toml"

# --- cron ---
config=$etc/recycled.toml
sed -i "s#^environment = .*#&\\nbase_url = \"http://127.0.0.1:9/v1/\"#" "$config"
grep -E '^[0-9*]' "$root/schedules/crontab" | here >"$dir/cron"
expect_equal 2 "$(wc -l <"$dir/cron")" "lines of the crontab"
while read -r minute hour day month weekday user command; do
  [[ "$minute $hour $day $month $weekday" =~ ^(\*/5|0)\ (\*|8)\ \*\ \*\ \*$ ]] ||
    fail "the crontab says: $minute $hour $day $month $weekday"
  expect_equal recycled "$user" "the crontab's user"
  expect_exit 0 sh -c "$command"
done <"$dir/cron"
expect_text "$dir/var/once.log" '"run.ended"'

# --- profiles to start from: each alone, and all at once ---
for bank in bank-a bank-b bank-c; do
  printf '[[gateway]]\nid = "%s"\nkind = "card"\n' "$bank"
done >"$dir/banks"
sed -e '/^\[\[recycle_profile/,$d' "$etc/recycled.toml" >"$dir/head"
grep -q 'id = "flexfactor"' "$dir/head" || fail "the README's account is not called flexfactor"
config=$etc/profiles.toml
cat "$dir/head" "$dir/banks" "$root/schedules/example-profiles.toml" >"$config"
recycled 0 check
expect_equal 3 "$(grep -c '^profile ' "$dir/out")" "profiles"
for name in straight three-then-flexfactor saturdays; do
  awk -v wanted="id = \"$name\"" '/^\[\[recycle_profile\]\]/ {start = $0; getline; on = $0 == wanted
      if (on) print start}
    on' "$root/schedules/example-profiles.toml" | cat "$dir/head" "$dir/banks" - >"$config"
  recycled 0 check
  expect_text "$dir/out" "profile    $name · 1 gateway(s) ·"
done
