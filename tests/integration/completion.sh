#!/usr/bin/env bash
# Bash's completion and the manual pages' words are made of what the programs say with --help: that what
# is read there is all of it and right, by completing in bash, and by holding it against the README.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$root/scripts/debian/records" "$bin/recycled" >"$dir/records"
"$root/scripts/debian/completion" recycled <"$dir/records" >"$dir/completion"
expect_exit 0 bash -n "$dir/completion"
# shellcheck source=/dev/null
source "$dir/completion"
complete -p recycled >"$dir/out"
expect_text "$dir/out" "-F _recycled recycled"

completes() { # WANTED WORD…: the last word is the one under the cursor
  local wanted=$1
  shift
  COMP_WORDS=(recycled "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _recycled
  expect_equal "$wanted" "${COMPREPLY[*]}" "what completes: ${COMP_WORDS[*]}"
}

completes 'report rerun resume resolve' re
completes 'subscriptions orders' import ''
completes 'list show replay verify' callbacks ''
completes '--reattempts' backfill --re
completes '4-6 7-9' backfill --reattempts ''
completes 'failed' resolve S-1001 --as fa
completes 'refund refunded' resolve S-1001 --as = refund # bash takes --as=refund for three words
completes 'recovered failed withdrawn refund refunded retry' resolve S-1001 --as =
completes 'unmatched unreadable' callbacks list --json --result un
completes 'waiting delivered dead' events list --state ''
completes 'debug info warning error' run --log-level ''
completes '' backfill --from '' # a day is for a person to know
completes '--file --from' rerun --f
completes 'status' --config elsewhere.toml st
# A value that is spelled like a command is none.
completes '--provider' verify --from status --pr
cd "$dir"
touch declined.csv config.toml
mkdir folder
completes 'declined.csv' import subscriptions dec
completes 'config.toml' check --config conf
completes 'folder' init fold

# Each row of README's table of commands names the options of its command, and all of them.
awk -F ' *[|] ' '/^[|] command [|] does/ {on = 1; getline; next}
  on && !/^[|]/ {exit}
  on {gsub(/`/, ""); gsub(/\\[|]/, " "); print $2}' "$root/README.md" >"$dir/rows"
documented=0
while read -r row; do
  path=recycled
  for word in $row; do
    if [[ ! $word =~ ^[a-z]+$ ]]; then break; fi
    path+=" $word"
  done
  [[ -n "${_recycled_words["$path"]-}" ]] || fail "README: there is no command '$path'"
  # --config is said of all of them above the table.
  tr ' ' '\n' <<<"${_recycled_words["$path"]}" | grep -e '^--' | grep -v -x -e --help -e --config |
    sort >"$dir/of-help" || true
  grep -oE -e '--[a-z][a-z-]*' <<<"$row" | sort >"$dir/of-readme" || true
  diff "$dir/of-help" "$dir/of-readme" >&2 || fail "README's options of '$path' (>) are not --help's (<)"
  documented=$((documented + 1))
done <"$dir/rows"
leaves=0
for path in "${!_recycled_words[@]}"; do
  if [[ -z "${_recycled_commands["$path"]-}" ]]; then leaves=$((leaves + 1)); fi
done
expect_equal "$leaves" "$documented" "commands in README"

# Of each item of --help something is said, and no line of it was taken for another.
"$root/scripts/debian/records" "$bin/flexfactor-sim" >>"$dir/records"
awk -F '\t' '$1 == "item" && ($3 !~ /^(-h,)?-?-?[A-Za-z][a-z-]*$|^[A-Z]+$/ || $7 == "")' "$dir/records" \
  >"$dir/out"
expect_equal '' "$(<"$dir/out")" "items without a name or a description"
expect_text "$dir/records" $'item\tOptions\t--mode\tmanaged|sync\tmanaged sync\tdefault: managed'
