import type { DeviceSpec, MachineSpec, Precision } from '../../native/spec.d.ts'
import type { Config } from '../schema/config.ts'
import type { Report } from '../schema/report.ts'
import type { MachineFacts } from './machine-facts.ts'

export function resolveMachine(config: Config, facts: MachineFacts, report: Report): MachineSpec {
  const { trainer, data } = config
  return {
    device: deviceOf(config, report),
    precision: precisionOf(config, facts),
    channels_last: trainer.channels_last,
    threads: trainer.threads,
    deterministic: trainer.deterministic,
    benchmark: trainer.benchmark ?? !trainer.deterministic,
    tf32: trainer.tf32,
    pin_memory: data.pin_memory,
    detect_anomaly: trainer.detect_anomaly,
  }
}

function deviceOf({ trainer: { accelerator, devices } }: Config, report: Report): DeviceSpec {
  const index = devices.kind === 'index' ? devices.index : 0
  if (accelerator === 'cuda') return { kind: 'cuda', index }
  if (accelerator === 'cpu' || accelerator === 'mps') return { kind: accelerator }
  if (devices.kind === 'index' && index > 0) {
    report.problem({
      key: 'trainer.devices',
      message: `an index of ${index} needs to know of which accelerator`,
      hint: 'add trainer.accelerator=gpu',
    })
  }
  return { kind: 'auto' }
}

function precisionOf({ trainer: { precision, accelerator } }: Config, facts: MachineFacts): Precision {
  if (precision !== 'auto') return precision
  if (accelerator === 'auto' || accelerator === facts.accelerator) {
    if (facts.bf16) return 'bf16-mixed'
    return facts.accelerator === 'cuda' ? '16-mixed' : '32'
  }
  return accelerator === 'cuda' ? '16-mixed' : '32'
}
