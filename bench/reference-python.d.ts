/**
 * A Python interpreter with PyTorch, torchvision and what else `requirements` names: `CT_REFERENCE_PYTHON` if set, else a
 * virtual environment of our own in the user cache, made on first use.
 */
export declare function referencePython(requirements: string): Promise<string>;
