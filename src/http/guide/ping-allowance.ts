/**
 * Ping caps as an edge spends them: a share is leased from the supplier's gate and spent from memory, so that a ping pays a hop
 * once in many, and the edges together never take more than the caps allow.
 */
import type { PingLease, SupplierGateRpc } from '../../contracts/supplier-gate'

const WANTED = 50
const MAX_LEASES = 10_000

export class PingAllowance {
  readonly #leases = new Map<string, { left: number; until: number }>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Takes one ping. @returns false where the caps are used up */
  async take(gate: SupplierGateRpc, supplierId: string, campaignId: string): Promise<boolean> {
    const key = `${supplierId} ${campaignId}`
    const held = this.#leases.get(key)
    if (held !== undefined && held.until > this.#now()) return spend(held)
    const lease: PingLease = await gate.leasePings(campaignId, WANTED)
    // Another ping may have leased meanwhile: both shares are ours to spend.
    const other = this.#leases.get(key)
    const left = lease.granted + (other !== undefined && other.until > this.#now() && other !== held ? other.left : 0)
    const fresh = { left, until: lease.until }
    if (this.#leases.size >= MAX_LEASES) this.#leases.clear()
    this.#leases.set(key, fresh)
    return spend(fresh)
  }
}

function spend(lease: { left: number; until: number }): boolean {
  if (lease.left <= 0) return false
  lease.left -= 1
  // A share that is used up is renewed at once; only a refusal is kept until its time.
  if (lease.left === 0) lease.until = 0
  return true
}
