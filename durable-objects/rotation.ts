/**
 * One per campaign with strict round robin: whose turn it is.
 *
 * The turn is a queue: whoever was sold a lead goes to its end. An auction that begins takes the first in the queue for
 * itself, so that a thousand at once go round as one after the other would; what it sold in the end is what counts.
 */
import { DurableObject } from 'cloudflare:workers'
import type { RotationRpc } from '../src/contracts/objects'

interface Taken {
  readonly contractId: string
  /** The turn that the contract had before it was taken. */
  readonly turn: number
  /** The turn that it was given for being taken. */
  readonly given: number
}

/** Auctions that never say what they sold are forgotten after so many others. */
const MAX_TAKEN = 10_000
const MAX_SETTLED = 10_000

export class RotationObject extends DurableObject implements RotationRpc {
  /** When each contract was last served, as a count of turns; a contract that never was comes first. */
  readonly #turns: Map<string, number>
  readonly #taken = new Map<string, Taken>()
  readonly #settled = new Set<string>()
  #last: number

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#turns = new Map(Object.entries(ctx.storage.kv.get<Record<string, number>>('turns') ?? {}))
    this.#last = Math.max(0, ...this.#turns.values())
  }

  async order(auctionId: string, contractIds: readonly string[]): Promise<readonly string[]> {
    const known = this.#taken.get(auctionId)
    const turnOf = (id: string) => (known?.contractId === id ? known.turn : (this.#turns.get(id) ?? 0))
    const ordered = [...contractIds].sort((left, right) => turnOf(left) - turnOf(right) || (left < right ? -1 : 1))
    const [first] = ordered
    if (known === undefined && first !== undefined && !this.#settled.has(auctionId)) this.#take(auctionId, first)
    return ordered
  }

  async settle(auctionId: string, soldContractIds: readonly string[]): Promise<void> {
    if (this.#settled.has(auctionId)) return
    remember(this.#settled, auctionId)
    const taken = this.#taken.get(auctionId)
    this.#taken.delete(auctionId)
    if (taken !== undefined && !soldContractIds.includes(taken.contractId)) this.#giveBack(taken)
    for (const id of soldContractIds) if (id !== taken?.contractId) this.#turns.set(id, ++this.#last)
    if (soldContractIds.length > 0) this.ctx.storage.kv.put('turns', Object.fromEntries(this.#turns))
  }

  #take(auctionId: string, contractId: string): void {
    const given = ++this.#last
    this.#taken.set(auctionId, { contractId, turn: this.#turns.get(contractId) ?? 0, given })
    this.#turns.set(contractId, given)
    const [oldest] = this.#taken.keys()
    if (this.#taken.size > MAX_TAKEN && oldest !== undefined) this.#taken.delete(oldest)
  }

  /** The turn comes back, unless the contract was served for another auction meanwhile. */
  #giveBack({ contractId, turn, given }: Taken): void {
    if (this.#turns.get(contractId) === given) this.#turns.set(contractId, turn)
  }
}

function remember(settled: Set<string>, auctionId: string): void {
  settled.add(auctionId)
  const [oldest] = settled
  if (settled.size > MAX_SETTLED && oldest !== undefined) settled.delete(oldest)
}
