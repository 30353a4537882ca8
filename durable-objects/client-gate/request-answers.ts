/**
 * Which requests of a client are being carried out, and what was answered to those that were.
 *
 * Who carries one out holds a fence. Should it die, another takes the request over after a while, and whatever the first may
 * still say is not heard; that its change is not made twice is held by the database (src/stores/change-set.ts).
 */
import type { KeptAnswer, RequestEnd, RequestName } from '../../src/contracts/client-gate'

const DAY_MS = 24 * 60 * 60 * 1_000
/** The contract's memory of an Idempotency-Key. */
const KEPT_MS = 30 * DAY_MS
/** Longer than any call of the management API takes. */
const RUN_MS = 30_000

export const ANSWERS_TABLE = 'answers'

interface AnswerRow extends Record<string, SqlStorageValue> {
  fingerprint: string
  fence: string
  /** Null while it is being carried out. */
  status: number | null
  content_type: string
  sealed_body: string
  run_until: number
  expires_at: number
}

export type Found =
  | { readonly kind: 'run'; readonly fence: string }
  | { readonly kind: 'replay'; readonly answer: KeptAnswer }
  | { readonly kind: 'reused' }
  | { readonly kind: 'running'; readonly until: number }

export class RequestAnswers {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    // WITHOUT ROWID: one billed row a key.
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS ${ANSWERS_TABLE} (
      request_key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, fence TEXT NOT NULL, status INTEGER,
      content_type TEXT NOT NULL, sealed_body TEXT NOT NULL, run_until INTEGER NOT NULL, expires_at INTEGER NOT NULL
    ) WITHOUT ROWID`)
  }

  /** @param newFence taken where the request is to be carried out */
  start({ key, fingerprint }: RequestName, newFence: string, now: number): Found {
    const row = this.#find(key, now)
    if (row !== null && row.fingerprint !== fingerprint) return { kind: 'reused' }
    if (row !== null && row.status !== null) {
      const { status, content_type: contentType, sealed_body: sealedBody } = row
      return { kind: 'replay', answer: { status, contentType, sealedBody } }
    }
    if (row !== null && row.run_until > now) return { kind: 'running', until: row.run_until }
    this.#sql.exec(
      `INSERT OR REPLACE INTO answers (request_key, fingerprint, fence, status, content_type, sealed_body, run_until, expires_at)
       VALUES (?, ?, ?, NULL, '', '', ?, ?)`,
      key,
      fingerprint,
      newFence,
      now + RUN_MS,
      now + KEPT_MS,
    )
    return { kind: 'run', fence: newFence }
  }

  end({ key, fence, answer }: RequestEnd, now: number): void {
    if (this.#find(key, now)?.fence !== fence) return
    if (answer === null) {
      this.#sql.exec('DELETE FROM answers WHERE request_key = ?', key)
      return
    }
    this.#sql.exec(
      'UPDATE answers SET status = ?, content_type = ?, sealed_body = ?, expires_at = ? WHERE request_key = ?',
      answer.status,
      answer.contentType,
      answer.sealedBody,
      now + KEPT_MS,
      key,
    )
  }

  #find(key: string, now: number): AnswerRow | null {
    const [row] = this.#sql
      .exec<AnswerRow>('SELECT * FROM answers WHERE request_key = ? AND expires_at > ?', key, now)
      .toArray()
    return row ?? null
  }
}
