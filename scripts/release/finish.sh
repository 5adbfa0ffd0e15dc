#!/usr/bin/env bash
# Brings a release to its end that broke off after its tag: semantic-release finds nothing more to do then. Whatever is there
# already stays as it is, so this runs after each release.
# usage: finish.sh VERSION FOLDER   in a checkout of the release's commit, with GITHUB_REF_NAME set
set -euo pipefail
version=$1 folder=$2
tag="v$version"
commit="$(git rev-parse HEAD)"

if [ "$(git rev-parse --verify --quiet "refs/tags/$tag^{commit}" || true)" != "$commit" ]; then
  newest="$(git ls-remote origin "refs/heads/$GITHUB_REF_NAME" | cut -f 1)"
  if [ "$newest" != "$commit" ]; then
    echo "::notice::$GITHUB_REF_NAME went on after $commit: the run of its newest commit releases"
    exit 0
  fi
  echo "::error::$tag was planned for $commit but does not name it"
  exit 1
fi
bun "$(dirname "${BASH_SOURCE[0]}")/publish.ts" "$version" "$folder"
if gh release view "$tag" >/dev/null 2>&1; then exit 0; fi
options=(--verify-tag --generate-notes)
case $version in *-*) options+=(--prerelease) ;; esac
gh release create "$tag" "${options[@]}" "$folder"/*.tgz "$folder/SHA256SUMS"
