/**
 * The keys that sign OAuth tokens, as an isolate has them: held in memory, read from KV otherwise, made in the database where
 * the present or the next one is missing. They change by themselves (src/core/signing/periods.ts).
 *
 * KV may be a minute behind and an isolate some seconds more. A key is made 30 days before it signs, so that nobody is
 * surprised by it; only the first one ever can be unknown somewhere, and then the database is asked.
 */
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { isOver, periodAt, periodsToHave } from '../core/signing/periods'
import { SIGNING_ALGORITHM, type SigningKeys } from '../security/access-tokens'
import type { SigningKeyRow, SigningKeyStore } from '../stores/signing-key-store'
import { SingleFlight } from './single-flight'

export const SIGNING_KEYS_KEY = 'oauth-signing-keys'
/** How long memory is believed. */
const FRESH_MS = 60_000
/** How often a key that nobody knows makes an isolate look again: made-up key ids must not cost a read each. */
const LOOK_AGAIN_MS = 5_000
const CACHE_TTL_SECONDS = 60

export interface SigningKeyRingParts {
  readonly kv: KVNamespace
  readonly store: SigningKeyStore
  readonly seal: (text: string) => Promise<string>
  readonly open: (sealed: string) => Promise<string>
  readonly now: () => number
  readonly newId: () => string
}

export class SigningKeyRing implements SigningKeys {
  readonly #parts: SigningKeyRingParts
  #rows: readonly SigningKeyRow[] = []
  #readAt = Number.NEGATIVE_INFINITY
  #lookedAt = Number.NEGATIVE_INFINITY
  readonly #ensuring = new SingleFlight<readonly SigningKeyRow[]>()
  /** The key that signs, opened. */
  #opened: { readonly kid: string; readonly privateKey: JWK } | null = null

  constructor(parts: SigningKeyRingParts) {
    this.#parts = parts
  }

  async current(): Promise<{ readonly kid: string; readonly privateKey: JWK }> {
    const period = periodAt(this.#parts.now())
    const row = (await this.#fresh()).find((key) => key.period === period)
    if (row === undefined) throw new Error('there is no key for the present period')
    if (this.#opened?.kid === row.kid) return this.#opened
    const privateKey = JSON.parse(await this.#parts.open(row.sealedPrivateKey)) as JWK
    this.#opened = { kid: row.kid, privateKey }
    return this.#opened
  }

  async publicKey(kid: string): Promise<JWK | null> {
    const known = this.#find(await this.#fresh(), kid)
    if (known !== null) return known
    const now = this.#parts.now()
    if (now - this.#lookedAt < LOOK_AGAIN_MS) return null
    this.#lookedAt = now
    return this.#find(await this.ensure(), kid)
  }

  /** @returns the JWKS (RFC 7517): what signs, what will, and what has signed tokens that may still be shown */
  async published(): Promise<{ readonly keys: readonly JWK[] }> {
    return { keys: (await this.#fresh()).map(({ publicKey }) => publicKey as JWK) }
  }

  /** Makes the keys that are missing, forgets those that are over, and publishes the rest. */
  ensure(): Promise<readonly SigningKeyRow[]> {
    return this.#ensuring.get('', () => this.#ensureNow())
  }

  async #ensureNow(): Promise<readonly SigningKeyRow[]> {
    const { store, now } = this.#parts
    let rows = await store.list()
    const missing = periodsToHave(now()).filter((period) => !rows.some((row) => row.period === period))
    const over = rows.filter(({ period }) => isOver(period, now())).map(({ period }) => period)
    if (missing.length > 0) await store.add(await Promise.all(missing.map((period) => this.#make(period))))
    if (over.length > 0) await store.remove(over)
    if (missing.length + over.length > 0) rows = await store.list()
    await this.#publish(JSON.stringify(rows))
    return this.#take(rows)
  }

  /** KV takes one write a second for a key: whoever is refused has been forestalled by another with the same keys. */
  async #publish(text: string): Promise<void> {
    const { kv } = this.#parts
    const published = await kv.get(SIGNING_KEYS_KEY, 'text')
    if (published !== text) await kv.put(SIGNING_KEYS_KEY, text).catch(() => undefined)
  }

  async #fresh(): Promise<readonly SigningKeyRow[]> {
    const isFresh = this.#parts.now() - this.#readAt < FRESH_MS
    if (isFresh && this.#hasPresent(this.#rows)) return this.#rows
    const text = await this.#parts.kv.get(SIGNING_KEYS_KEY, { type: 'text', cacheTtl: CACHE_TTL_SECONDS })
    const rows = text === null ? [] : (JSON.parse(text) as readonly SigningKeyRow[])
    return this.#hasPresent(rows) ? this.#take(rows) : await this.ensure()
  }

  #hasPresent(rows: readonly SigningKeyRow[]): boolean {
    return rows.some(({ period }) => period === periodAt(this.#parts.now()))
  }

  #take(rows: readonly SigningKeyRow[]): readonly SigningKeyRow[] {
    this.#readAt = this.#parts.now()
    this.#rows = rows.filter(({ period }) => !isOver(period, this.#parts.now()))
    return this.#rows
  }

  #find(rows: readonly SigningKeyRow[], kid: string): JWK | null {
    return (rows.find((row) => row.kid === kid)?.publicKey as JWK | undefined) ?? null
  }

  async #make(period: number): Promise<SigningKeyRow> {
    const { seal, newId, now } = this.#parts
    const { publicKey, privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true })
    const kid = newId()
    const shown = { ...(await exportJWK(publicKey)), kid, alg: SIGNING_ALGORITHM, use: 'sig' }
    return {
      period,
      kid,
      publicKey: shown,
      sealedPrivateKey: await seal(JSON.stringify(await exportJWK(privateKey))),
      createdAt: new Date(now()).toISOString(),
    }
  }
}
