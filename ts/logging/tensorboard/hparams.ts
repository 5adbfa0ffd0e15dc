import { ProtoWriter } from '../protobuf.ts'
import type { EventValue } from './event.ts'

export type HyperParameter = string | number | boolean

/** The status codes of tensorboard's `hparams/api.proto`. */
const statuses = { success: 1, failure: 2, running: 3 } as const
const DATA_VERSION = 0

/** What the HParams page needs at the start of a run: the parameters and their values. */
export function hparamsStart(
  parameters: Readonly<Record<string, HyperParameter>>,
  runName: string,
  time: number,
): EventValue[] {
  const entries = Object.entries(parameters)
  const experiment = new ProtoWriter().uint(1, DATA_VERSION).message(2, (message) => {
    message.double(3, time)
    for (const [name, value] of entries)
      message.message(4, (info) => info.text(1, name).uint(4, dataType(value)))
  })
  const session = new ProtoWriter().uint(1, DATA_VERSION).message(3, (message) => {
    for (const [name, value] of entries)
      message.message(1, (entry) => entry.text(1, name).message(2, (item) => writeValue(item, value)))
    message.text(4, runName).double(5, time)
  })
  return [
    { kind: 'plugin', tag: '_hparams_/experiment', plugin: 'hparams', content: experiment.finish() },
    { kind: 'plugin', tag: '_hparams_/session_start_info', plugin: 'hparams', content: session.finish() },
  ]
}

/** How the run ended. */
export function hparamsEnd(status: keyof typeof statuses, time: number): EventValue {
  const content = new ProtoWriter()
    .uint(1, DATA_VERSION)
    .message(4, (message) => message.uint(1, statuses[status]).double(2, time))
    .finish()
  return { kind: 'plugin', tag: '_hparams_/session_end_info', plugin: 'hparams', content }
}

/** DATA_TYPE_STRING, _BOOL, _FLOAT64. */
function dataType(value: HyperParameter): number {
  return typeof value === 'string' ? 1 : typeof value === 'boolean' ? 2 : 3
}

/** google.protobuf.Value. */
function writeValue(message: ProtoWriter, value: HyperParameter): void {
  if (typeof value === 'number') message.double(2, value)
  else if (typeof value === 'string') message.text(3, value)
  else message.bool(4, value)
}
