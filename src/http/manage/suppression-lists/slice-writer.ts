/** Collects entries as keyed hashes and stores them a slice at a time; no value outlives the line that it came in. */
import type { Actor } from '../../../contracts/audit-entry'
import type { ImportFormat, ImportMode, Rejection, Rejections } from '../../../contracts/suppression-list'
import { MAX_LISTED_REJECTIONS } from '../../../contracts/suppression-list'
import { splitByBucket } from '../../../core/suppression/bucket'
import type { CsvShape } from '../../../core/suppression/csv'
import { type EntryRead, kindBits, type SuppressionEntry } from '../../../core/suppression/entry'
import { pack } from '../../../core/suppression/packed'
import type { EntryHash } from '../../../security/suppression-hash'
import type { SuppressionImportRow, SuppressionImportStore } from '../../../stores/suppression-import-store'
import type { SuppressionListRow } from '../../../stores/suppression-list-store'

export interface WriterParts {
  readonly imports: SuppressionImportStore
  readonly list: SuppressionListRow
  readonly mode: ImportMode
  readonly format: ImportFormat
  /** Usually one; more where an entry stands for several. */
  readonly hash: (entry: SuppressionEntry) => Promise<readonly EntryHash[]>
  readonly newId: () => string
  readonly now: () => number
  readonly by: Actor
}

/** 400 KB in memory, and one transaction that takes a fraction of a second. */
const MAX_SLICE_HASHES = 50_000
/** Bad lines are no entries, and count too. */
const MAX_SLICE_RECORDS = 100_000
/** More than one record can add: it is at most 4 K characters, so that it has some hundred entries of ten hashes at most. */
const MAX_RECORD_HASHES = 8_192
/** A slow sender shows progress nevertheless. */
const MAX_SLICE_MS = 5_000

export class SliceWriter {
  readonly #parts: WriterParts
  readonly #words = new Uint32Array(2 * (MAX_SLICE_HASHES + MAX_RECORD_HASHES))
  #hashes = 0
  #row: SuppressionImportRow | null
  #lines: number
  #rejections: Rejections
  #stored = 0
  #received = 0
  #kinds = 0
  #begunAt: number

  /** @param row the import that is gone on with; null for a new one, which is begun with its first slice */
  constructor(parts: WriterParts, row: SuppressionImportRow | null) {
    this.#parts = parts
    this.#row = row
    this.#lines = row?.lines ?? 0
    this.#rejections = row?.rejections ?? { counts: {}, first: [] }
    this.#begunAt = parts.now()
  }

  get row(): SuppressionImportRow | null {
    return this.#row
  }

  get isEmpty(): boolean {
    return this.#received === 0
  }

  /** To be asked between two records. */
  get isDue(): boolean {
    const isFull = this.#hashes >= MAX_SLICE_HASHES || this.#received >= MAX_SLICE_RECORDS
    return isFull || (!this.isEmpty && this.#parts.now() - this.#begunAt >= MAX_SLICE_MS)
  }

  /** Takes one entry of a record. */
  async take(read: EntryRead, line: number): Promise<void> {
    this.#received += 1
    if (!read.ok) return this.#reject({ line, reason: read.reason })
    for (const { low, high } of await this.#parts.hash(read.entry)) {
      this.#words[2 * this.#hashes] = low
      this.#words[2 * this.#hashes + 1] = high
      this.#hashes += 1
    }
    this.#stored += 1
    this.#kinds |= kindBits(read.entry)
  }

  /** @param lines those that are done with @returns false where somebody else writes this import, or its list is archived */
  async store(lines: number, shape: CsvShape | null): Promise<boolean> {
    const { imports, list, now } = this.#parts
    const row = await this.#begun()
    const hashes = pack(new BigUint64Array(this.#words.slice(0, 2 * this.#hashes).buffer))
    const isStored = await imports.store(row, list, {
      linesBefore: this.#lines,
      lines,
      received: this.#received,
      stored: this.#stored,
      kinds: this.#kinds,
      shape,
      rejections: this.#rejections,
      buckets: splitByBucket(hashes),
      at: new Date(now()).toISOString(),
    })
    this.#lines = lines
    this.#hashes = 0
    this.#stored = 0
    this.#received = 0
    this.#begunAt = now()
    return isStored
  }

  async #begun(): Promise<SuppressionImportRow> {
    const { imports, list, mode, format, newId, now, by } = this.#parts
    this.#row ??= await imports.begin({ id: newId(), list, mode, format, at: new Date(now()).toISOString(), by })
    return this.#row
  }

  #reject(rejection: Rejection): void {
    const { counts, first } = this.#rejections
    const { reason } = rejection
    this.#rejections = {
      counts: { ...counts, [reason]: (counts[reason] ?? 0) + 1 },
      first: first.length < MAX_LISTED_REJECTIONS ? [...first, rejection] : first,
    }
  }
}
