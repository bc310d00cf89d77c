#!/usr/bin/env bash
# L1, X1: a disk that is full or read-only, under the service and the commands: nothing is answered as
# done that is not stored, nothing is sent without its claim, and with room again everything goes on.
# Proves: X1
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
./scripts/crash disk --seed "${SEED:-1}"
