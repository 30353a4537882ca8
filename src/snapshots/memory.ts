/**
 * What an isolate remembers of KV, within 128 MB that it shares with everything else.
 *
 * Absent keys are kept apart: whoever asks for made-up ids can push out other absences, never a campaign that sells.
 */
export interface Remembered<Document> {
  readonly document: Document | null
  /** The document as KV holds it: the same text needs no second parsing. */
  readonly text: string | null
  /** When it was asked for, ms since 1970. */
  readonly readAt: number
  /** Until then only a later version takes its place; 0 where it was merely read. */
  readonly pinnedUntil: number
}

const MAX_DOCUMENTS = 20_000
const MAX_ABSENT = 5_000
/** UTF-16 units of text; parsed, a document takes a few times its text. */
const MAX_CHARS = 8_000_000

export class SnapshotMemory<Document> {
  readonly #present = new Map<string, Remembered<Document>>()
  readonly #absent = new Map<string, Remembered<Document>>()
  #chars = 0

  get(key: string): Remembered<Document> | undefined {
    return this.#present.get(key) ?? this.#absent.get(key)
  }

  /** Every read renews its entry, so that the first entries of a map are those that nobody asked for lately. */
  put(key: string, entry: Remembered<Document>): void {
    this.#forget(key)
    if (entry.document === null) {
      this.#absent.set(key, entry)
      if (this.#absent.size > MAX_ABSENT) this.#forgetFirst(this.#absent)
      return
    }
    this.#present.set(key, entry)
    this.#chars += entry.text?.length ?? 0
    while (this.#present.size > 1 && (this.#present.size > MAX_DOCUMENTS || this.#chars > MAX_CHARS)) {
      this.#forgetFirst(this.#present)
    }
  }

  #forgetFirst(entries: ReadonlyMap<string, Remembered<Document>>): void {
    const [first] = entries.keys()
    if (first !== undefined) this.#forget(first)
  }

  #forget(key: string): void {
    this.#chars -= this.#present.get(key)?.text?.length ?? 0
    this.#present.delete(key)
    this.#absent.delete(key)
  }
}
