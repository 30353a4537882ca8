/**
 * One per campaign with strict round robin: whose turn it is.
 *
 * An auction that begins takes the turn of the first for itself, so that a thousand at once go round as one after the other
 * would; what it sold in the end is what counts. Turns that are taken are in memory: an auction says in the end what it sold,
 * whether its turn is still known or not.
 */
import { DurableObject } from 'cloudflare:workers'
import type { RotationRpc } from '../src/contracts/rotation'
import { inTurn, soldTo } from '../src/core/limits/rotation'

/** Auctions that never say what they sold are forgotten after so many others. */
const MAX_TAKEN = 10_000
const MAX_SETTLED = 10_000
const SOLD = 'sold'

export class RotationObject extends DurableObject implements RotationRpc {
  /** Leads by contract. */
  readonly #sold: Map<string, number>
  /** Whose turn each running auction took, and how many took each contract's. */
  readonly #taken = new Map<string, string>()
  readonly #underWay = new Map<string, number>()
  readonly #settled = new Set<string>()

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sold = new Map(Object.entries(ctx.storage.kv.get<Record<string, number>>(SOLD) ?? {}))
  }

  async order(auctionId: string, contractIds: readonly string[]): Promise<readonly string[]> {
    this.#giveBack(auctionId)
    const ordered = inTurn(contractIds, this.#sold, this.#underWay)
    const [first] = ordered
    if (first !== undefined && !this.#settled.has(auctionId)) this.#take(auctionId, first)
    return ordered
  }

  async settle(auctionId: string, soldContractIds: readonly string[]): Promise<void> {
    if (this.#settled.has(auctionId)) return
    this.#settled.add(auctionId)
    const [oldest] = this.#settled
    if (this.#settled.size > MAX_SETTLED && oldest !== undefined) this.#settled.delete(oldest)
    this.#giveBack(auctionId)
    for (const id of soldContractIds) this.#sold.set(id, soldTo(id, this.#sold) + 1)
    if (soldContractIds.length > 0) this.ctx.storage.kv.put(SOLD, Object.fromEntries(this.#sold))
  }

  #take(auctionId: string, contractId: string): void {
    this.#taken.set(auctionId, contractId)
    this.#count(contractId, 1)
    const [oldest] = this.#taken.keys()
    if (this.#taken.size > MAX_TAKEN && oldest !== undefined) this.#giveBack(oldest)
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
