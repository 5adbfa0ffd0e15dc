import type { PlainValue } from '../tree/plain.ts'

/** Hydra's own configuration groups with their defaults, as its users know and override them. */

export interface BuiltInFile {
  /** As of a header `# @package`. */
  readonly package?: string | undefined
  /** With the key `defaults`, as a file would have it. */
  readonly content: { readonly [key: string]: PlainValue }
}

const console = { class: 'logging.StreamHandler', formatter: 'simple', stream: 'ext://sys.stdout' }
const simple = { format: '[%(asctime)s][%(name)s][%(levelname)s] - %(message)s' }
const silent = { content: { version: 1, root: null, disable_existing_loggers: false } }
const disabled = { content: { version: 1, root: { level: 'ERROR' }, disable_existing_loggers: true } }

const FILES: Readonly<Record<string, BuiltInFile>> = {
  'hydra/config': {
    content: {
      defaults: [
        { output: 'default' },
        { launcher: 'basic' },
        { sweeper: 'basic' },
        { help: 'default' },
        { hydra_help: 'default' },
        { hydra_logging: 'default' },
        { job_logging: 'default' },
        { callbacks: null },
        { env: 'default' },
        '_self_',
      ],
      mode: null,
      searchpath: [],
      run: { dir: '???' },
      sweep: { dir: '???', subdir: '???' },
      hydra_logging: '???',
      job_logging: '???',
      sweeper: '???',
      launcher: '???',
      callbacks: {},
      help: { app_name: '???', header: '???', footer: '???', template: '???' },
      hydra_help: { template: '???' },
      output_subdir: '.hydra',
      overrides: { hydra: [], task: [] },
      job: {
        name: '???',
        chdir: null,
        override_dirname: '???',
        id: '???',
        num: '???',
        config_name: '???',
        env_set: {},
        env_copy: [],
        config: { override_dirname: { kv_sep: '=', item_sep: ',', exclude_keys: [] } },
      },
      runtime: {
        version: '???',
        version_base: '???',
        cwd: '???',
        config_sources: '???',
        output_dir: '???',
        choices: {},
      },
      verbose: false,
    },
  },
  'hydra/output/default': {
    package: 'hydra',
    content: {
      run: { dir: interpolated('outputs/@{now:%Y-%m-%d}/@{now:%H-%M-%S}') },
      sweep: {
        dir: interpolated('multirun/@{now:%Y-%m-%d}/@{now:%H-%M-%S}'),
        subdir: interpolated('@{hydra.job.num}'),
      },
    },
  },
  'hydra/launcher/basic': {
    content: { _target_: 'hydra._internal.core_plugins.basic_launcher.BasicLauncher' },
  },
  'hydra/sweeper/basic': {
    content: {
      _target_: 'hydra._internal.core_plugins.basic_sweeper.BasicSweeper',
      max_batch_size: null,
      params: null,
    },
  },
  'hydra/env/default': { content: {} },
  'hydra/help/default': {
    content: {
      app_name: interpolated('@{hydra.job.name}'),
      header: interpolated('@{hydra.help.app_name} is powered by Hydra.\n'),
      footer: 'Powered by Hydra (https://hydra.cc)\nUse --hydra-help to view Hydra specific help\n',
      template: interpolated(`@{hydra.help.header}
== Configuration groups ==
Compose your configuration from those groups (group=option)

$APP_CONFIG_GROUPS

== Config ==
Override anything in the config (foo.bar=value)

$CONFIG

@{hydra.help.footer}
`),
    },
  },
  'hydra/hydra_help/default': {
    content: {
      template: interpolated(`Hydra (@{hydra.runtime.version})
See https://hydra.cc for more info.

== Flags ==
$FLAGS_HELP

== Configuration groups ==
Compose your configuration from those groups (For example, append hydra/job_logging=disabled to command line)

$HYDRA_CONFIG_GROUPS

Use '--cfg hydra' to Show the Hydra config.
`),
      hydra_help: '???',
    },
  },
  'hydra/hydra_logging/default': {
    content: {
      version: 1,
      formatters: { simple: { format: '[%(asctime)s][HYDRA] %(message)s' } },
      handlers: { console },
      root: { level: 'INFO', handlers: ['console'] },
      loggers: { logging_example: { level: 'DEBUG' } },
      disable_existing_loggers: false,
    },
  },
  'hydra/hydra_logging/disabled': disabled,
  'hydra/hydra_logging/none': silent,
  'hydra/hydra_logging/hydra_debug': {
    content: {
      version: 1,
      formatters: { simple },
      handlers: {
        file: {
          class: 'logging.FileHandler',
          mode: 'w',
          formatter: 'simple',
          filename: interpolated('hydra-@{hydra.job.name}.log'),
          delay: true,
        },
      },
      root: { level: 'ERROR', handlers: ['file'] },
      loggers: { hydra: { level: 'DEBUG' } },
      disable_existing_loggers: false,
    },
  },
  'hydra/job_logging/default': {
    content: {
      version: 1,
      formatters: { simple },
      handlers: {
        console,
        file: {
          class: 'logging.FileHandler',
          formatter: 'simple',
          filename: interpolated('@{hydra.runtime.output_dir}/@{hydra.job.name}.log'),
        },
      },
      root: { level: 'INFO', handlers: ['console', 'file'] },
      disable_existing_loggers: false,
    },
  },
  'hydra/job_logging/disabled': disabled,
  'hydra/job_logging/none': silent,
  'hydra/job_logging/stdout': {
    content: {
      version: 1,
      formatters: { simple: { format: '%(message)s' } },
      handlers: { console },
      root: { level: 'INFO', handlers: ['console'] },
      disable_existing_loggers: false,
    },
  },
}

/** Interpolations are written with @ above, so that they are not taken for those of TypeScript. */
function interpolated(text: string): string {
  return text.replaceAll('@{', '${')
}

/** By path without extension. */
export const BUILT_IN_FILES: ReadonlyMap<string, BuiltInFile> = new Map(Object.entries(FILES))
