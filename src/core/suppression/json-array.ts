/**
 * Cuts the elements out of one JSON array, or of `{"entries":[…]}`, while it arrives. Elements are found by their brackets and
 * quotes alone; whether each is JSON is seen when it is read.
 */
import { type BodyRecord, MAX_RECORD_CHARS, type RecordCutter } from './records'

const OPENING = /^\uFEFF?\s*(\{\s*"entries"\s*:\s*)?\[/
const MAX_OPENING_CHARS = 256
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

type Place = 'before' | 'inside' | 'behind' | 'nowhere'

export class JsonArrayCutter implements RecordCutter {
  #place: Place = 'before'
  #opening = ''
  /** What may follow the array: nothing, or the end of the object around it. */
  #closing = ''
  #behind = ''
  #element = ''
  #depth = 0
  #isInString = false
  #isEscaped = false
  #linesDone: number
  readonly #linesBefore: number

  constructor({ linesBefore }: { readonly linesBefore: number }) {
    this.#linesBefore = linesBefore
    this.#linesDone = linesBefore
  }

  get linesDone(): number {
    return this.#linesDone
  }

  get isWellFormed(): boolean {
    return this.#place !== 'nowhere'
  }

  push(piece: string): readonly BodyRecord[] {
    const rest = this.#place === 'before' ? this.#open(piece) : piece
    const records: BodyRecord[] = []
    const behind = this.#place === 'inside' ? this.#cut(rest, records) : rest
    if (this.#place === 'behind') this.#close(behind)
    return records
  }

  end(): readonly BodyRecord[] {
    if (this.#place !== 'behind' || this.#behind !== this.#closing) this.#place = 'nowhere'
    return []
  }

  /** @returns what follows the opening bracket */
  #open(piece: string): string {
    this.#opening += piece.slice(0, MAX_OPENING_CHARS)
    const match = OPENING.exec(this.#opening)
    if (match === null) {
      if (this.#opening.length >= MAX_OPENING_CHARS) this.#place = 'nowhere'
      return ''
    }
    this.#place = 'inside'
    this.#closing = match[1] === undefined ? '' : '}'
    return this.#opening.slice(match[0].length) + piece.slice(MAX_OPENING_CHARS)
  }

  /** @returns what follows the closing bracket */
  #cut(piece: string, records: BodyRecord[]): string {
    let start = 0
    for (let at = 0; at < piece.length; at++) {
      const char = piece.charCodeAt(at)
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (char === BACKSLASH) this.#isEscaped = true
        else if (char === QUOTE) this.#isInString = false
      } else if (char === QUOTE) this.#isInString = true
      else if (char === OPEN_LIST || char === OPEN_OBJECT) this.#depth += 1
      else if (char === CLOSE_LIST || char === CLOSE_OBJECT) {
        if (this.#depth === 0) {
          this.#keep(piece.slice(start, at))
          this.#place = char === CLOSE_LIST && this.#give(records, true) ? 'behind' : 'nowhere'
          return piece.slice(at + 1)
        }
        this.#depth -= 1
      } else if (char === COMMA && this.#depth === 0) {
        this.#keep(piece.slice(start, at))
        start = at + 1
        if (!this.#give(records, false)) {
          this.#place = 'nowhere'
          return ''
        }
      }
    }
    this.#keep(piece.slice(start))
    return ''
  }

  /** Of an element that is too long, only that it is. */
  #keep(part: string): void {
    if (this.#element.length <= MAX_RECORD_CHARS) this.#element += part.slice(0, MAX_RECORD_CHARS + 1)
  }

  /** @returns whether there was an element; only an empty array may have none before its end */
  #give(records: BodyRecord[], isLast: boolean): boolean {
    const text = this.#element.trim()
    this.#element = ''
    if (text === '') return isLast && this.#linesDone === this.#linesBefore
    this.#linesDone += 1
    const line = this.#linesDone
    records.push({ line, lastLine: line, text: text.length > MAX_RECORD_CHARS ? null : text })
    return true
  }

  #close(text: string): void {
    this.#behind += text.trim()
    if (this.#behind.length > this.#closing.length) this.#place = 'nowhere'
  }
}
