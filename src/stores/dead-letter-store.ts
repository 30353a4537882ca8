/**
 * What queues gave up on. Belongs to no tenant: a letter may be one that nobody could read, and only whoever runs the
 * exchange sees it.
 */

export interface DeadLetter {
  /** The message's own id: the same letter delivered twice is one row. */
  readonly id: string
  readonly queue: string
  readonly body: unknown
  readonly attempts: number
  /** RFC 3339 UTC. */
  readonly failedAt: string
}

const PUT_LETTERS = `
  INSERT INTO dead_letters (id, queue, body, attempts, failed_at)
  SELECT value ->> 'id', value ->> 'queue', value -> 'body', value ->> 'attempts', value ->> 'failedAt'
  FROM json_each(?1) WHERE true
  ON CONFLICT DO NOTHING`

/** A message is at most 128 KB, so that ten stay below the 2 MB that D1 takes as one value, in any script. */
const LETTERS_A_STATEMENT = 10

export class DeadLetterStore {
  readonly #db: D1Database

  constructor(db: D1Database) {
    this.#db = db
  }

  /** Stores all of the letters, or throws and stores none. */
  async add(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return
    const statements: D1PreparedStatement[] = []
    for (let start = 0; start < letters.length; start += LETTERS_A_STATEMENT) {
      const json = JSON.stringify(letters.slice(start, start + LETTERS_A_STATEMENT).map(withBody))
      statements.push(this.#db.prepare(PUT_LETTERS).bind(json))
    }
    await this.#db.batch(statements)
  }
}

/** A body that is missing, or no JSON at all, is kept as what can be said of it. */
function withBody(letter: DeadLetter): object {
  try {
    return { ...letter, body: JSON.parse(JSON.stringify(letter.body) ?? 'null') }
  } catch {
    return { ...letter, body: { unreadable: typeof letter.body } }
  }
}
