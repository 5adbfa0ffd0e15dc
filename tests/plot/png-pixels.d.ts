export interface Pixels {
    readonly width: number;
    readonly height: number;
    /** RGBA, row-major. */
    readonly data: Uint8ClampedArray;
}
export declare function pixelsOf(png: Uint8Array): Promise<Pixels>;
/** Does a band along all four edges hold nothing but white? What is drawn over the edge would be cut off. */
export declare function hasCleanEdges({ width, height, data }: Pixels, band?: number): boolean;
