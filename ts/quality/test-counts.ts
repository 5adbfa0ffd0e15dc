export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const none: TestCounts = { passed: 0, failed: 0, skipped: 0 }

/** Adds up the `test result: …` lines of `cargo test`, one for each test binary and for documentation. */
export function cargoCounts(output: string): TestCounts {
  const line = /test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;/g
  return [...output.matchAll(line)].reduce(
    (sum, [, passed, failed, ignored]) =>
      addCounts(sum, { passed: Number(passed), failed: Number(failed), skipped: Number(ignored) }),
    none,
  )
}

/** Reads the summary at the end of `bun test` (` 12 pass`, ` 1 skip`, ` 0 fail`). */
export function bunCounts(output: string): TestCounts {
  const count = (word: string): number => {
    const all = [...output.matchAll(new RegExp(`^ *(\\d+) ${word}$`, 'gm'))]
    return Number(all.at(-1)?.[1] ?? 0)
  }
  // A file that does not even load is reported as an error beside the counts.
  const broken = /^ *(\d+) errors?$/m.exec(output)?.[1] ?? 0
  return {
    passed: count('pass'),
    failed: count('fail') + Number(broken),
    skipped: count('skip') + count('todo'),
  }
}

/** A run that ended badly without a failed test (it did not compile, it crashed) counts as one failure. */
export function withExit(counts: TestCounts, exitCode: number): TestCounts {
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** The line that scripts look for: `N passed, N failed`, and `, N skipped` where there are any. */
export function summaryLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
