/**
 * Deletes rows whose time is over, from tables with a column `expires_at` (ms since 1970).
 *
 * Expired rows are found by a scan and not by an index: an index would be a second billed row for every one written, while a
 * scan now and then costs only reads.
 */

const SWEEP_EVERY_MS = 30 * 60 * 1_000

export class ExpirySweep {
  readonly #storage: DurableObjectStorage
  readonly #tables: readonly string[]
  /** Whether an alarm is known to be set, so that not every write asks for it. */
  #isSet = false

  constructor(storage: DurableObjectStorage, ...tables: readonly string[]) {
    this.#storage = storage
    this.#tables = tables
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
    let rowsLeft = 0
    for (const table of this.#tables) {
      this.#storage.sql.exec(`DELETE FROM ${table} WHERE expires_at <= ?`, now)
      const [row] = this.#storage.sql.exec<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`).toArray()
      rowsLeft += row?.count ?? 0
    }
    if (rowsLeft > 0) await this.keep(now)
  }
}
