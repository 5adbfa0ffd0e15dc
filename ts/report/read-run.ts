import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import * as v from 'valibot'
import { parse } from 'yaml'
import { CheckpointError } from '../errors/index.ts'
import { type Curves, PlanFile, ReportEvaluation, type RunFacts } from './report-data.ts'

/** Reads what a run folder holds for reports and comparisons. Throws a CheckpointError where it is no run folder. */
export async function readRun(directory: string): Promise<RunFacts> {
  const planPath = join(directory, 'plan.json')
  if (!existsSync(planPath))
    throw new CheckpointError(`${directory} holds no run: there is no plan.json in it`, {
      hint: 'name the folder that a training wrote to, outputs/DATE/TIME',
    })
  const evaluations: ReportEvaluation[] = []
  for (const split of ['val', 'test'] as const) {
    const path = evaluationPath(directory, split)
    if (existsSync(path)) evaluations.push(await readJson(path, ReportEvaluation))
  }
  return {
    name: runName(directory),
    plan: await readJson(planPath, PlanFile),
    curves: await readCurves(join(directory, 'metrics.jsonl')),
    evaluations,
    overrides: await readOverrides(join(directory, '.hydra', 'overrides.yaml')),
  }
}

/**
 * What a run is called: its folder, with those above it where a folder is but a time or a number: `2026-11-24/12-30-05`, and
 * of a sweep's job `2026-11-24/12-30-05/3`.
 */
export function runName(directory: string): string {
  const parts = resolve(directory).split(sep)
  let from = parts.length - 1
  while (from > 1 && /^(\d+|\d\d-\d\d-\d\d)$/.test(parts[from] ?? '')) from--
  return parts.slice(from).join('/')
}

/** Where a run keeps what its report says of a split. */
export function evaluationPath(directory: string, split: 'val' | 'test'): string {
  return join(directory, 'report', `${split}.json`)
}

async function readJson<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new CheckpointError(`${path} is not JSON`, { cause })
  }
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  const [issue] = result.issues
  throw new CheckpointError(`${path}: ${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`)
}

/** The last value of each metric in each epoch. */
async function readCurves(path: string): Promise<Curves> {
  if (!existsSync(path)) return {}
  const curves = new Map<string, Map<number, number>>()
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const row = parseRow(line)
    if (row === undefined) continue
    const { epoch, step: _, time: __, ...values } = row
    if (typeof epoch !== 'number') continue
    for (const [name, value] of Object.entries(values)) {
      if (typeof value !== 'number') continue
      const curve = curves.get(name) ?? new Map<number, number>()
      curve.set(epoch, value)
      curves.set(name, curve)
    }
  }
  return Object.fromEntries(
    [...curves].map(([name, curve]) => [name, [...curve].sort((a, b) => a[0] - b[0])]),
  )
}

/** A line of metrics; the last one of a killed run may be torn. */
function parseRow(line: string): Record<string, unknown> | undefined {
  try {
    const row: unknown = JSON.parse(line)
    return typeof row === 'object' && row !== null ? (row as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

async function readOverrides(path: string): Promise<string[]> {
  if (!existsSync(path)) return []
  const value: unknown = parse(await readFile(path, 'utf8'))
  return Array.isArray(value) ? value.map(String) : []
}
