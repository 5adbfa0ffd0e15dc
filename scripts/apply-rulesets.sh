#!/usr/bin/env bash
# Makes a repository's branch protection match .github/rulesets/*.json, by the GitHub CLI.
# usage: scripts/apply-rulesets.sh OWNER/NAME [--dry-run]
set -euo pipefail

repository="${1:-}"
mode="${2:-}"
if [[ ! "$repository" =~ ^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$ ]] || [[ -n "$mode" && "$mode" != --dry-run ]]; then
  echo "usage: $0 OWNER/NAME [--dry-run]" >&2
  exit 2
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
for file in .github/rulesets/*.json; do
  name="$(basename "$file" .json)"
  if [[ "$mode" == --dry-run ]]; then
    echo "would create or update ruleset $name of $repository from $file"
    continue
  fi
  id="$(gh api "repos/$repository/rulesets" --jq ".[] | select(.name == \"$name\") | .id")"
  if [[ -n "$id" ]]; then
    gh api --method PUT "repos/$repository/rulesets/$id" --input "$file" >/dev/null
    echo "updated $name"
  else
    gh api --method POST "repos/$repository/rulesets" --input "$file" >/dev/null
    echo "created $name"
  fi
done
