import { ConfigError } from '../../errors/index.ts'
import { FLAGS } from '../command-line.ts'
import { type Composition, taskOf } from '../compose-tree.ts'
import { locatePath } from '../interpolation/located.ts'
import { pythonText } from '../interpolation/python-text.ts'
import { Resolution } from '../interpolation/resolution.ts'
import { resolveTree } from '../resolve-tree.ts'
import { nearest } from '../suggest/nearest.ts'
import { dumpYaml } from '../yaml/dump.ts'
import { compactGroups, describeGroups, isHydraGroup, renderGroups } from './groups.ts'

/** The text of `--help`, from `hydra.help.template`. @throws ConfigError for an unknown variable in it */
export function renderHelp(composition: Composition, options: { readonly resolve?: boolean } = {}): string {
  return filled(composition, 'help', options.resolve ?? false)
}

/** The text of `--hydra-help`, from `hydra.hydra_help.template`. */
export function renderHydraHelp(composition: Composition): string {
  return filled(composition, 'hydra_help', false)
}

/** One line for each flag. */
export function flagsHelp(): string {
  const lines = FLAGS.map((flag) => `${flag.names.join(',')} : ${flag.description}`)
  return [
    ...lines,
    'Overrides : Any key=value arguments to override config values (use dots for.nested=overrides)',
  ].join('\n')
}

function filled(composition: Composition, help: 'help' | 'hydra_help', resolve: boolean): string {
  const resolution = new Resolution(composition.root, composition.context)
  const located = locatePath(resolution.root, ['hydra', help, 'template'])
  if (located === undefined) return ''
  const template = pythonText(resolution.value(located).node)
  const { repository } = composition
  const root = resolve ? resolveTree(composition, { missing: 'keep' }) : composition.root
  const variables: Readonly<Record<string, () => string>> = {
    FLAGS_HELP: flagsHelp,
    HYDRA_CONFIG_GROUPS: () => compactGroups(repository, isHydraGroup),
    APP_CONFIG_GROUPS: () => compactGroups(repository, (group) => !isHydraGroup(group)),
    APP_CONFIG_CHOICES: () => renderGroups(describeGroups(repository)),
    CONFIG: () => dumpYaml(taskOf(root)),
  }
  const text = template.replaceAll(
    /\$(?:\$|\{?([A-Za-z_][A-Za-z0-9_]*)\}?)/g,
    (match, name: string | undefined) => {
      if (name === undefined) return '$'
      const variable = variables[name]
      if (variable) return variable()
      throw new ConfigError({
        key: `hydra.${help}.template`,
        message: `there is no variable ${match}`,
        place: located.node.place,
        suggestions: nearest(name, Object.keys(variables)),
        hint: 'write $$ for a dollar sign',
      })
    },
  )
  return `${text}\n`
}
