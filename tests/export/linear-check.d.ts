export declare const onnxFixtures: string;
/** Inputs of the shape [n, 3, 2, 2] and what `linear.onnx` should answer. */
export declare function linearCheck(n: number): {
    inputs: Float32Array;
    shape: [number, number, number, number];
    logits: Float32Array;
};
