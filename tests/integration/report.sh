#!/usr/bin/env bash
# report: the figures of a small world that went through everything, against the ledger's own rows:
# as text, JSON and CSV, and as a page in a real browser.
# Proves: X2
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for needed in node chromium; do
  command -v "$needed" >"$dir/ignored" ||
    fail "$needed is missing, with which the page is looked at: ./scripts/install-packages"
done
(($(node -p 'parseInt(process.versions.node)') >= 20)) ||
  fail "the page is looked at with Node.js 20 or later, and this is $(node --version)"
browser=$root/build/npm/browser/node_modules
[[ -d "$browser/playwright-core" ]] ||
  fail "playwright-core is missing from build/npm/browser: ./scripts/install-packages"

# --- a world: two gateways, two blocks, three currencies, reruns, cascades, money that goes back ---

start_simulator --delay 10ms..50ms --late-after 1s
write_config 1
sed -i 's/^scan_every = .*/&\ncascade_deadline = "1s"/
  s/^kind = "flexfactor"$/&\ncascade_all = true/' "$config"
cat >>"$config" <<'TOML'
[[gateway]]
id = "acquirer"
kind = "card"
[[recycle_profile]]
id = "late"
apply_to_gateways = ["acquirer"]
gateway_7_9 = "flexfactor"
reattempt = [{ number = 1, days = 1 }, { number = 2, days = 1 }, { number = 3, days = 1 },
  { number = 4, days = 1 }, { number = 5, days = 1 }, { number = 6, days = 1 },
  { number = 7, days = 1 }]
TOML
add_api

awk 'BEGIN {
  print "subscription_id,gateway_id,status,billing_cycle,price,currency,interval,declined_at," \
    "reattempts_made,last_attempt_at,decline_code,decline_message,decline_type,card_token"
  split("USD USD USD USD USD EUR EUR JPY", currencies, " ")
  split("approve approve approve decline approve decline approve pending decline approve", fates, " ")
  split("51,Insufficient funds;51,Insufficient funds;05,Do not honour;61,Exceeds limit;" \
    "N7,=1+1 <b>CVV</b> & more;65,\"Limit, exceeded\"", codes, ";")
  for (n = 1; n <= 90; n++) {
    currency = currencies[n % 8 + 1]
    early = n % 3
    printf "S-%d,%s,recycle_billing,%d,%s,%s,1m,2026-01-05,%d,2026-01-15,%s,soft,%s-%d\n", n, \
      early ? "bank" : "acquirer", 2 + n % 5, currency == "JPY" ? 1200 + n * 10 : 20 + n ".95", \
      currency, early ? 3 : 6, codes[n % 6 + 1], fates[n % 10 + 1], n
  }
}' >"$dir/declined.csv"
recycled 1 report --html "$dir/none.html"
expect_text "$dir/last.err" 'there is no ledger'
expect_import "$dir/declined.csv" inserted 90
recycled 0 report
expect_text "$dir/out" 'nothing was handed over'
recycled 0 report --html "$dir/empty.html"
expect_text "$dir/empty.html" 'Nothing was handed over.'
start_service
sales=(approve approve decline late approve) # in the names of their orders
for n in "${!sales[@]}"; do
  ask 200 /v1/cascades --json "$(declined_order "C-$n" "${sales[n]}-c$n" '.decline_code = "14"')"
  # A late one is charged after its end, for which a rerun would have to wait for days.
  token=${sales[n]/late/pending}
  ask 200 /v1/orders --json "$(declined_order "R-$n" "$token-r$n" '.currency = "EUR"')"
  ask 200 /v1/reruns --json "{\"order_id\":\"R-$n\",\"gateway_id\":\"flexfactor\"}"
