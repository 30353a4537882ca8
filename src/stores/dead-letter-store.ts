/**
 * Takes in what queues gave up on, of all tenants; what is shown of it to whom is in dead-letter-desk.ts.
 *
 * A letter is one row for what its message is about. A message that its sender repeats, and that dies again, counts there: it
 * fills no table, and one that an operator has discarded stays discarded.
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

/** A message of an auction tells its tenant by the lead, whose id is another writing of the auction's. */
const PUT_LETTERS = `
  INSERT INTO dead_letters (id, queue, body, attempts, failed_at, tenant_id)
  SELECT value ->> 'id', value ->> 'queue', value -> 'body', value ->> 'attempts', value ->> 'failedAt',
         coalesce(value ->> 'tenantId', (SELECT tenant_id FROM leads WHERE leads.id = value ->> 'leadId'))
  FROM json_each(?1) WHERE true
  ON CONFLICT DO UPDATE SET
    deaths = deaths + (excluded.failed_at > failed_at), attempts = excluded.attempts, failed_at = excluded.failed_at,
    status = CASE WHEN status = 'discarded' THEN status ELSE 'kept' END,
    body = CASE WHEN status = 'discarded' THEN body ELSE excluded.body END
  WHERE excluded.failed_at > failed_at`

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
      const json = JSON.stringify(letters.slice(start, start + LETTERS_A_STATEMENT).map(storedLetter))
      statements.push(this.#db.prepare(PUT_LETTERS).bind(json))
    }
    await this.#db.batch(statements)
  }
}

function storedLetter(letter: DeadLetter): object {
  const body = storableBody(letter.body)
  const tenantId = textOf(body, 'tenantId')
  const auctionId = textOf(body, 'auctionId')
  const leadId = auctionId?.startsWith('auc_') === true ? `ld_${auctionId.slice(4)}` : null
  return { ...letter, id: subjectOf(body) ?? letter.id, body, tenantId, leadId }
}

/** A body that is missing, or no JSON at all, is kept as what can be said of it. */
function storableBody(body: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(body) ?? 'null')
  } catch {
    return { unreadable: typeof body }
  }
}

/** @returns what the message is about, the same for each repetition; null where that cannot be told */
function subjectOf(body: unknown): string | null {
  const [kind, auctionId] = [textOf(body, 'kind'), textOf(body, 'auctionId')]
  if (typeof body !== 'object' || body === null || kind === null) return null
  const members = body as { readonly [name: string]: unknown }
  switch (kind) {
    case 'lead':
      return auctionId === null || typeof members.sequence !== 'number' ? null : `lead-${auctionId}-${members.sequence}`
    case 'post_retry': {
      const contractId = textOf(body, 'contractId')
      const isWhole = auctionId !== null && contractId !== null && typeof members.tryNumber === 'number'
      return isWhole ? `post-${auctionId}-${contractId}-${members.tryNumber}` : null
    }
    case 'webhook_wake':
      return `wake-${textOf(body, 'endpointId') ?? ''}`
    default:
      return null
  }
}

/** @returns a member that is an id by its looks, else null */
function textOf(body: unknown, name: string): string | null {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return null
  const value = (body as { readonly [name: string]: unknown })[name]
  return typeof value === 'string' && /^[\w.-]{1,100}$/.test(value) ? value : null
}
