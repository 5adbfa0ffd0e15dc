import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { type ComposeTreeOptions, type Composition, composeTree } from '../config/index.ts'
import type { Job } from '../config/run/job.ts'
import type { Program } from '../config/run/program.ts'
import { describeGroups, isHydraGroup, renderGroups } from '../config/show/groups.ts'
import { flagsHelp } from '../config/show/help.ts'
import { thisMachine } from '../native/machine.ts'
import { stageOf } from './stage-of.ts'

/** `train` as the configuration language runs it: shown, run or swept. */
export function trainProgram(
  allowKey: (path: string) => boolean,
  task: (job: Job) => Promise<void>,
  check?: (composition: Composition) => void,
  json = false,
): Program {
  const root = thisMachine().packageRoot
  return {
    name: 'classifier-training train',
    version: packageJson.version,
    jobName: 'train',
    configDir: join(root, 'configs'),
    configName: 'train',
    baseDir: process.cwd(),
    addedTreeFirst: true,
    check,
    stageOf,
    pluginDir: join(root, 'configs'),
    task,
    sweeper: async (context) => (await import('./sweep-parts.ts')).sweeperOf(context),
    launcher: async (_, context) => (await import('./sweep-parts.ts')).launcherOf(context),
    resultOf: async (outcome, context) => (await import('./sweep-parts.ts')).resultOf(outcome, context),
    command: [process.execPath, join(root, 'ts', 'cli', 'main.ts'), 'train'],
    reportSweep: async (report) => {
      const { sweepJson, sweepTable } = await import('./sweep-table.ts')
      return json ? sweepJson(report) : sweepTable(report)
    },
    help,
    allowKey,
  }
}

function help(options: ComposeTreeOptions): string {
  const { repository } = composeTree(options)
  const groups = describeGroups(repository).filter(({ group }) => !isHydraGroup(group))
  return `usage: classifier-training train [overrides…] [flags]

Trains an image classifier. Without arguments: ResNet-18 on generated jersey numbers, a few minutes on two cores.

  train data.data_root=DIR                 your own images: DIR/train, DIR/valid, DIR/test, as class folders or annotations.jsonl
  train data=image_folder transforms=default data.data_root=DIR    the same at 224 pixels, by ImageNet's recipe
  train model=resnet50 data.batch_size=32  choose from the groups below, override any key
  train -m model.learning_rate=1e-4,3e-4   a sweep: one run for each combination
  train -m hydra/launcher=local …          trials side by side; vertex, skypilot and kubernetes run them elsewhere
  train hydra.run.dir=outputs/mine         a run folder of your own; the same command again goes on where it stopped
  train --json                             every event as a JSON line on stdout, the summary as the last one; of a sweep, its results as one line
  train hydra.run.dir=gs://BUCKET/PATH     the same in a bucket, from any machine

Groups and their choices (group=choice)

${renderGroups(groups)}
Flags

${flagsHelp()}`
}
