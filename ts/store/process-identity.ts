import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process, told apart from all others on all machines as far as the system lets us. */
export interface ProcessIdentity {
  readonly host: string
  readonly pid: number
  /** Start of the machine and its space of process numbers; empty where the system does not tell. */
  readonly world: string
  /** When the process started, in ticks of that world. */
  readonly started: string
}

export function ownIdentity(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, world: ownWorld(), started: startOf(process.pid) ?? '' }
}

/** Whether a process has surely ended: it was in this world, and is not there or is another by now. */
export function hasSurelyEnded({ world, pid, started }: ProcessIdentity): boolean {
  return world !== '' && world === ownWorld() && startOf(pid) !== started
}

function ownWorld(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return ''
  }
}

/** Field 22 of proc(5)'s stat; the name before it may hold anything but ends with the last `)`. */
function startOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ')[19]
  } catch {
    return undefined
  }
}
