const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** Local time by C's format codes; an unknown code stays as it is. */
export function strftime(date: Date, format: string): string {
  return format.replaceAll(/%(.)/gs, (code, letter: string) => CODES[letter]?.(date) ?? code)
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')
const day = (date: Date): string => DAYS[date.getDay()] ?? ''
const month = (date: Date): string => MONTHS[date.getMonth()] ?? ''

const CODES: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => pad(date.getFullYear(), 4),
  y: (date) => pad(date.getFullYear() % 100),
  m: (date) => pad(date.getMonth() + 1),
  d: (date) => pad(date.getDate()),
  e: (date) => String(date.getDate()).padStart(2, ' '),
  H: (date) => pad(date.getHours()),
  I: (date) => pad(date.getHours() % 12 || 12),
  M: (date) => pad(date.getMinutes()),
  S: (date) => pad(date.getSeconds()),
  f: (date) => `${pad(date.getMilliseconds(), 3)}000`,
  j: (date) => pad(dayOfYear(date), 3),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  a: (date) => day(date).slice(0, 3),
  A: (date) => day(date),
  b: (date) => month(date).slice(0, 3),
  h: (date) => month(date).slice(0, 3),
  B: (date) => month(date),
  w: (date) => String(date.getDay()),
  u: (date) => String(date.getDay() || 7),
  U: (date) => pad(Math.floor((dayOfYear(date) + 6 - date.getDay()) / 7)),
  W: (date) => pad(Math.floor((dayOfYear(date) + 6 - ((date.getDay() + 6) % 7)) / 7)),
  F: (date) => strftime(date, '%Y-%m-%d'),
  T: (date) => strftime(date, '%H:%M:%S'),
  D: (date) => strftime(date, '%m/%d/%y'),
  R: (date) => strftime(date, '%H:%M'),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  z: () => '',
  Z: () => '',
  '%': () => '%',
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 1)
  return (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / 86_400_000 + 1
}
