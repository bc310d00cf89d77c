#!/usr/bin/env bash
# L1, X1: kill -9 at random moments with everything going wrong. By hand: ./scripts/crash --kills 50
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec ./scripts/crash --kills 8 --count 160 --seed "${SEED:-5}"
