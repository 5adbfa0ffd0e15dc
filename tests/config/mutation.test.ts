// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Hydra's interpolations
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { composeTree } from '../../ts/config/compose-tree.ts'
import { resolveTree } from '../../ts/config/resolve-tree.ts'
import { expandSweep } from '../../ts/config/sweep.ts'
import { dumpYaml } from '../../ts/config/yaml/dump.ts'
import { ConfigError } from '../../ts/errors/index.ts'
import { mutated, pick, seededRandom } from './random.ts'

// On a busy machine; nothing here is timed.
setDefaultTimeout(600_000)

const FILES: Readonly<Record<string, string>> = {
  'config.yaml': `defaults:
  - _self_
  - model: resnet18
  - data@train_data: cifar
  - optional local: default
  - experiment: null
seed: 42
list: [1, 2.0, yes, "no", ~, '\${seed}']
anchors: &base {lr: 1e-3, betas: [0.9, 0.999]}
copy:
  <<: *base
  lr: 0.5
text: |
  several
  lines
path: \${oc.env:HOME,/tmp}/\${now:%Y}/\${model.name}
hydra:
  run:
    dir: outputs/\${now:%Y-%m-%d}
`,
  'model/resnet18.yaml': 'name: resnet18\nlr: 0.1\nhead: {kind: mlp, width: "${..width}"}\nwidth: 512\n',
  'model/resnet50.yaml': '# @package _global_\nmodel: {name: resnet50}\n',
  'data/cifar.yaml': 'root: /data/日本\nbatch_size: 64\n',
  'experiment/e1.yaml': '# @package _global_\ndefaults:\n  - override /model: resnet50\nseed: 7\n',
}

const WORDS = [
  'model=resnet50',
  'seed=7',
  '+new.key=[1,2.5,{a:b,c:"d e"}]',
  "++text='quoted \\' text'",
  '~list',
  'experiment=e1',
  '+data@test_data=cifar',
  'path=${oc.env:HOME,x}/a=b',
  'list=choice(1,2,range(1,4))',
  'seed=int(range(1.0,10.0,step=2))',
  'train_data.root=/d/é,b\\,c',
  'hydra.run.dir=o/${now:%H}',
  'list.0={x:[[],{}]}',
  'seed=sort(tag(a,choice(3,1)),reverse=true)',
]

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mutation-'))
  writeAll(FILES)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function writeAll(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

/** Composes, resolves and prints; a refusal must be a ConfigError whose problems say where. */
function attempt(overrides: readonly string[], what: string): 'composed' | 'refused' {
  try {
    const options = { configDir: directory, configName: 'config', cwd: directory }
    const composition = composeTree({ ...options, overrides, mode: 'multirun' })
    expandSweep(composition.overrides, { groupOptions: (group) => composition.repository.options(group) })
    dumpYaml(resolveTree(composition, { only: 'all', missing: 'keep' }))
    return 'composed'
  } catch (error) {
    if (!(error instanceof ConfigError)) throw new Error(`no ConfigError for ${what}`, { cause: error })
    const lost = error.problems.filter((problem) => problem.place === undefined)
    expect({ what, lost }).toEqual({ what, lost: [] })
    return 'refused'
  }
}

test('700 mutations of override words: composed, or refused with a place', () => {
  const random = seededRandom(20_240_501)
  const counts = { composed: 0, refused: 0 }
  for (let round = 0; round < 700; round++) {
    const word = mutated(pick(WORDS, random), random)
    counts[attempt([word], JSON.stringify(word))]++
  }
  expect(counts.composed).toBeGreaterThan(60)
  expect(counts.refused).toBeGreaterThan(200)
})

test('500 mutations of the files: composed, or refused with a place', () => {
  const random = seededRandom(7)
  const counts = { composed: 0, refused: 0 }
  for (let round = 0; round < 500; round++) {
    const path = pick(Object.keys(FILES), random)
    const text = mutated(FILES[path] ?? '', random)
    writeAll({ [path]: text })
    const overrides = random() < 0.5 ? ['experiment=e1'] : []
    counts[attempt(overrides, `${path}:\n${text}`)]++
    writeAll(FILES)
  }
  expect(counts.composed).toBeGreaterThan(50)
  expect(counts.refused).toBeGreaterThan(60)
})
