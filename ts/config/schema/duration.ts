import { field, isInt, Refused } from './field.ts'

const units = { weeks: 604_800, days: 86_400, hours: 3_600, minutes: 60, seconds: 1 } as const

/** A span of time as Lightning takes it: `DD:HH:MM:SS`, or a map of weeks … seconds. Becomes seconds. */
export function duration(description: string) {
  return field<number>(description, {
    expected: "text as DD:HH:MM:SS ('00:12:00:00' is twelve hours) or a map of days, hours, minutes, seconds",
    json: {
      anyOf: [
        { type: 'string', pattern: '^\\d+:\\d{1,2}:\\d{1,2}:\\d{1,2}$' },
        { type: 'object', additionalProperties: false, properties: unitsJson() },
      ],
    },
    parse: (input) => {
      if (isInt(input))
        return new Refused(
          `expected text as DD:HH:MM:SS, received ${input}: YAML reads 10:00:00:00 as a number, quote it`,
        )
      return typeof input === 'string' ? fromText(input) : fromMap(input)
    },
  })
}

function fromText(text: string): number | undefined {
  const parts = /^(\d+):(\d{1,2}):(\d{1,2}):(\d{1,2})$/.exec(text)?.slice(1).map(Number)
  if (parts === undefined) return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts
  return days * units.days + hours * units.hours + minutes * units.minutes + seconds
}

function fromMap(input: unknown): number | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined
  let total = 0
  for (const [unit, count] of Object.entries(input)) {
    if (!Object.hasOwn(units, unit) || typeof count !== 'number' || count < 0) return undefined
    total += units[unit as keyof typeof units] * count
  }
  return total > 0 ? total : undefined
}

const unitsJson = () =>
  Object.fromEntries(Object.keys(units).map((unit) => [unit, { type: 'number', minimum: 0 }]))
