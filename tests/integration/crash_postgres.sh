#!/usr/bin/env bash
# L1, X1: the same deaths with the ledger on PostgreSQL, where what a dead worker held is taken over once
# it has been silent for its lease. By hand, many more: ./scripts/crash postgres --kills 1000
# Proves: X1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
./scripts/crash postgres --passings 1 --jobs 6 --seed "${SEED:-1}"
