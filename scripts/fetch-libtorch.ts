/** Fetches libtorch alone, headers and all, before anything else of the package is there: a layer of an image. */
import { parseLibtorchChoice } from '../ts/setup/choice.ts'
import { ensureLibtorch } from '../ts/setup/index.ts'

const [choice = 'auto'] = process.argv.slice(2)
const libtorch = await ensureLibtorch({ headers: true, libtorch: parseLibtorchChoice(choice) })
process.stdout.write(`${JSON.stringify(libtorch)}\n`)
