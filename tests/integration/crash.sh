#!/usr/bin/env bash
# L1, X1: kill -9 at random moments with everything going wrong, however the fate of what was in
# flight is learned. By hand: ./scripts/crash --kills 50
# Proves: X1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
./scripts/crash --kills 8 --count 160 --seed "${SEED:-5}"
./scripts/crash --kills 4 --count 80 --seed "${SEED:-6}" --when-unknown look_up
./scripts/crash --kills 4 --count 80 --seed "${SEED:-7}" --when-unknown withdraw
