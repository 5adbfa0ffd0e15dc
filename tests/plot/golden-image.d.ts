/** Compares a plot with the picture that was looked at and kept; `UPDATE_GOLDEN=1` keeps the new one. */
export declare function expectGolden(name: string, png: Uint8Array): Promise<void>;
