#!/usr/bin/env bash
# Builds the image on Google Cloud Build from a clean commit and pushes it to Artifact Registry.
# usage: scripts/cloud-build.sh --project ID [--region R] [--repository NAME] [--tag TAG] [--libtorch cu128|cu130]
#                               [--service-account EMAIL] [--allow-dirty] [--dry-run]
# The image is named by its commit; jobs should use the digest that the build prints, which never moves.
set -euo pipefail

usage() {
  sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
refuse() {
  echo "cloud-build: $1" >&2
  exit 2
}

project='' region=us-central1 repository=containers tag='' libtorch=cu128 service_account='' dirty=no dry_run=no
while (($# > 0)); do
  case "$1" in
    --project | --region | --repository | --tag | --libtorch | --service-account)
      (($# >= 2)) || refuse "$1 wants a value"
      name="${1#--}"
      printf -v "${name//-/_}" '%s' "$2"
      shift 2
      ;;
    --allow-dirty) dirty=yes; shift ;;
    --dry-run) dry_run=yes; shift ;;
    -h | --help) usage ;;
    *) refuse "there is no option $1" ;;
  esac
done

[[ "$project" =~ ^[a-z][a-z0-9-]{4,28}[a-z0-9]$ ]] || refuse "--project '$project' is not a project id"
[[ "$region" =~ ^[a-z]+-[a-z]+[0-9]+$ ]] || refuse "--region '$region' is not a region"
[[ "$repository" =~ ^[a-z][a-z0-9-]{0,62}$ ]] || refuse "--repository '$repository' is not a repository name"
[[ "$libtorch" =~ ^cu(128|130)$ ]] || refuse "--libtorch '$libtorch' is neither cu128 nor cu130"
if [[ -n "$service_account" ]]; then
  [[ "$service_account" =~ ^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$ ]] ||
    refuse "--service-account '$service_account' is not a service account's address"
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
revision="$(git rev-parse --verify HEAD)"
# What is uploaded is the working tree, not the commit: an image named by a commit must not hold anything else.
if [[ -n "$(git status --porcelain)" ]]; then
  [[ "$dirty" == yes ]] || refuse 'the working tree differs from its commit: commit first, or add --allow-dirty'
  revision="$revision-dirty"
fi
[[ -n "$tag" ]] || tag="$revision"
[[ "$tag" =~ ^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$ ]] || refuse "--tag '$tag' is not a tag"
version="$(git describe --tags --always)"
[[ "$version" =~ ^[A-Za-z0-9._+/-]+$ ]] || refuse "the version '$version' holds characters that a build argument must not"

image="$region-docker.pkg.dev/$project/$repository/classifier-training"
command=(
  gcloud builds submit .
  --project "$project"
  --region "$region"
  --config cloudbuild.yaml
  --substitutions "_IMAGE=$image,_TAG=$tag,_VERSION=$version,_REVISION=$revision,_LIBTORCH=$libtorch"
)
if [[ -n "$service_account" ]]; then
  command+=(--service-account "projects/$project/serviceAccounts/$service_account")
fi

if [[ "$dry_run" == yes ]]; then
  printf '%q ' "${command[@]}"
  echo
  exit 0
fi
command -v gcloud >/dev/null || refuse 'gcloud is not on the PATH: install the Google Cloud CLI and run gcloud auth login'
"${command[@]}"
echo "pushed $image:$tag"
