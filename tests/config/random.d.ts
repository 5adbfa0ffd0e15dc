/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
export declare function seededRandom(seed: number): () => number;
/** One of the items. */
export declare function pick<Item>(items: readonly Item[], random: () => number): Item;
/** A text with one to four characters removed, added, doubled, swapped or replaced. */
export declare function mutated(text: string, random: () => number): string;