done
only_pending_is_open() { due_is_empty && [[ $(open_count) == 10 && $(query "SELECT count(*)
  FROM recovery WHERE refund_due = 1 AND refunded = 1") == 1 ]]; }
until_true 60 "all but the pending ones to settle" only_pending_is_open

order_of() { # SUBSCRIPTION
  query "SELECT order_id FROM recovery AS r JOIN subscription AS s ON s.key = r.subscription_key
    WHERE s.id = '$1'"
}
tell() { # EVENT SUBSCRIPTION: as FlexFactor signs it
  jq -cn --arg event "$1" --arg order "$(order_of "$2")" '{Event: $event, TimeStamp: (now | todate),
    ExternalOrderId: $order, OrderId: "", IsTestMode: true}' >"$dir/body.json"
  sign "$dir/body.json"
  expect_equal 200 "$(curl -sS -o "$dir/reply" -w '%{http_code}' "${headers[@]}" \
    "http://$callbacks/flexfactor/callbacks" --data-binary "@$dir/body.json")" "the reply to $1"
}
tell order.refunded S-1
tell order.refunded S-40
tell payment.chargeback.received S-2
tell payment.chargeback.received S-41
# One whose customer left, and who is charged all the same: that is to be refunded.
sed -n '1p; s/^S-7,bank,recycle_billing/S-7,bank,cancelled/p' "$dir/declined.csv" >"$dir/left.csv"
recycled 0 import subscriptions "$dir/left.csv"
is_withdrawn() { [[ $(query "SELECT state FROM recovery
  WHERE order_id = '$(order_of S-7)'") == withdrawn ]]; }
until_true 30 "the one whose customer left" is_withdrawn
tell order.completed S-7
# An import that speaks of the next decline changes nothing of what a claim was made for.
sed -n '1p; s/^S-10,\(.*\),51,Insufficient funds,/S-10,\1,99,Another,/p
  s/^S-12,\(.*\),51,Insufficient funds,/S-12,\1,99,Another,/p' "$dir/declined.csv" >"$dir/next.csv"
recycled 0 import subscriptions "$dir/next.csv"
stop_worker 0

# Weeks are told by moving what happened back in time, each row by a number of days of its own.
day=86400000
query "UPDATE recovery SET claimed_at = claimed_at - (key * 7 % 23 + key % 5) * $day,
  settled_at = settled_at - (key * 7 % 23) * $day"

# --- the ledger's own word on each figure ---

outcome="CASE WHEN state = 'recovered' THEN CASE WHEN charged_back THEN 'charged_back'
  WHEN refunded THEN 'refunded' WHEN refund_due THEN 'refund_due' ELSE 'recovered' END
  WHEN state IN ('failed', 'withdrawn') THEN 'failed' WHEN state = 'released' THEN 'never_sent'
  ELSE 'open' END"
query "CREATE TABLE told AS SELECT *, $outcome AS outcome, CASE kind WHEN 'recycle'
  THEN CASE WHEN reattempt < 7 THEN '4-6' ELSE '7-9' END ELSE kind END AS block FROM recovery"
expect_equal 'charged_back 2;failed 29;open 9;recovered 56;refund_due 1;refunded 3;' \
  "$(query "SELECT outcome || ' ' || count(*) || ';' FROM told
    GROUP BY outcome ORDER BY outcome" | tr -d '\n')" "what the world came to"

sum="CASE currency WHEN 'JPY' THEN sum(amount) ELSE printf('%d.%02d', sum(amount) / 100,
  sum(amount) % 100) END"
recovered_sum="coalesce(${sum//sum(amount)/sum(amount) FILTER (WHERE outcome = \'recovered\')}, '')"
by() { # COLUMN [WHERE]: currency, key, handed over, recovered, amount recovered
  query "SELECT currency, $1, count(*), count(*) FILTER (WHERE outcome = 'recovered'),
    CASE WHEN sum(outcome = 'recovered') = 0 THEN CASE currency WHEN 'JPY' THEN '0' ELSE '0.00' END
    ELSE $recovered_sum END FROM told ${2:-} GROUP BY 1, 2" | LC_ALL=C sort
}
said() { # JSON-LIST KEY
  jq -r --arg list "$1" --arg key "$2" '.currencies[] | .currency as $currency | .[$list][]
    | [$currency, .[$key], .handed_over.count, .recovered.count, .recovered.amount]
    | join("|")' "$dir/report.json" | LC_ALL=C sort
}
expect_same() { # WHAT, and two texts
  diff <(echo "$2") <(echo "$3") >&2 || fail "$1: the ledger (<) and the report (>) differ"
}

recycled 0 report --json
cp "$dir/out" "$dir/report.json"
expect_same "by outcome" \
  "$(query "SELECT currency, outcome, count(*), $sum FROM told GROUP BY 1, 2" | LC_ALL=C sort)" \
  "$(jq -r '.currencies[] | .currency as $currency | .all | to_entries[]
    | select(.key | IN("handed_over", "ended", "given_back") | not) | select((.value | type) == "object")
    | select(.value.count > 0) | [$currency, .key, .value.count, .value.amount]
    | join("|")' "$dir/report.json" | LC_ALL=C sort)"
expect_same "by block" "$(by block)" "$(said by_block block)"
expect_same "by gateway" "$(by return_gateway)" "$(said by_gateway gateway)"
expect_same "by decline code" "$(by decline_code)" "$(said by_decline_code decline_code)"
expect_equal 0 "$(query "SELECT count(*) FROM told WHERE decline_code = '99'")" \
  "claims that took the decline of a later import"
expect_equal 2 "$(query "SELECT count(*) FROM subscription WHERE decline_code = '99'
  OR id IN ('S-10', 'S-12') AND decline_code IS NULL")" "subscriptions that a later import changed"

# Civil days of the account's zone, by the system's own tables.
query "SELECT '@' || (claimed_at / 1000) FROM told ORDER BY key" |
  TZ=America/New_York date -f - +%F >"$dir/days.txt"
query "SELECT currency, outcome FROM told ORDER BY key" | paste -d '|' "$dir/days.txt" - |
  awk -F '|' '{n[$2 "|" $1]++; won[$2 "|" $1] += $3 == "recovered"}
    END {for (key in n) print key "|" n[key] "|" won[key]}' | LC_ALL=C sort >"$dir/by_day.txt"
expect_equal day "$(jq -r .over_time_unit "$dir/report.json")" "the unit of time"
expect_same "over time" "$(<"$dir/by_day.txt")" "$(jq -r '.currencies[]
  | .currency as $currency | .over_time[] | select(.handed_over.count > 0)
  | [$currency, .from, .handed_over.count, .recovered.count] | join("|")' "$dir/report.json" |
  LC_ALL=C sort)"

band="CASE WHEN kind = 'cascade' THEN 'at once' ELSE CASE (settled_at - claimed_at) / $day
  WHEN 0 THEN 'under 1 day' WHEN 1 THEN '1 day' WHEN 2 THEN '2-3 days' WHEN 3 THEN '2-3 days'
  ELSE '4-7 days' END END"
expect_same "days to recover" "$(query "SELECT currency, $band, count(*), $sum FROM told
  WHERE outcome = 'recovered' GROUP BY 1, 2" | LC_ALL=C sort)" "$(jq -r '.currencies[]
  | .currency as $currency | .days_to_recover[] | select(.count > 0)
  | [$currency, .band, .count, .amount] | join("|")' "$dir/report.json" | LC_ALL=C sort)"
open_at="unixepoch('$(jq -r .open_at "$dir/report.json" | cut -c 1-19)') * 1000"
age="CASE WHEN age < 1 THEN 'under 1 day' WHEN age < 7 THEN '1-6 days' WHEN age < 14
  THEN '7-13 days' WHEN age < 21 THEN '14-20 days' ELSE '21 days and more' END"
expect_same "open by age" "$(query "SELECT currency, $age, count(*) FROM (SELECT *,
  ($open_at - claimed_at) / $day AS age FROM told WHERE outcome = 'open') GROUP BY 1, 2" |
  LC_ALL=C sort)" "$(jq -r '.currencies[] | .currency as $currency | .open_by_age[]
  | select(.count > 0) | [$currency, .band, .count] | join("|")' "$dir/report.json" |
  LC_ALL=C sort)"
rates() { jq -r '.currencies[] | [.currency, .all.rate_percent, .all.rate_by_amount_percent]
  | join("|")' "$dir/report.json" | LC_ALL=C sort; }
share="1.0 * sum(%s) FILTER (WHERE outcome = 'recovered') / sum(%s)"
# shellcheck disable=SC2059 # the format is ours
expect_same "rates" "$(query "SELECT currency, printf('%.1f', 100 * $(printf "$share" 1 1)),
  printf('%.1f', 100 * $(printf "$share" amount amount)) FROM told
  WHERE outcome NOT IN ('open', 'never_sent') GROUP BY 1 ORDER BY 1")" "$(rates)"

# --- the same again is the same, but for the age of what is open ---
recycled 0 report --json
expect_same "a second report" "$(jq 'del(.open_at)' "$dir/report.json")" \
  "$(jq 'del(.open_at)' "$dir/out")"

# --- a period, in civil days ---
from=$(sort "$dir/days.txt" | sed -n 30p)
to=$(sort "$dir/days.txt" | sed -n 70p)
within=$(awk -v from="$from" -v to="$to" '$1 >= from && $1 <= to' "$dir/days.txt" | wc -l)
recycled 0 report --from "$from" --to "$to" --json
expect_equal "$within" "$(jq '[.currencies[].all | .handed_over.count + .never_sent.count] | add' \
  "$dir/out")" "hand-overs from $from to $to"
recycled 0 report --from "$from" --to "$to"
expect_text "$dir/out" "$from to $to (America/New_York)"
recycled 2 report --from soon
recycled 2 report --from "$to" --to 2020-01-01

# --- as text ---
recycled 0 report
expect_text "$dir/out" "N7 =1+1 <b>CVV</b> & more"
for figure in recovered refunded 'charged back' 'not recovered' open; do
  word=${figure/not recovered/failed}
  word=${word/ /_}
  expect_equal "$(query "SELECT count(*) FROM told WHERE currency = 'USD' AND outcome = '$word'")" \
    "$(sed -n "/^USD$/,/^$/s/^  $figure  *\([0-9]*\)  *[0-9.]*$/\1/p" "$dir/out" | head -n 1)" \
    "$figure in the text"
done

# --- as CSV: read by another's reader ---
recycled 0 report --csv "$dir/report.csv"
expect_equal "wrote $dir/report.csv" "$(<"$dir/out")" "what is said of a file"
recycled 0 report --csv -
cmp "$dir/out" "$dir/report.csv" || fail "the CSV on standard output is another"
python3 - "$dir/report.csv" >"$dir/csv.txt" <<'PY'
import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    rows = list(csv.DictReader(file, strict=True))
for row in rows:
    assert None not in row and None not in row.values(), row
    print("|".join(row[name] for name in (
        "order_id", "gateway_id", "decline_code", "decline_message", "currency", "outcome")))
PY
expect_same "the CSV" "$(query "SELECT order_id, return_gateway, decline_code,
  CASE WHEN decline_message LIKE '=%' THEN '''' ELSE '' END || decline_message, currency, outcome
  FROM told ORDER BY key")" "$(<"$dir/csv.txt")"
expect_text "$dir/csv.txt" "'=1+1"

# --- as a page, in a browser ---
recycled 0 report --html "$dir/report.html"
recycled 0 report --json
expect_no_text '://' "$dir/report.html"
NODE_PATH=$browser node "$root/tests/browser/report_page.cjs" "$dir/report.html" "$dir/out" \
  "${SCREENSHOTS:-$dir}" >"$dir/page.out" 2>"$dir/page.txt" || {
  tail -n 30 "$dir/page.out" "$dir/page.txt" >&2
  fail "the page in the browser"
}
cat "$dir/page.out"
