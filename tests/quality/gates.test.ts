import { describe, expect, test } from 'bun:test'
import { commitMessageProblems } from '../../ts/quality/commit-message.ts'
import { findSecrets } from '../../ts/quality/secrets.ts'
import { addCounts, bunCounts, cargoCounts, summaryLine, withExit } from '../../ts/quality/test-counts.ts'

describe('the count of tests', () => {
  const cargo = `
running 3 tests
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: FAILED. 4 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.20s
   Doc-tests classifier_data
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
`
  const bun = `
(pass) says 99 pass
 18 pass
 1 skip
 2 fail
 172 expect() calls
Ran 21 tests across 3 files. [1.71s]
`
  test('adds both sides up', () => {
    expect(cargoCounts(cargo)).toEqual({ passed: 7, failed: 1, skipped: 2 })
    expect(bunCounts(bun)).toEqual({ passed: 18, failed: 2, skipped: 1 })
    expect(summaryLine(addCounts(cargoCounts(cargo), bunCounts(bun)))).toBe('25 passed, 3 failed, 3 skipped')
    expect(summaryLine({ passed: 2, failed: 0, skipped: 0 })).toBe('2 passed, 0 failed')
  })

  test('a side that does not even start is a failure', () => {
    expect(withExit(cargoCounts('error: could not compile'), 101)).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
    })
    expect(bunCounts(' 3 pass\n 0 fail\n 1 error\n').failed).toBe(1)
    expect(withExit(bunCounts(' 3 pass\n 0 fail\n'), 0)).toEqual({ passed: 3, failed: 0, skipped: 0 })
  })
})

describe('commit messages', () => {
  test.each([
    'feat: add a thing',
    'fix(loader)!: count rows',
    'docs: say why\n\nBecause.\n# comment',
    'Merge branch x',
  ])('takes %j', (message) => expect(commitMessageProblems(message)).toEqual([]))

  test.each([
    ['added stuff', 'must read'],
    ['Feat: x', 'must read'],
    ['feature: x', 'there is no type "feature"'],
    ['feat: ', 'must read'],
    ['feat: a thing.', 'full stop'],
    [`feat: ${'x'.repeat(100)}`, '106 characters'],
    ['feat: x\nmore', 'second line'],
    ['', 'must read'],
  ])('refuses %j', (message, reason) => expect(commitMessageProblems(message).join()).toContain(reason))
})

describe('secrets', () => {
  // Put together here, so that no scanner takes this file for a leak.
  const key = ['-----BEGIN', 'RSA', 'PRIVATE', 'KEY-----'].join(' ')
  test.each([
    ['private key', key],
    ['GitHub token', `token: ghp_${'a1B2'.repeat(9)}`],
    ['npm token', `npm_${'a1B2'.repeat(9)}`],
    ['AWS access key', `AKIA${'ABCD'.repeat(4)}`],
    ['Weights & Biases key', `WANDB_API_KEY=${'0a1b'.repeat(10)}`],
    ['Hugging Face token', `hf_${'aBcD'.repeat(9)}`],
    ['Google API key', `AIza${'aBcDe'.repeat(7)}`],
  ])('finds a %s and its line', (kind, text) => {
    expect(findSecrets(`first\n${text}\n`)).toEqual([{ kind, line: 2 }])
  })

  test('takes hashes and names for what they are', () => {
    expect(findSecrets(`sha256: ${'0a1b2c3d'.repeat(8)}\nWANDB_API_KEY=\nnpm_config_registry\n`)).toEqual([])
  })
})
