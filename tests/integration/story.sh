#!/usr/bin/env bash
# What a shop does with all three ways in, cascade, rerun and recycle billing: told by the script
# that a newcomer runs, which fails where one step comes out otherwise.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
exec ./scripts/story
