/**
 * A buyer's prepaid balance: credits less everything that was held or sold since the balance began.
 *
 * What is spent is not counted here again: it is the account's usage, which every hold and release changes already. So a sale
 * takes from the balance exactly once, by the hold that it needs anyway, and costs no row more.
 */
import type { Credit, CreditOrder, CreditResult } from '../../src/contracts/balance'

/** Where the balance stands: all but what is spent. */
interface Stand {
  /** The account's usage when the balance began: what was bought on other terms is not taken from it. */
  readonly spentBeforeMicros: number
  readonly creditedMicros: number
  /** When it began, ms since 1970; left out by balances of before it was kept. */
  readonly beganAt?: number
}

interface CreditRow extends Record<string, SqlStorageValue> {
  id: string
  key: string | null
  fingerprint: string
  amount_micros: number
  note: string | null
  reference: string | null
  balance_micros: number
  at: number
}

const STAND = 'balance'

export class PrepaidBalance {
  readonly #storage: DurableObjectStorage
  #stand: Stand | null

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
    storage.sql.exec(`CREATE TABLE IF NOT EXISTS credits (
      id TEXT PRIMARY KEY, key TEXT UNIQUE, reference TEXT UNIQUE, fingerprint TEXT NOT NULL,
      amount_micros INTEGER NOT NULL, note TEXT, balance_micros INTEGER NOT NULL, at INTEGER NOT NULL
    )`)
    this.#stand = storage.kv.get<Stand>(STAND) ?? null
  }

  /** Whether anything was ever credited, or the balance was begun by word. */
  get hasBegun(): boolean {
    return this.#stand !== null
  }

  get creditedMicros(): number {
    return this.#stand?.creditedMicros ?? 0
  }

  /** @param usedMicros everything that the account ever held or sold */
  begin(usedMicros: number, now: number): void {
    if (this.#stand === null) this.#put({ spentBeforeMicros: usedMicros, creditedMicros: 0, beganAt: now })
  }

  /** @param usedMicros everything that the account ever held or sold @returns micros since the balance began */
  spent(usedMicros: number): number {
    return this.#stand === null ? 0 : usedMicros - this.#stand.spentBeforeMicros
  }

  /** @param usedMicros everything that the account ever held or sold @returns micros; below zero after a correction */
  left(usedMicros: number): number {
    return this.creditedMicros - this.spent(usedMicros)
  }

  credit(order: CreditOrder, usedMicros: number, now: number): CreditResult {
    const byKey = this.#find('key', order.key)
    if (byKey !== null) return replayed(byKey, order, 'key_reused')
    const byReference = this.#find('reference', order.reference)
    if (byReference !== null) return replayed(byReference, order, 'reference_reused')
    const stand = this.#stand ?? { spentBeforeMicros: usedMicros, creditedMicros: 0, beganAt: now }
    const credited = { ...stand, creditedMicros: stand.creditedMicros + order.amountMicros }
    const balanceMicros = credited.creditedMicros - usedMicros + credited.spentBeforeMicros
    // Both in one turn of the object, so that they are stored together or not at all.
    const row = this.#insert(order, balanceMicros, now)
    this.#put(credited)
    return { kind: 'credited', credit: creditOf(row), replayed: false }
  }

  /** Whether a sale of then was paid from the balance. */
  paidFor(soldAt: number): boolean {
    return this.#stand !== null && soldAt >= (this.#stand.beganAt ?? 0)
  }

  /** What was bought before the balance began, and is no longer among the usage, is no longer left out of it either. */
  forgetSpentBefore(amountMicros: number): void {
    if (this.#stand === null) return
    this.#put({ ...this.#stand, spentBeforeMicros: this.#stand.spentBeforeMicros - amountMicros })
  }

  /** @returns the newest first */
  credits(limit: number): readonly Credit[] {
    return this.#storage.sql
      .exec<CreditRow>('SELECT * FROM credits ORDER BY at DESC, id DESC LIMIT ?', limit)
      .toArray()
      .map(creditOf)
  }

  #insert(order: CreditOrder, balanceMicros: number, at: number): CreditRow {
    const { id, key, reference, fingerprint, amountMicros, note } = order
    this.#storage.sql.exec(
      'INSERT INTO credits (id, key, reference, fingerprint, amount_micros, note, balance_micros, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      id,
      key,
      reference,
      fingerprint,
      amountMicros,
      note,
      balanceMicros,
      at,
    )
    return { id, key, reference, fingerprint, amount_micros: amountMicros, note, balance_micros: balanceMicros, at }
  }

  #find(column: 'key' | 'reference', value: string | null): CreditRow | null {
    if (value === null) return null
    const rows = this.#storage.sql.exec<CreditRow>(`SELECT * FROM credits WHERE ${column} = ?`, value).toArray()
    return rows[0] ?? null
  }

  #put(stand: Stand): void {
    this.#stand = stand
    this.#storage.kv.put(STAND, stand)
  }
}

function replayed(
  row: CreditRow,
  { fingerprint }: CreditOrder,
  otherwise: 'key_reused' | 'reference_reused',
): CreditResult {
  if (row.fingerprint !== fingerprint) return { kind: otherwise }
  return { kind: 'credited', credit: creditOf(row), replayed: true }
}

function creditOf(row: CreditRow): Credit {
  const { id, note, reference, at } = row
  return { id, note, reference, at, amountMicros: row.amount_micros, balanceMicros: row.balance_micros }
}
