/** Rows in Hydra's plain table: a bar between the cells, a rule below the header and below the last row. */
export function plainTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  headerEnd = '|',
): string {
  const widths = header.map((title, column) => {
    return Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0))
  })
  const line = (cells: readonly string[], end: string): string => {
    return `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} ${end}`
  }
  const head = line(header, headerEnd)
  const rule = '-'.repeat(head.length)
  return [head, rule, ...rows.map((row) => line(row, '|')), rule].join('\n')
}

/** A title with a rule of the same length below it. */
export function heading(title: string, filler: string): string {
  return `${title}\n${filler.repeat(title.length)}`
}
