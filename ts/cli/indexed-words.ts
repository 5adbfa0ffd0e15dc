import { ConfigError } from '../errors/index.ts'

/** The words of all trials of an indexed job, as a JSON list of lists. */
export const INDEXED_WORDS_VARIABLE = 'CLASSIFIER_TRAINING_INDEXED_WORDS'

/** The words of the trial that a scheduler starts by its index: Kubernetes sets JOB_COMPLETION_INDEX. @throws ConfigError */
export function indexedWords(env: Readonly<Record<string, string | undefined>>): string[] {
  const text = env[INDEXED_WORDS_VARIABLE]
  if (text === undefined) return []
  const index = env.JOB_COMPLETION_INDEX
  const words = (JSON.parse(text) as string[][])[Number(index)]
  if (words) return words
  throw new ConfigError({
    message: `${INDEXED_WORDS_VARIABLE} has no entry for JOB_COMPLETION_INDEX=${index ?? '(not set)'}`,
    hint: 'start it as an Indexed Job of Kubernetes',
  })
}
