import type { LoggedTable } from '../experiment.ts'

/** Rows that are shown; TensorBoard draws the whole text at once. */
const MOST_ROWS = 200

/** A table as TensorBoard's text page shows it: Markdown. */
export function markdownTable({ columns, rows }: Pick<LoggedTable, 'columns' | 'rows'>): string {
  const line = (cells: readonly (string | number | null)[]): string =>
    `| ${cells
      .map((cell) =>
        String(cell ?? '')
          .replaceAll('|', '\\|')
          .replaceAll('\n', ' '),
      )
      .join(' | ')} |`
  const shown = rows.slice(0, MOST_ROWS).map(line)
  const more = rows.length > MOST_ROWS ? [`\n${rows.length - MOST_ROWS} more rows are left out.`] : []
  return [line(columns), line(columns.map(() => '---')), ...shown, ...more].join('\n')
}
