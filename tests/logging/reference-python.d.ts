/** The interpreter that has a Python package, from CT_REFERENCE_PYTHON; `undefined`, with a message, where it has not. */
export declare function pythonWith(module: string): string | undefined;
