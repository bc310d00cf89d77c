#!/usr/bin/env bash
# What the README says to type to install, configure and schedule, typed: on a machine that is a
# folder, with stand-ins for what would change the real one.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

etc=$dir/etc/recycled
mkdir -p "$dir/usr/local/bin" "$dir/etc/systemd/system"
called() { # COMMAND-LINE: a stand-in was
  expect_text "$dir/calls" "$1"
}

# --- install: in a folder that looks like the sources after a build ---
block_folder=$dir/tree
mkdir -p "$block_folder/scripts" "$block_folder/build/release"
ln -s "$bin" "$block_folder/build/release/worker"
ln -s "$root/schedules" "$root/CMakePresets.json" "$block_folder"
ln -s "$root/tests/integration/stand-in" "$block_folder/scripts/install-packages"
export ROOT=$root
stand_in sudo cmake systemctl useradd chown systemd-run apt-get
run_block 0 'cmake --build --preset' 's/-o recycled -g recycled //'
called 'useradd --system --user-group'
called 'install-packages demo'
for program in recycled flexfactor-sim; do
  cmp "$dir/usr/local/bin/$program" "$bin/$program" || fail "another $program was installed"
done

# --- or the package, which leaves the config to an operator ---
ln -s "$root/tests/integration/stand-in" "$block_folder/scripts/package"
mkdir -p "$block_folder/build/package"
touch "$block_folder/build/package/recycled_0.1.0_amd64.deb"
run_block 0 'scripts/package'
called 'package '
called 'apt-get install ./build/package/recycled_0.1.0_amd64.deb'

# --- configure, and secrets ---
run_block 78 'recycled init' # the secrets are missing yet
called "chown -R recycled: $etc"
expect_text "$dir/last.err" secrets/app_key
expect_equal 700 "$(stat -c %a "$etc/secrets")" "mode of the folder for secrets"
run_block 0 'install -m 600' 's/-o recycled //'
for name in app_key app_secret hmac_signing_key environment_key webhook_secret api_token; do
  expect_equal 600 "$(stat -c %a "$etc/secrets/$name")" "mode of $name"
  printf 'c2VjcmV0' >"$etc/secrets/$name"
done
expect_exit 0 "$bin/recycled" check --config "$etc/recycled.toml"

# --- credentials, for a check outside the unit ---
sed -i -E 's#^(app_key_file|app_secret_file) = "secrets/([a-z_]*)"#\1 = "credential:secrets_\2"#' "$etc/recycled.toml"
expect_exit 78 "$bin/recycled" check --config "$etc/recycled.toml"
run_block 0 'systemd-run --pipe'
called 'systemd-run --pipe --wait --uid=recycled'

# --- the service, and the timer ---
run_block 0 'install -m 644 schedules/recycled.service'
run_block 0 'install -m 644 schedules/recycled-once.service'
called 'systemctl daemon-reload'
run_block 0 'enable --now recycled'
called 'systemctl enable --now recycled'
run_block 0 'enable --now recycled-once.timer'
called 'systemctl disable --now recycled'
called 'systemctl enable --now recycled-once.timer'
for unit in recycled.service recycled-once.service recycled-once.timer; do
  cmp "$root/schedules/$unit" "$dir/etc/systemd/system/$unit" || fail "no $unit was installed"
  expect_equal 644 "$(stat -c %a "$dir/etc/systemd/system/$unit")" "mode of $unit"
done
