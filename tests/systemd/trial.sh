#!/usr/bin/env bash
# Inside the container that boot.sh started: the package, as somebody who has only the README goes
# through it, from the installation to the removal. What he types are the README's own blocks.
set -euo pipefail

root=/src
readme=$root/README.md
config=/etc/recycled/recycled.toml
secrets=/etc/recycled/secrets
dir=$(mktemp -d)
# shellcheck source=scripts/lib/loopback.sh
source "$root/loopback.sh"
# shellcheck source=scripts/lib/readme.sh
source "$root/readme.sh"

saw() { echo "trial: $*"; }
fail() {
  echo "FAILED (line ${BASH_LINENO[*]::${#BASH_LINENO[@]}-1}): $*" >&2
  journalctl --no-pager -o cat -n 8 -u recycled -u recycled-once >&2
  exit 1
}
expect_equal() { [[ "$1" == "$2" ]] || fail "$3: '$2' instead of '$1'"; } # WANTED FOUND WHAT
expect_text() { grep -aqF -- "$1" "$dir/out" || fail "no '$1': $(tail -c 2000 "$dir/out")"; }
mode() { stat -c '%a %U' "$1"; }

# run_block CODE TEXT [SED]: as Ada types it, in $folder, changed by the sed; `|| needs_person` after
# a command says that exit code 3 is right. What was said is in $dir/out.
folder=/src
alias_block=
run_block() {
  local code=0
  {
    printf '%s\n' 'set -euo pipefail; shopt -s expand_aliases' 'needs_person() { [[ $? == 3 ]]; }'
    if [[ -n "$alias_block" ]]; then grep '^alias ' <<<"$alias_block"; fi
    block sh "$2" | sed -E "${3:-}"
  } >"$dir/block.sh"
  (($(wc -l <"$dir/block.sh") > 2)) || fail "the README has no sh block with '$2' in it"
  chmod -R a+rX "$dir"
  runuser -u ada -- env -C "$folder" HOME=/home/ada EDITOR=true bash "$dir/block.sh" \
    >"$dir/out" 2>&1 || code=$?
  ((code == $1)) || fail "exit $code instead of $1: $(tail -n 20 "$dir/block.sh" "$dir/out")"
}
# Each command of that name leaves something that needs a person.
asks() { echo "s/ *# .*//; s/^recycled ($1).*/& \&\& exit 99 || needs_person/"; }

says() { runuser -u recycled -- recycled "$@" --json --config "$config" || true; }
settled() { [[ "$(says status | jq -c '[.recoveries | .waiting, .parked, .recovered, .failed]')" == "$1" ]]; }
is_state() { [[ "$(systemctl is-active "$2")" == "$1" ]]; }
asked_for() { # KEY: the line that "Try it" has instead
  grep -o "\`$1 = [^\`]*\`" "$readme" | head -n 1 | tr -d '\`'
}

# --- somebody with a home of his own, sudo, and the right to read logs ---
useradd --create-home --groups adm,sudo --shell /bin/bash ada
chmod 700 /home/ada
echo 'ada ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/ada
echo "127.0.1.1 $(hostname)" >>/etc/hosts

# --- install ---
run_block 0 'apt-get install ./build' '/scripts.package/d; s/apt-get install/apt-get -qq -y install/'
expect_equal '' "$(find /etc/recycled /var/lib/recycled -type f; find /etc/systemd/system -name 'recycled*')" \
  "what an installation has made or enabled"
run_block 0 'alias recycled='
alias_block=$(block sh 'alias recycled=')
folder=/srv/recycled

# --- configure, secrets ---
run_block 78 'sudoedit /etc/recycled/recycled.toml'
expect_text "$secrets/app_key: there is no such file; make it"
run_block 0 'install -m 600'
expect_equal '600 recycled' "$(mode "$secrets/app_key")" "a secret's mode"
echo demo-key >"$secrets/app_key"
echo demo-secret >"$secrets/app_secret"
saw "installed and configured; check asked for the secrets"

# --- try it ---
sed -i -E "s|^url = .*|$(asked_for url)|; s|^# first_inquiry = .*|$(asked_for first_inquiry)|
  s|^# base_url = .*|$(asked_for base_url)|" "$config"
run_block 0 'unit=flexfactor-sim'
until_true 20 "the simulator" curl -s -o /dev/null http://127.0.0.1:9090/sim/statistics
run_block 0 'check --online' "/-31$/d; $(asks 'import|backfill')"
expect_text "line 8: price is 'eighty'"
expect_text "gateway_id is 'mian'"
expect_text '9 rows read, 7 inserted'
expect_text 'S-5  not taken: unclassified_decline'
expect_text '5 of 7 would be handed over'
expect_equal '600 recycled' "$(mode /srv/recycled/stdin.rejected)" "rejected rows"
january='s/2026-11-/2026-01-/g; s/2026-01-20/2026-01-31/g'
plan=$(says backfill --from 2026-01-01 --to 2026-01-31 --dry-run | jq -r .plan)
run_block 0 'recycled backfill --from 2026-11-01' \
  "$january; s/--plan [-0-9a-f]*/--plan $plan/; $(asks backfill)"
