/** How results are shown: a table that a person reads, or one object of JSON. */

export interface Row {
  readonly label: string
  readonly gavel: string
  readonly bare: string
  readonly reached: string
  readonly bar: string
  /** Null where there is no bar. */
  readonly passed: boolean | null
}

export interface SectionResult {
  /** The section's member of the JSON. */
  readonly json: { readonly [name: string]: unknown }
  readonly rows: readonly Row[]
  readonly notes: readonly string[]
}

const HEAD: Row = { label: '', gavel: 'Gavel', bare: 'bare', reached: 'reached (spread)', bar: 'bar', passed: null }
const COLUMNS = ['label', 'gavel', 'bare', 'reached', 'bar'] as const

export function table(results: readonly SectionResult[]): string {
  const rows = [HEAD, ...results.flatMap((result) => result.rows)]
  const widths = COLUMNS.map((column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row: Row) => {
    const cells = COLUMNS.map((column, index) => {
      const width = widths[index] ?? 0
      return column === 'label' ? row[column].padEnd(width) : row[column].padStart(width)
    })
    const verdict = row.passed === null ? '' : row.passed ? 'pass' : 'MISSED'
    return `  ${cells.join('   ')}   ${verdict}`.trimEnd()
  }
  const notes = results.flatMap((result) => result.notes).map((note) => `  ${note}`)
  return [...rows.map(line), '', ...notes].join('\n')
}

/** `2,394` or `87.1` or `0.62`: as many digits as mean something. */
export function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}
