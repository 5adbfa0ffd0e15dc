/** Maps and lists inside each other. */
export const MAX_DEPTH = 200
