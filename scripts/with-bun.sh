#!/usr/bin/env bash
# Runs Bun: the one on the PATH, or the pinned one through npx. For git hooks, which know only the user's PATH.
set -euo pipefail
if command -v bun >/dev/null; then exec bun "$@"; fi
exec npx --yes bun@1.4.5 "$@"
