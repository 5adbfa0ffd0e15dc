/**
 * A number that was written as a float (`1.0`, `1e3`). A plain `number` is one that was written as an integer: YAML
 * and overrides keep the two apart, and so do options where it matters (`val_check_interval: 1` is a batch, `1.0` an
 * epoch).
 */
export class Float {
  constructor(readonly value: number) {}
}
