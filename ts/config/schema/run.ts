import * as v from 'valibot'
import type { Level } from '../../logging/logger.ts'
import { field, int } from './field.ts'

const levelNames: Readonly<Record<string, Level>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  success: 'info',
  warning: 'warn',
  warn: 'warn',
  error: 'error',
  critical: 'error',
}

/** Go on if there is something to go on from, start afresh, insist, or go on from a folder. */
export type ResumeMode = 'auto' | 'never' | 'must' | { readonly path: string }

/** What YAML 1.1 makes of `off`, `no`, `on` and `yes`. */
const asWord = (input: unknown, no: string, yes: string): unknown =>
  typeof input === 'boolean' ? (input ? yes : no) : input

/** The keys at the top of the configuration that belong to no group. */
export const runEntries = {
  seed: v.optional(int('Every random draw of the run follows from it.', { min: 0 }), 42),
  log_level: v.optional(
    field<Level>('What the console shows.', {
      expected: 'DEBUG, INFO, WARNING or ERROR',
      json: { enum: ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR'] },
      names: ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR'],
      parse: (input) => {
        const name = typeof input === 'string' ? input.toLowerCase() : ''
        return Object.hasOwn(levelNames, name) ? levelNames[name] : undefined
      },
    }),
    'INFO',
  ),
  resume: v.optional(
    field<ResumeMode>('auto continues a run found in the run folder; never, must, or the folder of a run.', {
      expected: 'auto, never, must or a path',
      json: { anyOf: [{ enum: ['auto', 'never', 'must'] }, { type: 'string' }] },
      parse: (input) => {
        const word = asWord(input, 'never', 'auto')
        if (word === 'auto' || word === 'never' || word === 'must') return word
        return typeof word === 'string' && word !== '' ? { path: word } : undefined
      },
    }),
    'auto',
  ),
  lint: v.optional(
    field<'warn' | 'error' | 'off'>('What a doubtful recipe does: warn, error, or off.', {
      expected: 'warn, error or off',
      json: { enum: ['warn', 'error', 'off', false] },
      names: ['warn', 'error', 'off'],
      parse: (input) => {
        const word = asWord(input, 'off', 'warn')
        return (['warn', 'error', 'off'] as const).find((each) => each === word)
      },
    }),
    'warn',
  ),
}

export const runSchema = v.object(runEntries)
