/** Pictures and tables of one callback have one key; where both stand side by side, the table's is another. */
export function tableName(key: string): string {
  return `${key}_table`
}
