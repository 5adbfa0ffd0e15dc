import * as v from 'valibot'

const QUERY = `query RunResumeStatus($project: String, $entity: String, $name: String!) {
  model(name: $project, entityName: $entity) {
    id
    bucket(name: $name, missingOk: true) { id name historyLineCount }
  }
}`
const ANSWER_MS = 20_000

const Answer = v.object({
  data: v.nullish(
    v.object({
      model: v.nullish(
        v.object({ bucket: v.nullish(v.object({ historyLineCount: v.nullish(v.number()) })) }),
      ),
    }),
  ),
  errors: v.nullish(v.array(v.object({ message: v.string() }))),
})

export interface ServerRun {
  readonly baseUrl: string
  readonly key: string
  readonly id: string
  readonly project: string
  readonly entity: string | undefined
}

/** Rows that the server has of a run; 0 where it does not know the run. @throws Error where it gives no answer */
export async function serverRows({ baseUrl, key, id, project, entity }: ServerRun): Promise<number> {
  let response: Response
  try {
    response = await fetch(`${baseUrl}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}`,
      },
      body: JSON.stringify({ query: QUERY, variables: { project, entity: entity ?? null, name: id } }),
      signal: AbortSignal.timeout(ANSWER_MS),
    })
  } catch (error) {
    throw new Error(`${baseUrl} does not answer: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (response.status === 401 || response.status === 403)
    throw new Error(`${baseUrl} refuses the API key (HTTP ${response.status}); \`wandb login\` sets another`)
  if (!response.ok) throw new Error(`${baseUrl} answers HTTP ${response.status}`)
  const parsed = v.safeParse(Answer, await response.json().catch(() => undefined))
  if (!parsed.success) throw new Error(`${baseUrl} sends something else than Weights & Biases does`)
  const { data, errors } = parsed.output
  const said = errors?.[0]?.message
  if (said !== undefined && !/not found/i.test(said)) throw new Error(`${baseUrl} answers: ${said}`)
  return data?.model?.bucket?.historyLineCount ?? 0
}
