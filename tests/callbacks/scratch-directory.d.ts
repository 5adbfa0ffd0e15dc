/** A folder for each test of the file, removed after it. */
export declare function scratchDirectory(): () => string;
