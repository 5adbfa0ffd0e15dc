#!/usr/bin/env bash
# Runs semantic-release with pinned plugins, which are no dependencies of the package. Arguments go through.
set -euo pipefail

# semantic-release 25 refuses Node before 22.14; Bun, which is here anyway, runs it as well.
runner=node
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 14) ? 0 : 1)'; then
  runner='bun --bun'
fi
# shellcheck disable=SC2016 # expanded inside npx, where the program is on the PATH
exec npx --yes \
  --package semantic-release@25.0.9 \
  --package @semantic-release/commit-analyzer@13.0.1 \
  --package @semantic-release/release-notes-generator@14.1.1 \
  --package @semantic-release/exec@7.1.0 \
  --package @semantic-release/github@12.0.10 \
  --package conventional-changelog-conventionalcommits@10.4.1 \
  -- bash -c "$runner "'"$(command -v semantic-release)" "$@"' semantic-release "$@"
