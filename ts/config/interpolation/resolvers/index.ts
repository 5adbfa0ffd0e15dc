import type { Resolver } from '../resolver.ts'
import { createResolver } from './create.ts'
import { decodeResolver } from './decode.ts'
import { deprecatedResolver } from './deprecated.ts'
import { dictKeysResolver, dictValuesResolver } from './dict.ts'
import { envResolver } from './env.ts'
import { hydraResolver } from './hydra.ts'
import { nowResolver } from './now.ts'
import { selectResolver } from './select.ts'
import { versionResolver } from './version.ts'

/** All built-in resolvers. */
export const RESOLVERS: ReadonlyMap<string, Resolver> = new Map([
  ['oc.env', envResolver],
  ['oc.select', selectResolver],
  ['oc.decode', decodeResolver],
  ['oc.create', createResolver],
  ['oc.dict.keys', dictKeysResolver],
  ['oc.dict.values', dictValuesResolver],
  ['oc.deprecated', deprecatedResolver],
  ['now', nowResolver],
  ['hydra', hydraResolver],
  ['bun_version', versionResolver],
  ['python_version', versionResolver],
])
