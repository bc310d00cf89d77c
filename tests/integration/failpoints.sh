#!/usr/bin/env bash
# Failpoints are in a test build alone: what is installed is built without them, and then neither their
# names nor the calls are there.
set -euo pipefail
# shellcheck source=tests/integration/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

compile() { # OPTION...: of what passes a point, without optimising
  {
    cat "$root/lib/base/failpoint.cpp"
    echo 'int passes() { recycled::may_die_at(recycled::Failpoint::claim_committed); return 0; }'
  } >"$dir/passes.cpp"
  c++ -std=c++20 -O0 -I"$root/lib" "$@" -c "$dir/passes.cpp" -o "$dir/passes.o"
}
names_in() { grep -acE 'claim\.committed|RECYCLED_FAILPOINT' "$1" || true; }
raises() { nm -C "$dir/passes.o" | grep -c ' U raise$' || true; }

compile -DRECYCLED_FAILPOINTS
(($(names_in "$dir/passes.o") > 0 && $(raises) == 1)) || fail "looking finds nothing where all is"
compile
expect_equal '0 0' "$(names_in "$dir/passes.o") $(raises)" "names and deaths in another build"

expect_equal 'asan crash' "$(jq -r '[.configurePresets[]
  | select(.cacheVariables.RECYCLED_FAILPOINTS == "ON") | .name] | sort | join(" ")' \
  "$root/CMakePresets.json")" "the presets that have failpoints"
expect_text "$root/CMakeLists.txt" 'failpoint.hpp)" OFF)'

# And in this build a name that is none arms nothing: it is a mistake in a test.
RECYCLED_FAILPOINT=claim.comitted expect_exit 2 "$bin/recycled" --version
expect_text "$dir/out" claim.committed
RECYCLED_FAILPOINT=claim.committed:0 expect_exit 2 "$bin/recycled" --version
RECYCLED_FAILPOINT=claim.committed:2 expect_exit 0 "$bin/recycled" --version
