import Table from 'cli-table3'

type Cell = string | number

/** A table without colour codes, a line under its head and none between its rows; columns of numbers stand right. */
export function plainTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[−+\-–\d]/.test(String(row[column] ?? '0'))),
  )
  const table = new Table({
    head: [...head],
    colAligns: isNumber.map((number, column) => (number && column > 0 ? 'right' : 'left')),
    style: { head: [], border: [] },
  })
  for (const row of rows) table.push(row.map(String))
  const lines = table.toString().split('\n')
  const underHead = lines.findIndex((line) => line.startsWith('├'))
  return lines.filter((line, index) => index === underHead || !line.startsWith('├')).join('\n')
}
