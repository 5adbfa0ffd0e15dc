export type { Config, Configured } from './config.ts'
export { knownKey } from './known-key.ts'
export { type KnownTargets, type ParsedConfig, parseConfig } from './parse-config.ts'
