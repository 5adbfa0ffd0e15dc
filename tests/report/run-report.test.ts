import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { escapeHtml, html } from '../../ts/report/html.ts'
import { runName } from '../../ts/report/read-run.ts'
import { runReport } from '../../ts/report/run-report.ts'
import { evaluationOf, runFacts } from './report-inputs.ts'

const hostile = [
  '<script>document.title="owned"</script>',
  '"><img src=x onerror=alert(1)>',
  'שלום',
  "it's",
  '&amp;',
]

test.each([
  ['outputs/2026-11-24/12-30-05', '2026-11-24/12-30-05'],
  ['outputs/multirun/2026-11-24/12-30-05/3', '2026-11-24/12-30-05/3'],
  ['/runs/birds', 'birds'],
  ['/runs/birds/', 'birds'],
])('a run in %s is called %s', (directory, name) => expect(runName(directory)).toBe(name))

test('everything that is not markup is escaped', () => {
  expect(escapeHtml(`<a href="x">'&`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;')
  expect(html`<p>${'<b>'}${html`<i>${1}</i>`}${null}${['x', '&']}</p>`.text).toBe(
    '<p>&lt;b&gt;<i>1</i>x&amp;</p>',
  )
})

describe('a report', () => {
  test('is whole: one file without addresses, and small', () => {
    const page = runReport(runFacts(Array.from({ length: 1000 }, (_, index) => `class ${index}`)))
    const addresses = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '')
    expect(addresses.filter((address) => !address.startsWith('data:'))).toEqual([])
    expect(page.includes('http:') || page.includes('https:')).toBe(false)
    expect(page.length).toBeLessThan(5e6)
    for (const heading of [
      'Training',
      'What is confused',
      'Highest losses',
      'By class',
      'Reliability',
      'Data set',
    ])
      expect(page).toContain(`<h2>${heading}</h2>`)
  })

  test('says the metrics with their intervals', () => {
    const page = runReport(runFacts(['a', 'b', 'c', 'd', 'e', 'f']))
    expect(page).toContain('<b>70.0 %</b><span>50.0 % – 90.0 %</span>')
    expect(page).toContain('Top-5 accuracy')
    expect(page).toContain(
      'bun run train model=resnet18 &#39;callbacks.x={a: &#39;\\&#39;&#39;b&#39;\\&#39;&#39;}&#39;',
    )
  })

  test('speaks of the test split where there is one, and of the validation beside', () => {
    const evaluations = [
      evaluationOf(['a', 'b']),
      evaluationOf(['a', 'b'], { split: 'test', metrics: { acc_top1: 0.5 } }),
    ]
    const page = runReport(runFacts(['a', 'b'], { evaluations }))
    expect(page).toContain('<b>50.0 %</b>')
    expect(page).toContain('On the validation split, by which the epoch was chosen, top-1 was 70.0 %')
  })

  test('hostile names are text, and only our own script may run', () => {
    const page = runReport(runFacts(hostile, { name: '<b>run</b>' }))
    expect(page.match(/<script>/g)).toHaveLength(1)
    expect(page).not.toContain('<img src=x')
    expect(page).toContain('<bdi>שלום</bdi>')
    const script = /<script>(.+)<\/script>/s.exec(page)?.[1] ?? ''
    expect(page).toContain(`&#39;sha256-${createHash('sha256').update(script).digest('base64')}&#39;`)
  })

  test('nothing evaluated, nothing logged, one class', () => {
    const empty = runReport(runFacts(['a'], { evaluations: [], curves: {} }))
    expect(empty).toContain('Nothing was evaluated yet.')
    expect(empty).toContain('nothing logged')
    expect(runReport(runFacts(['only']))).toContain('No mistakes.')
  })
})

const browser = Bun.which('chromium') ?? Bun.which('google-chrome')

test.skipIf(browser === null)(
  'opens in a browser, where a hostile name does nothing (needs chromium)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'report-'))
    try {
      const path = join(folder, 'report.html')
      writeFileSync(path, runReport(runFacts(hostile)))
      const shell = Bun.spawn(
        [browser ?? '', '--headless=new', '--no-sandbox', '--disable-gpu', '--dump-dom', `file://${path}`],
        { stdout: 'pipe', stderr: 'ignore' },
      )
      const dom = await new Response(shell.stdout).text()
      expect(dom).toContain('<title>12-30-05</title>')
      expect(dom).toContain('&lt;script&gt;document.title="owned"&lt;/script&gt;')
      expect(dom).toContain('<h2>Data set</h2>')
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
  30_000,
)
