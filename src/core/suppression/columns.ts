/** What a column of a CSV or a member of a JSON object holds, by its name: operators export these from many systems. */
import type { ContactType } from './contact'
import { type EntryRead, type HashAlgorithm, type ListedValue, type RejectReason, readEntry } from './entry'

/** `algorithm` and `type` say what the `hash` beside them is. */
export type Column = Omit<ListedValue, 'text'> | 'algorithm' | 'type' | null

const column = (type: ContactType | null, algorithm: HashAlgorithm | null, hashed: boolean): Column => ({
  type,
  algorithm,
  hashed,
})

const ALGORITHMS = ['md5', 'sha1', 'sha256'] as const
const COLUMNS: ReadonlyMap<string, Column> = new Map([
  ...['phone', 'phone_number', 'telephone', 'mobile', 'cell'].map(
    (name) => [name, column('phone', null, false)] as const,
  ),
  ...['email', 'email_address', 'e_mail', 'mail'].map((name) => [name, column('email', null, false)] as const),
  ['value', column(null, null, false)] as const,
  ['hash', column(null, null, true)] as const,
  ['phone_hash', column('phone', null, true)] as const,
  ['email_hash', column('email', null, true)] as const,
  ...ALGORITHMS.flatMap((algorithm) => [
    [algorithm, column(null, algorithm, true)] as const,
    [`phone_${algorithm}`, column('phone', algorithm, true)] as const,
    [`email_${algorithm}`, column('email', algorithm, true)] as const,
  ]),
  ['algorithm', 'algorithm'] as const,
  ['type', 'type'] as const,
])

/** @returns what a column of this name holds; null for what is passed over */
export function columnNamed(name: string): Column {
  if (name.length > 32) return null
  const plain = name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
    .replace('sha_', 'sha')
  return COLUMNS.get(plain) ?? null
}

export type Cell = readonly [column: Column, text: string]

/**
 * Reads what one line says: an entry for each value in it, or why there is none. A line with a phone and an email is two
 * entries, and one that is bad does not take the other with it.
 */
export function readCells(cells: readonly Cell[]): readonly EntryRead[] {
  const reads: EntryRead[] = []
  for (const [kind, text] of cells) {
    if (kind === null || typeof kind === 'string' || text.trim() === '') continue
    // What is said beside a value is about what the name of its own column leaves open.
    const type = kind.type ?? statedType(textOf(cells, 'type'))
    const algorithm = kind.algorithm ?? (kind.hashed ? statedAlgorithm(textOf(cells, 'algorithm')) : null)
    if (type === 'unknown') reads.push(refused('unknown_type'))
    else if (algorithm === 'unknown') reads.push(refused('unknown_algorithm'))
    else reads.push(readEntry({ text, hashed: kind.hashed, type, algorithm }))
  }
  return reads.length === 0 ? [refused('no_value')] : reads
}

function refused(reason: RejectReason): EntryRead {
  return { ok: false, reason }
}

function textOf(cells: readonly Cell[], wanted: 'algorithm' | 'type'): string {
  return (
    cells
      .find(([kind]) => kind === wanted)?.[1]
      .trim()
      .toLowerCase() ?? ''
  )
}

function statedAlgorithm(text: string): HashAlgorithm | null | 'unknown' {
  if (text === '') return null
  const plain = text.replace(/[-_ ]/g, '')
  return ALGORITHMS.find((algorithm) => algorithm === plain) ?? 'unknown'
}

function statedType(text: string): ContactType | null | 'unknown' {
  return text === '' ? null : text === 'phone' || text === 'email' ? text : 'unknown'
}
