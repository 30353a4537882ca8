/** Mirrors durable-objects/identity-index.ts; rows whose time is over are not swept, since nothing reads them. */
import type { IdentityClaim } from '../../src/contracts/objects.ts'
import type { Host } from '../engine/host.ts'

interface ClaimRow {
  readonly auctionId: string
  readonly expiresAt: number
}

export class IdentityIndexObject {
  readonly #host: Host<IdentityIndexObject>

  constructor(host: Host<IdentityIndexObject>) {
    this.#host = host
  }

  claim({ keys, auctionId, holdMs }: IdentityClaim & { readonly holdMs: number }): boolean {
    const { now } = this.#host.engine
    const rows = keys.map((key) => this.#find(key))
    if (rows.some((row) => row !== undefined && row.expiresAt > now && row.auctionId !== auctionId)) return false
    const missing = keys.filter((_, index) => (rows[index]?.expiresAt ?? 0) <= now)
    this.#write(missing, auctionId, now + holdMs)
    return true
  }

  confirm({ keys, auctionId, seenMs }: IdentityClaim & { readonly seenMs: number }): void {
    this.#write(keys, auctionId, this.#host.engine.now + seenMs)
  }

  release({ keys, auctionId }: IdentityClaim): void {
    for (const key of keys) if (this.#find(key)?.auctionId === auctionId) this.#host.put(key, undefined)
  }

  #find(key: string): ClaimRow | undefined {
    return this.#host.disk.get<ClaimRow>(key)
  }

  #write(keys: readonly string[], auctionId: string, expiresAt: number): void {
    for (const key of keys) this.#host.put(key, { auctionId, expiresAt })
  }
}
