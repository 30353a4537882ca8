/** The logs of those outside, on disk as they come: what a torture that dies itself leaves to look at. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

export class Journal {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** @param book its file, without the ending */
  write(book: 'clients' | 'buyers' | 'webhooks' | 'kills' | 'operator', entry: object): void {
    appendFileSync(join(this.#folder, `${book}.ndjson`), `${JSON.stringify({ at: Date.now(), ...entry })}\n`)
  }
}
