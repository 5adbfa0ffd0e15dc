import type { CommandLine } from '../config/command-line.ts'
import { describePlan } from '../config/plan/index.ts'
import { consoleSink } from '../logging/console-sink.ts'
import { createLogger } from '../logging/logger.ts'
import { composeTraining, typedConfig } from '../verbs/compose-training.ts'
import { openEngine } from '../verbs/open-engine.ts'
import { planTraining } from '../verbs/plan-training.ts'
import { terminalScreen } from './screen.ts'

/** `--cfg plan`: the resolved plan. It needs the scan of the data and so the native core, but no training. */
export async function showPlan(line: CommandLine): Promise<number> {
  const { config } = typedConfig(composeTraining(line))
  const logger = createLogger('plan', 'warn', [consoleSink(terminalScreen())])
  const {
    plan,
    run,
    datasetSpec: dataset,
  } = await planTraining(config, await openEngine(config.trainer.accelerator), logger)
  process.stdout.write(
    line.json ? `${JSON.stringify({ dataset, run, plan })}\n` : describePlan({ dataset, run, plan }),
  )
  return 0
}
