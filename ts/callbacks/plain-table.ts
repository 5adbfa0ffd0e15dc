import Table from 'cli-table3'

type Cell = string | number

/** A table without colour codes, for logs and files; numbers stand right. */
export function plainTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[−+\-\d]/.test(String(row[column] ?? '0'))),
  )
  const table = new Table({
    head: [...head],
    colAligns: isNumber.map((number, column) => (number && column > 0 ? 'right' : 'left')),
    style: { head: [], border: [] },
  })
  for (const row of rows) table.push(row.map(String))
  return table.toString()
}
