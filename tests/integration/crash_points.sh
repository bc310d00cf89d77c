#!/usr/bin/env bash
# L1, X1: the process dies at each named moment at which a crash could lose money, and each of them is
# reached. By hand, thousands of times: ./scripts/crash points --kills 2000 --jobs 8
# Proves: X1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
./scripts/crash points --passings 1 --jobs 6 --seed "${SEED:-1}"
