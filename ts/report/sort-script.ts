/** Sorts a table by the column whose heading is pressed. The only code in a report: without it all is still there. */
export const sortScript = `
for (const button of document.querySelectorAll('th button')) button.addEventListener('click', () => {
  const head = button.parentElement, table = head.closest('table'), body = table.tBodies[0], column = head.cellIndex
  const rising = head.getAttribute('aria-sort') === 'descending'
  for (const other of head.parentElement.cells) other.removeAttribute('aria-sort')
  head.setAttribute('aria-sort', rising ? 'ascending' : 'descending')
  const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent
  const rows = [...body.rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    const order = x === '' || y === '' ? (x === '' ? -1 : 1) : Number.isNaN(Number(x) - Number(y)) ? x.localeCompare(y, 'en', { numeric: true }) : x - y
    return rising ? order : -order
  })
  body.append(...rows)
})
`
