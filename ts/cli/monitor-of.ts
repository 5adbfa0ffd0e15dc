/** The metric by which the best checkpoint is kept; null where none is. */
export function monitorOf(
  callbacks: readonly { readonly definition: { readonly name: string }; readonly options: unknown }[],
): { name: string; mode: 'min' | 'max' } | null {
  const options = callbacks.find(({ definition }) => definition.name === 'model_checkpoint')?.options as
    | { monitor?: string | null; mode?: 'min' | 'max' }
    | undefined
  return options?.monitor ? { name: options.monitor, mode: options.mode ?? 'min' } : null
}
