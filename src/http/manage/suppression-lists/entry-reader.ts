/** How a body of entries is read, by its Content-Type: cut into records while it arrives, each of them into entries. */
import type { ImportFormat } from '../../../contracts/suppression-list'
import { type Cell, columnNamed, readCells } from '../../../core/suppression/columns'
import { type CsvShape, csvShape, isNameLine, readCsvRecord } from '../../../core/suppression/csv'
import type { EntryRead } from '../../../core/suppression/entry'
import { JsonArrayCutter } from '../../../core/suppression/json-array'
import { LineCutter, type RecordCutter } from '../../../core/suppression/records'

const FORMATS: ReadonlyMap<string, ImportFormat> = new Map([
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/x-jsonlines', 'ndjson'],
  ['text/csv', 'csv'],
  ['application/json', 'json'],
])

/** @returns null for a Content-Type that is not taken */
export function formatOf(contentType: string | undefined): ImportFormat | null {
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return FORMATS.get(mediaType) ?? null
}

/** What the import knows from its earlier bodies. */
export interface EarlierBodies {
  readonly lines: number
  readonly shape: CsvShape | null
}

export class EntryReader {
  readonly cutter: RecordCutter
  readonly #format: ImportFormat
  #shape: CsvShape | null

  constructor(format: ImportFormat, { lines, shape }: EarlierBodies) {
    this.#format = format
    this.#shape = shape
    this.cutter =
      format === 'json'
        ? new JsonArrayCutter({ linesBefore: lines })
        : new LineCutter({ quoted: format === 'csv', linesBefore: lines })
  }

  /** What the first line of a CSV gave away. */
  get shape(): CsvShape | null {
    return this.#shape
  }

  /** @returns the entries of one record, or 'shapeless' for a CSV of several columns without names */
  read(text: string | null): readonly EntryRead[] | 'shapeless' {
    if (text === null) return [{ ok: false, reason: 'too_long' }]
    return this.#format === 'csv' ? this.#readCsv(text) : readJson(text)
  }

  #readCsv(text: string): readonly EntryRead[] | 'shapeless' {
    const shape = this.#shape ?? csvShape(text)
    if (shape === null) return 'shapeless'
    this.#shape = shape
    if (isNameLine(text, shape)) return []
    const cells = readCsvRecord(text, shape)
    return cells === null ? [{ ok: false, reason: 'wrong_columns' }] : readCells(cells)
  }
}

const BARE = columnNamed('value')

function readJson(text: string): readonly EntryRead[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return [{ ok: false, reason: 'not_json' }]
  }
  if (typeof value === 'string' || typeof value === 'number') return readCells([[BARE, String(value)]])
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ ok: false, reason: 'not_json' }]
  return readCells(Object.entries(value).flatMap(cellOf))
}

/** Members that are not ours are passed over: lists come from systems that have more to say. */
function cellOf([name, value]: readonly [string, unknown]): readonly Cell[] {
  return typeof value === 'string' || typeof value === 'number' ? [[columnNamed(name), String(value)]] : []
}
