/**
 * Cuts a body into records while it arrives: lines of NDJSON, records of CSV, elements of one JSON array. No more of it is
 * held than the record that is not whole yet.
 */

export const MAX_RECORD_CHARS = 4_096

export interface BodyRecord {
  /** Of its first character, counted from 1; in a JSON array, which element it is. */
  readonly line: number
  /** The line that it ends in. */
  readonly lastLine: number
  /** Null where it is longer than a record may be. */
  readonly text: string | null
}

export interface RecordCutter {
  /** @returns the records that this piece of the body completes */
  push(piece: string): readonly BodyRecord[]
  /** The body is over. @returns the record that no line break ends, if there is one */
  end(): readonly BodyRecord[]
  /** Lines, or elements, up to the end of the last record that was given out. */
  readonly linesDone: number
  /** Whether the body so far can be what it says it is; false is final. */
  readonly isWellFormed: boolean
}

/** Lines; blank ones count and are passed over. @param quoted whether a line break inside double quotes belongs to the record */
export class LineCutter implements RecordCutter {
  readonly isWellFormed = true
  readonly #quoted: boolean
  #rest = ''
  /** How far the rest was searched for the end of its record. */
  #searched = 0
  #isInQuotes = false
  #isTooLong = false
  #linesInside = 0
  #linesDone: number

  constructor({ quoted, linesBefore }: { readonly quoted: boolean; readonly linesBefore: number }) {
    this.#quoted = quoted
    this.#linesDone = linesBefore
  }

  get linesDone(): number {
    return this.#linesDone
  }

  push(piece: string): readonly BodyRecord[] {
    this.#rest += piece
    const records: BodyRecord[] = []
    let start = 0
    for (;;) {
      const end = this.#rest.indexOf('\n', this.#searched)
      if (end < 0) break
      if (this.#staysOpen(this.#rest.slice(this.#searched, end)) && end - start <= MAX_RECORD_CHARS) {
        this.#linesInside += 1
        this.#searched = end + 1
        continue
      }
      this.#give(records, this.#rest.slice(start, end))
      start = end + 1
      this.#searched = start
    }
    this.#keep(start)
    return records
  }

  end(): readonly BodyRecord[] {
    const records: BodyRecord[] = []
    if (this.#rest !== '' || this.#isTooLong) this.#give(records, this.#rest)
    this.#rest = ''
    this.#searched = 0
    return records
  }

  #give(records: BodyRecord[], text: string): void {
    const record = text.endsWith('\r') ? text.slice(0, -1) : text
    const isTooLong = this.#isTooLong || record.length > MAX_RECORD_CHARS
    const line = this.#linesDone + 1
    this.#linesDone += 1 + this.#linesInside
    this.#linesInside = 0
    this.#isInQuotes = false
    this.#isTooLong = false
    const lastLine = this.#linesDone
    if (isTooLong) records.push({ line, lastLine, text: null })
    else if (record.trim() !== '') records.push({ line, lastLine, text: record })
  }

  /** Keeps what is not a whole record yet; of one that is too long, only that it is. */
  #keep(start: number): void {
    if (this.#quoted) this.#isInQuotes = this.#staysOpen(this.#rest.slice(Math.max(start, this.#searched)))
    this.#rest = this.#rest.slice(start)
    if (this.#rest.length > MAX_RECORD_CHARS) {
      this.#isTooLong = true
      this.#isInQuotes = false
      this.#rest = ''
    }
    this.#searched = this.#rest.length
  }

  /** Whether a quote is open after this part of a record. */
  #staysOpen(part: string): boolean {
    if (!this.#quoted || this.#isTooLong) return false
    let isOpen = this.#isInQuotes
    for (let at = part.indexOf('"'); at >= 0; at = part.indexOf('"', at + 1)) isOpen = !isOpen
    this.#isInQuotes = isOpen
    return isOpen
  }
}
