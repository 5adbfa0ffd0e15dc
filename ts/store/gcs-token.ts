/** The metadata server of Google's machines answers at once or not at all. */
const metadataMilliseconds = 2000
/** Tokens live for an hour; one that is given as text is believed for half of it. */
const assumedSeconds = 1800

export interface Token {
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** An access token for Google's storage: from the environment, the machine's service account, or the gcloud command. */
export async function gcsToken(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Token | undefined> {
  const given = env.GOOGLE_OAUTH_ACCESS_TOKEN ?? env.CLOUDSDK_AUTH_ACCESS_TOKEN
  if (given !== undefined && given !== '') return lasting(given, assumedSeconds)
  return (await ofTheMachine(env.GCE_METADATA_HOST ?? 'metadata.google.internal')) ?? ofGcloud()
}

function lasting(text: string, seconds: number): Token {
  return { text, expires: Date.now() + seconds * 1000 }
}

async function ofTheMachine(host: string): Promise<Token | undefined> {
  try {
    const answer = await fetch(`http://${host}/computeMetadata/v1/instance/service-accounts/default/token`, {
      headers: { 'Metadata-Flavor': 'Google' },
      signal: AbortSignal.timeout(metadataMilliseconds),
    })
    if (!answer.ok) return undefined
    const { access_token: text, expires_in: seconds } = (await answer.json()) as {
      access_token: string
      expires_in: number
    }
    return lasting(text, seconds - 60)
  } catch {
    return undefined
  }
}

function ofGcloud(): Token | undefined {
  if (Bun.which('gcloud') === null) return undefined
  const { exitCode, stdout } = Bun.spawnSync(['gcloud', 'auth', 'print-access-token'])
  return exitCode === 0 ? lasting(stdout.toString().trim(), assumedSeconds) : undefined
}
