#!/usr/bin/env bash
# The same through a pooler that gives each transaction whatever session is free.
# Proves: X1
set -euo pipefail
POOLER=yes exec "$(dirname "${BASH_SOURCE[0]}")/postgres.sh"
