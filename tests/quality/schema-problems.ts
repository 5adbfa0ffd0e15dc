import { isDeepStrictEqual } from 'node:util'

/** The words of JSON Schema that the schemas of tests/fixtures/cloud-schemas use. */
export interface Schema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

/** What is wrong with a value, each with its place; nothing where it is valid. */
export function schemaProblems(value: unknown, schema: Schema, root: Schema = schema, at = ''): string[] {
  const problems: string[] = []
  const fail = (message: string): number => problems.push(`${at || '(root)'}: ${message}`)
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')]
    if (!target) throw new Error(`the schema has no ${schema.$ref}`)
    problems.push(...schemaProblems(value, target, root, at))
  }
  const types = schema.type === undefined ? [] : [schema.type].flat()
  if (types.length > 0 && !types.some((type) => isOf(value, type))) fail(`must be ${types.join(' or ')}`)
  if ('const' in schema && !isDeepStrictEqual(value, schema.const)) fail(`must be ${schema.const}`)
  if (schema.enum && !schema.enum.includes(value)) fail(`${value} is none of ${schema.enum.join(', ')}`)
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) fail(`must be at least ${schema.minimum}`)
    if (schema.maximum !== undefined && value > schema.maximum) fail(`must be at most ${schema.maximum}`)
  }
  if (typeof value === 'string' && schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
    fail(`must match ${schema.pattern}`)
  if (Array.isArray(value)) {
    const { items, minItems = 0, maxItems = Infinity } = schema
    if (value.length < minItems || value.length > maxItems) fail(`must have ${minItems} to ${maxItems} items`)
    if (items)
      problems.push(...value.flatMap((one, index) => schemaProblems(one, items, root, `${at}/${index}`)))
  } else if (typeof value === 'object' && value !== null)
    problems.push(...mapProblems(value, schema, root, at))
  for (const one of schema.allOf ?? []) problems.push(...schemaProblems(value, one, root, at))
  for (const [options, isRight] of [
    [schema.anyOf, (valid: number) => valid > 0],
    [schema.oneOf, (valid: number) => valid === 1],
  ] as const) {
    if (!options) continue
    const tried = options.map((one) => schemaProblems(value, one, root, at))
    if (!isRight(tried.filter((found) => found.length === 0).length)) fail(tried.flat().join('; '))
  }
  return problems
}

function mapProblems(value: object, schema: Schema, root: Schema, at: string): string[] {
  const { properties = {}, patternProperties = {}, additionalProperties: more = true } = schema
  const problems = (schema.required ?? [])
    .filter((name) => !(name in value))
    .map((name) => `${at || '(root)'}: ${name} is missing`)
  for (const [name, one] of Object.entries(value)) {
    const place = `${at}/${name}`
    const known = [
      ...(Object.hasOwn(properties, name) ? [properties[name]] : []),
      ...Object.entries(patternProperties).flatMap(([pattern, inner]) =>
        new RegExp(pattern).test(name) ? [inner] : [],
      ),
    ]
    for (const inner of known) if (inner) problems.push(...schemaProblems(one, inner, root, place))
    if (known.length > 0 || more === true) continue
    if (more === false) problems.push(`${place}: there is no such key`)
    else problems.push(...schemaProblems(one, more, root, place))
  }
  return problems
}

function isOf(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    case 'number':
      return typeof value === 'number'
    default:
      return typeof value === type
  }
}
