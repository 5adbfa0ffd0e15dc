#!/usr/bin/env bash
# Runs semantic-release of tool/, whose lock names every package that it needs by checksum: it runs beside the right to
# publish. No dependencies of the package itself. Arguments go through.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/tool" && pwd)"

# Below the cache, so that nothing of it counts as ours.
lock="$(git hash-object "$here/package-lock.json" | cut -c 1-16)"
tool="${XDG_CACHE_HOME:-$HOME/.cache}/classifier-training/release/$lock"
if [ ! -f "$tool/node_modules/.package-lock.json" ]; then
  mkdir -p "$tool"
  cp "$here"/*.json "$tool"
  npm ci --prefix "$tool" --ignore-scripts --no-audit --no-fund --silent >&2
fi
# semantic-release 25 refuses Node before 22.14; Bun, which is here anyway, runs it as well.
runner=(node)
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 14) ? 0 : 1)'; then
  runner=(bun --bun)
fi
exec "${runner[@]}" "$tool/node_modules/.bin/semantic-release" "$@"
