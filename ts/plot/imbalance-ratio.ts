/** Most over least images of a class, of the classes that have any; 1 where there is none. */
export function imbalanceRatio(counts: readonly number[]): number {
  const present = counts.filter((count) => count > 0)
  return present.length === 0 ? 1 : Math.max(...present) / Math.min(...present)
}
