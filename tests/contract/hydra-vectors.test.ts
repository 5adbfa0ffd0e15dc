import { afterAll, describe, setDefaultTimeout, test } from 'bun:test'
import { checkCli } from '../config/vectors/cli-kind.ts'
import { checkComplete } from '../config/vectors/complete-kind.ts'
import { Setup } from '../config/vectors/setup.ts'
import {
  checkApply,
  checkCompose,
  checkDefaults,
  checkDump,
  checkInstantiate,
  checkLoad,
  checkMerge,
  checkResolve,
  checkScalar,
} from '../config/vectors/tree-kinds.ts'
import { checkExpand, checkOverride, checkRoundtrip, checkValue } from '../config/vectors/value-kinds.ts'
import { readVectors, type Vector, vectorPath } from '../config/vectors/vector.ts'

// On a busy machine; nothing here is timed.
setDefaultTimeout(120_000)

/** How each kind of recorded behaviour is compared. */
const CHECKS: Readonly<Record<string, (vector: Vector, setup: Setup) => Promise<void>>> = {
  value: checkValue,
  override: checkOverride,
  roundtrip: checkRoundtrip,
  expand: checkExpand,
  apply: checkApply,
  scalar: checkScalar,
  load: checkLoad,
  dump: checkDump,
  merge: checkMerge,
  resolve: checkResolve,
  compose: checkCompose,
  defaults: checkDefaults,
  cli: checkCli,
  complete: checkComplete,
  instantiate: checkInstantiate,
}

const file = readVectors()

describe('behaviour recorded from Hydra 1.3', () => {
  if (file === undefined) {
    test.skip(`no vectors at ${vectorPath()}: set HYDRA_VECTORS or CT_SHARED_DATA`, () => {})
    return
  }
  const setup = new Setup(file)
  afterAll(() => setup.clean())
  for (const vector of file.vectors) {
    test(`${vector.kind} ${vector.id}`, async () => {
      const check = CHECKS[vector.kind]
      if (check === undefined) throw new Error(`there is no check for the kind ${vector.kind}`)
      await check(vector, setup)
    })
  }
})
