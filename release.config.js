// biome-ignore-all lint/suspicious/noTemplateCurlyInString: semantic-release fills them in
/** semantic-release's settings. `RELEASE_STEP=plan` only finds the next version out: nothing to log in to. */
const preset = { preset: 'conventionalcommits' }
const announce =
  'if [ -n "$GITHUB_OUTPUT" ]; then echo "version=${nextRelease.version}" >> "$GITHUB_OUTPUT"; fi'

export default {
  branches: ['main', { name: 'develop', prerelease: 'dev', channel: 'dev' }],
  tagFormat: 'v${version}',
  plugins:
    process.env.RELEASE_STEP === 'plan'
      ? [
          ['@semantic-release/commit-analyzer', preset],
          ['@semantic-release/exec', { verifyReleaseCmd: announce }],
        ]
      : [
          ['@semantic-release/commit-analyzer', preset],
          ['@semantic-release/release-notes-generator', preset],
          [
            '@semantic-release/exec',
            { publishCmd: 'bun scripts/release/publish.ts ${nextRelease.version} dist >&2' },
          ],
          [
            '@semantic-release/github',
            { assets: ['dist/*.tgz', 'dist/SHA256SUMS'], successComment: false, failComment: false },
          ],
        ],
}
