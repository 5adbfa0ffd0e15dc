/** A credential in a text: which kind, and on which line (from 1). The value itself is never repeated. */
export interface SecretFinding {
  readonly kind: string
  readonly line: number
}

/** Formats that their issuers publish, so that scanners like this one can find them. */
const formats: readonly { readonly kind: string; readonly pattern: RegExp }[] = [
  { kind: 'private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----/ },
  { kind: 'GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b/ },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { kind: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/ },
  { kind: 'Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}\b/ },
  { kind: 'Google OAuth secret', pattern: /\bGOCSPX-[A-Za-z0-9_-]{28}\b/ },
  { kind: 'Slack token', pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/ },
  { kind: 'Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{34,}\b/ },
  { kind: 'Weights & Biases key', pattern: /\bWANDB_API_KEY["']?\s*[:=]\s*["']?[a-f0-9]{40}\b/i },
  { kind: 'package index token', pattern: /\bpypi-[A-Za-z0-9_-]{50,}\b/ },
]

/** All credentials in a text, in order of lines. */
export function findSecrets(text: string): SecretFinding[] {
  return text
    .split('\n')
    .flatMap((content, index) =>
      formats.filter(({ pattern }) => pattern.test(content)).map(({ kind }) => ({ kind, line: index + 1 })),
    )
}