expect_text "plan $plan: carried out"
run_block 0 'systemctl start recycled' '/^recycled/d'
until_true 60 "results" settled '[1,1,2,1]' || fail "$(says status | jq -c .recoveries)"
run_block 0 'systemctl start recycled' "$(asks status)"
expect_text 'subscription S-1001'
expect_text '107.92  100.0 %'

saw "bad rows listed, a plan carried out by the service, its results reported"

# --- watch the log, and what it asks for ---
run_block 0 'journalctl -u recycled -f' 's/ -f / /'
expect_text 'info recovery.recovered S-1 '
run_block 0 'recycled_log()'
expect_text 'recovery.recovered  80.96'
systemctl status --no-pager recycled >"$dir/out"
expect_text 'Status: "'
run_block 0 'recycled resolve'
expect_text 'it was not charged'
run_block 0 'recycled pause'
expect_text 'PAUSED'
run_block 0 'report --from' "s/2026-11-01/$(date -d '2 days ago' +%F)/
  s/2026-11-30/$(date -d '2 days' +%F)/"
expect_equal '600 recycled' "$(mode /srv/recycled/november.html)" "a report"
saw "the log's questions, a person's word, a pause, reports"

# --- the API, figures, alerts ---
printf '[api]\nlisten = "unix:/run/recycled/api.sock"\ntoken_file = "secrets/api_token"\n' >>"$config"
adduser --quiet ada recycled
systemctl stop recycled
runuser -u recycled -- recycled check --online --config "$config" >"$dir/out" ||
  fail "check --online before the start: $(<"$dir/out")"
expect_text 'start the service'
systemctl start recycled
sed -n '1p; 2s/^S-1,/S-1004,/p' /usr/share/doc/recycled/examples/declined.csv |
  jq -Rn '[inputs | split(",")] | [[.[0], .[1]] | transpose[] | {(.[0]): .[1]}] | [add]' \
    >/srv/recycled/declines.json
chmod 644 /srv/recycled/declines.json
run_block 0 'v1/declines --json'
expect_text '"status": "ready"'
curl -sS --unix-socket /run/recycled/api.sock -H @/srv/recycled/api_header \
  http://recycled/metrics >"$dir/out"
expect_text 'recycled_oldest_due_seconds '
mkdir -p /etc/prometheus
run_block 0 'recycled.rules.yml'
[[ -s /etc/prometheus/recycled.rules.yml ]] || fail "no alert rules"
saw "the API's socket file, figures, alert rules"

# --- secrets of root alone, and a reload ---
systemctl reload recycled
is_state active recycled || fail "the service has not survived a reload"
chown root: "$secrets"/*
sed -i 's#"secrets/#"credential:secrets_#' "$config"
run_block 0 'systemd-run --pipe'
systemctl restart recycled
is_state active recycled || fail "the service does not start with credentials"
saw "secrets as credentials, without a word changed in the unit"

# --- the watchdog, and where README says to look ---
mkdir -p /run/systemd/system/recycled.service.d
printf '[Service]\nWatchdogSec=2s\n' >/run/systemd/system/recycled.service.d/trial.conf
systemctl daemon-reload
systemctl restart recycled
kill -STOP "$(systemctl show --value -p MainPID recycled)"
bitten() {
  journalctl --no-pager -o cat -u recycled >"$dir/journal"
  grep -qF 'Watchdog timeout' "$dir/journal"
}
until_true 30 "the watchdog" bitten
run_block 0 'Watchdog timeout' '/dmesg/d' # the kernel's words are not for a container
expect_text 'Watchdog timeout'
rm /run/systemd/system/recycled.service.d/trial.conf
systemctl daemon-reload
systemctl restart recycled

# --- an upgrade under the service ---
run_block 0 'enable --now recycled'
before=$(systemctl show --value -p MainPID recycled)
apt-get -qq -y install --reinstall "$root"/build/package/recycled_*.deb >"$dir/out" 2>&1 ||
  fail "$(<"$dir/out")"
until_true 30 "the service" is_state active recycled
[[ "$(systemctl show --value -p MainPID recycled)" != "$before" ]] || fail "it was not started anew"
saw "installed again: stopped, replaced, started"

# --- the timer instead, with its figures in a file ---
install -d -m 775 -g recycled /var/lib/prometheus/node-exporter
printf '[metrics]\nfile = "/var/lib/prometheus/node-exporter/recycled.prom"\n' >>"$config"
run_block 0 'disable --now recycled'
is_state active recycled && fail "the service still runs"
is_state active recycled-once.timer || fail "no timer"
systemctl start recycled-once.service || fail "a pass fails"
expect_equal '644 recycled' "$(mode /var/lib/prometheus/node-exporter/recycled.prom)" "the figures"
mkdir -p /etc/cron.d
run_block 0 'cron.d/recycled'
grep -q '/usr/bin/recycled once' /etc/cron.d/recycled || fail "the crontab names another program"
saw "the timer instead of the service"

# --- the end of the trial, and of the package ---
systemctl stop recycled-once.timer
run_block 0 'trial.db'
expect_equal '' "$(ls /var/lib/recycled/trial.db* 2>/dev/null || true)" "what is left of the trial"
apt-get -qq -y remove recycled >"$dir/out" 2>&1 || fail "$(<"$dir/out")"
[[ -s $config && -d /var/lib/recycled && ! -e /usr/bin/recycled ]] || fail "removed too much or little"
saw "removed; config and the ledger's folder are left"
