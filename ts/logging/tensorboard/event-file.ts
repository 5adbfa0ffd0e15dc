import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type EventValue, readEvent, restartEvent, summaryEvent, versionEvent } from './event.ts'
import { tfRecord, tfRecords } from './tf-record.ts'

const NAME = /^events\.out\.tfevents\./

export interface EventFileOptions {
  readonly directory: string
  readonly suffix: string
  /** The last step that stays of what earlier files hold; `null` for a new log. */
  readonly resumedStep: number | null
}

/** A new event file in a folder; every event is on its way to the disk when `write` returns. */
export class EventFile {
  readonly #fd: number
  /** `step tag` of what earlier files hold at the step where the run was resumed. */
  readonly #written: ReadonlySet<string>

  constructor({ directory, suffix, resumedStep }: EventFileOptions) {
    mkdirSync(directory, { recursive: true })
    this.#written = resumedStep === null ? new Set() : writtenAt(directory, resumedStep)
    const time = Date.now() / 1000
    this.#fd = openUnused(directory, suffix)
    this.#append(versionEvent(time))
    if (resumedStep !== null) this.#append(restartEvent(time, resumedStep + 1))
  }

  /** Writes the values of a step; `time` in seconds since the Unix epoch. What an earlier file holds is left out. */
  write(step: number, time: number, values: readonly EventValue[]): void {
    const fresh = values.filter(({ tag }) => !this.#written.has(`${step} ${tag}`))
    if (fresh.length > 0) this.#append(summaryEvent(time, step, fresh))
  }

  close(): void {
    fsyncSync(this.#fd)
    closeSync(this.#fd)
  }

  #append(event: Uint8Array): void {
    writeSync(this.#fd, tfRecord(event))
  }
}

/** Readers take the files of a folder in the order of their names. */
function openUnused(directory: string, suffix: string): number {
  const present = readdirSync(directory).filter((name) => NAME.test(name))
  const latest = Math.max(0, ...present.map((name) => Number(name.split('.')[3]) + 1))
  const second = Math.max(Math.floor(Date.now() / 1000), latest)
  const name = `events.out.tfevents.${second}.${hostname()}.${process.pid}.0${suffix}`
  return openSync(join(directory, name), 'ax')
}

function writtenAt(directory: string, step: number): Set<string> {
  const tags = new Set<string>()
  const files = readdirSync(directory)
    .filter((name) => NAME.test(name))
    .sort()
  for (const file of files)
    for (const record of tfRecords(readFileSync(join(directory, file)))) {
      const event = readEvent(record)
      if (event.restart && event.step <= step) tags.clear()
      if (event.step === step) for (const tag of event.tags) tags.add(`${step} ${tag}`)
    }
  return tags
}

/** Whether a folder has event files. */
export function hasEvents(directory: string): boolean {
  return readdirSync(directory).some((name) => NAME.test(name))
}
