/** A function of the override language was called with what it cannot take. */
export class FunctionProblem extends Error {
  readonly hint: string | undefined
  readonly suggestions: readonly string[]

  constructor(message: string, hint?: string, suggestions: readonly string[] = []) {
    super(message)
    this.hint = hint
    this.suggestions = suggestions
  }
}
