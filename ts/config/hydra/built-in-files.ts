/** Hydra's own configuration groups with their defaults, as its users know and override them. */

const SIMPLE_JOB_FORMAT = "'[%(asctime)s][%(name)s][%(levelname)s] - %(message)s'"

const consoleHandler = `console:
    class: logging.StreamHandler
    formatter: simple
    stream: ext://sys.stdout`

const silent = `version: 1
root: null
disable_existing_loggers: false
`

const disabled = `version: 1
root:
  level: ERROR
disable_existing_loggers: true
`

const FILES: Readonly<Record<string, string>> = {
  'hydra/config': `defaults:
  - output: default
  - launcher: basic
  - sweeper: basic
  - help: default
  - hydra_help: default
  - hydra_logging: default
  - job_logging: default
  - callbacks: null
  - env: default
  - _self_
mode: null
searchpath: []
run:
  dir: ???
sweep:
  dir: ???
  subdir: ???
hydra_logging: ???
job_logging: ???
sweeper: ???
launcher: ???
callbacks: {}
help:
  app_name: ???
  header: ???
  footer: ???
  template: ???
hydra_help:
  template: ???
output_subdir: .hydra
overrides:
  hydra: []
  task: []
job:
  name: ???
  chdir: null
  override_dirname: ???
  id: ???
  num: ???
  config_name: ???
  env_set: {}
  env_copy: []
  config:
    override_dirname:
      kv_sep: '='
      item_sep: ','
      exclude_keys: []
runtime:
  version: ???
  version_base: ???
  cwd: ???
  config_sources: ???
  output_dir: ???
  choices: {}
verbose: false
`,
  'hydra/output/default': `# @package hydra
run:
  dir: outputs/\${now:%Y-%m-%d}/\${now:%H-%M-%S}
sweep:
  dir: multirun/\${now:%Y-%m-%d}/\${now:%H-%M-%S}
  subdir: \${hydra.job.num}
`,
  'hydra/launcher/basic': `_target_: hydra._internal.core_plugins.basic_launcher.BasicLauncher
`,
  'hydra/sweeper/basic': `_target_: hydra._internal.core_plugins.basic_sweeper.BasicSweeper
max_batch_size: null
params: null
`,
  'hydra/env/default': '',
  'hydra/help/default': `app_name: \${hydra.job.name}
header: |
  \${hydra.help.app_name} is powered by Hydra.
footer: |
  Powered by Hydra (https://hydra.cc)
  Use --hydra-help to view Hydra specific help
template: |
  \${hydra.help.header}
  == Configuration groups ==
  Compose your configuration from those groups (group=option)

  $APP_CONFIG_GROUPS

  == Config ==
  Override anything in the config (foo.bar=value)

  $CONFIG

  \${hydra.help.footer}
`,
  'hydra/hydra_help/default': `template: |
  Hydra (\${hydra.runtime.version})
  See https://hydra.cc for more info.

  == Flags ==
  $FLAGS_HELP

  == Configuration groups ==
  Compose your configuration from those groups (For example, append hydra/job_logging=disabled to command line)

  $HYDRA_CONFIG_GROUPS

  Use '--cfg hydra' to Show the Hydra config.
hydra_help: ???
`,
  'hydra/hydra_logging/default': `version: 1
formatters:
  simple:
    format: '[%(asctime)s][HYDRA] %(message)s'
handlers:
  ${consoleHandler}
root:
  level: INFO
  handlers: [console]
loggers:
  logging_example:
    level: DEBUG
disable_existing_loggers: false
`,
  'hydra/hydra_logging/disabled': disabled,
  'hydra/hydra_logging/none': silent,
  'hydra/hydra_logging/hydra_debug': `version: 1
formatters:
  simple:
    format: ${SIMPLE_JOB_FORMAT}
handlers:
  file:
    class: logging.FileHandler
    mode: w
    formatter: simple
    filename: hydra-\${hydra.job.name}.log
    delay: true
root:
  level: ERROR
  handlers: [file]
loggers:
  hydra:
    level: DEBUG
disable_existing_loggers: false
`,
  'hydra/job_logging/default': `version: 1
formatters:
  simple:
    format: ${SIMPLE_JOB_FORMAT}
handlers:
  ${consoleHandler}
  file:
    class: logging.FileHandler
    formatter: simple
    filename: \${hydra.runtime.output_dir}/\${hydra.job.name}.log
root:
  level: INFO
  handlers: [console, file]
disable_existing_loggers: false
`,
  'hydra/job_logging/disabled': disabled,
  'hydra/job_logging/none': silent,
  'hydra/job_logging/stdout': `version: 1
formatters:
  simple:
    format: '%(message)s'
handlers:
  ${consoleHandler}
root:
  level: INFO
  handlers: [console]
disable_existing_loggers: false
`,
}

/** Path without extension to YAML text. */
export const BUILT_IN_FILES: ReadonlyMap<string, string> = new Map(Object.entries(FILES))
