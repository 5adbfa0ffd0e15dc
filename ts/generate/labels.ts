/**
 * The numbers and how often each is worn, relative to the others. The shape is that of a season of basketball broadcasts:
 * a few low numbers fill half of it, some are hardly seen. "0" and "00" are two players.
 */
const FREQUENCIES: Readonly<Record<string, number>> = {
  '8': 77,
  '2': 65,
  '0': 58,
  '5': 50,
  '11': 49,
  '7': 47,
  '9': 45,
  '32': 41,
  '3': 38,
  '1': 36,
  '23': 29,
  '22': 23,
  '4': 22,
  '27': 21,
  '15': 21,
  '10': 20,
  '42': 18,
  '12': 18,
  '25': 17,
  '30': 16,
  '55': 14,
  '34': 13,
  '40': 13,
  '45': 12,
  '17': 10,
  '13': 10,
  '33': 9,
  '31': 8,
  '43': 8,
  '24': 8,
  '14': 8,
  '00': 7,
  '21': 6,
  '77': 5,
  '28': 5,
  '44': 5,
  '35': 4,
  '18': 4,
  '20': 4,
  '26': 3,
  '46': 3,
  '6': 3,
  '50': 3,
}

/** The classes, sorted by code point. */
export const LABELS: readonly string[] = Object.keys(FREQUENCIES).sort()

/**
 * How many of `count` images carry each label: in proportion to the frequencies (largest remainders), and at least one
 * each where `count` suffices for that.
 */
export function countLabels(count: number): ReadonlyMap<string, number> {
  const floor = count >= LABELS.length ? 1 : 0
  const total = LABELS.reduce((sum, label) => sum + frequency(label), 0)
  const shares = LABELS.map((label) => {
    const exact = floor + ((count - floor * LABELS.length) * frequency(label)) / total
    return { label, whole: Math.floor(exact), rest: exact - Math.floor(exact) }
  })
  const missing = count - shares.reduce((sum, share) => sum + share.whole, 0)
  const byRest = [...shares].sort((a, b) => b.rest - a.rest || frequency(b.label) - frequency(a.label))
  for (const share of byRest.slice(0, missing)) share.whole += 1
  return new Map(shares.map((share) => [share.label, share.whole]))
}

function frequency(label: string): number {
  return FREQUENCIES[label] ?? 0
}
