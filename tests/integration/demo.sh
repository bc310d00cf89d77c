#!/usr/bin/env bash
# The demo a newcomer runs, with fewer subscriptions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec ./scripts/demo 150
