/** The dotted names under which Lightning exports a callback, old package and new, short and full. */
export function lightningNames(module: string, ...classNames: readonly string[]): string[] {
  return classNames.flatMap((name) =>
    ['lightning.pytorch.callbacks', 'pytorch_lightning.callbacks'].flatMap((root) => [
      `${root}.${name}`,
      `${root}.${module}.${name}`,
    ]),
  )
}

/** The dotted names of a callback of the Python classifier-training, with and without its module. */
export function classifierTrainingNames(module: string, className: string): string[] {
  return [
    `classifier_training.callbacks.${module}.${className}`,
    `classifier_training.callbacks.${className}`,
  ]
}
