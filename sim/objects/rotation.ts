/** Mirrors durable-objects/rotation.ts, without the bounds of its memory. */
import { inTurn, soldTo } from '../../src/core/limits/rotation.ts'
import type { Host } from '../engine/host.ts'

const SOLD = 'sold'

export class RotationObject {
  readonly #host: Host<RotationObject>
  readonly #sold: Map<string, number>
  readonly #taken = new Map<string, string>()
  readonly #underWay = new Map<string, number>()
  readonly #settled = new Set<string>()

  constructor(host: Host<RotationObject>) {
    this.#host = host
    this.#sold = new Map(Object.entries(host.disk.get<Record<string, number>>(SOLD) ?? {}))
  }

  order(auctionId: string, contractIds: readonly string[]): readonly string[] {
    this.#giveBack(auctionId)
    const ordered = inTurn(contractIds, this.#sold, this.#underWay)
    const [first] = ordered
    if (first !== undefined && !this.#settled.has(auctionId)) {
      this.#taken.set(auctionId, first)
      this.#count(first, 1)
    }
    return ordered
  }

  settle(auctionId: string, soldContractIds: readonly string[]): void {
    if (this.#settled.has(auctionId)) return
    this.#settled.add(auctionId)
    this.#giveBack(auctionId)
    for (const id of soldContractIds) this.#sold.set(id, soldTo(id, this.#sold) + 1)
    if (soldContractIds.length > 0) this.#host.put(SOLD, Object.fromEntries(this.#sold))
  }

  #giveBack(auctionId: string): void {
    const contractId = this.#taken.get(auctionId)
    if (contractId === undefined) return
    this.#taken.delete(auctionId)
    this.#count(contractId, -1)
  }

  #count(contractId: string, change: number): void {
    this.#underWay.set(contractId, (this.#underWay.get(contractId) ?? 0) + change)
  }
}
