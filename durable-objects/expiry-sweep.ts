/**
 * Deletes rows whose time is over, from a table with a column `expires_at` (ms since 1970).
 *
 * Expired rows are found by a scan and not by an index: an index would be a second billed row for every one written, while a
 * scan now and then costs only reads.
 */

const SWEEP_EVERY_MS = 60 * 60 * 1_000

export class ExpirySweep {
  readonly #storage: DurableObjectStorage
  readonly #table: string
  /** Whether an alarm is known to be set, so that not every write asks for it. */
  #isSet = false

  constructor(storage: DurableObjectStorage, table: string) {
    this.#storage = storage
    this.#table = table
  }

  /** Makes sure that a sweep will come. */
  async keep(now: number): Promise<void> {
    if (this.#isSet) return
    this.#isSet = true
    if ((await this.#storage.getAlarm()) === null) await this.#storage.setAlarm(now + SWEEP_EVERY_MS)
  }

  /** To be called by the object's alarm. */
  async run(now: number): Promise<void> {
    this.#isSet = false
    this.#storage.sql.exec(`DELETE FROM ${this.#table} WHERE expires_at <= ?`, now)
    const [row] = this.#storage.sql.exec<{ left: number }>(`SELECT COUNT(*) AS left FROM ${this.#table}`).toArray()
    if ((row?.left ?? 0) > 0) await this.keep(now)
  }
}
