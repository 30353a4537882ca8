/**
 * The records of a CSV, as spreadsheets and CRMs write them: separated by commas, semicolons or tabs, with or without a line
 * of names. Without one there is a single column, and each value is known by its shape.
 */
import { type Cell, type Column, columnNamed } from './columns'

export interface CsvShape {
  readonly separator: ',' | ';' | '\t'
  /** What each column holds; null where there is no line of names. */
  readonly columns: readonly Column[] | null
}

const SEPARATORS = [',', ';', '\t'] as const
const BARE: Column = { type: null, algorithm: null, hashed: false }

/** @returns the shape that the first record gives away, or null where it has several columns and no names for them */
export function csvShape(first: string): CsvShape | null {
  const separator = SEPARATORS.find((candidate) => first.includes(candidate)) ?? ','
  const names = splitRecord(first, separator)
  const columns = names.map(columnNamed)
  if (columns.some((column) => column !== null && typeof column !== 'string')) return { separator, columns }
  return names.filter((name) => name.trim() !== '').length > 1 ? null : { separator, columns: null }
}

/** Whether a record is the line of names itself: a body that was sent in parts may repeat it. */
export function isNameLine(record: string, { separator, columns }: CsvShape): boolean {
  if (columns === null) return false
  const names = splitRecord(record, separator).map(columnNamed)
  return names.some((column) => column !== null) && JSON.stringify(names) === JSON.stringify(columns)
}

/** @returns the cells, or null where there are more of them than columns */
export function readCsvRecord(record: string, { separator, columns }: CsvShape): readonly Cell[] | null {
  const values = splitRecord(record, separator)
  while (values.length > 1 && values.at(-1)?.trim() === '') values.pop()
  if (values.length > (columns?.length ?? 1)) return null
  return values.map((value, index) => [columns === null ? BARE : (columns[index] ?? null), value])
}

function splitRecord(record: string, separator: string): string[] {
  if (!record.includes('"')) return record.split(separator)
  const values: string[] = []
  let value = ''
  let isQuoted = false
  for (let at = 0; at < record.length; at++) {
    const char = record[at] ?? ''
    if (char === '"') {
      if (isQuoted && record[at + 1] === '"') {
        value += char
        at += 1
      } else isQuoted = !isQuoted
    } else if (char === separator && !isQuoted) {
      values.push(value)
      value = ''
    } else value += char
  }
  values.push(value)
  return values
}
