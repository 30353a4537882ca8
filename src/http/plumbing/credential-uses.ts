/**
 * When credentials were used last: sampled, so that a key that sends thousands of pings a second costs the database one
 * write a minute for each isolate at most, and none of them before an answer.
 */
import type { TenantStores } from '../../stores/tenant-stores'
import type { CredentialUses } from '../services'

/** How exact `last_used_at` is. */
const EVERY_MS = 60_000
const MAX_REMEMBERED = 10_000

export interface CredentialUseParts {
  readonly now: () => number
  readonly stores: (tenantId: string) => Pick<TenantStores, 'apiKeys' | 'oauthClients'>
  /** Keeps work alive behind an answer: `waitUntil`. */
  readonly keepAlive: (work: Promise<unknown>) => void
}

export class SampledCredentialUses implements CredentialUses {
  readonly #parts: CredentialUseParts
  readonly #notedAt = new Map<string, number>()

  constructor(parts: CredentialUseParts) {
    this.#parts = parts
  }

  note({ tenantId, keyId }: { readonly tenantId: string; readonly keyId: string }): void {
    const isKept = keyId.startsWith('key_') || keyId.startsWith('ld_client_')
    const now = this.#parts.now()
    // The credentials of the start are settings, not rows.
    if (!isKept || now - (this.#notedAt.get(keyId) ?? 0) < EVERY_MS) return
    if (this.#notedAt.size >= MAX_REMEMBERED) this.#notedAt.clear()
    this.#notedAt.set(keyId, now)
    // A use that is not noted is noted with the next one.
    this.#parts.keepAlive(this.#write(tenantId, keyId, now).catch(() => undefined))
  }

  async #write(tenantId: string, keyId: string, now: number): Promise<void> {
    const { apiKeys, oauthClients } = this.#parts.stores(tenantId)
    const [at, before] = [now, now - EVERY_MS].map((ms) => new Date(ms).toISOString()) as [string, string]
    await (keyId.startsWith('key_') ? apiKeys : oauthClients).noteUse(keyId, at, before)
  }
}
