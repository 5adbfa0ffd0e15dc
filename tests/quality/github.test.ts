import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const root = join(import.meta.dir, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const folder = '.github/workflows'
const workflows = readdirSync(join(root, folder)).map((name) => ({ name, text: read(join(folder, name)) }))

interface Job {
  readonly name?: string
  readonly permissions?: Record<string, string>
  readonly 'timeout-minutes'?: number
  readonly uses?: string
  readonly strategy?: { readonly matrix?: { readonly include?: readonly Record<string, string>[] } }
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[]
}
const jobsOf = (text: string): Job[] => Object.values((parse(text) as { jobs: Record<string, Job> }).jobs)

describe.each(workflows)('$name', ({ text }) => {
  test('grants nothing at the top, and bounds every job', () => {
    expect((parse(text) as { permissions: unknown }).permissions).toEqual({})
    for (const job of jobsOf(text).filter(({ uses }) => uses === undefined)) {
      expect(job.permissions).toBeDefined()
      expect(job['timeout-minutes']).toBeLessThanOrEqual(90)
    }
  })

  test('pins every action by commit, with its version beside it', () => {
    for (const line of text.split('\n').filter((candidate) => /\buses:/.test(candidate)))
      expect(line).toMatch(/uses: (\.\/\S+|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/)
  })

  test('puts no text of strangers into a shell', () => {
    for (const { steps } of jobsOf(text))
      for (const { run } of steps ?? [])
        expect(run ?? '').not.toMatch(/\$\{\{\s*(github\.event|inputs|matrix)/)
  })

  test('uses the same Bun as everything else', () => {
    for (const [, version] of text.matchAll(/bun-version: (\S+)/g)) expect(version).toBe('1.4.5')
  })
})

test('protected branches ask for checks that exist', () => {
  const names = workflows.flatMap(({ text }) =>
    jobsOf(text).flatMap((job) => [
      job.name,
      ...(job.strategy?.matrix?.include ?? []).map((row) => row.platform),
    ]),
  )
  for (const branch of ['main', 'develop']) {
    const { rules } = JSON.parse(read(`.github/rulesets/${branch}.json`)) as {
      rules: { type: string; parameters?: { required_status_checks?: { context: string }[] } }[]
    }
    const checks = rules.flatMap((rule) => rule.parameters?.required_status_checks ?? [])
    expect(checks.length).toBeGreaterThan(0)
    for (const { context } of checks) expect(names).toContain(context)
  }
})

test('the pinned Bun is the same in every place', () => {
  for (const file of ['.ci/run', 'scripts/with-bun.sh', 'CONTRIBUTING.md'])
    expect(read(file)).toContain('bun@1.4.5 ')
  expect(JSON.parse(read('package.json'))).toMatchObject({ engines: { bun: '>=1.4.5' } })
})
