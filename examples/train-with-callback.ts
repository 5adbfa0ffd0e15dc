/**
 * Trains with a callback of one's own: it logs how far training is ahead of validation, and stops once validation is
 * good enough. Words are overrides, as on the command line:
 *
 *     bun examples/train-with-callback.ts data.data_root=DIR trainer.max_epochs=20
 */
import { type Action, type Callback, train } from 'classifier-training'

function goodEnough(goal: number): Callback {
  return {
    name: 'good_enough',
    // What throws in a controller ends the run; an observer would only be left out from there on.
    role: 'controller',
    epochEnd({ scalars }) {
      const trained = scalars['train/acc_top1']
      const validated = scalars['val/acc_top1']
      if (trained === undefined || validated === undefined) return undefined
      // A callback does nothing itself: it returns what it wants done.
      const actions: Action[] = [{ kind: 'log', scalars: { 'gap/acc_top1': trained - validated } }]
      if (validated >= goal) actions.push({ kind: 'stop', reason: `validation reached ${validated}` })
      return actions
    },
  }
}

const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort())

const { summary, directory } = await train({
  overrides: process.argv.slice(2),
  callbacks: [goodEnough(0.99)],
  signal: interrupt.signal,
})

process.stdout.write(`${summary.status} after ${summary.epochs} epochs: ${directory}\n`)
if (summary.best) process.stdout.write(`best ${summary.best.monitor} ${summary.best.value.toFixed(4)}\n`)
