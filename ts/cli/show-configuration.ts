import { type CommandLine, FLAGS } from '../config/command-line.ts'
import { explain, renderExplanation } from '../config/index.ts'
import { complete } from '../config/show/completion.ts'
import { completionScript, shellOf } from '../config/show/completion-script.ts'
import { renderConfig } from '../config/show/config.ts'
import { renderHelp, renderHydraHelp } from '../config/show/help.ts'
import { renderInfo } from '../config/show/info.ts'
import { ConfigError } from '../errors/index.ts'
import { composeOptions, composeTraining } from '../verbs/compose-training.ts'

/** Prints what a command line asks to see instead of running. */
export async function showConfiguration(line: CommandLine): Promise<number> {
  process.stdout.write(await shown(line))
  return 0
}

async function shown(line: CommandLine): Promise<string> {
  const { show } = line
  switch (show?.kind) {
    case 'help':
      return renderHelp(composeTraining(line), { resolve: line.resolve })
    case 'hydra-help':
      return renderHydraHelp(composeTraining(line))
    case 'info':
      return renderInfo(composeTraining(line), show.info)
    case 'explain':
      return renderExplanation(explain(composeTraining(line), show.key))
    case 'completion':
      return completion(line)
    case 'version': {
      const { version } = await import('../../package.json')
      return `${version}\n`
    }
    case 'cfg':
      if (show.part === 'plan') return shownPlan(line)
      return renderConfig(composeTraining(line), { ...line, part: show.part })
    default:
      throw new ConfigError({
        message: `nothing to show; the flags are ${FLAGS.map(({ names }) => names[0]).join(' ')}`,
      })
  }
}

/** The resolved plan needs the scan of the data and thus the core, but no training. */
async function shownPlan(line: CommandLine): Promise<string> {
  const [
    { ensureNative },
    { loadEngine },
    { planTraining },
    { typedConfig },
    { createLogger },
    { consoleSink },
    { terminalScreen },
  ] = await Promise.all([
    import('../setup/index.ts'),
    import('../native/native-engine.ts'),
    import('../verbs/plan-training.ts'),
    import('../verbs/compose-training.ts'),
    import('../logging/logger.ts'),
    import('../logging/console-sink.ts'),
    import('./screen.ts'),
  ])
  const { config } = typedConfig(composeTraining(line))
  await ensureNative({ quiet: true })
  const logger = createLogger('plan', 'warn', [consoleSink(terminalScreen())])
  const { plan, run } = await planTraining(config, await loadEngine(), logger)
  if (line.json) return `${JSON.stringify({ plan, run })}\n`
  return `${JSON.stringify({ plan, run }, null, 2)}\n`
}

function completion(line: CommandLine): string {
  const [word = ''] = line.overrides
  const [verb, shell = ''] = word.split('=')
  if (verb === 'install') return completionScript(shellOf(shell), 'classifier-training')
  return `${complete(process.env.COMP_LINE ?? '', composeOptions({ ...line, overrides: [] })).join('\n')}\n`
}
