/** Packages that are the same thing under another name. */
const packages: Readonly<Record<string, string>> = { pytorch_lightning: 'lightning' }
/** Module names below which only the class name matters: re-exports and versions lie between. */
const areas = ['callbacks', 'loggers', 'transforms', 'models', 'data', 'optim', 'nn']

/**
 * One spelling for the many paths of a Python class: `pytorch_lightning.callbacks.EarlyStopping`,
 * `lightning.pytorch.callbacks.EarlyStopping` and `lightning.pytorch.callbacks.early_stopping.EarlyStopping` are
 * `lightning.callbacks.EarlyStopping`; torchvision's v1 and v2 transforms are alike. Names without a dot stay.
 */
export function canonicalTarget(name: string): string {
  const segments = name.split('.')
  const last = segments.pop()
  const first = segments[0]
  if (last === undefined || first === undefined) return name
  const area = segments.find((segment, index) => index > 0 && areas.includes(segment))
  const head = packages[first] ?? first
  if (area !== undefined) return `${head}.${area}.${last}`
  return segments
    .slice(1)
    .every((segment) => segment === 'pytorch' || segment === 'trainer' || segment === 'utilities')
    ? `${head}.${last}`
    : name
}
