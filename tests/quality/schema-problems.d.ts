/** The words of JSON Schema that the schemas of tests/fixtures/cloud-schemas use. */
export interface Schema {
    readonly $ref?: string;
    readonly $defs?: Readonly<Record<string, Schema>>;
    readonly type?: string | readonly string[];
    readonly const?: unknown;
    readonly enum?: readonly unknown[];
    readonly required?: readonly string[];
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly patternProperties?: Readonly<Record<string, Schema>>;
    readonly additionalProperties?: boolean | Schema;
    readonly items?: Schema;
    readonly minItems?: number;
    readonly maxItems?: number;
    readonly minimum?: number;
    readonly maximum?: number;
    readonly pattern?: string;
    readonly anyOf?: readonly Schema[];
    readonly oneOf?: readonly Schema[];
    readonly allOf?: readonly Schema[];
}
/** What is wrong with a value, each with its place; nothing where it is valid. */
export declare function schemaProblems(value: unknown, schema: Schema, root?: Schema, at?: string): string[];
