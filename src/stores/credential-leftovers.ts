/** What nobody asks for any more, of all tenants: revoked tokens that are over anyway, and fences of requests long answered. */
import { lt } from 'drizzle-orm'
import { type Database, runBatch } from './database'
import { oauthRevokedTokens, requestFences } from './schema'

/** A day longer than an Idempotency-Key is remembered. */
const FENCE_LIFE_MS = 31 * 24 * 60 * 60 * 1_000

export class CredentialLeftovers {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** @param now ms since 1970 */
  async remove(now: number): Promise<void> {
    const [at, fencesBefore] = [now, now - FENCE_LIFE_MS].map((ms) => new Date(ms).toISOString()) as [string, string]
    await runBatch(this.#database, [
      this.#database.delete(oauthRevokedTokens).where(lt(oauthRevokedTokens.expiresAt, at)),
      this.#database.delete(requestFences).where(lt(requestFences.createdAt, fencesBefore)),
    ])
  }
}
